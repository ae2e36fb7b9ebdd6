#include "people/staff.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/fold.h"
#include "people/fields.h"
#include "people/person.h"

#define NAMED_MAX 5 /* namesakes a message lists */

static const char *label_of(const struct ledger_def *def, const char *const *value,
			    struct arena *arena)
{
	const char *number = field_text(def, value, "staff_no");

	return arena_printf(arena, "%s%s%s", number, *number ? " " : "",
			    field_text(def, value, "name"));
}

static int each(struct ledgers *l, struct conn *c, const struct sight *sight,
		const struct ledger_def *def,
		int (*row)(void *arg, const struct list_row *r, struct err *err), void *arg,
		struct err *err)
{
	struct list_query q = { .def = def, .sight = sight, .sort = -1 };

	return list_each(l, c, &q, row, arg, err);
}

/* --- labels --------------------------------------------------------------------- */

struct labels {
	const struct ledger_def *def;
	const char **item;
	size_t count, alloc;
	char today[DATE_SIZE];
	struct arena *arena;
};

static int keep_label(void *arg, const struct list_row *row, struct err *err)
{
	struct labels *w = arg;
	const char **more;

	if (person_gone(w->def, row->value, w->today))
		return 0;
	if (w->count == w->alloc) {
		more = arena_calloc(w->arena, w->alloc * 2 + 64, sizeof *more);
		if (!more)
			return err_nomem(err);
		if (w->count)
			memcpy(more, w->item, w->count * sizeof *more);
		w->item = more;
		w->alloc = w->alloc * 2 + 64;
	}
	w->item[w->count] = label_of(w->def, row->value, w->arena);
	return w->item[w->count++] ? 0 : err_nomem(err);
}

int staff_labels(struct ledgers *l, struct conn *c, const struct sight *sight, struct arena *arena,
		 const char ***ret, size_t *ret_count, struct err *err)
{
	struct labels w = { .arena = arena };
	int r = ledgers_find(l, "staff", &w.def, err);

	date_today(w.today);
	if (r >= 0)
		r = each(l, c, sight, w.def, keep_label, &w, err);
	*ret = w.item;
	*ret_count = w.count;
	return r < 0 ? r : 0;
}

int staff_label(struct ledgers *l, struct conn *c, const struct sight *sight, const char *id,
		struct arena *arena, const char **ret, struct err *err)
{
	const struct ledger_def *def;
	struct entry e;
	int r;

	*ret = "";
	if (!*id)
		return 0;
	r = ledgers_find(l, "staff", &def, err);
	if (r >= 0)
		r = sight ? entry_see(l, c, sight, id, 0, arena, &e, err)
			  : entry_get(l, c, def, id, 0, arena, &e, err);
	if (r == ERR_NOT_FOUND)
		return 0;
	if (r >= 0)
		*ret = label_of(def, e.value, arena);
	return r < 0 ? r : *ret ? 0 : err_nomem(err);
}

/* --- choosing ------------------------------------------------------------------- */

struct search {
	const struct ledger_def *def;
	char key[1024];	  /* what was typed, folded */
	char id[ID_SIZE]; /* the last that fits */
	const char *all;  /* labels of those that fit, for the message */
	size_t count;
	struct arena *arena;
};

static bool folds_to(const char *text, const char *key)
{
	char mine[1024];

	return *text && fold_key(text, mine, sizeof mine) > 0 && strcmp(mine, key) == 0;
}

static int match(void *arg, const struct list_row *row, struct err *err)
{
	struct search *s = arg;
	const char *label = label_of(s->def, row->value, s->arena);

	if (!label)
		return err_nomem(err);
	if (!folds_to(label, s->key) &&
	    !folds_to(field_text(s->def, row->value, "staff_no"), s->key) &&
	    !folds_to(field_text(s->def, row->value, "name"), s->key))
		return 0;
	snprintf(s->id, sizeof s->id, "%s", row->id);
	if (s->count++ < NAMED_MAX)
		s->all = arena_printf(s->arena, "%s%s「%s」", s->all, s->count > 1 ? "、" : "",
				      label);
	return s->all ? 0 : err_nomem(err);
}

int staff_choose(struct ledgers *l, struct conn *c, const struct sight *sight, const char *typed,
		 struct arena *arena, const char **ret, struct err *err)
{
	struct search s = { .all = "", .arena = arena };
	int r;

	*ret = "";
	if (!typed || !*typed)
		return 0;
	if (fold_key(typed, s.key, sizeof s.key) < 0)
		return err_field(err, ERR_INVALID, "staff", "職員番号か氏名を書いてください。");
	r = ledgers_find(l, "staff", &s.def, err);
	if (r >= 0)
		r = each(l, c, sight, s.def, match, &s, err);
	if (r < 0)
		return r;
	if (s.count == 0)
		return err_field(
			err, ERR_INVALID, "staff",
			"「%s」は職員台帳に見つかりません。職員番号か氏名を確かめるか、先に"
			"職員台帳に登録してください。",
			typed);
	if (s.count > 1)
		return err_field(
			err, ERR_INVALID, "staff",
			"「%s」に当てはまる人が%zu人います（%s）。職員番号で選んでください。",
			typed, s.count, s.all);
	*ret = arena_strdup(arena, s.id);
	return *ret ? 0 : err_nomem(err);
}

int staff_not_needed(struct ledgers *l, struct conn *c, int kind, int role, struct err *err)
{
	struct list_query q = { .sort = -1 };
	int64_t n = 0;
	int r;

	if (kind != ACCOUNT_PERSON || role == ROLE_VENDOR || role == ROLE_INSPECTOR)
		return 0;
	r = ledgers_find(l, "staff", &q.def, err);
	if (r >= 0)
		r = list_count(l, c, &q, 1, &n, err);
	if (r < 0 || n == 0)
		return r;
	return err_field(
		err, ERR_INVALID, "staff",
		"職員台帳の、どの人の利用者IDかを選んでください。職員台帳にいない人は、先に"
		"職員台帳に登録します。");
}
