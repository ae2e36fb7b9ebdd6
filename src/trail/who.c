#include "trail/who.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "trail/who_list.h"

#define LOOK_US 1000000 /* whether something has changed is asked once a second */

struct who {
	struct ledgers *l;
	pthread_mutex_t lock; /* of what follows */
	struct who_list *list;
	int64_t looked_at; /* monotonic */
};

int who_open(struct ledgers *l, struct who **ret, struct err *err)
{
	struct who *w = calloc(1, sizeof *w);

	if (!w)
		return err_nomem(err);
	w->l = l;
	pthread_mutex_init(&w->lock, NULL);
	*ret = w;
	return 0;
}

void who_free(struct who *w)
{
	if (!w)
		return;
	who_drop(w->list);
	pthread_mutex_destroy(&w->lock);
	free(w);
}

void who_drop(struct who_list *list)
{
	if (!list || atomic_fetch_sub(&list->holders, 1) > 1)
		return;
	arena_release(&list->arena);
	free(list);
}

/* --- is it still true? ---------------------------------------------------------------------- */

static int ledger_changed(struct who *w, struct conn *c, const char *name, bool *ret,
			  struct err *err)
{
	struct list_query q = { .sort = -1, .with_voided = true, .after = w->list->size - 1 };
	int64_t n = 0;
	int r = 0;

	q.def = define_ledger(ledgers_defs(w->l), name);
	if (q.def && ledgers_current(w->l, q.def))
		r = list_count(w->l, c, &q, 1, &n, err);
	*ret |= n > 0;
	return r;
}

static int accounts_changed(struct who *w, struct conn *c, bool *ret, struct err *err)
{
	STMT_CLEANUP *st = NULL;
	int r = stmt_begin(c, STMT_ACCOUNT_SINCE, &st, err);

	if (r < 0)
		return r;
	stmt_int(st, 1, w->list->size);
	r = stmt_step(st, err);
	*ret |= r > 0;
	return r < 0 ? r : 0;
}

static int changed(struct who *w, struct conn *c, bool *ret, struct err *err)
{
	static const char *const ledgers[] = { "staff", "system_accounts", "log_sources",
					       "services", "devices" };
	int64_t size;
	size_t i;
	int r = store_size(c, &size, err);

	*ret = false;
	if (r < 0 || size == w->list->size)
		return r;
	for (i = 0; r >= 0 && !*ret && i < sizeof ledgers / sizeof ledgers[0]; i++)
		r = ledger_changed(w, c, ledgers[i], ret, err);
	if (r >= 0 && !*ret)
		r = accounts_changed(w, c, ret, err);
	return r;
}

/* Under the lock. */
static int renew(struct who *w, struct err *err)
{
	struct who_list *fresh = NULL;
	bool stale = true;
	struct conn *c;
	int r = store_read_begin(ledgers_store(w->l), &c, err);

	if (r < 0)
		return r;
	if (w->list)
		r = changed(w, c, &stale, err);
	if (r >= 0 && stale)
		r = who_read(w->l, c, &fresh, err);
	store_read_end(c);
	if (fresh) {
		who_drop(w->list);
		w->list = fresh;
	}
	return r;
}

int who_take(struct who *w, struct who_list **ret, struct err *err)
{
	int64_t now = clock_mono_us();
	int r = 0;

	pthread_mutex_lock(&w->lock);
	if (!w->list || now - w->looked_at >= LOOK_US) {
		w->looked_at = now;
		r = renew(w, err);
	}
	*ret = w->list;
	if (w->list) {
		atomic_fetch_add(&w->list->holders, 1);
		r = 0;
	}
	pthread_mutex_unlock(&w->lock);
	return r < 0 ? r : 0;
}
