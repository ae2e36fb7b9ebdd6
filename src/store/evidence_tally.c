/* How often each: counts by tag, and events of sources by day. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "store/evidence_load.h"
#include "store/evidence_query.h"

/* --- counts by key ------------------------------------------------------------------------ */

struct slot {
	uint64_t key; /* a tag, or a number of the index; 0: free */
	struct evidence_count c;
};

struct table {
	struct slot *slot;
	size_t count, alloc;
};

static struct slot *table_slot(const struct table *t, uint64_t key)
{
	size_t at = (key * 0x9e3779b97f4a7c15ULL >> 17) & (t->alloc - 1);

	while (t->slot[at].key && t->slot[at].key != key)
		at = (at + 1) & (t->alloc - 1);
	return &t->slot[at];
}

static int table_grow(struct table *t, struct err *err)
{
	struct table grown = { .alloc = t->alloc ? 2 * t->alloc : 256 };
	size_t i;

	grown.slot = calloc(grown.alloc, sizeof *grown.slot);
	if (!grown.slot)
		return err_nomem(err);
	for (i = 0; i < t->alloc; i++)
		if (t->slot[i].key)
			*table_slot(&grown, t->slot[i].key) = t->slot[i];
	grown.count = t->count;
	free(t->slot);
	*t = grown;
	return 0;
}

static int table_add(struct table *t, uint64_t key, const struct evidence_count *c, struct err *err)
{
	struct slot *s;

	if (2 * t->count >= t->alloc && table_grow(t, err) < 0)
		return ERR_NOMEM;
	s = table_slot(t, key);
	if (!s->key) {
		s->key = key;
		s->c = *c;
		t->count++;
		return 0;
	}
	s->c.count += c->count;
	if (c->first_us < s->c.first_us)
		s->c.first_us = c->first_us;
	if (c->last_us >= s->c.last_us) {
		s->c.last_us = c->last_us;
		s->c.last = c->last;
	}
	return 0;
}

static struct evidence_count count_one(int64_t at_us, int month, int64_t seq)
{
	return (struct evidence_count){
		.count = 1, .first_us = at_us, .last_us = at_us, .last = { at_us, month, seq }
	};
}

/* --- gathering ------------------------------------------------------------------------------ */

struct tally {
	struct view v;
	enum evidence_by group;
	struct table number, tag; /* by number of the index; by tag */
	struct run_reader reader;
};

static uint64_t group_of(const struct tally *t, const struct index_entry *e)
{
	switch (t->group) {
	case EVIDENCE_BY_USER: return e->user;
	case EVIDENCE_BY_TERMINAL: return e->terminal;
	default: return e->patient;
	}
}

static int run_count(struct tally *t, int64_t run, struct err *err)
{
	const struct view *v = &t->v;
	struct table *into = t->group == EVIDENCE_BY_PATIENT ? &t->tag : &t->number;
	int rc;

	run_read_init(&t->reader, v->c, v->order, run);
	rc = run_seek(&t->reader, v->key, v->from_us, err);
	while (rc > 0) {
		const struct index_entry *e = run_entry(&t->reader);
		uint64_t key = group_of(t, e);

		if (e->key != v->key || e->at_us >= v->to_us)
			return 0;
		if (key && view_matches(v, e)) {
			struct evidence_count one = count_one(e->at_us, e->month, e->seq);

			rc = table_add(into, key, &one, err);
		}
		if (rc >= 0)
			rc = run_next(&t->reader, err);
	}
	return rc;
}

static int runs_count(struct tally *t, struct err *err)
{
	const struct view *v = &t->v;
	struct run_row *run = calloc(RUNS_MAX, sizeof *run);
	int i, n = run ? 0 : err_nomem(err), rc;

	if (n == 0 && v->c && !v->none)
		n = run_list(v->c, v->order, v->from_us, v->to_us, run, err);
	rc = n < 0 ? n : 0;
	for (i = 0; rc == 0 && i < n; i++)
		rc = run_count(t, run[i].id, err);
	free(run);
	return rc;
}

static int rows_count(struct tally *t, struct err *err)
{
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < t->v.rows; i++) {
		const struct tail_row *r = &t->v.row[i];
		uint64_t key = t->group == EVIDENCE_BY_USER	  ? r->user
			       : t->group == EVIDENCE_BY_TERMINAL ? r->terminal
								  : r->patient;
		struct evidence_count one = count_one(r->at_us, r->month, r->seq);

		if (key)
			rc = table_add(&t->tag, key, &one, err);
	}
	return rc;
}

/* Numbers become tags, so that both kinds of rows count together. */
static int numbers_turn(struct tally *t, struct err *err)
{
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < t->number.alloc; i++) {
		const struct slot *s = &t->number.slot[i];
		uint64_t tag;

		if (!s->key)
			continue;
		rc = index_name_tag(t->v.c, (uint32_t)s->key, &tag, err);
		if (rc == 0)
			rc = table_add(&t->tag, tag, &s->c, err);
	}
	return rc;
}

static int slot_order(const void *a, const void *b)
{
	const struct slot *x = a, *y = b;

	if (!x->key != !y->key)
		return !x->key ? 1 : -1;
	if (x->c.count != y->c.count)
		return x->c.count > y->c.count ? -1 : 1;
	if (x->c.last_us != y->c.last_us)
		return x->c.last_us > y->c.last_us ? -1 : 1;
	return x->key < y->key ? -1 : x->key > y->key;
}

static int tally_run(struct tally *t, struct err *err)
{
	int rc = runs_count(t, err);

	if (rc == 0)
		rc = rows_count(t, err);
	return rc == 0 ? numbers_turn(t, err) : rc;
}

static bool group_known(enum evidence_by by, enum evidence_by group)
{
	if (group == EVIDENCE_BY_PATIENT)
		return by == EVIDENCE_BY_USER || by == EVIDENCE_BY_TERMINAL;
	return (group == EVIDENCE_BY_USER || group == EVIDENCE_BY_TERMINAL) && group != by;
}

int evidence_tally(struct store *s, const struct evidence_query *q, enum evidence_by group,
		   int (*each)(void *arg, const struct evidence_count *c, struct err *err),
		   void *arg, struct err *err)
{
	struct tally *t = calloc(1, sizeof *t);
	size_t i;
	int rc = t ? 0 : err_nomem(err), stop = 0;

	if (rc < 0)
		return rc;
	t->group = group;
	if (!group_known(q->by, group))
		rc = err_set(err, ERR_INVALID, "その組み合わせでは数えられません");
	if (rc == 0)
		rc = view_begin(&t->v, s->evidence, q, err);
	if (rc == 0)
		rc = tally_run(t, err);
	if (rc == 0 && t->tag.alloc)
		qsort(t->tag.slot, t->tag.alloc, sizeof *t->tag.slot, slot_order);
	for (i = 0; rc == 0 && stop == 0 && i < t->tag.count; i++) {
		t->tag.slot[i].c.tag = t->tag.slot[i].key;
		stop = each(arg, &t->tag.slot[i].c, err);
	}
	if (t->v.ev)
		view_end(&t->v);
	free(t->number.slot);
	free(t->tag.slot);
	free(t);
	return rc < 0 ? rc : stop;
}
