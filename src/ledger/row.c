/* The rows of projections: values as they stand in the table, and search text. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fold.h"
#include "ledger/projection.h"

/* The keyed tag of a sealed value; equal for all ways to write the same thing. */
static const char *value_tag(const struct ledgers *l, const struct ledger_def *def, int field,
			     const char *stored, struct arena *arena)
{
	CLEANUP(buf_release) struct buf folded;
	char tag[33];
	size_t i, n = 0;

	buf_init(&folded, 0);
	if (!fold_text(stored, &folded))
		buf_puts(&folded, stored);
	buf_putc(&folded, '\0');
	if (buf_failed(&folded))
		return NULL;
	for (i = 0; i < folded.len; i++)
		if (folded.data[i] != ' ')
			folded.data[n++] = folded.data[i];
	store_tag(l->store, def->name, def->field[field].id, folded.data, tag);
	bytes_wipe(folded.data, folded.len);
	return arena_strdup(arena, tag);
}

/* "-12.50" is -1250 in a column of scale 2. */
static const char *scaled(const char *stored, struct arena *arena)
{
	char *s = arena_strdup(arena, stored), *p;

	p = s ? strchr(s, '.') : NULL;
	if (p)
		memmove(p, p + 1, strlen(p));
	return s;
}

static const char *unscaled(const char *column, int scale, struct arena *arena)
{
	bool negative = *column == '-';
	const char *digits = column + negative;
	int len = (int)strlen(digits), zeros = len > scale ? 0 : scale + 1 - len;

	if (scale <= 0 || !*digits)
		return column;
	return arena_printf(arena, "%s%.*s%.*s.%.*s%s", negative ? "-" : "", zeros ? 1 : 0, "0",
			    len > scale ? len - scale : 0, digits, zeros ? zeros - 1 : 0,
			    "00000000000000000000", digits + (len > scale ? len - scale : 0));
}

const char *projection_value(const struct ledgers *l, const struct ledger_def *def, int field,
			     const char *stored, struct arena *arena)
{
	const struct field_def *f = &def->field[field];

	if (!*stored)
		return "";
	if (field_sealed(f))
		return value_tag(l, def, field, stored, arena);
	if (f->type == FIELD_DECIMAL)
		return scaled(stored, arena);
	return stored;
}

const char *projection_stored(const struct field_def *f, const char *column, struct arena *arena)
{
	if (field_sealed(f) || !column)
		return "";
	return f->type == FIELD_DECIMAL ? unscaled(column, f->scale, arena) : column;
}

static void add_search(const char *text, struct buf *b)
{
	CLEANUP(buf_release) struct buf folded;

	buf_init(&folded, 0);
	if (!text || !*text)
		return;
	if (!fold_text(text, &folded))
		return;
	if (buf_failed(&folded))
		b->failed = true;
	else if (folded.len)
		fold_bigrams(folded.data, true, b);
}

void projection_search_own(const struct ledger_def *def, const char *const *value,
			   struct arena *arena, struct buf *b)
{
	size_t i;

	for (i = 0; i < def->field_count; i++) {
		const struct field_def *f = &def->field[i];

		if (!*value[i] || field_sealed(f))
			continue;
		switch (f->type) {
		case FIELD_TEXT:
		case FIELD_LONGTEXT:
		case FIELD_INT:
		case FIELD_DECIMAL:
		case FIELD_DATE: add_search(value[i], b); break;
		case FIELD_ENUM: add_search(value_show(f, value[i], arena), b); break;
		default: /* yes and no say nothing, the others are names elsewhere */ break;
		}
	}
}

/* The name of a referenced entry if it is a plain text of its own row. */
static int search_ref(struct ledgers *l, struct conn *c, const struct field_def *f,
		      const char *entry, struct arena *arena, struct buf *b, struct err *err)
{
	const struct field_def *name = &f->ref->field[f->ref->name_field];
	struct projected_row row;
	int r;

	if (field_sealed(name) || name->type != FIELD_TEXT)
		return 0;
	r = projection_find(l, c, f->ref, entry, arena, &row, err);
	if (r > 0)
		add_search(row.column[f->ref->name_field], b);
	return r < 0 ? r : 0;
}

static void search_files(struct conn *c, const char *hashes, struct buf *b)
{
	struct file_info info;
	char hash[HASH_HEX_SIZE];

	while (*hashes) {
		size_t len = strcspn(hashes, "\n");

		snprintf(hash, sizeof hash, "%.*s", (int)len, hashes);
		if (store_file_info(c, hash, &info, NULL) == 0)
			add_search(info.name, b);
		hashes += len + (hashes[len] == '\n');
	}
}

int projection_search_names(struct ledgers *l, struct conn *c, const struct ledger_def *def,
			    const char *const *value, struct arena *arena, struct buf *b,
			    struct err *err)
{
	size_t i;
	int r = 0;

	for (i = 0; i < def->field_count && r >= 0; i++) {
		const struct field_def *f = &def->field[i];

		if (!*value[i] || field_sealed(f))
			continue;
		if (f->type == FIELD_REF)
			r = search_ref(l, c, f, value[i], arena, b, err);
		else if (f->type == FIELD_FILES)
			search_files(c, value[i], b);
	}
	return r < 0 ? r : buf_failed(b) ? err_nomem(err) : 0;
}

int projection_put(struct ledgers *l, struct tx *tx, const struct entry *e, const char *search,
		   struct arena *arena, struct err *err)
{
	const struct projection *p = projection_of(l, e->def);
	const char *column[TABLE_COLUMNS_MAX];
	struct table_row row = { .entry = e->id,
				 .state = entry_state_name(e->state),
				 .actor = e->actor,
				 .behalf = e->behalf,
				 .rev = e->rev,
				 .seq = e->seq,
				 .at_us = e->at_us,
				 .search = search,
				 .value = column };
	size_t i;

	for (i = 0; i < e->def->field_count; i++) {
		column[i] = projection_value(l, e->def, (int)i, e->value[i], arena);
		if (!column[i])
			return err_nomem(err);
	}
	return table_put(tx, &p->table, &row, err);
}

int projection_copy(const struct projection *p, const struct table_row *r, struct arena *arena,
		    struct projected_row *ret, struct err *err)
{
	const char **column = arena_calloc(arena, p->table.column_count + 1, sizeof *column);
	int state = entry_state_parse(r->state);
	size_t i;

	memset(ret, 0, sizeof *ret);
	if (state < 0)
		return err_set(err, ERR_CORRUPT,
			       "台帳「%s」の一覧に知らない状態「%s」があります。"
			       "「改ざん検査」を行ってください。",
			       p->def->title.ja, r->state);
	snprintf(ret->entry, sizeof ret->entry, "%s", r->entry);
	ret->state = (enum entry_state)state;
	ret->rev = r->rev;
	ret->seq = r->seq;
	ret->at_us = r->at_us;
	ret->actor = arena_strdup(arena, r->actor ? r->actor : "");
	ret->behalf = arena_strdup(arena, r->behalf ? r->behalf : "");
	ret->search = arena_strdup(arena, r->search ? r->search : "");
	for (i = 0; column && i < p->table.column_count; i++)
		column[i] = arena_strdup(arena, r->value[i] ? r->value[i] : "");
	ret->column = column;
	return arena_failed(arena) ? err_nomem(err) : 0;
}

struct find {
	const struct projection *p;
	struct arena *arena;
	struct projected_row *row;
	bool found;
};

static int find_row(void *arg, const struct table_row *r, struct err *err)
{
	struct find *f = arg;

	f->found = true;
	return projection_copy(f->p, r, f->arena, f->row, err);
}

int projection_find(const struct ledgers *l, struct conn *c, const struct ledger_def *def,
		    const char *entry, struct arena *arena, struct projected_row *ret,
		    struct err *err)
{
	const struct projection *p = projection_of(l, def);
	struct table_filter by = { TABLE_ENTRY, TABLE_EQ, entry };
	struct table_query q = {
		.filter = &by, .filter_count = 1, .sort = TABLE_ENTRY, .limit = 1
	};
	struct find f = { p, arena, ret, false };
	int r = table_query(c, &p->table, &q, find_row, &f, err);

	return r < 0 ? r : f.found;
}

/* --- names that changed ------------------------------------------------------- */

struct rename {
	struct ledgers *l;
	struct conn *c;
	struct tx *tx;
	const struct projection *p;
	struct arena arena; /* of one page of rows */
	struct projected_row *row;
	size_t count;
};

#define RENAME_PAGE 200

static int rename_collect(void *arg, const struct table_row *r, struct err *err)
{
	struct rename *n = arg;

	return projection_copy(n->p, r, &n->arena, &n->row[n->count++], err);
}

/* Writes a row again with its search text made anew. */
static int rename_row(struct rename *n, const struct projected_row *row, struct err *err)
{
	CLEANUP(buf_release) struct buf search;
	const struct ledger_def *def = n->p->def;
	const char *value[TABLE_COLUMNS_MAX];
	struct table_row out = { .entry = row->entry,
				 .state = entry_state_name(row->state),
				 .actor = row->actor,
				 .behalf = row->behalf,
				 .rev = row->rev,
				 .seq = row->seq,
				 .at_us = row->at_us,
				 .value = row->column };
	size_t i;
	int r;

	buf_init(&search, 0);
	for (i = 0; i < def->field_count; i++)
		value[i] = projection_stored(&def->field[i], row->column[i], &n->arena);
	projection_search_own(def, value, &n->arena, &search);
	r = projection_search_names(n->l, n->c, def, value, &n->arena, &search, err);
	if (r < 0)
		return r;
	out.search = search.data ? search.data : "";
	return table_put(n->tx, &n->p->table, &out, err);
}

static int rename_field(struct rename *n, const struct field_def *f, const char *entry,
			struct err *err)
{
	struct table_filter by = { f->id, TABLE_EQ, entry };
	struct table_query q = {
		.filter = &by, .filter_count = 1, .sort = TABLE_ENTRY, .limit = RENAME_PAGE
	};
	size_t i;
	int r;

	do {
		arena_release(&n->arena);
		n->count = 0;
		n->row = arena_calloc(&n->arena, RENAME_PAGE, sizeof *n->row);
		r = n->row ? table_query(n->c, &n->p->table, &q, rename_collect, n, err)
			   : err_nomem(err);
		for (i = 0; i < n->count && r >= 0; i++)
			r = rename_row(n, &n->row[i], err);
		q.offset += RENAME_PAGE;
	} while (r >= 0 && n->count == RENAME_PAGE);
	return r;
}

int projection_renamed(struct ledgers *l, struct tx *tx, const struct entry *e, struct err *err)
{
	struct rename n = { .l = l, .c = tx_conn(tx), .tx = tx };
	size_t i, j;
	int r = 0;

	arena_init(&n.arena, 0);
	for (i = 0; i < l->count; i++) {
		n.p = &l->item[i];
		for (j = 0; j < n.p->def->field_count && r >= 0; j++) {
			const struct field_def *f = &n.p->def->field[j];

			if (f->type == FIELD_REF && f->ref == e->def && !field_sealed(f))
				r = rename_field(&n, f, e->id, err);
		}
	}
	arena_release(&n.arena);
	return r;
}
