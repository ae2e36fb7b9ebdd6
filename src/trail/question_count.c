/* How often each: users of a patient, patients of a user. */
#include <stdlib.h>
#include <string.h>

#include "trail/question_plan.h"

struct counting {
	const struct plan *p;
	const struct probe *probe;
	const struct hits *hits; /* NULL: the evidence counts */
	struct question_answer *ret;
	struct evidence_count *tag; /* malloc */
	size_t tags, alloc;
	const char **login; /* malloc: of each tag that is to be split by system; else NULL */
	size_t *slot;	    /* malloc: place + 1 in ret->count, by hash of the key; 0 free */
	size_t slots;	    /* a power of two */
};

static size_t hash_of(const char *key)
{
	uint64_t h = 14695981039346656037U;

	for (; *key; key++)
		h = (h ^ (unsigned char)*key) * 1099511628211U;
	return (size_t)(h ^ h >> 29);
}

/* The slot of this key, or the free one where it belongs. */
static size_t *slot_of(const struct counting *c, const char *key)
{
	size_t i = hash_of(key) & (c->slots - 1);

	while (c->slot[i] && strcmp(c->ret->count[c->slot[i] - 1].key, key) != 0)
		i = (i + 1) & (c->slots - 1);
	return &c->slot[i];
}

/* Never more than half full. */
static int slots_ready(struct counting *c, struct err *err)
{
	size_t i;

	if (c->slots > 2 * (c->ret->counts + 1))
		return 0;
	free(c->slot);
	c->slots = c->slots ? 2 * c->slots : 64;
	c->slot = calloc(c->slots, sizeof *c->slot);
	if (!c->slot)
		return err_nomem(err);
	for (i = 0; i < c->ret->counts; i++)
		*slot_of(c, c->ret->count[i].key) = i + 1;
	return 0;
}

/* A line for a key that has none yet. */
static int line_add(struct counting *c, const char *key, const struct evidence_count *n,
		    struct err *err)
{
	struct question_answer *a = c->ret;
	struct question_count *more;

	if (a->counts == a->counts_alloc) {
		a->counts_alloc = a->counts ? a->counts * 2 : 32;
		more = arena_calloc(c->p->arena, a->counts_alloc, sizeof *more);
		if (!more)
			return err_nomem(err);
		if (a->counts)
			memcpy(more, a->count, a->counts * sizeof *more);
		a->count = more;
	}
	a->count[a->counts] = (struct question_count){ .key = arena_strdup(c->p->arena, key),
						       .person = who_person(c->p->list, key),
						       .first_us = n->first_us,
						       .last_us = n->last_us };
	if (!a->count[a->counts].key)
		return err_nomem(err);
	a->counts++;
	return 0;
}

static int put(struct counting *c, const char *key, const struct evidence_count *n, struct err *err)
{
	struct question_answer *a = c->ret;
	size_t *slot, i;
	int r = slots_ready(c, err);

	if (r < 0)
		return r;
	slot = slot_of(c, key);
	if (!*slot) {
		r = line_add(c, key, n, err);
		if (r < 0)
			return r;
		*slot = a->counts;
	}
	i = *slot - 1;
	a->count[i].count += n->count;
	a->total += n->count;
	if (n->first_us < a->count[i].first_us)
		a->count[i].first_us = n->first_us;
	if (n->last_us > a->count[i].last_us)
		a->count[i].last_us = n->last_us;
	return 0;
}

static bool by_patient(const struct counting *c)
{
	return c->p->ask->question == QUESTION_USER;
}

/* Gives a tag its name, which one of its events knows. A login may be one person's in one system
 * and another's in the next: *ret_login is it then, and its rows are looked at one by one. */
static int name_tag(struct counting *c, const struct evidence_count *n, const char **ret_login,
		    struct err *err)
{
	struct evidence_item item;
	const char *value;
	int r;

	if (n->tag == 0)
		return put(c, "", n, err);
	r = plan_item(c->p, n->last, &item, err);
	if (r < 0)
		return r;
	if (item.disposed)
		return put(c, "（廃棄済み）", n, err);
	value = by_patient(c) ? item.patient : item.user;
	if (by_patient(c) || !*value || who_person(c->p->list, value))
		return put(c, value, n, err);
	*ret_login = value;
	return 0;
}

static int keep_tag(void *arg, const struct evidence_count *n, struct err *err)
{
	struct counting *c = arg;

	if (c->tags == c->alloc) {
		size_t alloc = c->alloc ? c->alloc * 2 : 64;
		struct evidence_count *more = realloc(c->tag, alloc * sizeof *more);

		if (!more)
			return err_nomem(err);
		c->tag = more;
		c->alloc = alloc;
	}
	c->tag[c->tags++] = *n;
	return 0;
}

static int by_tag(const void *a, const void *b)
{
	const struct evidence_count *x = a, *y = b;

	return x->tag < y->tag ? -1 : x->tag > y->tag;
}

/* One line per tag out of one per row. */
static void gather(struct counting *c)
{
	size_t i, n = 0;

	if (c->tags)
		qsort(c->tag, c->tags, sizeof *c->tag, by_tag);
	for (i = 0; i < c->tags; i++) {
		struct evidence_count *at = n ? &c->tag[n - 1] : NULL;
		const struct evidence_count *more = &c->tag[i];

		if (!at || at->tag != more->tag) {
			c->tag[n++] = *more;
			continue;
		}
		at->count += more->count;
		if (more->first_us < at->first_us)
			at->first_us = more->first_us;
		if (more->last_us > at->last_us) {
			at->last_us = more->last_us;
			at->last = more->last;
		}
	}
	c->tags = n;
}

static int split_one(struct counting *c, uint64_t tag, const char *source, int64_t at_us,
		     struct err *err)
{
	const struct evidence_count want = { .tag = tag };
	const struct evidence_count one = { .count = 1, .first_us = at_us, .last_us = at_us };
	const struct evidence_count *found = bsearch(&want, c->tag, c->tags, sizeof want, by_tag);
	const char *login = found ? c->login[found - c->tag] : NULL, *person;

	if (!login)
		return 0;
	person = who_of(c->p->list, source, login);
	return put(c, person ? person : login, &one, err);
}

static int split_row(void *arg, const struct evidence_row *row, struct err *err)
{
	return split_one(arg, row->user, row->source, row->place.at_us, err);
}

/* All logins in one pass over the rows. */
static int split(struct counting *c, struct err *err)
{
	struct evidence_query q;
	size_t i;
	int r = 0;

	if (!c->hits) {
		q = plan_query(c->p, c->probe);
		return evidence_find(c->p->s, &q, split_row, c, err);
	}
	for (i = 0; r == 0 && i < c->hits->count; i++)
		r = split_one(c, c->hits->item[i].user, c->hits->item[i].source,
			      c->hits->item[i].place.at_us, err);
	return r;
}

static int name_tags(struct counting *c, struct err *err)
{
	bool any = false;
	size_t i;
	int r = 0;

	if (c->tags)
		qsort(c->tag, c->tags, sizeof *c->tag, by_tag);
	c->login = calloc(c->tags + 1, sizeof *c->login);
	if (!c->login)
		return err_nomem(err);
	for (i = 0; r == 0 && i < c->tags; i++) {
		r = name_tag(c, &c->tag[i], &c->login[i], err);
		any = any || c->login[i];
	}
	if (r == 0 && any)
		r = split(c, err);
	free(c->login);
	c->login = NULL;
	c->tags = 0;
	return r;
}

static int count_hits(struct counting *c, struct err *err)
{
	struct hits hits;
	size_t i;
	int r = plan_hits(c->p, false, 0, &hits, err);

	c->hits = &hits;
	for (i = 0; r == 0 && i < hits.count; i++) {
		const struct hit *h = &hits.item[i];
		const struct evidence_count one = { .tag = by_patient(c) ? h->patient : h->user,
						    .count = 1,
						    .first_us = h->place.at_us,
						    .last_us = h->place.at_us,
						    .last = h->place };

		r = keep_tag(c, &one, err);
	}
	gather(c);
	if (r == 0)
		r = name_tags(c, err);
	hits_release(&hits);
	return r;
}

static int empty_row(void *arg, const struct evidence_row *row, struct err *err)
{
	struct counting *c = arg;
	const struct evidence_count one = { .count = 1,
					    .first_us = row->place.at_us,
					    .last_us = row->place.at_us };

	return (by_patient(c) ? row->patient : row->user) ? 0 : put(c, "", &one, err);
}

/* The evidence counts nobody who has no name: those are counted one by one. */
static int count_plain(struct counting *c, struct err *err)
{
	size_t i;
	int r = 0;

	for (i = 0; r >= 0 && i < c->p->count; i++) {
		const struct evidence_query q = plan_query(c->p, &c->p->probe[i]);

		c->probe = &c->p->probe[i];
		r = evidence_tally(c->p->s, &q,
				   by_patient(c) ? EVIDENCE_BY_PATIENT : EVIDENCE_BY_USER, keep_tag,
				   c, err);
		if (r >= 0)
			r = name_tags(c, err);
		if (r >= 0)
			r = evidence_find(c->p->s, &q, empty_row, c, err);
	}
	return r;
}

static int most_first(const void *a, const void *b)
{
	const struct question_count *x = a, *y = b;

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return strcmp(x->key, y->key);
}

int plan_count(const struct plan *p, struct question_answer *ret, struct err *err)
{
	struct counting c = { .p = p, .ret = ret };
	int r = plan_plain(p) ? count_plain(&c, err) : count_hits(&c, err);

	free(c.tag);
	free(c.slot);
	if (r >= 0 && ret->counts)
		qsort(ret->count, ret->counts, sizeof *ret->count, most_first);
	return r < 0 ? r : 0;
}
