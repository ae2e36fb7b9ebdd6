/* Each ledger is read once, each measure runs once for a column and a vendor. */
#include "measure/cache.h"

#include <string.h>

#include "measure/measures.h"

struct memo {
	const char *column, *vendor;
	struct proposal proposal;
	struct memo *next;
};

static int (*const functions[])(const struct measure_input *, struct proposal *, struct err *) = {
#define MEASURE(name, subject, ledger, preset, title) measure_##name,
#include "measure/measure.def"
#undef MEASURE
};

int measure_cache_new(struct ledgers *ledgers, struct conn *conn, const char *today,
		      struct arena *arena, struct measure_cache **ret, struct err *err)
{
	struct measure_cache *m = arena_calloc(arena, 1, sizeof *m);

	if (m)
		m->memo = arena_calloc(arena, sizeof functions / sizeof functions[0],
				       sizeof *m->memo);
	if (!m || !m->memo)
		return err_nomem(err);
	m->ledgers = ledgers;
	m->conn = conn;
	m->arena = arena;
	memcpy(m->today, today, strnlen(today, DATE_SIZE - 1));
	*ret = m;
	return 0;
}

static bool same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/* `column` and `vendor` of the caller may not live as long as the cache. */
static struct memo *memo_new(struct measure_cache *m, const char *column, const char *vendor)
{
	struct memo *memo = arena_calloc(m->arena, 1, sizeof *memo);

	if (!memo)
		return NULL;
	memo->column = arena_strdup(m->arena, column);
	memo->vendor = arena_strdup(m->arena, vendor);
	return memo->column ? memo : NULL;
}

static int run(struct measure_cache *m, size_t index, struct memo *memo, struct err *err)
{
	struct measure_input in = { .cache = m,
				    .arena = m->arena,
				    .today = m->today,
				    .column = memo->column,
				    .vendor = memo->vendor };
	int r = functions[index](&in, &memo->proposal, err);

	return r == 0 && arena_failed(m->arena) ? err_nomem(err) : r;
}

int measure_cache_run(struct measure_cache *m, const char *name, const char *column,
		      const char *vendor, const struct proposal **ret, struct err *err)
{
	const struct measure_def *def = measure_find(name);
	struct memo *memo;
	size_t count, index;
	int r;

	if (!def)
		return err_set(err, ERR_NOT_FOUND, "測り方 %s はありません", name);
	index = (size_t)(def - measure_defs(&count));
	for (memo = m->memo[index]; memo; memo = memo->next) {
		if (!same(memo->column, column) || !same(memo->vendor, vendor))
			continue;
		*ret = &memo->proposal;
		return 0;
	}
	memo = memo_new(m, column, vendor);
	if (!memo)
		return err_nomem(err);
	r = run(m, index, memo, err);
	if (r < 0)
		return r;
	memo->next = m->memo[index];
	m->memo[index] = memo;
	*ret = &memo->proposal;
	return 0;
}

int cache_kept(struct measure_cache *m, const char *ledger, struct kept **ret, struct err *err)
{
	struct kept *k;
	int r;

	for (k = m->kept; k; k = k->next)
		if (strcmp(k->def->name, ledger) == 0) {
			*ret = k;
			return 0;
		}
	r = kept_read(m->ledgers, m->conn, ledger, m->arena, ret, err);
	if (r < 0)
		return r;
	(*ret)->next = m->kept;
	m->kept = *ret;
	return 0;
}

int cache_accounts(struct measure_cache *m, const struct account **ret, size_t *ret_count,
		   struct err *err)
{
	int r = 0;

	if (!m->accounts_read)
		r = account_list(m->conn, m->arena, &m->account, &m->account_count, err);
	m->accounts_read = r == 0;
	*ret = m->account;
	*ret_count = m->account_count;
	return r;
}
