/* What a change refers to must exist, and what is unique must stay so. */
#include <stdio.h>
#include <string.h>

#include "ledger/change.h"

int faults_add(struct faults *faults, const struct err *e)
{
	if (faults && faults->count < sizeof faults->item / sizeof faults->item[0])
		faults->item[faults->count++] = *e;
	return ERR_INVALID;
}

static int check_entry(struct ledgers *l, struct conn *c, const struct field_def *f, const char *id,
		       struct arena *arena, struct err *err)
{
	struct projected_row row;
	int r = projection_find(l, c, f->ref, id, arena, &row, err);

	if (r < 0)
		return r;
	if (r == 0)
		return err_field(
			err, ERR_INVALID, f->name,
			"「%s」に入れた「%s」は「%s」にありません。一覧から選び直してください。",
			f->label.ja, id, f->ref->title.ja);
	if (row.state == STATE_VOIDED)
		return err_field(
			err, ERR_INVALID, f->name,
			"「%s」に選んだ「%s」は取り消されています。別のものを選んでください。",
			f->label.ja, entry_name(l, c, f->ref, id, arena));
	return 0;
}

static int check_account(struct conn *c, const struct field_def *f, const char *id,
			 struct arena *arena, struct err *err)
{
	struct account a;
	int r = strcmp(id, actor_system.account) == 0 ? 0 : account_by_id(c, id, arena, &a, err);

	if (r != ERR_NOT_FOUND)
		return r;
	return err_field(err, ERR_INVALID, f->name,
			 "「%s」に入れた利用者は登録されていません。一覧から選び直してください。",
			 f->label.ja);
}

static int check_file(struct conn *c, const struct field_def *f, const char *hash, struct err *err)
{
	struct file_info info;
	int r = store_file_info(c, hash, &info, err);

	if (r != ERR_NOT_FOUND)
		return r;
	return err_field(err, ERR_INVALID, f->name,
			 "「%s」に付けたファイルが保管されていません。もう一度付けてください。",
			 f->label.ja);
}

static int check_one(struct ledgers *l, struct conn *c, const struct field_def *f, const char *item,
		     struct arena *arena, struct err *err)
{
	switch (f->type) {
	case FIELD_REF:
	case FIELD_REFS: return check_entry(l, c, f, item, arena, err);
	case FIELD_ACCOUNT: return check_account(c, f, item, arena, err);
	default: return check_file(c, f, item, err);
	}
}

/* True if `item` is one of the lines of `lines`. */
static bool among(const char *item, const char *lines)
{
	size_t len = strlen(item);

	while (*lines) {
		size_t n = strcspn(lines, "\n");

		if (n == len && memcmp(lines, item, n) == 0)
			return true;
		lines += n + (lines[n] == '\n');
	}
	return false;
}

static int check_lines(struct ledgers *l, struct conn *c, const struct field_def *f,
		       const char *lines, const char *before, struct arena *arena, struct err *err)
{
	int r = 0;

	while (*lines && r >= 0) {
		size_t n = strcspn(lines, "\n");
		char *item = arena_strndup(arena, lines, n);

		if (!item)
			return err_nomem(err);
		if (n && !among(item, before))
			r = check_one(l, c, f, item, arena, err);
		lines += n + (lines[n] == '\n');
	}
	return r;
}

int refs_check(struct ledgers *l, struct conn *c, const struct ledger_def *def,
	       const char *const *value, const char *const *before, struct arena *arena,
	       struct faults *faults, struct err *err)
{
	int bad = 0;
	size_t i;

	for (i = 0; i < def->field_count; i++) {
		const struct field_def *f = &def->field[i];
		struct err e;
		int r;

		if (!*value[i] || (f->type != FIELD_REF && f->type != FIELD_REFS &&
				   f->type != FIELD_ACCOUNT && f->type != FIELD_FILES))
			continue;
		r = check_lines(l, c, f, value[i], before ? before[i] : "", arena, &e);
		if (r < 0 && (r != ERR_INVALID || !bad) && err)
			*err = e;
		if (r < 0 && r != ERR_INVALID)
			return r;
		if (r < 0)
			bad = faults_add(faults, &e);
	}
	return bad;
}

static int unique_one(struct ledgers *l, struct conn *c, const struct prepared *p, int field,
		      struct arena *arena, struct err *err)
{
	const struct ledger_def *def = p->next.def;
	const struct projection *shape = projection_of(l, def);
	const struct field_def *f = &def->field[field];
	const char *value = p->next.value[field];
	struct table_filter by[] = {
		{ f->id, TABLE_EQ, projection_value(l, def, field, value, arena) },
		{ TABLE_STATE, TABLE_NE, entry_state_name(STATE_VOIDED) },
	};
	struct table_query q = { .filter = by, .filter_count = 2 };
	char other[ID_SIZE] = "";
	int r = by[0].value ? table_other(c, &shape->table, &q, p->next.id, other, err)
			    : err_nomem(err);

	if (r < 0 || !*other)
		return r < 0 ? r : 0;
	return err_field(
		err, ERR_INVALID, f->name,
		"「%s」の「%s」は既に「%s」で使われています。別の値にするか、そちらを開いて"
		"直してください。",
		f->label.ja, field_sealed(f) ? "同じ値" : value,
		p->partial ? "別の記録" : entry_name(l, c, def, other, arena));
}

int unique_check(struct ledgers *l, struct conn *c, const struct prepared *p, struct arena *arena,
		 struct faults *faults, struct err *err)
{
	const struct ledger_def *def = p->next.def;
	int bad = 0;
	size_t i;

	for (i = 0; i < def->field_count; i++) {
		struct err e;
		int r;

		if (!def->field[i].unique || !*p->next.value[i])
			continue;
		/* Untouched by this change: checked when it was written. */
		if (p->before && strcmp(p->before[i], p->next.value[i]) == 0)
			continue;
		r = unique_one(l, c, p, (int)i, arena, &e);
		if (r < 0 && (r != ERR_INVALID || !bad) && err)
			*err = e;
		if (r < 0 && r != ERR_INVALID)
			return r;
		if (r < 0)
			bad = faults_add(faults, &e);
	}
	return bad;
}
