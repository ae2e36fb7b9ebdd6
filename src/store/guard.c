#include "store/guard.h"

#include <string.h>

/* Facts and their proofs: added by core statements, never changed or deleted. */
static const char *const core_tables[] = { "leaf",	"node",	      "part",	     "revision",
					   "signer",	"checkpoint", "idempotency", "file",
					   "meta",	"trail",      "block",	     "entry",
					   "entry_node" };

/* What lawful disposal takes away in a month of trails. */
static const char *const disposable_tables[] = { "block", "entry", "entry_node" };

static bool is_core(const char *table)
{
	size_t i;

	for (i = 0; i < sizeof core_tables / sizeof core_tables[0]; i++)
		if (table && strcmp(table, core_tables[i]) == 0)
			return true;
	return false;
}

static bool is_disposable(const char *table)
{
	size_t i;

	for (i = 0; i < sizeof disposable_tables / sizeof disposable_tables[0]; i++)
		if (table && strcmp(table, disposable_tables[i]) == 0)
			return true;
	return false;
}

static bool is_schema(const char *table)
{
	return table && strncmp(table, "sqlite_", 7) == 0;
}

/* Without these neither full-text search nor table_ensure works; none of them
 * changes anything. */
static bool pragma_harmless(const char *name, const char *value)
{
	if (strcmp(name, "table_info") == 0)
		return true;
	return !value && (strcmp(name, "data_version") == 0 ||
			  strcmp(name, "freelist_count") == 0 || strcmp(name, "page_count") == 0);
}

static int guard_read(int action, const char *a, const char *b)
{
	switch (action) {
	case SQLITE_SELECT:
	case SQLITE_READ:
	case SQLITE_RECURSIVE:
	case SQLITE_TRANSACTION: return SQLITE_OK;
	case SQLITE_FUNCTION:
		return b && strcmp(b, "load_extension") == 0 ? SQLITE_DENY : SQLITE_OK;
	case SQLITE_PRAGMA: return pragma_harmless(a, b) ? SQLITE_OK : SQLITE_DENY;
	case SQLITE_UPDATE:
		/* SQLite asks this when it merely loads a full-text table. A real
		 * update of the schema is refused by the defensive mode. */
		return strcmp(a, "sqlite_master") == 0 ? SQLITE_OK : SQLITE_DENY;
	default: return SQLITE_DENY;
	}
}

/* Making a typed table: new tables, indexes and columns, nothing dropped. */
static int guard_shape(int action, const char *table)
{
	switch (action) {
	case SQLITE_CREATE_TABLE:
	case SQLITE_CREATE_INDEX:
	case SQLITE_CREATE_VTABLE:
	case SQLITE_ALTER_TABLE:
	case SQLITE_REINDEX: return SQLITE_OK;
	case SQLITE_INSERT:
	case SQLITE_UPDATE:
	case SQLITE_DELETE: return is_core(table) ? SQLITE_DENY : SQLITE_OK;
	default: return SQLITE_DENY;
	}
}

static int guard_write(const struct conn *c, int action, const char *table)
{
	switch (action) {
	case SQLITE_SAVEPOINT: return c->core ? SQLITE_OK : SQLITE_DENY;
	case SQLITE_INSERT:
		if (is_schema(table))
			return SQLITE_DENY;
		return c->core || !is_core(table) ? SQLITE_OK : SQLITE_DENY;
	case SQLITE_UPDATE:
		if (c->core && strcmp(table, "meta") == 0)
			return SQLITE_OK;
		return is_core(table) || is_schema(table) ? SQLITE_DENY : SQLITE_OK;
	case SQLITE_DELETE:
		if (c->core && is_disposable(table))
			return SQLITE_OK;
		return is_core(table) || is_schema(table) ? SQLITE_DENY : SQLITE_OK;
	default: return SQLITE_DENY;
	}
}

/* The index gives pages back to the disk. */
static bool is_shrink(const struct conn *c, int action, const char *name)
{
	return c->role == CONN_INDEX && action == SQLITE_PRAGMA && name &&
	       strcmp(name, "incremental_vacuum") == 0;
}

static int guard_decide(void *arg, int action, const char *a, const char *b, const char *database,
			const char *trigger)
{
	const struct conn *c = arg;
	int verdict = is_shrink(c, action, a) ? SQLITE_OK : guard_read(action, a, b);

	(void)database;
	(void)trigger;
	if (verdict == SQLITE_OK || c->role == CONN_READER)
		return verdict;
	/* For ALTER TABLE the table is the second name. */
	if (c->shaping)
		return guard_shape(action, action == SQLITE_ALTER_TABLE ? b : a);
	return guard_write(c, action, a);
}

void guard_set(struct conn *c)
{
	sqlite3_set_authorizer(c->db, c->role == CONN_SETUP ? NULL : guard_decide, c);
}
