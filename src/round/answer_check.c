/* What an answer must hold to be kept. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "define/value.h"
#include "round/answering.h"
#include "round/given.h"
#include "round/kind.h"

static void fault(struct faults *faults, const char *field, const char *text)
{
	if (faults->count < sizeof faults->item / sizeof faults->item[0])
		(void)err_field(&faults->item[faults->count++], ERR_INVALID, field, "%s", text);
}

/* Takes the message of a refused value over as a fault; other errors stay errors. */
static int refused(int r, struct faults *faults, const struct err *err)
{
	if (r == ERR_INVALID)
		fault(faults, err->field, err->text);
	return r == ERR_INVALID ? 0 : r;
}

/* --- dates ---------------------------------------------------------------------------- */

/* Reads a date as typed into *ret ("" when empty); a fault if it is none. */
static void read_date(struct answering *a, const char *typed, const char *field, const char *label,
		      const char **ret, struct faults *faults)
{
	char date[DATE_SIZE];

	*ret = "";
	if (!typed || !*typed)
		return;
	if (date_parse(typed, date))
		*ret = arena_strdup(a->arena, date);
	else
		fault(faults, field,
		      arena_printf(a->arena,
				   "%sが日付ではありません。2026-11-20 や 令和8年11月20日 "
				   "のように書いてください",
				   label));
}

/* In a contract a target may lie in any year, and open points have one too. */
static void check_target_shared(struct answering *a, struct faults *faults)
{
	bool no = a->change->value == ANSWER_NO, points = *a->open_points;

	if (*a->target && !no && !points)
		fault(faults, "target_on",
		      "目標日は、確認が「いいえ」のときか、残っている点があるときに書きます。空にし"
		      "て"
		      "ください");
	else if (no && !*a->target && !*a->completed)
		fault(faults, "target_on",
		      "確認が「いいえ」のときは、いつまでに済ませるかの目標日を書いてください。済ん"
		      "で"
		      "いれば、完了日を書きます");
}

static void check_target(struct answering *a, struct faults *faults)
{
	char first[DATE_SIZE], last[DATE_SIZE], text[256];

	fiscal_year_range(a->view->round.year, first, last);
	if (a->change->value != ANSWER_NO) {
		if (*a->target)
			fault(faults, "target_on",
			      "目標日は「いいえ」のときだけ書きます。空にしてください");
		return;
	}
	if (*a->target && strcmp(a->target, first) >= 0 && strcmp(a->target, last) <= 0)
		return;
	/* A survey asks how things are, not what is to be done about it. */
	if (!*a->target && !round_kind_of(a->view->round.catalogue)->plans)
		return;
	snprintf(text, sizeof text,
		 "「いいえ」のときは、%sから%"
		 "sまでの目標日を書いてください（年度内に「はい」にする日）",
		 first, last);
	fault(faults, "target_on", text);
}

/* Days of what has been done. */
static void check_past(struct answering *a, struct faults *faults)
{
	enum answer_value value = a->change->value;
	char today[DATE_SIZE];

	date_today(today);
	if (strcmp(a->confirmed, today) > 0)
		fault(faults, "confirmed_on",
		      "確認日が未来になっています。確かめた日を書いてください");
	if (strcmp(a->completed, today) > 0)
		fault(faults, "completed_on",
		      "完了日が未来になっています。やり終えた日を書いてください");
	else if (*a->completed && !a->shares && (value == ANSWER_NO || value == ANSWER_UNCONFIRMED))
		fault(faults, "completed_on",
		      "完了日は、済んで「はい」になってから書きます。空にするか、回答を直してくださ"
		      "い");
	if (*a->confirmed || value == ANSWER_UNCONFIRMED)
		return;
	/* A sheet sent in again on another day says nothing new. */
	if (a->change->reply && a->line->now.value == value)
		a->confirmed = a->line->now.confirmed_on;
	if (!*a->confirmed)
		a->confirmed = arena_strdup(a->arena, today);
}

static void check_dates(struct answering *a, struct faults *faults)
{
	size_t before = faults->count;

	read_date(a, a->change->confirmed_on, "confirmed_on", "確認日", &a->confirmed, faults);
	read_date(a, a->change->completed_on, "completed_on", "完了日", &a->completed, faults);
	read_date(a, a->change->target_on, "target_on", "目標日", &a->target, faults);
	if (!a->confirmed || !a->completed || !a->target)
		return;
	if (faults->count == before && a->shares)
		check_target_shared(a, faults);
	else if (faults->count == before)
		check_target(a, faults);
	check_past(a, faults);
}

/* --- the answer itself ------------------------------------------------------------------- */

static void check_value(struct answering *a, struct faults *faults)
{
	enum answer_value value = a->change->value;
	bool own = a->line->item->ask != ASK_YESNO;

	if (own && (value == ANSWER_YES || value == ANSWER_NO))
		fault(faults, "value",
		      "この項目は「はい・いいえ」ではなく、答えの欄に書いて答えます");
	else if (!own && value == ANSWER_GIVEN)
		fault(faults, "value", "この項目は「はい」「いいえ」「対象外」のどれかで答えます");
	if (value == ANSWER_NA && !*a->note)
		fault(faults, "note", "「対象外」のときは、その理由を備考に書いてください");
}

static int check_given(struct answering *a, struct faults *faults, struct err *err)
{
	enum answer_value value = a->change->value;
	const char *typed = a->change->given ? a->change->given : "";
	size_t before = faults->count;
	int r;

	a->given = "";
	if (a->line->item->ask == ASK_YESNO) {
		if (*typed)
			fault(faults, "given", "この項目に答えの欄はありません。空にしてください");
		return 0;
	}
	r = refused(given_parse(a->line->item, typed, a->arena, &a->given, err), faults, err);
	if (r < 0 || faults->count > before)
		return r;
	if (value == ANSWER_GIVEN && !*a->given)
		fault(faults, "given",
		      "答えを書いてください。答えるものがなければ「対象外」にして、理由を備考に書き"
		      "ます");
	if (value == ANSWER_NA && *a->given)
		fault(faults, "given",
		      "「対象外」のときは答えの欄を空にしてください。書いた答えを残すなら「答える」"
		      "を選びます");
	return 0;
}

/* はい to an item of several statements means all of them, or says why not. */
static int check_statements(struct answering *a, struct faults *faults, struct err *err)
{
	const struct item_def *item = a->line->item;
	const char *note = a->change->note ? a->change->note : "";
	size_t met;
	int r;

	a->statements = "";
	if (!a->change->statements)
		return 0;
	r = refused(statements_parse(item, a->change->statements, a->arena, &a->statements, err),
		    faults, err);
	if (r < 0 || !item->statement_count)
		return r;
	met = lines_count(a->statements);
	if (a->change->value == ANSWER_YES && met < item->statement_count && (!met || !*note))
		fault(faults, "statements",
		      "「はい」にするには、すべての文に印を付けます。当てはまらない文があるときは、"
		      "その理由を備考に書いてください");
	if (a->change->value == ANSWER_NO && met == item->statement_count)
		fault(faults, "statements",
		      "すべての文に印が付いています。「はい」にするか、まだの文の印を外してくださ"
		      "い");
	return 0;
}

/* --- who does it ------------------------------------------------------------------------ */

static void check_doer(struct answering *a, struct faults *faults)
{
	enum answer_value value = a->change->value;
	enum doer doer = a->change->doer;

	a->doer = DOER_UNSAID;
	if (!a->shares) {
		if (doer != DOER_UNSAID)
			fault(faults, "doer",
			      "行う者を書くのは、契約の役割分担の確認表だけです。空にしてください");
		return;
	}
	a->doer = value == ANSWER_NA ? DOER_NONE : doer;
	if (value == ANSWER_NA && doer != DOER_UNSAID && doer != DOER_NONE)
		fault(faults, "doer", "「対象外」のときは、行う者も「対象外」にしてください");
	else if ((value == ANSWER_YES || value == ANSWER_NO) &&
		 (doer == DOER_UNSAID || doer == DOER_NONE))
		fault(faults, "doer",
		      "行う者を「医療機関」「事業者」「共同」から選んでください。どちらも行わないな"
		      "ら"
		      "、確認を「対象外」にします");
}

static int take_text(struct answering *a, const struct ledger_def *def, const char *field,
		     const char *typed, const char **ret, struct faults *faults, struct err *err)
{
	int i = ledger_field(def, field);

	*ret = "";
	if (i < 0 || !typed)
		return 0;
	return refused(value_parse(&def->field[i], typed, a->arena, ret, err), faults, err);
}

static int check_texts(struct answering *a, struct faults *faults, struct err *err)
{
	const struct answer_change *ch = a->change;
	const struct ledger_def *def;
	int r = ledgers_find(a->l, "answers", &def, err);

	if (r == 0)
		r = take_text(a, def, "note", ch->note, &a->note, faults, err);
	if (r == 0)
		r = take_text(a, def, "open_points", ch->open_points, &a->open_points, faults, err);
	if (r == 0)
		r = take_text(a, def, "answered_by", ch->answered_by, &a->answered_by, faults, err);
	if (r == 0 && !a->shares && *a->open_points)
		fault(faults, "open_points",
		      "残っている点を書くのは、契約の役割分担の確認表だけです。空にしてください");
	return r;
}

/* --- whom and with what --------------------------------------------------------------------- */

int responsible_parse(const struct ledger_def *answers, struct conn *c, const char *typed,
		      struct arena *arena, const char **ret_account, const char **ret_name,
		      struct err *err)
{
	int field = ledger_field(answers, "responsible_name"), r;
	struct account account;

	*ret_account = *ret_name = "";
	if (!typed || !*typed)
		return 0;
	r = account_by_id(c, typed, arena, &account, err);
	if (r == ERR_NOT_FOUND)
		r = account_by_login(c, typed, arena, &account, err);
	if (r == 0 && account.disabled)
		return err_field(err, ERR_INVALID, "responsible",
				 "%sさんのIDは止められています。受け持つ人を選び直してください",
				 account.name);
	if (r == 0)
		*ret_account = arena_strdup(arena, account.id);
	if (r != ERR_NOT_FOUND || field < 0)
		return r;
	r = value_parse(&answers->field[field], typed, arena, ret_name, err);
	return r == ERR_INVALID ? err_field(err, ERR_INVALID, "responsible", "%s",
					    arena_strdup(arena, err->text))
				: r;
}

static int check_responsible(struct answering *a, struct conn *c, struct faults *faults,
			     struct err *err)
{
	const struct answer *now = &a->line->now;
	const struct ledger_def *def;
	int r = ledgers_find(a->l, "answers", &def, err);

	if (r < 0)
		return r;
	if (!a->change->responsible) {
		a->responsible = now->responsible;
		a->responsible_name = *now->responsible ? "" : now->responsible_name;
		return 0;
	}
	/* Nobody outside learns which names are accounts here. */
	if (a->change->reply) {
		a->responsible = "";
		return take_text(a, def, "responsible_name", a->change->responsible,
				 &a->responsible_name, faults, err);
	}
	return refused(responsible_parse(def, c, a->change->responsible, a->arena, &a->responsible,
					 &a->responsible_name, err),
		       faults, err);
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

int answer_check(struct answering *a, struct conn *c, struct faults *faults, struct err *err)
{
	int r = check_texts(a, faults, err);

	if (r < 0)
		return r;
	check_value(a, faults);
	check_doer(a, faults);
	check_dates(a, faults);
	r = check_given(a, faults, err);
	if (r == 0)
		r = check_statements(a, faults, err);
	if (r == 0)
		r = check_responsible(a, c, faults, err);
	if (r == 0)
		r = check_evidence(a, c, faults, err);
	return r == 0 && arena_failed(a->arena) ? err_nomem(err) : r;
}
