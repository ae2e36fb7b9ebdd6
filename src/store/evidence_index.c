#include "store/evidence_index.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/sink.h"
#include "store/evidence_core.h"
#include "store/evidence_load.h"
#include "store/evidence_merge.h"
#include "store/guard.h"

#define INDEX_FILE EVIDENCE_FOLDER "/index.db"

static const char *const index_schema[] = {
#define MONTH(sql)
#define INDEX(sql) sql,
#include "store/evidence_schema.def"
#undef MONTH
#undef INDEX
};

/* --- the file ---------------------------------------------------------------------- */

static void index_remove(const char *path)
{
	static const char *const tail[] = { "", "-wal", "-shm" };
	char name[PATH_MAX + 8];
	size_t i;

	for (i = 0; i < sizeof tail / sizeof tail[0]; i++) {
		snprintf(name, sizeof name, "%s%s", path, tail[i]);
		unlink(name);
	}
}

#define TEXT_OF_(x) #x
#define TEXT_OF(x) TEXT_OF_(x)

static int index_make(const char *path, struct err *err)
{
	struct conn *c = NULL;
	size_t i;
	int rc;

	index_remove(path);
	rc = conn_open(path, CONN_SETUP, NULL, &c, err);
	if (rc == 0)
		rc = conn_exec(c,
			       "PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL;"
			       "BEGIN IMMEDIATE",
			       err);
	for (i = 0; rc == 0 && i < sizeof index_schema / sizeof index_schema[0]; i++)
		rc = conn_exec(c, index_schema[i], err);
	if (rc == 0)
		rc = conn_exec(c,
			       "PRAGMA application_id=" TEXT_OF(
				       INDEX_APPLICATION) ";"
							  "PRAGMA user_version=" TEXT_OF(
								  INDEX_VERSION) "; COMMIT",
			       err);
	conn_close(c);
	return rc;
}

/* True for an index of just this version, whole as far as its head tells. */
static bool index_fits(struct conn *c)
{
	int64_t application = 0, version = 0;

	sqlite3_set_authorizer(c->db, NULL, NULL);
	return conn_pragma_int(c, "PRAGMA application_id", &application, NULL) == 0 &&
	       conn_pragma_int(c, "PRAGMA user_version", &version, NULL) == 0 &&
	       application == INDEX_APPLICATION && version == INDEX_VERSION;
}

static int index_open(struct evidence *ev, enum conn_role role, struct conn **ret, struct err *err)
{
	char path[PATH_MAX];
	struct conn *c = NULL;
	int rc = folder_file(ev->s->folder.path, INDEX_FILE, path, err);

	if (rc == 0 && !file_exists(path))
		return ERR_NOT_FOUND;
	if (rc == 0)
		rc = conn_open(path, role, ev->s, &c, err);
	if (rc == 0 && !index_fits(c))
		rc = ERR_NOT_FOUND;
	if (rc < 0) {
		conn_close(c);
		return rc;
	}
	guard_set(c);
	*ret = c;
	return 0;
}

static int mark_get(struct conn *c, struct mark *ret, struct err *err)
{
	STMT_CLEANUP *st = NULL;
	int rc = stmt_begin(c, STMT_MARK_GET, &st, err);

	*ret = (struct mark){ 0, 0 };
	if (rc == 0)
		rc = stmt_step(st, err);
	if (rc > 0)
		*ret = (struct mark){ (int)col_int(st, 0), col_int(st, 1) };
	return rc < 0 ? rc : 0;
}

/* --- life ---------------------------------------------------------------------------- */

void index_init(struct index *x)
{
	memset(x, 0, sizeof *x);
	pthread_mutex_init(&x->lock, NULL);
}

static void idle_drop(struct index *x)
{
	struct conn *c;

	pthread_mutex_lock(&x->lock);
	while ((c = x->idle) != NULL) {
		x->idle = c->next;
		conn_close(c);
	}
	x->idle_count = 0;
	pthread_mutex_unlock(&x->lock);
}

static void writer_close(struct index *x)
{
	merge_free(x->merge);
	x->merge = NULL;
	gone_free(x->gone); /* done again after the next start */
	x->gone = NULL;
	conn_close(x->conn);
	x->conn = NULL;
}

void index_release(struct index *x)
{
	struct purge *p;

	if (x->conn)
		conn_checkpoint(x->conn, true, NULL);
	writer_close(x);
	idle_drop(x);
	while ((p = x->purges) != NULL) {
		x->purges = p->next;
		free(p);
	}
	free(x->names);
	x->names = NULL;
	pthread_mutex_destroy(&x->lock);
}

/* Opens the file, anew if it does not fit or is ahead of the months. */
static int writer_open(struct evidence *ev, struct mark end, struct mark *ret, struct err *err)
{
	struct index *x = &ev->index;
	char path[PATH_MAX];
	int rc = folder_file(ev->s->folder.path, INDEX_FILE, path, err);

	if (rc < 0)
		return rc;
	memset(x->word, 0, sizeof x->word);
	if (x->names)
		memset(x->names, 0, INDEX_NAMES * sizeof *x->names);
	rc = index_open(ev, CONN_INDEX, &x->conn, NULL);
	if (rc == 0)
		rc = mark_get(x->conn, ret, NULL);
	if (rc == 0 && !mark_before(end, *ret))
		return 0;
	writer_close(x);
	idle_drop(x);
	rc = index_make(path, err);
	if (rc == 0)
		rc = index_open(ev, CONN_INDEX, &x->conn, err);
	*ret = (struct mark){ 0, 0 };
	return rc;
}

int index_start(struct evidence *ev, struct err *err)
{
	struct mark mark, end = { ev->month, (int64_t)ev->edge.size - 1 };
	struct index *x = &ev->index;
	int rc;

	if (!x->names)
		x->names = calloc(INDEX_NAMES, sizeof *x->names);
	if (!x->names)
		return err_nomem(err);
	if (!ev->month) {
		tail_reset(&ev->tail_rows, (struct mark){ 0, 0 }, (struct mark){ 0, 0 });
		return 0;
	}
	rc = writer_open(ev, end, &mark, err);
	/* Without an index everything still works from the months, slowly. */
	if (rc < 0)
		sink_write(SINK_WARN, "trail-index", "code=%d", rc);
	tail_reset(&ev->tail_rows, rc < 0 ? (struct mark){ 0, 0 } : mark, end);
	return 0;
}

/* After a failure, or when asked: closed, and opened or made anew. */
int index_again(struct evidence *ev, bool anew, struct err *err)
{
	struct mark mark, end;
	char path[PATH_MAX];
	int rc = folder_file(ev->s->folder.path, INDEX_FILE, path, err);

	writer_close(&ev->index);
	idle_drop(&ev->index);
	if (rc == 0 && anew)
		index_remove(path);
	pthread_rwlock_rdlock(&ev->tail_rows.lock);
	end = ev->tail_rows.end;
	pthread_rwlock_unlock(&ev->tail_rows.lock);
	if (rc == 0)
		rc = writer_open(ev, end, &mark, err);
	if (rc == 0)
		tail_rewind(&ev->tail_rows, mark);
	return rc;
}

void index_purge(struct evidence *ev, int month, const char *keep)
{
	struct purge *p = calloc(1, sizeof *p);

	if (!p)
		return; /* its rows only lead to "disposed" until the next start */
	p->month = month;
	memccpy(p->keep, keep, '\0', sizeof p->keep);
	pthread_mutex_lock(&ev->index.lock);
	p->next = ev->index.purges;
	ev->index.purges = p;
	pthread_mutex_unlock(&ev->index.lock);
}

/* --- reading --------------------------------------------------------------------------- */

static struct conn *idle_take(struct index *x)
{
	struct conn *c;

	pthread_mutex_lock(&x->lock);
	c = x->idle;
	if (c) {
		x->idle = c->next;
		x->idle_count--;
	}
	pthread_mutex_unlock(&x->lock);
	return c;
}

int index_read_begin(struct evidence *ev, struct conn **ret, struct mark *ret_mark, struct err *err)
{
	struct conn *c = idle_take(&ev->index);
	int rc = 0;

	*ret = NULL;
	*ret_mark = (struct mark){ 0, 0 };
	if (!c)
		rc = index_open(ev, CONN_READER, &c, err);
	/* No index, or one that cannot be read: everything is read from the months. */
	if (rc < 0)
		return rc == ERR_NOMEM ? rc : 0;
	rc = stmt_simple(c, STMT_BEGIN_READ, err);
	if (rc == 0)
		rc = mark_get(c, ret_mark, err);
	if (rc < 0) {
		conn_close(c);
		return rc;
	}
	*ret = c;
	return 0;
}

void index_read_end(struct evidence *ev, struct conn *c)
{
	struct index *x = &ev->index;
	bool keep;

	if (!c)
		return;
	conn_reset(c);
	keep = stmt_simple(c, STMT_END_READ, NULL) == 0 && !c->broken;
	pthread_mutex_lock(&x->lock);
	keep = keep && x->idle_count < INDEX_READERS_IDLE && !x->anew;
	if (keep) {
		c->next = x->idle;
		x->idle = c;
		x->idle_count++;
	}
	pthread_mutex_unlock(&x->lock);
	if (!keep)
		conn_close(c);
}

static int value_of(struct stmt *st, int64_t *ret, struct err *err)
{
	return stmt_value(st, 0, ret, err);
}

int index_name_number(struct conn *c, uint64_t tag, uint32_t *ret, struct err *err)
{
	struct stmt *st;
	int64_t num = 0;
	int rc = stmt_begin(c, STMT_NAME_NUM, &st, err);

	if (rc == 0) {
		stmt_int(st, 1, (int64_t)tag);
		rc = value_of(st, &num, err);
	}
	*ret = (uint32_t)num;
	return rc;
}

int index_word_number(struct conn *c, const char *text, uint32_t *ret, struct err *err)
{
	struct stmt *st;
	int64_t num = 0;
	int rc = stmt_begin(c, STMT_WORD_NUM, &st, err);

	if (rc == 0) {
		stmt_text(st, 1, text);
		rc = value_of(st, &num, err);
	}
	*ret = (uint32_t)num;
	return rc;
}

int index_name_tag(struct conn *c, uint32_t num, uint64_t *ret, struct err *err)
{
	struct stmt *st;
	int64_t tag = 0;
	int rc = num ? stmt_begin(c, STMT_NAME_TAG, &st, err) : 0;

	if (rc == 0 && num) {
		stmt_int(st, 1, num);
		rc = value_of(st, &tag, err);
	}
	*ret = (uint64_t)tag;
	return rc;
}
