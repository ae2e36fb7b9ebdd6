#include "store/audit.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "store/audit_rows.h"
#include "store/audit_run.h"

#define NOTE_BYTES_MAX 65536

void audit_found(struct audit *a, const char *kind, int64_t seq, const char *entry, const char *fmt,
		 ...)
{
	struct audit_finding f = { .kind = kind, .seq = seq };
	va_list ap;

	snprintf(f.entry, sizeof f.entry, "%s", entry ? entry : "");
	va_start(ap, fmt);
	vsnprintf(f.text, sizeof f.text, fmt, ap);
	va_end(ap);
	a->ret->findings++;
	if (a->in->found)
		a->in->found(a->in->arg, &f);
}

/* --- cursors ------------------------------------------------------------------ */

int cursor_next(struct cursor *cur, struct err *err)
{
	int rc = stmt_step(cur->st, err);

	cur->has = rc > 0;
	return rc < 0 ? rc : 0;
}

int cursor_begin(struct cursor *cur, struct conn *c, enum stmt_id id, struct err *err)
{
	int rc = stmt_begin(c, id, &cur->st, err);

	return rc < 0 ? rc : cursor_next(cur, err);
}

void cursor_end(struct cursor *cur)
{
	stmt_end(cur->st);
	cur->st = NULL;
	cur->has = false;
}

/* --- checkpoints to hold the leaves against --------------------------------------- */

struct notes {
	struct verify_checkpoint *item;
	size_t count, alloc;
};

static void notes_release(struct notes *n)
{
	size_t i;

	for (i = 0; i < n->count; i++) {
		free((char *)(uintptr_t)n->item[i].name);
		free((char *)(uintptr_t)n->item[i].note);
	}
	free(n->item);
}

static int notes_add(struct notes *n, const char *name, const char *note, size_t len, bool anchored,
		     struct err *err)
{
	struct verify_checkpoint *grown;
	char *bytes, *label;

	if (n->count == n->alloc) {
		size_t alloc = n->alloc ? 2 * n->alloc : 64;

		grown = reallocarray(n->item, alloc, sizeof *grown);
		if (!grown)
			return err_nomem(err);
		n->item = grown;
		n->alloc = alloc;
	}
	bytes = malloc(len + 1);
	label = strdup(name ? name : "");
	if (!bytes || !label) {
		free(bytes);
		free(label);
		return err_nomem(err);
	}
	memcpy(bytes, note, len);
	bytes[len] = '\0';
	n->item[n->count++] = (struct verify_checkpoint){ label, bytes, len, anchored };
	return 0;
}

static int notes_of_rows(struct notes *n, struct conn *c, struct err *err)
{
	CLEANUP(cursor_end) struct cursor cur = { 0 };
	char name[80];
	size_t len;
	int rc = cursor_begin(&cur, c, STMT_CHECKPOINT_ALL, err);

	while (rc == 0 && cur.has) {
		const char *note = col_blob(cur.st, 3, &len);

		snprintf(name, sizeof name, "証明の一覧 %lld 番目", (long long)col_int(cur.st, 0));
		rc = notes_add(n, name, note, len, false, err);
		if (rc == 0)
			rc = cursor_next(&cur, err);
	}
	return rc;
}

/* While the server runs, an anchor may be newer than this snapshot. */
static bool anchor_ahead(const struct audit *a, const struct buf *note)
{
	struct checkpoint c;
	struct conn *fresh;
	int64_t size = 0;

	if (checkpoint_peek(note->data, note->len, &c, NULL) < 0 ||
	    (int64_t)c.size <= a->ret->leaves || store_read_begin(a->c->store, &fresh, NULL) < 0)
		return false;
	if (store_size(fresh, &size, NULL) < 0)
		size = 0;
	store_read_end(fresh);
	return size >= (int64_t)c.size;
}

static int notes_of_anchors(struct notes *n, const struct audit *a, struct err *err)
{
	char dir_path[PATH_MAX], path[PATH_MAX], name[300];
	const struct dirent *e;
	DIR *dir;
	int rc = folder_file(a->c->store->folder.path, "anchors", dir_path, err);

	dir = rc == 0 ? opendir(dir_path) : NULL;
	while (dir && rc == 0 && (e = readdir(dir)) != NULL) {
		CLEANUP(buf_release) struct buf b;

		buf_init(&b, 0);
		if (e->d_name[0] == '.' || strstr(e->d_name, ".new"))
			continue;
		snprintf(name, sizeof name, "anchors/%s", e->d_name);
		rc = folder_file(dir_path, e->d_name, path, err);
		if (rc == 0 && file_read(path, NOTE_BYTES_MAX, &b, NULL) == 0 && b.len &&
		    !anchor_ahead(a, &b))
			rc = notes_add(n, name, b.data, b.len, false, err);
	}
	if (dir)
		closedir(dir);
	return rc;
}

static int notes_gather(struct notes *n, const struct audit *a, struct err *err)
{
	size_t i;
	int rc = notes_of_rows(n, a->c, err);

	if (rc == 0)
		rc = notes_of_anchors(n, a, err);
	for (i = 0; rc == 0 && i < a->in->held_count; i++)
		rc = notes_add(n, a->in->held[i].name, a->in->held[i].note, a->in->held[i].len,
			       true, err);
	return rc;
}

/* --- the pass over the leaves --------------------------------------------------------- */

static int next_leaf(void *arg, struct leaf_bytes *ret, struct err *err)
{
	struct audit *a = arg;
	int rc = stmt_step(a->leaves, err);

	if (rc <= 0)
		return rc;
	ret->index = (uint64_t)col_int(a->leaves, 0);
	ret->data = col_blob(a->leaves, 1, &ret->len);
	return 1;
}

/* An error of the examination itself is kept apart from what it finds. */
static int each_leaf(void *arg, uint64_t index, const struct leaf_view *leaf, struct err *err)
{
	struct audit *a = arg;

	(void)err;
	if (a->failed == 0)
		a->failed = audit_leaf(a, (int64_t)index, leaf, &a->why);
	return 0;
}

/* The entry of a leaf, for messages; "" when there is none or it is gone. */
static void entry_of(struct audit *a, int64_t seq, char ret[ID_SIZE])
{
	CLEANUP(buf_release) struct buf rec;
	struct leaf_view view;

	buf_init(&rec, 0);
	ret[0] = '\0';
	if (store_leaf(a->c, seq, &rec, NULL) < 0 ||
	    leaf_scan(rec.data, rec.len, &view, NULL) < 0 || !view.entry.data)
		return;
	snprintf(ret, ID_SIZE, "%.*s", (int)view.entry.len, view.entry.data);
}

static void report_log(struct audit *a)
{
	const struct verify_result *log = &a->ret->log;
	size_t i;

	for (i = 0; i < log->failure_count && i < VERIFY_FAILURE_MAX; i++) {
		const struct verify_failure *f = &log->failure[i];
		char entry[ID_SIZE] = "";

		if (f->first == f->last)
			entry_of(a, (int64_t)f->first, entry);
		audit_found(a, verify_fault_name(f->fault), (int64_t)f->first, entry, "%s",
			    f->text);
	}
	if (log->failure_count > VERIFY_FAILURE_MAX)
		a->ret->findings += (int64_t)(log->failure_count - VERIFY_FAILURE_MAX);
}

static int log_check(struct audit *a, struct err *err)
{
	struct tree_source stored = store_tree(a->c);
	CLEANUP(notes_release) struct notes notes = { 0 };
	struct verify_input in = { .leaves = { next_leaf, a },
				   .size = (uint64_t)a->ret->leaves,
				   .stored = &stored,
				   .vkey = a->in->vkey,
				   .each = each_leaf,
				   .each_arg = a };
	int rc = notes_gather(&notes, a, err);

	if (rc < 0)
		return rc;
	in.checkpoint = notes.item;
	in.checkpoint_count = notes.count;
	rc = verify_log(&in, &a->ret->log, err);
	if (rc == 0 && a->failed < 0) {
		rc = a->failed;
		if (err)
			*err = a->why;
	}
	return rc;
}

static int audit_begin(struct audit *a, struct err *err)
{
	int rc = store_size(a->c, &a->ret->leaves, err);

	if (rc == 0)
		rc = stmt_begin(a->c, STMT_LEAF_ALL, &a->leaves, err);
	if (rc == 0)
		rc = cursor_begin(&a->part, a->c, STMT_PART_ALL, err);
	if (rc == 0)
		rc = cursor_begin(&a->signer, a->c, STMT_SIGNER_ALL, err);
	return rc;
}

int store_audit(struct conn *c, const struct audit_input *in, struct audit_result *ret,
		struct err *err)
{
	struct audit a = { .c = c, .in = in, .ret = ret };
	int rc;

	memset(ret, 0, sizeof *ret);
	buf_init(&a.body, 0);
	rc = audit_begin(&a, err);
	if (rc == 0)
		rc = log_check(&a, err);
	if (rc == 0)
		report_log(&a);
	/* After a gap in the leaves the rest would only be noise. */
	if (rc == 0 && ret->log.count == (uint64_t)ret->leaves)
		rc = audit_leaf_rest(&a, err);
	if (rc == 0 && ret->log.count == (uint64_t)ret->leaves)
		rc = audit_rows(&a, err);
	stmt_end(a.leaves);
	cursor_end(&a.part);
	cursor_end(&a.signer);
	buf_release(&a.body);
	return rc;
}
