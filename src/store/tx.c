/* One transaction of the committer, and the changes in it. */
#include <string.h>

#include "base/clock.h"
#include "store/core.h"
#include "store/later.h"

/* --- one transaction ---------------------------------------------------------- */

static int64_t time_next(struct committer *m)
{
	int64_t now = clock_now_us();

	/* A clock set back must not let the log's time go back. */
	if (now < m->last_at)
		now = m->last_at;
	return now;
}

static int tx_start(struct store *s, struct tx *tx, struct err *err)
{
	struct committer *m = &s->commit;

	memset(tx, 0, sizeof *tx);
	tx->store = s;
	tx->c = m->conn;
	tx->now = time_next(m);
	tx->first_seq = -1;
	return stmt_simple(m->conn, STMT_BEGIN_WRITE, err);
}

static int tx_commit(struct tx *tx, struct err *err)
{
	struct committer *m = &tx->store->commit;
	int rc = later_run(tx, err);

	if (rc == 0)
		rc = stmt_simple(tx->c, STMT_COMMIT_WRITE, err);
	later_release(&tx->later);
	if (rc < 0)
		return rc;
	if (m->edge.size != m->safe.size)
		m->last_at = tx->now;
	m->safe = m->edge;
	m->commits++;
	return 0;
}

static void tx_abandon(struct tx *tx)
{
	struct committer *m = &tx->store->commit;

	/* The error is known already; after some SQLite has rolled back by itself. */
	if (!sqlite3_get_autocommit(tx->c->db))
		stmt_simple(tx->c, STMT_ROLLBACK_WRITE, NULL);
	later_release(&tx->later);
	m->edge = m->safe;
}

int tx_alone(struct store *s, tx_fn fn, void *arg, struct err *err)
{
	struct tx tx;
	int rc = tx_start(s, &tx, err);

	if (rc < 0)
		return rc;
	rc = fn(&tx, arg, err);
	if (rc >= 0 && tx.failed < 0) {
		rc = tx.failed;
		if (err)
			*err = tx.why;
	}
	if (rc >= 0)
		rc = tx_commit(&tx, err);
	if (rc < 0)
		tx_abandon(&tx);
	return rc < 0 ? rc : 0;
}

/* --- one change in it ------------------------------------------------------------ */

static int change_call(struct tx *tx, struct change *ch)
{
	int rc = ch->fn(tx, ch->arg, &ch->err);

	if (rc >= 0 && tx->failed < 0) {
		ch->err = tx->why;
		rc = tx->failed;
	}
	ch->receipt = (struct receipt){ .seq = tx->first_seq, .at_us = tx->now };
	if (rc >= 0 && ch->key)
		rc = key_add(tx, ch->key, &ch->receipt, &ch->err);
	return rc < 0 ? rc : 0;
}

/* Takes back what a failed change did. 1 if only doing the transaction again without it
 * can: it wrote something, and there is no savepoint. */
static int change_undo(struct tx *tx, struct change *ch, bool saved, int written)
{
	later_change_undo(&tx->later);
	if (saved)
		return stmt_simple(tx->c, STMT_SAVE_UNDO, &ch->err);
	return sqlite3_total_changes(tx->c->db) != written;
}

/* Returns negative only if the whole transaction is lost, 1 as change_undo. */
static int change_run(struct tx *tx, struct change *ch, bool save)
{
	struct committer *m = &tx->store->commit;
	struct tree_edge before = m->edge;
	int64_t keys = m->key_count;
	int rc = 0, written = sqlite3_total_changes(tx->c->db);

	if (ch->key) {
		ch->rc = key_find(tx, ch->key, &ch->receipt, &ch->err);
		if (ch->rc != 0) {
			ch->rc = ch->rc > 0 ? 0 : ch->rc;
			return tx->c->broken ? ERR_IO : 0;
		}
	}
	if (save)
		rc = stmt_simple(tx->c, STMT_SAVE, &ch->err);
	if (rc < 0)
		return rc;
	tx->first_seq = -1;
	tx->failed = 0;
	later_change_begin(&tx->later);
	ch->rc = change_call(tx, ch);
	if (tx->c->broken || sqlite3_get_autocommit(tx->c->db))
		return ch->rc < 0 ? ch->rc : ERR_IO;
	if (ch->rc < 0) {
		m->edge = before;
		m->key_count = keys;
		rc = change_undo(tx, ch, save, written);
	}
	return rc != 0 || !save ? rc : stmt_simple(tx->c, STMT_SAVE_KEEP, &ch->err);
}

static bool all_repeatable(const struct change *list)
{
	for (; list; list = list->next)
		if (list->fn && !list->repeatable)
			return false;
	return true;
}

/* One transaction of the list, with a savepoint per change or without. 1: nothing was
 * kept, and it must be done again with savepoints. */
static int batch_try(struct store *s, struct change *list, bool save, struct err *err)
{
	int64_t keys = s->commit.key_count;
	struct change *ch;
	struct tx tx;
	int rc = tx_start(s, &tx, err);

	if (rc < 0)
		return rc;
	for (ch = list; rc == 0 && ch; ch = ch->next)
		if (ch->fn) {
			rc = change_run(&tx, ch, save);
			if (rc < 0 && err)
				*err = ch->err;
		}
	if (rc == 0 && s->commit.key_count != keys)
		rc = key_seal_count(&tx, err);
	if (rc == 0)
		rc = tx_commit(&tx, err);
	if (rc != 0) {
		tx_abandon(&tx);
		s->commit.key_count = keys;
	}
	return rc;
}

int tx_batch(struct store *s, struct change *list, struct err *err)
{
	int rc = batch_try(s, list, !all_repeatable(list), err);

	return rc > 0 ? batch_try(s, list, true, err) : rc;
}
