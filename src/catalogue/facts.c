#include "catalogue/facts.h"

#include <stdio.h>
#include <string.h>

/* What the entry is called; there is never more than one. */
#define TITLE "施設のようす"

static const char *const names[FACT_ANSWER_MAX] = { "", "yes", "no", "unknown" };

const char *fact_answer_name(enum fact_answer a)
{
	return names[a];
}

const char *fact_answer_label(enum fact_answer a)
{
	static const char *const labels[FACT_ANSWER_MAX] = { "未回答", "はい", "いいえ",
							     "分からない" };

	return labels[a];
}

int fact_answer_parse(const char *name)
{
	int a;

	for (a = 0; a < FACT_ANSWER_MAX; a++)
		if (strcmp(names[a], name) == 0)
			return a;
	return -1;
}

struct taking {
	const struct definitions *defs;
	const struct ledger_def *def;
	struct facts *facts;
};

static int take_row(void *arg, const struct list_row *row, struct err *err)
{
	struct taking *t = arg;
	size_t count, i;
	const struct fact_def *fact = define_facts(t->defs, &count);

	(void)err;
	snprintf(t->facts->entry, sizeof t->facts->entry, "%s", row->id);
	t->facts->rev = row->rev;
	for (i = 0; i < count; i++) {
		int field = ledger_field(t->def, fact[i].id);
		int answer = field < 0 ? 0 : fact_answer_parse(row->value[field]);

		t->facts->answer[i] = answer < 0 ? FACT_OPEN : (enum fact_answer)answer;
	}
	return 0;
}

int facts_read(struct ledgers *l, struct conn *c, struct facts *ret, struct err *err)
{
	/* Should an import have made a second one, the newest holds. */
	struct list_query q = { .sort = -2, .descending = true, .limit = 1 };
	struct taking t = { ledgers_defs(l), NULL, ret };
	int r = ledgers_find(l, "scope", &t.def, err);

	memset(ret, 0, sizeof *ret);
	q.def = t.def;
	return r < 0 ? r : list_each(l, c, &q, take_row, &t, err);
}

/* The fields of the answers; what the ledger holds besides keeps its value. */
static int fill(const struct definitions *d, const struct ledger_def *def, const struct facts *f,
		const char **value, struct err *err)
{
	size_t count, i;
	const struct fact_def *fact = define_facts(d, &count);

	if (!*value[def->name_field])
		value[def->name_field] = TITLE;
	for (i = 0; i < count; i++) {
		int field = ledger_field(def, fact[i].id);

		if (field < 0)
			return err_set(err, ERR_BUG,
				       "台帳 scope に項目 %s がありません。contentを確かめてくださ"
				       "い",
				       fact[i].id);
		value[field] = fact_answer_name(f->answer[i]);
	}
	return 0;
}

/* What stands in the entry now, so that a save changes the answers alone. */
static int begin_values(struct ledgers *l, const struct ledger_def *def, const struct facts *f,
			struct arena *a, const char ***ret, struct err *err)
{
	const char **value = arena_calloc(a, def->field_count, sizeof *value);
	struct conn *c = NULL;
	struct entry e;
	size_t i;
	int r = 0;

	if (!value)
		return err_nomem(err);
	for (i = 0; i < def->field_count; i++)
		value[i] = "";
	*ret = value;
	if (!*f->entry)
		return 0;
	r = store_read_begin(ledgers_store(l), &c, err);
	if (r == 0)
		r = entry_get(l, c, def, f->entry, f->rev, a, &e, err);
	for (i = 0; r == 0 && i < def->field_count; i++)
		value[i] = e.value[i];
	store_read_end(c);
	return r;
}

static int write(struct ledgers *l, const struct actor *who, const struct facts *f, const char *key,
		 struct arena *a, struct receipt *ret, struct err *err)
{
	struct change change = { .entry = *f->entry ? f->entry : NULL,
				 .base_rev = f->rev,
				 .op = OP_SAVE,
				 .confirm = true,
				 .reason = "",
				 .key = key };
	struct faults faults = { .count = 0 };
	const char **value = NULL;
	char id[ID_SIZE];
	int r = ledgers_find(l, "scope", &change.def, err);

	if (r == 0)
		r = begin_values(l, change.def, f, a, &value, err);
	if (r == 0)
		r = fill(ledgers_defs(l), change.def, f, value, err);
	change.value = value;
	return r < 0 ? r : entry_change(l, who, &change, id, ret, &faults, err);
}

int facts_save(struct ledgers *l, const struct actor *who, const struct facts *f, const char *key,
	       struct receipt *ret, struct err *err)
{
	struct arena arena;
	int r;

	arena_init(&arena, 0);
	r = write(l, who, f, key, &arena, ret, err);
	arena_release(&arena);
	return r;
}
