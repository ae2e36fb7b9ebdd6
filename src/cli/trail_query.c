/* daicho trail query: the questions of the guideline; proof: a complete answer for outside. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "cli/data.h"
#include "cli/trail.h"
#include "cli/trail_print.h"
#include "cli/used.h"
#include "trail/question_text.h"

static int open_either(struct data *d, const char *folder, struct err *err)
{
	int r = data_open(d, folder, 0, err);

	/* While a server runs it alone may write. */
	return r == ERR_BUSY ? data_open(d, folder, STORE_READONLY, err) : r;
}

/* Whoever asks after a person's accesses is noted like one who looks at a record. Waits for the
 * disk: no answer without a note. */
static int note(struct data *d, const struct actor *who, const struct question_ask *ask,
		const char *what, struct err *err)
{
	char detail[QUESTION_NOTE_SIZE];
	const struct event e = { .kind = EVENT_VIEW, .detail = detail };

	question_note(d->store, ask, what, detail);
	return used_note(d, who, &e, err);
}

/* Who asks, and may; a refusal is noted. */
static int admit(struct data *d, const struct invocation *in, struct actor *ret, struct err *err)
{
	int r = data_actor(d, option(in, "as"), ret, err);

	if (r < 0)
		return r;
	r = permit(ret, PERM_TRAIL_PATIENT, NULL, err);
	if (r < 0)
		used_refused(d, ret, "", err);
	return r;
}

/* --- conditions ------------------------------------------------------------------------------ */

static int read_time(const struct invocation *in, const char *name, int64_t *ret, struct err *err)
{
	const char *typed = option(in, name);

	if (!typed || question_time(typed, strcmp(name, "to") == 0, ret))
		return 0;
	return err_set(err, ERR_USAGE,
		       "--%s は 2026-11-20 か \"2026-11-20 14:05\" の形で指定してください: %s", name,
		       typed);
}

/* What a condition alone asks. */
static int implied(const struct invocation *in)
{
	static const struct {
		const char *option;
		enum question question;
	} rows[] = {
		{ "patient", QUESTION_PATIENT }, { "user", QUESTION_USER },
		{ "terminal", QUESTION_TERMINAL }, { "class", QUESTION_ACTION },
		{ "source", QUESTION_SOURCE },
	};
	size_t i;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (option(in, rows[i].option))
			return (int)rows[i].question;
	return -1;
}

static int read_limit(const struct invocation *in, size_t *ret, struct err *err)
{
	const char *typed = option(in, "limit");
	char *end;
	long n;

	if (!typed)
		return 0;
	n = strtol(typed, &end, 10);
	if (*end || n < 1 || n > QUESTION_ROWS_MAX)
		return err_set(err, ERR_USAGE, "--limit は1から%dの数です: %s", QUESTION_ROWS_MAX,
			       typed);
	*ret = (size_t)n;
	return 0;
}

static int read_ask(const struct invocation *in, struct question_ask *ask, struct err *err)
{
	const char *name = option(in, "question");
	int question = name ? question_parse(name) : implied(in), r;

	if (question < 0)
		return err_set(err, ERR_USAGE,
			       "--question で patient user terminal handout night special action "
			       "source のどれかを指定してください%s%s",
			       name ? ": " : "", name ? name : "");
	*ask = (struct question_ask){ .question = (enum question)question,
				      .patient = option(in, "patient"),
				      .user = option(in, "user"),
				      .terminal = option(in, "terminal"),
				      .class = option(in, "class"),
				      .source = option(in, "source"),
				      .descending = option_given(in, "newest") };
	r = read_time(in, "from", &ask->from_us, err);
	if (r == 0)
		r = read_time(in, "to", &ask->to_us, err);
	if (r == 0 && ask->to_us && ask->from_us >= ask->to_us)
		r = err_set(err, ERR_USAGE, "期間の終わりが始まりより前です");
	return r < 0 ? r : read_limit(in, &ask->limit, err);
}

/* --- query ----------------------------------------------------------------------------------- */

static int answer(struct data *d, struct who *who, const struct question_ask *ask,
		  const struct invocation *in, struct err *err)
{
	struct question_answer a;
	struct who_list *list;
	int r = who_take(who, &list, err);

	if (r < 0)
		return r;
	r = question_run(d->store, list, ask, &d->arena, &a, err);
	if (r == 0)
		r = trail_print(d, ask, &a, option(in, "format"), option(in, "out"), err);
	who_drop(list);
	return r;
}

static int query(struct data *d, const struct invocation *in, struct err *err)
{
	struct question_ask ask;
	struct actor actor;
	struct who *who;
	int r = trail_print_known(option(in, "format"), option(in, "out"), err);

	if (r == 0)
		r = read_ask(in, &ask, err);
	if (r == 0)
		r = admit(d, in, &actor, err);
	if (r == 0)
		r = note(d, &actor, &ask, "証跡の照会", err);
	if (r == 0)
		r = who_open(d->ledgers, &who, err);
	if (r < 0)
		return r;
	/* One answer may hold a million rows. */
	d->arena.cap = (size_t)4 * 1024 * 1024 * 1024;
	r = answer(d, who, &ask, in, err);
	who_free(who);
	return r;
}

int trail_query(const struct invocation *in, struct err *err)
{
	struct data d;
	int r = open_either(&d, in->argument[1], err);

	if (r == 0)
		r = query(&d, in, err);
	data_close(&d);
	return r;
}

/* --- proof ----------------------------------------------------------------------------------- */

static int proof(struct data *d, const struct invocation *in, struct err *err)
{
	const char *patient = option(in, "patient"), *out = option(in, "out");
	const char *typed = option(in, "month");
	const struct question_ask ask = { .question = QUESTION_PATIENT, .patient = patient };
	CLEANUP(buf_release) struct buf b;
	struct actor actor;
	int month = 0, r;

	buf_init(&b, ANSWER_BYTES_MAX);
	if (!patient || !*patient || !out)
		return err_set(err, ERR_USAGE, "--patient と --out を指定してください");
	if (!typed || !question_month(typed, &month))
		return err_set(err, ERR_USAGE, "--month で月を 2026-10 の形で指定してください");
	r = admit(d, in, &actor, err);
	if (r == 0)
		r = note(d, &actor, &ask, "漏れのないことの証明の作成", err);
	/* A month is one of receipt: what it holds may have happened before or, by a wrong clock,
	 * after it. The proof is of all it holds. */
	if (r == 0)
		r = evidence_answer(d->store, month, patient, 0, INT64_MAX, true, &b, err);
	if (r == 0)
		r = file_write(out, b.data, b.len, 0600, err);
	if (r == 0)
		printf("%s に書き出しました。tools/verify_answer.py %s --vkey （daicho log key の値）"
		       "で、漏れも改ざんもないことを外で確かめられます。\n",
		       out, out);
	return r;
}

int trail_proof(const struct invocation *in, struct err *err)
{
	struct data d;
	int r = open_either(&d, in->argument[1], err);

	if (r == 0)
		r = proof(&d, in, err);
	data_close(&d);
	return r;
}
