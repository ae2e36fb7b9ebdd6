/* The index, counted anew: every row it holds against every payload. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "store/evidence_audit.h"
#include "store/evidence_run.h"

/* A row in values that do not depend on the numbers an index gave. */
struct plain_row {
	uint64_t order, key, at, month, seq, patient, user, terminal, source, class, outcome;
};

static bool is_indexed(const struct trail_audit *a, const struct audit_month *m, int64_t seq)
{
	return !mark_before(a->mark, (struct mark){ m->month, seq });
}

static uint64_t word_sum(const struct trail_audit *a, const char *text, size_t len)
{
	return audit_sum(a, text, len);
}

/* Keeps only what the order holds, and gives the sum. */
static uint64_t row_sum(const struct trail_audit *a, enum evidence_by order, struct plain_row *p)
{
	struct plain_row q = *p;

	q.order = order;
	q.patient = index_holds(order, FIELD_PATIENT) ? q.patient : 0;
	q.user = index_holds(order, FIELD_USER) ? q.user : 0;
	q.terminal = index_holds(order, FIELD_TERMINAL) ? q.terminal : 0;
	q.source = index_holds(order, FIELD_SOURCE) ? q.source : 0;
	q.class = index_holds(order, FIELD_CLASS) ? q.class : 0;
	return audit_sum(a, &q, sizeof q);
}

static uint64_t key_of(enum evidence_by order, const struct plain_row *p)
{
	const uint64_t key[INDEX_ORDERS] = { p->patient, p->user, p->terminal, p->class,
					     p->source };

	return key[order];
}

/* --- from the payloads ------------------------------------------------------------------ */

int audit_index_add(struct trail_audit *a, struct audit_month *m, int64_t seq,
		    const struct event_leaf *leaf, const struct event_who *who, struct err *err)
{
	struct store *s = a->ev->s;
	struct plain_row p = {
		.at = (uint64_t)(who->at_us ? who->at_us : leaf->at_us),
		.month = (uint64_t)m->month,
		.seq = (uint64_t)seq,
		.patient = evidence_tag(s, EVIDENCE_BY_PATIENT, who->patient),
		.user = evidence_tag(s, EVIDENCE_BY_USER, who->user),
		.terminal = evidence_tag(s, EVIDENCE_BY_TERMINAL, who->terminal),
		.source = word_sum(a, leaf->source.data, leaf->source.len),
		.class = word_sum(a, leaf->class.data, leaf->class.len),
		.outcome = word_sum(a, who->outcome, strlen(who->outcome)),
	};
	int order;

	(void)err;
	if (!is_indexed(a, m, seq))
		return 0;
	for (order = 0; order < INDEX_ORDERS; order++) {
		p.key = key_of((enum evidence_by)order, &p);
		if (!p.key)
			continue;
		m->sum[order] += row_sum(a, (enum evidence_by)order, &p);
		m->rows[order]++;
	}
	return 0;
}

int audit_day_add(struct trail_audit *a, const struct audit_month *m, int64_t seq,
		  const struct event_leaf *leaf, struct err *err)
{
	struct audit_day d = { .count = 1 };
	size_t i;
	int rc;

	if (!is_indexed(a, m, seq))
		return 0;
	date_of_us(leaf->at_us, d.date);
	rc = words_number(&a->ev->words, leaf->source.data, leaf->source.len, &d.source, err);
	if (rc == 0)
		rc = words_number(&a->ev->words, leaf->class.data, leaf->class.len, &d.class, err);
	if (rc < 0)
		return rc;
	for (i = a->days; i > 0 && strcmp(a->day[i - 1].date, d.date) == 0; i--)
		if (a->day[i - 1].source == d.source && a->day[i - 1].class == d.class) {
			a->day[i - 1].count++;
			return 0;
		}
	if (a->days == a->day_alloc) {
		size_t alloc = a->day_alloc ? 2 * a->day_alloc : 256;
		struct audit_day *grown = reallocarray(a->day, alloc, sizeof *grown);

		if (!grown)
			return err_nomem(err);
		a->day = grown;
		a->day_alloc = alloc;
	}
	a->day[a->days++] = d;
	return 0;
}

/* --- from the index --------------------------------------------------------------------------- */

struct names {
	uint64_t *tag; /* by number */
	size_t tags;
	uint64_t *word; /* by number */
	size_t words;
};

static int value_keep(uint64_t **list, size_t *count, int64_t num, uint64_t value, struct err *err)
{
	if (num < 1 || num > UINT32_MAX)
		return err_set(err, ERR_CORRUPT, "証跡の索引が壊れています");
	if ((size_t)num >= *count) {
		size_t want = 2 * (size_t)num + 64;
		uint64_t *grown = reallocarray(*list, want, sizeof *grown);

		if (!grown)
			return err_nomem(err);
		memset(grown + *count, 0, (want - *count) * sizeof *grown);
		*list = grown;
		*count = want;
	}
	(*list)[num] = value;
	return 0;
}

static int names_load(struct trail_audit *a, struct names *n, struct err *err)
{
	STMT_CLEANUP *tags = NULL, *words = NULL;
	int rc = stmt_begin(a->index, STMT_NAME_ALL, &tags, err);

	while (rc >= 0 && (rc = stmt_step(tags, err)) > 0)
		rc = value_keep(&n->tag, &n->tags, col_int(tags, 0), (uint64_t)col_int(tags, 1),
				err);
	if (rc == 0)
		rc = stmt_begin(a->index, STMT_WORD_ALL, &words, err);
	while (rc >= 0 && (rc = stmt_step(words, err)) > 0) {
		const char *text = col_text(words, 1);

		rc = value_keep(&n->word, &n->words, col_int(words, 0),
				word_sum(a, text, strlen(text)), err);
	}
	return rc < 0 ? rc : 0;
}

static uint64_t value_of(const uint64_t *list, size_t count, uint64_t num)
{
	return num < count ? list[num] : 0;
}

static struct plain_row row_of(const struct names *n, enum evidence_by order,
			       const struct index_entry *e)
{
	struct plain_row p = { .at = (uint64_t)e->at_us,
			       .month = (uint64_t)e->month,
			       .seq = (uint64_t)e->seq,
			       .patient = e->patient,
			       .user = value_of(n->tag, n->tags, e->user),
			       .terminal = value_of(n->tag, n->tags, e->terminal),
			       .source = value_of(n->word, n->words, e->source),
			       .class = value_of(n->word, n->words, e->class),
			       .outcome = value_of(n->word, n->words, e->outcome) };
	uint64_t key = (uint64_t)e->key;

	if (order == EVIDENCE_BY_USER || order == EVIDENCE_BY_TERMINAL)
		key = value_of(n->tag, n->tags, key);
	else if (order != EVIDENCE_BY_PATIENT)
		key = value_of(n->word, n->words, key);
	p.key = key;
	return p;
}

/* Sums of one order by month, as the index has them. */
struct found {
	uint64_t *sum;
	int64_t *rows;
	int64_t stray; /* of no month there is */
};

static void found_add(const struct trail_audit *a, struct found *f, uint64_t month, uint64_t sum)
{
	size_t i;

	for (i = a->months; i > 0; i--)
		if ((uint64_t)a->month[i - 1].month == month) {
			f->sum[i - 1] += sum;
			f->rows[i - 1]++;
			return;
		}
	f->stray++;
}

static const char *order_name(enum evidence_by order)
{
	static const char *const name[INDEX_ORDERS] = { "患者", "利用者", "端末", "操作", "出所" };

	return name[order];
}

static int run_check(struct trail_audit *a, const struct names *n, enum evidence_by order,
		     const struct run_row *row, struct found *f, struct err *err)
{
	struct run_reader *r = malloc(sizeof *r);
	struct index_entry last;
	int64_t count = 0;
	bool sorted = true;
	int rc = r ? 0 : err_nomem(err);

	if (rc == 0) {
		run_read_init(r, a->index, order, row->id);
		rc = run_first(r, err);
	}
	while (rc > 0) {
		const struct index_entry *e = run_entry(r);
		struct plain_row p = row_of(n, order, e);

		sorted = sorted && (count == 0 || index_compare(&last, e) < 0) &&
			 (r->at > 0 || (r->page_key == e->key && r->page_at == e->at_us)) &&
			 e->at_us >= row->first_at && e->at_us <= row->last_at;
		found_add(a, f, p.month, row_sum(a, order, &p));
		last = *e;
		count++;
		rc = run_next(r, err);
	}
	free(r);
	a->ret->indexed += count;
	if (rc == 0 && (!sorted || count != row->count))
		trail_found(a, "index", 0, -1,
			    "証跡の索引（%s別）の並びか件数が壊れています。"
			    "daicho trail reindex で作り直してください（証跡は無事です）",
			    order_name(order));
	return rc;
}

static void order_compare(struct trail_audit *a, enum evidence_by order, const struct found *f)
{
	size_t i;

	for (i = 0; i < a->months; i++) {
		const struct audit_month *m = &a->month[i];

		if (m->unpurged || !m->file ||
		    (m->sum[order] == f->sum[i] && m->rows[order] == f->rows[i]))
			continue;
		trail_found(a, "index", m->month, -1,
			    "%d年%d月の証跡の索引（%s別）が%lld件で、証跡の%lld件と合いません。"
			    "daicho trail reindex で作り直してください",
			    m->month / 100, m->month % 100, order_name(order),
			    (long long)f->rows[i], (long long)m->rows[order]);
	}
	if (f->stray)
		trail_found(a, "index", 0, -1,
			    "証跡の索引（%s別）に、どの月にもない行が%lld件あります。"
			    "daicho trail reindex で作り直してください",
			    order_name(order), (long long)f->stray);
}

static int order_check(struct trail_audit *a, const struct names *n, enum evidence_by order,
		       struct err *err)
{
	struct found f = { calloc(a->months + 1, sizeof *f.sum),
			   calloc(a->months + 1, sizeof *f.rows), 0 };
	struct run_row *run = calloc(RUNS_MAX, sizeof *run);
	int i, count = f.sum && f.rows && run ? 0 : err_nomem(err), rc;

	if (count == 0)
		count = run_list(a->index, order, INT64_MIN, INT64_MAX, run, err);
	rc = count < 0 ? count : 0;
	for (i = 0; rc == 0 && i < count; i++)
		rc = run_check(a, n, order, &run[i], &f, err);
	if (rc == 0)
		order_compare(a, order, &f);
	free(f.sum);
	free(f.rows);
	free(run);
	return rc;
}

/* --- days ------------------------------------------------------------------------------------- */

static bool day_take(struct trail_audit *a, const char *date, const char *source, const char *class,
		     int64_t count)
{
	size_t i;

	for (i = 0; i < a->days; i++) {
		struct audit_day *d = &a->day[i];

		if (strcmp(d->date, date) == 0 &&
		    strcmp(words_text(&a->ev->words, d->source), source) == 0 &&
		    strcmp(words_text(&a->ev->words, d->class), class) == 0) {
			d->count -= count;
			return true;
		}
	}
	return false;
}

/* Outcomes are known from payloads only, so days are compared without them. */
static int days_check(struct trail_audit *a, struct err *err)
{
	STMT_CLEANUP *st = NULL;
	bool good = true;
	size_t i;
	int rc = stmt_begin(a->index, STMT_DAY_LIST, &st, err);

	if (rc < 0)
		return rc;
	stmt_text(st, 1, "");
	stmt_text(st, 2, "9999-99-99");
	stmt_int(st, 3, 0);
	while ((rc = stmt_step(st, err)) > 0)
		good = day_take(a, col_text(st, 0), col_text(st, 1), col_text(st, 2),
				col_int(st, 4)) &&
		       good;
	for (i = 0; rc == 0 && i < a->days; i++)
		good = good && a->day[i].count == 0;
	if (rc == 0 && !good)
		trail_found(a, "index", 0, -1,
			    "証跡の日ごとの件数が、証跡と合いません。"
			    "daicho trail reindex で作り直してください");
	return rc;
}

/* --- together -----------------------------------------------------------------------------------
 */

static int unpurged_mark(struct trail_audit *a, struct err *err)
{
	size_t i, k;
	int rc = 0;

	for (i = 0; i < a->months; i++)
		for (k = 0; rc == 0 && k < a->month[i].classes; k++) {
			const struct audit_class *cl = a->month[i].class[k];
			struct stmt *st;
			int64_t has = 0;

			if (!cl->disposed)
				continue;
			rc = stmt_begin(a->index, STMT_PURGED_HAS, &st, err);
			if (rc < 0)
				break;
			stmt_int(st, 1, a->month[i].month);
			stmt_text(st, 2, cl->keep);
			rc = stmt_value(st, 0, &has, err);
			a->month[i].unpurged = a->month[i].unpurged || !has;
		}
	return rc;
}

int audit_index(struct trail_audit *a, struct err *err)
{
	struct names n = { NULL, 0, NULL, 0 };
	struct err why = { 0 };
	int order, rc = names_load(a, &n, &why);

	if (rc == 0)
		rc = unpurged_mark(a, &why);
	for (order = 0; rc == 0 && order < INDEX_ORDERS; order++)
		rc = order_check(a, &n, (enum evidence_by)order, &why);
	if (rc == 0)
		rc = days_check(a, &why);
	free(n.tag);
	free(n.word);
	if (rc < 0 && rc != ERR_NOMEM) {
		trail_found(a, "index", 0, -1,
			    "証跡の索引を読めません（%.300s）。daicho trail reindex で作り直して"
			    "ください（証跡は無事です）",
			    why.text);
		return 0;
	}
	if (rc < 0 && err)
		*err = why;
	return rc;
}
