#include "vendor/asked.h"

#include <string.h>

#include "define/value.h"
#include "round/sharing.h"

static const struct {
	const char *name, *label;
} fields[ASKED_MAX] = {
	[ASKED_DOER] = { "doer", "行う者" },
	[ASKED_VALUE] = { "value", "回答" },
	[ASKED_GIVEN] = { "given", "答え" },
	[ASKED_STATEMENTS] = { "statements", "満たしている文" },
	[ASKED_CONFIRMED] = { "confirmed_on", "確認日" },
	[ASKED_TARGET] = { "target_on", "目標日" },
	[ASKED_COMPLETED] = { "completed_on", "完了日" },
	[ASKED_RESPONSIBLE] = { "responsible", "担当者" },
	[ASKED_NOTE] = { "note", "備考" },
	[ASKED_POINTS] = { "open_points", "残っている点" },
};

const char *asked_field_name(enum asked_field f)
{
	return fields[f].name;
}

const char *asked_label(const struct asked *a, enum asked_field f)
{
	return a->shares && f == ASKED_VALUE ? "初回確認" : fields[f].label;
}

/* --- what is asked ------------------------------------------------------------------- */

static int take_lines(struct asked *a, struct arena *arena, struct err *err)
{
	size_t i;

	a->line = arena_calloc(arena, a->view.line_count + 1, sizeof(*a->line));
	if (!a->line)
		return err_nomem(err);
	for (i = 0; i < a->view.line_count; i++) {
		const struct round_line *line = &a->view.line[i];

		if (round_asks_vendor(&a->view.round, line->column ? line->column->id : NULL))
			a->line[a->count++] = line;
	}
	if (!a->count)
		return err_set(err, ERR_INVALID, "「%s」には、事業者が答える項目がありません",
			       a->view.round.title);
	return 0;
}

int asked_read(struct ledgers *l, struct conn *c, const struct actor *who, const char *round,
	       struct arena *arena, struct asked *ret, struct err *err)
{
	int r;

	memset(ret, 0, sizeof *ret);
	r = round_view(l, c, round, ROUND_UNNAMED, arena, &ret->view, err);
	if (r == ERR_NOT_FOUND ||
	    (r == 0 && !sight_round(who, ret->view.round.id, ret->view.round.scope)))
		return err_set(err, ERR_NOT_FOUND,
			       "その点検はありません。「年度の点検」の一覧から選んでください");
	if (r < 0)
		return r;
	ret->shares = catalogue_shares(ret->view.round.catalogue);
	return take_lines(ret, arena, err);
}

int asked_find(const struct asked *a, const char *item, const char *column)
{
	size_t i;

	for (i = 0; i < a->count; i++)
		if (strcmp(a->line[i]->item->id, item) == 0 &&
		    strcmp(a->line[i]->column ? a->line[i]->column->id : "", column) == 0)
			return (int)i;
	return -1;
}

const char *asked_name(const struct round_line *line, struct arena *arena)
{
	bool shown = line->column && strcmp(line->column->id, COLUMN_VENDOR) != 0;

	return shown ? arena_printf(arena, "%s %s", line->item->id, line->column->label)
		     : line->item->id;
}

bool asked_has(const struct asked *a, const struct round_line *line, enum asked_field f)
{
	switch (f) {
	case ASKED_DOER:
	case ASKED_POINTS: return a->shares;
	case ASKED_GIVEN: return line->item->ask != ASK_YESNO;
	case ASKED_STATEMENTS: return line->item->statement_count > 0;
	default: return true;
	}
}

bool asked_any(const struct asked *a, enum asked_field f)
{
	size_t i;

	for (i = 0; i < a->count; i++)
		if (asked_has(a, a->line[i], f))
			return true;
	return false;
}

/* --- an answer as typed ---------------------------------------------------------------- */

void typed_clear(struct typed_answer *t)
{
	int f;

	for (f = 0; f < ASKED_MAX; f++)
		t->text[f] = "";
}

bool typed_answered(const struct typed_answer *t)
{
	return *t->text[ASKED_VALUE] || *t->text[ASKED_GIVEN];
}

bool typed_empty(const struct typed_answer *t)
{
	int f;

	for (f = 0; f < ASKED_MAX; f++)
		if (*t->text[f])
			return false;
	return true;
}

void typed_stored(const struct round_line *line, struct typed_answer *ret)
{
	const struct answer *a = &line->now;

	typed_clear(ret);
	if (a->value == ANSWER_UNCONFIRMED)
		return;
	ret->text[ASKED_DOER] = doer_name(a->doer);
	ret->text[ASKED_VALUE] = answer_name(a->value);
	ret->text[ASKED_GIVEN] = a->given;
	ret->text[ASKED_STATEMENTS] = a->statements;
	ret->text[ASKED_CONFIRMED] = a->confirmed_on;
	ret->text[ASKED_TARGET] = a->target_on;
	ret->text[ASKED_COMPLETED] = a->completed_on;
	ret->text[ASKED_RESPONSIBLE] = a->responsible_name;
	ret->text[ASKED_NOTE] = a->note;
	ret->text[ASKED_POINTS] = a->open_points;
}

static void fault(struct faults *faults, enum asked_field f, const char *text)
{
	if (faults->count < sizeof faults->item / sizeof faults->item[0])
		(void)err_field(&faults->item[faults->count++], ERR_INVALID, fields[f].name, "%s",
				text);
}

/* A word of an enum of the ledger, however people write it; "" when it is none. */
static int word_of(const struct ledger_def *answers, enum asked_field f, const char *typed,
		   const char *accepted, struct arena *arena, const char **ret,
		   struct faults *faults, struct err *err)
{
	int i = ledger_field(answers, fields[f].name), r = 0;

	*ret = "";
	if (*typed && i >= 0)
		r = value_parse(&answers->field[i], typed, arena, ret, err);
	if (r == ERR_INVALID) {
		fault(faults, f,
		      arena_printf(arena, "「%.60s」は分かりません。%sのどれかにしてください",
				   typed, accepted));
		*ret = "";
		r = 0;
	}
	return r;
}

static int take_value(const struct ledger_def *answers, const struct round_line *line,
		      const struct typed_answer *t, struct arena *arena, struct answer_change *ret,
		      struct faults *faults, struct err *err)
{
	bool own = line->item->ask != ASK_YESNO;
	const char *word;
	int r = word_of(answers, ASKED_VALUE, t->text[ASKED_VALUE],
			own ? "「対象外」か空欄" : "「はい」「いいえ」「対象外」", arena, &word,
			faults, err);
	int value = answer_parse(word);

	if (r < 0)
		return r;
	if (own && *t->text[ASKED_GIVEN] && (!*word || value == ANSWER_UNCONFIRMED))
		value = ANSWER_GIVEN;
	if (!faults->count && (value < 0 || value == ANSWER_UNCONFIRMED))
		fault(faults, own ? ASKED_GIVEN : ASKED_VALUE,
		      own ? "答えを書いてください。答えるものがなければ「対象外」にします"
			  : "「はい」「いいえ」「対象外」のどれかを選んでください");
	ret->value = value < 0 ? ANSWER_UNCONFIRMED : (enum answer_value)value;
	return 0;
}

/* Of a sheet: はい with a statement left out says why, so marks are taken as they stand. */
static const char *statements(const struct round_line *line, const struct typed_answer *t)
{
	return line->item->statement_count && *t->text[ASKED_STATEMENTS] ? t->text[ASKED_STATEMENTS]
									 : NULL;
}

int typed_change(struct ledgers *l, const struct asked *a, const struct round_line *line,
		 const struct typed_answer *t, const char *answered_by, struct arena *arena,
		 struct answer_change *ret, struct faults *faults, struct err *err)
{
	const struct ledger_def *answers;
	const char *doer = "";
	int r = ledgers_find(l, "answers", &answers, err), parsed;

	*ret = (struct answer_change){ .round = a->view.round.id,
				       .item = line->item->id,
				       .column = line->column ? line->column->id : "",
				       .base_rev = line->now.rev,
				       .confirmed_on = t->text[ASKED_CONFIRMED],
				       .target_on = t->text[ASKED_TARGET],
				       .completed_on = t->text[ASKED_COMPLETED],
				       .responsible = t->text[ASKED_RESPONSIBLE],
				       .note = t->text[ASKED_NOTE],
				       .given = t->text[ASKED_GIVEN],
				       .statements = statements(line, t),
				       .open_points = t->text[ASKED_POINTS],
				       .answered_by = answered_by,
				       .reply = true };
	if (r == 0)
		r = take_value(answers, line, t, arena, ret, faults, err);
	if (r == 0)
		r = word_of(answers, ASKED_DOER, t->text[ASKED_DOER],
			    "「医療機関」「事業者」「共同」「対象外」", arena, &doer, faults, err);
	parsed = doer_parse(doer);
	ret->doer = parsed < 0 ? DOER_UNSAID : (enum doer)parsed;
	return r;
}
