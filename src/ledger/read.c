/* Entries, their names and their values as people read them. */
#include "ledger/read.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "ledger/content.h"
#include "ledger/scope.h"
#include "log/leaf.h"

/* A name that is itself a reference is followed this many times. */
#define NAME_DEPTH 3

int leaf_entry(struct conn *c, int64_t seq, char ret_id[ID_SIZE], struct err *err)
{
	CLEANUP(buf_release) struct buf b;
	struct leaf_view leaf;
	int r;

	buf_init(&b, 0);
	r = store_leaf(c, seq, &b, err);
	if (r >= 0)
		r = leaf_scan(b.data, b.len, &leaf, err);
	if (r < 0)
		return r;
	if (!leaf.entry.data || leaf.entry.len != ID_SIZE - 1)
		return err_set(err, ERR_CORRUPT,
			       "受付番号%lldは台帳の記録ではありません。画面を開き直して、もう一度"
			       "操作してください。",
			       (long long)seq);
	snprintf(ret_id, ID_SIZE, "%.*s", (int)leaf.entry.len, leaf.entry.data);
	return 0;
}

/* The leaf of one revision; rev 0 is the newest. */
static int revision_seq(struct conn *c, const struct ledger_def *def, const char *id, int64_t rev,
			int64_t *ret_seq, struct err *err)
{
	STMT_CLEANUP *st = NULL;
	int r = stmt_begin(c, rev ? STMT_ENTRY_REVISION : STMT_ENTRY_NEWEST, &st, err);

	if (r < 0)
		return r;
	stmt_text(st, 1, id);
	stmt_text(st, 2, def->name);
	if (rev)
		stmt_int(st, 3, rev);
	r = stmt_step(st, err);
	if (r < 0)
		return r;
	if (r == 0)
		return scope_none(def, err);
	*ret_seq = col_int(st, 1);
	return 0;
}

int entry_get(struct ledgers *l, struct conn *c, const struct ledger_def *def, const char *id,
	      int64_t rev, struct arena *arena, struct entry *ret, struct err *err)
{
	int64_t seq = 0;
	int r;

	(void)l;
	if (!id_valid(id))
		return scope_none(def, err);
	r = revision_seq(c, def, id, rev, &seq, err);
	if (r >= 0)
		r = content_read(c, def, seq, arena, ret, err);
	if (r >= 0 && strcmp(ret->id, id) != 0)
		r = err_set(err, ERR_CORRUPT,
			    "台帳「%s」の記録の並びが壊れています（受付番号%lld）。"
			    "「改ざん検査」を行ってください。",
			    def->title.ja, (long long)seq);
	return r;
}

static const char *show_depth(struct ledgers *l, struct conn *c, const struct field_def *f,
			      const char *stored, struct arena *arena, int depth);

static const char *name_depth(struct ledgers *l, struct conn *c, const struct ledger_def *def,
			      const char *id, struct arena *arena, int depth)
{
	const struct field_def *f = &def->field[def->name_field];
	struct projected_row row;
	struct entry e;
	const char *stored = "", *name;

	if (field_sealed(f)) {
		if (entry_get(l, c, def, id, 0, arena, &e, NULL) == 0)
			stored = e.value[def->name_field];
	} else if (projection_find(l, c, def, id, arena, &row, NULL) > 0) {
		stored = projection_stored(f, row.column[def->name_field], arena);
	}
	name = stored && *stored ? show_depth(l, c, f, stored, arena, depth - 1) : "";
	return *name ? name : arena_strdup(arena, id);
}

const char *entry_name(struct ledgers *l, struct conn *c, const struct ledger_def *def,
		       const char *id, struct arena *arena)
{
	const char *name = name_depth(l, c, def, id, arena, NAME_DEPTH);

	return name ? name : "";
}

static const char *show_item(struct ledgers *l, struct conn *c, const struct field_def *f,
			     const char *item, struct arena *arena, int depth)
{
	struct file_info info;

	switch (f->type) {
	case FIELD_REF:
	case FIELD_REFS: return depth > 0 ? name_depth(l, c, f->ref, item, arena, depth) : item;
	case FIELD_ACCOUNT: return account_name(c, item, arena);
	default:
		return store_file_info(c, item, &info, NULL) == 0 ? arena_strdup(arena, info.name)
								  : item;
	}
}

/* Names of the lines of a list, separated by the Japanese comma. */
static const char *show_lines(struct ledgers *l, struct conn *c, const struct field_def *f,
			      const char *lines, struct arena *arena, int depth)
{
	const char *all = "";

	while (*lines && all) {
		size_t n = strcspn(lines, "\n");
		const char *item = arena_strndup(arena, lines, n), *shown;

		shown = item ? show_item(l, c, f, item, arena, depth) : NULL;
		if (n && shown)
			all = *all ? arena_printf(arena, "%s、%s", all, shown) : shown;
		lines += n + (lines[n] == '\n');
	}
	return all;
}

static const char *show_depth(struct ledgers *l, struct conn *c, const struct field_def *f,
			      const char *stored, struct arena *arena, int depth)
{
	const char *shown;

	if (!stored || !*stored)
		return "";
	switch (f->type) {
	case FIELD_REF:
	case FIELD_REFS:
	case FIELD_ACCOUNT:
	case FIELD_FILES: shown = show_lines(l, c, f, stored, arena, depth); break;
	default: shown = value_show(f, stored, arena); break;
	}
	return shown ? shown : "";
}

const char *entry_show(struct ledgers *l, struct conn *c, const struct field_def *f,
		       const char *stored, struct arena *arena)
{
	return show_depth(l, c, f, stored, arena, NAME_DEPTH);
}
