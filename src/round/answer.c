/* Confirming an answer. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "define/value.h"
#include "round/answers.h"
#include "round/fields.h"
#include "round/round.h"

struct answering {
	struct ledgers *l;
	const struct actor *who;
	const struct answer_change *change;
	struct arena *arena;
	struct round_view view;
	const struct round_line *line;
	const char *confirmed, *target;
};

static void fault(struct faults *faults, const char *field, const char *text)
{
	if (faults->count < sizeof faults->item / sizeof faults->item[0])
		(void)err_field(&faults->item[faults->count++], ERR_INVALID, field, "%s", text);
}

static int find_line(struct answering *a, struct err *err)
{
	size_t i;

	for (i = 0; i < a->view.line_count; i++) {
		const struct round_line *l = &a->view.line[i];

		if (strcmp(l->item->id, a->change->item) == 0 &&
		    strcmp(l->column ? l->column->id : "", a->change->column) == 0) {
			a->line = l;
			return 0;
		}
	}
	return err_set(err, ERR_NOT_FOUND, "この点検に項目 %s（%s）はありません", a->change->item,
		       a->change->column);
}

/* Reads a date as typed into *ret ("" when empty); false if it is none. */
static bool read_date(struct answering *a, const char *typed, const char **ret)
{
	char date[DATE_SIZE];

	*ret = "";
	if (!typed || !*typed)
		return true;
	if (!date_parse(typed, date))
		return false;
	*ret = arena_strdup(a->arena, date);
	return *ret != NULL;
}

static void check_target(struct answering *a, struct faults *faults)
{
	char first[DATE_SIZE], last[DATE_SIZE], text[256];

	fiscal_year_range(a->view.round.year, first, last);
	if (a->change->value != ANSWER_NO) {
		if (*a->target)
			fault(faults, "target_on",
			      "目標日は「いいえ」のときだけ書きます。空にしてください");
		return;
	}
	if (*a->target && strcmp(a->target, first) >= 0 && strcmp(a->target, last) <= 0)
		return;
	snprintf(text, sizeof text,
		 "「いいえ」のときは、%sから%"
		 "sまでの目標日を書いてください（年度内に「はい」にする日）",
		 first, last);
	fault(faults, "target_on", text);
}

static void check_dates(struct answering *a, struct faults *faults)
{
	char today[DATE_SIZE];

	date_today(today);
	if (!read_date(a, a->change->confirmed_on, &a->confirmed))
		fault(faults, "confirmed_on",
		      "確認日が日付ではありません。2026-11-20 や 令和8年11月20日 "
		      "のように書いてください");
	else if (strcmp(a->confirmed, today) > 0)
		fault(faults, "confirmed_on",
		      "確認日が未来になっています。確かめた日を書いてください");
	if (!read_date(a, a->change->target_on, &a->target))
		fault(faults, "target_on",
		      "目標日が日付ではありません。2026-11-20 や 令和8年11月20日 "
		      "のように書いてください");
	else
		check_target(a, faults);
	if (!*a->confirmed && a->change->value != ANSWER_UNCONFIRMED)
		a->confirmed = arena_strdup(a->arena, today);
	if (a->change->value == ANSWER_NA && (!a->change->note || !*a->change->note))
		fault(faults, "note", "「対象外」のときは、その理由を備考に書いてください");
}

/* Every line of the evidence must name an entry that exists. */
static int check_evidence(struct answering *a, struct conn *c, struct faults *faults,
			  struct err *err)
{
	const char *p = a->change->evidence_refs ? a->change->evidence_refs : "";

	while (*p) {
		size_t len = strcspn(p, "\n");
		char *line = arena_strndup(a->arena, p, len);
		char *slash = line ? strchr(line, '/') : NULL;
		const struct ledger_def *def;
		struct entry e;

		if (!line)
			return err_nomem(err);
		if (slash)
			*slash = '\0';
		def = slash ? define_ledger(ledgers_defs(a->l), line) : NULL;
		if (len && (!def || entry_get(a->l, c, def, slash + 1, 0, a->arena, &e, NULL) < 0))
			fault(faults, "evidence_refs",
			      "証拠に選んだ件が台帳にありません。選び直してください");
		p += len + (p[len] == '\n');
	}
	return 0;
}

static int fill(struct answering *a, const struct ledger_def *def, const char **value,
		struct err *err)
{
	const struct answer_change *ch = a->change;
	const struct {
		const char *field, *stored;
	} pairs[] = {
		{ "round", a->view.round.id },
		{ "item", ch->item },
		{ "column", ch->column },
		{ "slot",
		  arena_printf(a->arena, "%s/%s/%s", a->view.round.id, ch->item, ch->column) },
		{ "value", answer_name(ch->value) },
		{ "confirmed_on", a->confirmed },
		{ "target_on", a->target },
		{ "evidence_refs", ch->evidence_refs },
		{ "evidence_files", ch->evidence_files },
		/* What the ledgers said when the person decided. */
		{ "proposal", a->line->proposal.reason },
	};
	const char *note = "";
	int index = ledger_field(def, "note"), r = 0;
	size_t i;

	if (index >= 0)
		r = value_parse(&def->field[index], ch->note ? ch->note : "", a->arena, &note, err);
	for (i = 0; r == 0 && i < sizeof pairs / sizeof pairs[0]; i++)
		r = system_put(def, value, pairs[i].field, pairs[i].stored, err);
	return r < 0 ? r : system_put(def, value, "note", note, err);
}

static int write_answer(struct answering *a, struct receipt *ret, struct faults *faults,
			struct err *err)
{
	const struct ledger_def *def;
	const char **value;
	char id[ID_SIZE];
	int r = ledgers_find(a->l, "answers", &def, err);

	if (r < 0)
		return r;
	value = system_values(def, a->arena);
	r = value ? fill(a, def, value, err) : err_nomem(err);
	if (r < 0)
		return r;
	/* An answer given meanwhile makes base_rev 0 a conflict there, unless the key is
	 * that of this very form sent twice. */
	r = entry_change(a->l, a->who,
			 &(struct change){ .def = def,
					   .entry = a->line->now.id[0] ? a->line->now.id : NULL,
					   .base_rev = a->change->base_rev,
					   .op = OP_SAVE,
					   .confirm = true,
					   .value = value,
					   .reason = "",
					   .key = a->change->key },
			 id, ret, faults, err);
	/* Two first answers at the same moment: the slot is the second one's only fault. */
	if (r == ERR_INVALID && faults->count == 1 && strcmp(faults->item[0].field, "slot") == 0)
		return err_set(
			err, ERR_CONFLICT,
			"この項目は、ほかの人が先に答えています。画面を開き直して確かめてください");
	return r;
}

static int load(struct answering *a, struct faults *faults, struct err *err)
{
	struct conn *c;
	int r = store_read_begin(ledgers_store(a->l), &c, err);

	if (r < 0)
		return r;
	r = round_view(a->l, c, a->change->round, true, a->arena, &a->view, err);
	if (r == 0)
		r = find_line(a, err);
	if (r == 0)
		r = check_evidence(a, c, faults, err);
	store_read_end(c);
	return r;
}

int round_answer(struct ledgers *l, const struct actor *who, const struct answer_change *c,
		 struct receipt *ret, struct faults *faults, struct err *err)
{
	struct answering a = { .l = l, .who = who, .change = c };
	struct arena arena;
	int r = permit(who, PERM_ROUND_ANSWER, NULL, err);

	faults->count = 0;
	if (r < 0)
		return r;
	arena_init(&arena, 0);
	a.arena = &arena;
	r = load(&a, faults, err);
	if (r == 0) {
		check_dates(&a, faults);
		if (faults->count)
			r = err_set(err, ERR_INVALID, "%s", faults->item[0].text);
	}
	if (r == 0)
		r = write_answer(&a, ret, faults, err);
	arena_release(&arena);
	return r;
}
