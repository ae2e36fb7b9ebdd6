/* What is to be looked for under which value, and the rows that are meant. */
#include <stdlib.h>
#include <string.h>

#include "base/fold.h"
#include "trail/question_plan.h"

#define HOUR_US 3600000000LL
#define JAPAN_US (9 * HOUR_US)

static bool given(const char *s)
{
	return s && *s;
}

static int add(struct plan *p, struct probe probe, struct err *err)
{
	size_t n = p->alloc ? p->alloc * 2 : 16;
	struct probe *more;

	if (p->count == p->alloc) {
		more = arena_calloc(p->arena, n, sizeof *more);
		if (!more)
			return err_nomem(err);
		if (p->count)
			memcpy(more, p->probe, p->count * sizeof *more);
		p->probe = more;
		p->alloc = n;
	}
	if (!probe.value)
		return err_nomem(err);
	p->probe[p->count++] = probe;
	return 0;
}

static const char *folded(struct plan *p, const char *typed)
{
	char key[WHO_LOGIN_SIZE];

	who_fold(typed, key);
	return arena_strdup(p->arena, key);
}

/* --- values ------------------------------------------------------------------------------- */

static bool known(const struct plan *p, enum evidence_by by, const char *value)
{
	size_t i;

	for (i = 0; i < p->count; i++)
		if (p->probe[i].by == by && strcmp(p->probe[i].value, value) == 0)
			return true;
	return false;
}

/* As given, folded, and without zeros in front: how a source writes numbers differs. */
static int patient_probes(struct plan *p, struct err *err)
{
	const char *typed = p->ask->patient, *key = folded(p, typed);
	const char *values[3] = { typed, key, key };
	size_t i;
	int r = 0;

	if (!key)
		return err_nomem(err);
	while (values[2][0] == '0' && values[2][1])
		values[2]++;
	for (i = 0; r == 0 && i < 3; i++)
		if (*values[i] && !known(p, EVIDENCE_BY_PATIENT, values[i]))
			r = add(p, (struct probe){ .by = EVIDENCE_BY_PATIENT, .value = values[i] },
				err);
	return r;
}

static int login_probe(void *arg, const struct who_login *login, struct err *err)
{
	struct plan *p = arg;
	const char *key = folded(p, login->login);

	if (key && (!*key || known(p, EVIDENCE_BY_USER, key)))
		return 0;
	return add(p,
		   (struct probe){ .by = EVIDENCE_BY_USER, .value = key, .person = p->person->id },
		   err);
}

static int user_probes(struct plan *p, struct err *err)
{
	const struct who_person *found[2];
	size_t n = who_search(p->list, p->ask->user, found, 2);
	int r;

	if (n > 1)
		return err_field(err, ERR_INVALID, "user",
				 "利用者の条件に当てはまる人が%zu人います。職員番号で指定して"
				 "ください",
				 n);
	if (n == 0) {
		const char *key = folded(p, p->ask->user);

		r = add(p, (struct probe){ .by = EVIDENCE_BY_USER, .value = key }, err);
		if (r == 0 && strcmp(key, p->ask->user) != 0)
			r = add(p,
				(struct probe){ .by = EVIDENCE_BY_USER, .value = p->ask->user },
				err);
		return r;
	}
	p->person = found[0];
	r = add(p, (struct probe){ .by = EVIDENCE_BY_USER, .value = found[0]->id }, err);
	return r < 0 ? r : who_logins(p->list, found[0]->id, login_probe, p, err);
}

static int terminal_probes(struct plan *p, struct err *err)
{
	const char *key = folded(p, p->ask->terminal);
	int r = add(p, (struct probe){ .by = EVIDENCE_BY_TERMINAL, .value = p->ask->terminal },
		    err);

	if (r == 0 && key && *key && strcmp(key, p->ask->terminal) != 0)
		r = add(p, (struct probe){ .by = EVIDENCE_BY_TERMINAL, .value = key }, err);
	return r;
}

static bool special(enum who_kind kind)
{
	return kind == WHO_SHARED || kind == WHO_EMERGENCY || kind == WHO_MAINTENANCE;
}

static int special_probe(void *arg, const struct who_login *login, struct err *err)
{
	struct plan *p = arg;
	const char *key = special(login->kind) ? folded(p, login->login) : "";

	if (key && (!*key || known(p, EVIDENCE_BY_USER, key)))
		return 0;
	return add(p, (struct probe){ .by = EVIDENCE_BY_USER, .value = key, .special = true }, err);
}

static int class_probe(struct plan *p, const char *class, struct err *err)
{
	return add(p, (struct probe){ .by = EVIDENCE_BY_CLASS, .value = class }, err);
}

static int special_probes(struct plan *p, struct err *err)
{
	int r = class_probe(p, "emergency", err);

	return r < 0 ? r : who_logins(p->list, NULL, special_probe, p, err);
}

static int missing(const char *field, const char *what, struct err *err)
{
	return err_field(err, ERR_INVALID, field, "この問いには%sが必要です。指定してください",
			 what);
}

static int window_probes(struct plan *p, struct err *err)
{
	int r;

	if (!p->ask->from_us)
		return missing("from", "期間の始まり", err);
	switch (p->ask->question) {
	case QUESTION_HANDOUT:
		r = class_probe(p, "print", err);
		return r < 0 ? r : class_probe(p, "export", err);
	case QUESTION_NIGHT:
		p->night = true;
		return class_probe(p, "signin", err);
	default:
		return special_probes(p, err);
	}
}

int plan_questions(struct plan *p, struct err *err)
{
	const struct question_ask *a = p->ask;

	switch (a->question) {
	case QUESTION_PATIENT:
		return given(a->patient) ? patient_probes(p, err)
					 : missing("patient", "患者番号", err);
	case QUESTION_USER:
		return given(a->user) ? user_probes(p, err)
				      : missing("user", "利用者（氏名・職員番号・ID）", err);
	case QUESTION_TERMINAL:
		return given(a->terminal) ? terminal_probes(p, err)
					  : missing("terminal", "端末の名前かアドレス", err);
	case QUESTION_ACTION:
		return given(a->class) ? class_probe(p, a->class, err)
				       : missing("class", "操作の種類", err);
	case QUESTION_SOURCE:
		return given(a->source) ? add(p,
					      (struct probe){ .by = EVIDENCE_BY_SOURCE,
							      .value = a->source },
					      err)
					: missing("source", "システム", err);
	default:
		return window_probes(p, err);
	}
}

/* --- rows ----------------------------------------------------------------------------------- */

struct evidence_query plan_query(const struct plan *p, const struct probe *probe)
{
	const struct question_ask *a = p->ask;
	struct evidence_query q = { .by = probe->by,
				    .value = probe->value,
				    .from_us = a->from_us,
				    .to_us = a->to_us,
				    .descending = a->descending };

	q.class = given(a->class) && probe->by != EVIDENCE_BY_CLASS ? a->class : NULL;
	q.source = given(a->source) && probe->by != EVIDENCE_BY_SOURCE ? a->source : NULL;
	q.outcome = given(a->outcome) ? a->outcome : NULL;
	return q;
}

static bool at_night(const struct question_ask *a, int64_t at_us)
{
	int from = a->night_from || a->night_to ? a->night_from : NIGHT_FROM;
	int to = a->night_from || a->night_to ? a->night_to : NIGHT_TO;
	int hour = (int)((at_us + JAPAN_US) / HOUR_US % 24);

	return from <= to ? hour >= from && hour < to : hour >= from || hour < to;
}

bool plan_wants(const struct plan *p, const struct probe *probe, const struct evidence_row *row)
{
	const struct who_login *account;
	const char *person;

	if (p->night && !at_night(p->ask, row->place.at_us))
		return false;
	if (probe->special) {
		account = who_account(p->list, row->source, probe->value);
		return account && special(account->kind);
	}
	if (!probe->person)
		return true;
	person = who_of(p->list, row->source, probe->value);
	return person && strcmp(person, probe->person) == 0;
}

bool plan_plain(const struct plan *p)
{
	size_t i;

	for (i = 0; i < p->count; i++)
		if (p->probe[i].person || p->probe[i].special)
			return false;
	return !p->night && p->ask->question != QUESTION_SPECIAL;
}

struct walk {
	const struct plan *p;
	const struct probe *probe;
	struct hits *h;
	size_t kept, most;
};

/* The same text once: an answer has few sources. */
static const char *word(struct walk *w, const char *text)
{
	struct hits *h = w->h;
	const char **more;
	size_t i;

	for (i = 0; i < h->words; i++)
		if (strcmp(h->word[i], text) == 0)
			return h->word[i];
	more = arena_calloc(w->p->arena, h->words + 1, sizeof *more);
	if (!more)
		return NULL;
	if (h->words)
		memcpy(more, h->word, h->words * sizeof *more);
	h->word = more;
	return h->word[h->words++] = arena_strdup(w->p->arena, text);
}

static int keep(void *arg, const struct evidence_row *row, struct err *err)
{
	struct walk *w = arg;
	struct hits *h = w->h;

	if (!plan_wants(w->p, w->probe, row))
		return 0;
	if (h->count == h->alloc) {
		size_t n = h->alloc ? h->alloc * 2 : 256;
		struct hit *more = realloc(h->item, n * sizeof *more);

		if (!more)
			return err_nomem(err);
		h->item = more;
		h->alloc = n;
	}
	h->item[h->count] = (struct hit){ .place = row->place,
					  .user = row->user,
					  .patient = row->patient,
					  .source = word(w, row->source) };
	if (!h->item[h->count++].source)
		return err_nomem(err);
	return ++w->kept == w->most;
}

static int by_place(const void *a, const void *b)
{
	const struct evidence_place *x = &((const struct hit *)a)->place;
	const struct evidence_place *y = &((const struct hit *)b)->place;

	if (x->at_us != y->at_us)
		return x->at_us < y->at_us ? -1 : 1;
	if (x->month != y->month)
		return x->month < y->month ? -1 : 1;
	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

static int by_place_down(const void *a, const void *b)
{
	return by_place(b, a);
}

/* An event may be found under several values. */
static void once(struct hits *h, bool descending)
{
	size_t i, n = 0;

	if (h->count)
		qsort(h->item, h->count, sizeof *h->item, descending ? by_place_down : by_place);
	for (i = 0; i < h->count; i++)
		if (n == 0 || by_place(&h->item[n - 1], &h->item[i]) != 0)
			h->item[n++] = h->item[i];
	h->count = n;
}

int plan_hits(const struct plan *p, bool paged, size_t most, struct hits *ret, struct err *err)
{
	size_t i, cap = most ? most : QUESTION_ROWS_MAX + 1;
	int r = 0;

	memset(ret, 0, sizeof *ret);
	for (i = 0; r >= 0 && i < p->count; i++) {
		struct evidence_query q = plan_query(p, &p->probe[i]);
		struct walk w = { .p = p, .probe = &p->probe[i], .h = ret, .most = cap };

		if (paged)
			q.after = p->ask->after;
		r = evidence_find(p->s, &q, keep, &w, err);
		if (r >= 0 && !most && w.kept > QUESTION_ROWS_MAX)
			r = err_set(err, ERR_LIMIT,
				    "当てはまる記録が%d件を超えます。期間を短くしてください",
				    QUESTION_ROWS_MAX);
	}
	if (r < 0)
		return r;
	once(ret, p->ask->descending);
	if (most && ret->count > most)
		ret->count = most;
	return 0;
}

void hits_release(struct hits *h)
{
	free(h->item);
	h->item = NULL;
}
