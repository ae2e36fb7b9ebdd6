#include "catalogue/shelf.h"

#include <pthread.h>
#include <stdlib.h>

#include "define/editions.h"

struct made {
	struct shelf shelf; /* first: shelf_return finds the rest from it */
	uint64_t generation;
	size_t users; /* the keeper is one while it is the newest */
};

struct shelf_keeper {
	const struct definitions *defs;
	pthread_mutex_t lock; /* of what follows */
	struct made *newest;  /* or NULL */
};

int shelf_keeper_new(const struct definitions *d, struct shelf_keeper **ret, struct err *err)
{
	struct shelf_keeper *k = calloc(1, sizeof *k);

	if (!k)
		return err_nomem(err);
	k->defs = d;
	if (pthread_mutex_init(&k->lock, NULL) != 0) {
		free(k);
		return err_nomem(err);
	}
	*ret = k;
	return 0;
}

static void drop(struct made *m)
{
	if (!m || --m->users)
		return;
	search_free(m->shelf.search);
	glossary_free(m->shelf.glossary);
	free(m);
}

void shelf_keeper_free(struct shelf_keeper *k)
{
	if (!k)
		return;
	drop(k->newest);
	pthread_mutex_destroy(&k->lock);
	free(k);
}

static int make(const struct definitions *d, struct made **ret, struct err *err)
{
	struct made *m = calloc(1, sizeof *m);
	int r;

	if (!m)
		return err_nomem(err);
	m->users = 1;
	m->shelf.defs = d;
	/* Asked first: what comes while it is made only makes it old. */
	m->generation = define_generation(d);
	r = glossary_new(d, &m->shelf.glossary, err);
	if (r == 0)
		r = search_new(d, m->shelf.glossary, &m->shelf.search, err);
	if (r < 0)
		drop(m);
	else
		*ret = m;
	return r;
}

int shelf_take(struct shelf_keeper *k, const struct shelf **ret, struct err *err)
{
	struct made *fresh = NULL;
	int r = 0;

	pthread_mutex_lock(&k->lock);
	if (!k->newest || k->newest->generation != define_generation(k->defs)) {
		r = make(k->defs, &fresh, err);
		if (r == 0) {
			drop(k->newest);
			k->newest = fresh;
		}
	}
	if (r == 0) {
		k->newest->users++;
		*ret = &k->newest->shelf;
	}
	pthread_mutex_unlock(&k->lock);
	return r;
}

void shelf_return(struct shelf_keeper *k, const struct shelf *s)
{
	if (!s)
		return;
	pthread_mutex_lock(&k->lock);
	drop((struct made *)(uintptr_t)s);
	pthread_mutex_unlock(&k->lock);
}
