/* Rows of a question in order of time: the runs of the index and what it does not hold
 * yet, merged. */
#include <stdlib.h>
#include <string.h>

#include "store/evidence_query.h"

struct stream {
	struct run_reader *run; /* NULL: the rows outside the index */
	bool has;
	size_t next; /* outside: rows given so far */
	struct evidence_place at;
};

struct find {
	struct view v;
	struct stream *stream;
	size_t count;
	bool down;
	struct evidence_row row;
};

static int place_compare(const struct evidence_place *a, const struct evidence_place *b)
{
	if (a->at_us != b->at_us)
		return a->at_us < b->at_us ? -1 : 1;
	if (a->month != b->month)
		return a->month < b->month ? -1 : 1;
	return a->seq < b->seq ? -1 : a->seq > b->seq;
}

/* True for what the page before had already. */
static bool is_past(const struct find *f, const struct evidence_place *p)
{
	const struct evidence_place *after = &f->v.q->after;
	int c = after->month ? place_compare(p, after) : 0;

	return after->month && (f->down ? c >= 0 : c <= 0);
}

/* --- one stream -------------------------------------------------------------------------- */

/* Stands the stream on an entry it is allowed to give, going on from where it is. */
static int stream_settle(struct find *f, struct stream *s, int rc, struct err *err)
{
	while (rc > 0) {
		const struct index_entry *e = run_entry(s->run);

		s->at = (struct evidence_place){ e->at_us, e->month, e->seq };
		if (e->key != f->v.key || e->at_us < f->v.from_us || e->at_us >= f->v.to_us) {
			rc = 0;
			break;
		}
		if (!is_past(f, &s->at) && view_matches(&f->v, e))
			break;
		rc = f->down ? run_previous(s->run, err) : run_next(s->run, err);
	}
	s->has = rc > 0;
	return rc < 0 ? rc : 0;
}

static void rows_settle(struct find *f, struct stream *s)
{
	const struct view *v = &f->v;

	for (; s->next < v->rows; s->next++) {
		const struct tail_row *r = &v->row[f->down ? v->rows - 1 - s->next : s->next];

		s->at = (struct evidence_place){ r->at_us, r->month, r->seq };
		if (!is_past(f, &s->at))
			break;
	}
	s->has = s->next < v->rows;
}

static int stream_next(struct find *f, struct stream *s, struct err *err)
{
	int rc;

	if (!s->run) {
		s->next++;
		rows_settle(f, s);
		return 0;
	}
	rc = f->down ? run_previous(s->run, err) : run_next(s->run, err);
	return stream_settle(f, s, rc, err);
}

static int stream_begin(struct find *f, struct stream *s, int64_t run, struct err *err)
{
	const struct evidence_place *after = &f->v.q->after;
	int64_t from = f->v.from_us, to = f->v.to_us;
	int rc;

	s->run = malloc(sizeof *s->run);
	if (!s->run)
		return err_nomem(err);
	run_read_init(s->run, f->v.c, f->v.order, run);
	if (after->month && !f->down && after->at_us > from)
		from = after->at_us;
	if (after->month && f->down && after->at_us < to - 1)
		to = after->at_us + 1;
	rc = f->down ? run_seek_last(s->run, f->v.key, to, err)
		     : run_seek(s->run, f->v.key, from, err);
	return stream_settle(f, s, rc, err);
}

static int streams_begin(struct find *f, struct err *err)
{
	struct view *v = &f->v;
	struct run_row *run = calloc(RUNS_MAX, sizeof *run);
	int i, n = run ? 0 : err_nomem(err), rc;

	if (n == 0 && v->c && !v->none)
		n = run_list(v->c, v->order, v->from_us, v->to_us, run, err);
	if (n >= 0)
		f->stream = calloc((size_t)n + 1, sizeof *f->stream);
	rc = n < 0 ? n : f->stream ? 0 : err_nomem(err);
	for (i = 0; rc == 0 && i < n; i++)
		rc = stream_begin(f, &f->stream[f->count++], run[i].id, err);
	if (rc == 0)
		rows_settle(f, &f->stream[f->count++]);
	free(run);
	return rc;
}

/* --- rows for people ------------------------------------------------------------------------- */

static int word_text(struct view *v, int slot, uint32_t num, const char **ret, struct err *err)
{
	STMT_CLEANUP *st = NULL;
	int rc = stmt_begin(v->c, STMT_WORD_TEXT, &st, err);

	if (rc < 0)
		return rc;
	stmt_int(st, 1, num);
	rc = stmt_step(st, err);
	v->word[slot][0] = '\0';
	if (rc > 0)
		memccpy(v->word[slot], col_text(st, 0), '\0', sizeof v->word[slot] - 1);
	*ret = v->word[slot];
	return rc < 0 ? rc : 0;
}

static int entry_row(struct find *f, const struct index_entry *e, struct err *err)
{
	struct evidence_row *r = &f->row;
	struct view *v = &f->v;
	bool mine = v->order == EVIDENCE_BY_CLASS, source = v->order == EVIDENCE_BY_SOURCE;
	int rc;

	*r = (struct evidence_row){ .place = { e->at_us, e->month, e->seq } };
	r->patient = v->order == EVIDENCE_BY_PATIENT ? v->key_tag : e->patient;
	rc = v->order == EVIDENCE_BY_USER ? 0 : index_name_tag(v->c, e->user, &r->user, err);
	if (v->order == EVIDENCE_BY_USER)
		r->user = v->key_tag;
	if (rc == 0 && v->order != EVIDENCE_BY_TERMINAL)
		rc = index_name_tag(v->c, e->terminal, &r->terminal, err);
	else
		r->terminal = v->key_tag;
	if (rc == 0)
		rc = word_text(v, 0, mine ? (uint32_t)e->key : e->class, &r->class, err);
	if (rc == 0)
		rc = word_text(v, 1, source ? (uint32_t)e->key : e->source, &r->source, err);
	return rc == 0 ? word_text(v, 2, e->outcome, &r->outcome, err) : rc;
}

static void tail_row(struct find *f, const struct tail_row *t)
{
	struct words *w = &f->v.ev->words;

	f->row = (struct evidence_row){ .place = { t->at_us, t->month, t->seq },
					.user = t->user,
					.terminal = t->terminal,
					.patient = t->patient,
					.class = words_text(w, t->class),
					.source = words_text(w, t->source),
					.outcome = words_text(w, t->outcome) };
	if (f->v.order == EVIDENCE_BY_CLASS || f->v.order == EVIDENCE_BY_SOURCE)
		f->row.patient = 0; /* as in the index */
}

static int row_of(struct find *f, const struct stream *s, struct err *err)
{
	const struct view *v = &f->v;

	if (s->run)
		return entry_row(f, run_entry(s->run), err);
	tail_row(f, &v->row[f->down ? v->rows - 1 - s->next : s->next]);
	return 0;
}

/* --- together --------------------------------------------------------------------------------- */

static struct stream *stream_best(struct find *f)
{
	struct stream *best = NULL;
	size_t i;

	for (i = 0; i < f->count; i++) {
		struct stream *s = &f->stream[i];
		int c = best && s->has ? place_compare(&s->at, &best->at) : 0;

		if (s->has && (!best || (f->down ? c > 0 : c < 0)))
			best = s;
	}
	return best;
}

static int rows_give(struct find *f,
		     int (*each)(void *arg, const struct evidence_row *row, struct err *err),
		     void *arg, struct err *err)
{
	size_t limit = f->v.q->limit ? f->v.q->limit : SIZE_MAX, n;
	struct stream *s;
	int rc = 0, stop = 0;

	for (n = 0; rc == 0 && stop == 0 && n < limit && (s = stream_best(f)) != NULL; n++) {
		rc = row_of(f, s, err);
		if (rc == 0)
			stop = each(arg, &f->row, err);
		if (rc == 0 && stop == 0)
			rc = stream_next(f, s, err);
	}
	return rc < 0 ? rc : stop;
}

int evidence_find(struct store *s, const struct evidence_query *q,
		  int (*each)(void *arg, const struct evidence_row *row, struct err *err),
		  void *arg, struct err *err)
{
	struct find f = { .down = q->descending };
	size_t i;
	int rc = view_begin(&f.v, s->evidence, q, err);

	if (rc == 0)
		rc = streams_begin(&f, err);
	if (rc == 0)
		rc = rows_give(&f, each, arg, err);
	for (i = 0; i < f.count; i++)
		free(f.stream[i].run);
	free(f.stream);
	view_end(&f.v);
	return rc;
}
