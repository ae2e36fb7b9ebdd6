/* Months for people outside: signed heads, proofs of one event, exports. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/canon.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "log/checkpoint.h"
#include "log/proof.h"
#include "log/tiles.h"
#include "store/evidence_fact.h"
#include "store/evidence_read.h"

#define NOTE_TEXT_MAX 4096

/* The signed head that lies in the file of the month, which must be true. */
static int note_read(struct month_reader *r, char ret_note[NOTE_TEXT_MAX],
		     char ret_vkey[NOTE_VKEY_SIZE], struct checkpoint *ret, struct err *err)
{
	struct tree_source source = store_tree(r->c);
	uint8_t root[HASH_SIZE];
	struct note_key key;
	int rc = meta_get(r->c, "note", ret_note, NOTE_TEXT_MAX, err);

	if (rc == 0)
		rc = meta_get(r->c, "vkey", ret_vkey, NOTE_VKEY_SIZE, err);
	if (rc == 0 && !*ret_note)
		return err_set(err, ERR_NOT_FOUND,
			       "%d年%d月の証跡には、まだ署名された頭がありません。1分ほど待って"
			       "からやり直してください",
			       r->month / 100, r->month % 100);
	if (rc == 0)
		rc = note_vkey_read(ret_vkey, &key, err);
	if (rc == 0)
		rc = checkpoint_open(ret_note, strlen(ret_note), &key, 1, ret, NULL, err);
	if (rc == 0 && ret->size <= (uint64_t)r->size)
		rc = tree_root_at(&source, ret->size, root, err);
	if (rc == 0 && (ret->size > (uint64_t)r->size || memcmp(root, ret->root, HASH_SIZE) != 0))
		rc = err_set(err, ERR_CORRUPT,
			     "%d年%d月の証跡が、署名された頭と合いません。改ざん検査"
			     "（daicho verify）をしてください",
			     r->month / 100, r->month % 100);
	return rc;
}

int evidence_note(struct store *s, int month, struct buf *ret_note, struct buf *ret_vkey,
		  struct err *err)
{
	char note[NOTE_TEXT_MAX], vkey[NOTE_VKEY_SIZE];
	struct month_reader *r = NULL;
	struct checkpoint head;
	int rc = reader_begin(s->evidence, month, &r, err);

	if (rc == 0)
		rc = note_read(r, note, vkey, &head, err);
	reader_end(r);
	if (rc < 0)
		return rc;
	if (ret_note)
		buf_puts(ret_note, note);
	if (ret_vkey)
		buf_puts(ret_vkey, vkey);
	return (ret_note && buf_failed(ret_note)) || (ret_vkey && buf_failed(ret_vkey))
		       ? err_nomem(err)
		       : 0;
}

static int proof_make(struct month_reader *r, int64_t seq, const char *note,
		      const struct checkpoint *head, struct buf *ret, struct err *err)
{
	struct proof_file file = { .index = (uint64_t)seq,
				   .checkpoint = note,
				   .checkpoint_len = strlen(note) };
	struct tree_source source = store_tree(r->c);
	CLEANUP(buf_release) struct buf leaf;
	int rc = tree_inclusion(&source, (uint64_t)seq, head->size, &file.path, err);

	buf_init(&leaf, 0);
	if (rc == 0)
		rc = store_leaf(r->c, seq, &leaf, err);
	if (rc < 0)
		return rc;
	file.extra = leaf.data;
	file.extra_len = leaf.len;
	return proof_file_write(&file, ret, err);
}

int evidence_proof(struct store *s, int month, int64_t seq, struct buf *ret, struct err *err)
{
	char note[NOTE_TEXT_MAX], vkey[NOTE_VKEY_SIZE];
	struct month_reader *r = NULL;
	struct checkpoint head;
	int rc = reader_begin(s->evidence, month, &r, err);

	if (rc == 0)
		rc = note_read(r, note, vkey, &head, err);
	if (rc == 0 && (seq < 0 || (uint64_t)seq >= head.size))
		rc = err_set(
			err, ERR_NOT_FOUND,
			"%d年%d月の証跡 %lld 番目は、署名された頭（%llu件）にまだ入っていません。"
			"番号を確かめるか、1分ほど待ってからやり直してください",
			month / 100, month % 100, (long long)seq, (unsigned long long)head.size);
	if (rc == 0)
		rc = proof_make(r, seq, note, &head, ret, err);
	reader_end(r);
	return rc;
}

/* --- export ------------------------------------------------------------------------------ */

static int next_leaf(void *arg, struct leaf_bytes *ret, struct err *err)
{
	struct stmt *st = arg;
	int rc = stmt_step(st, err);

	if (rc <= 0)
		return rc;
	ret->index = (uint64_t)col_int(st, 0);
	ret->data = col_blob(st, 1, &ret->len);
	return 1;
}

/* The fact of the main log (below `size`) that states this head, opened; nothing where
 * there is none yet. */
static int head_write(struct conn *c, int64_t size, int month, const struct checkpoint *head,
		      const char *path, struct err *err)
{
	char file[PATH_MAX + 16];
	CLEANUP(buf_release) struct buf text;
	json_t *doc = NULL;
	int64_t seq;
	int rc = trail_head_find(c, month, (int64_t)head->size, &seq, err);

	buf_init(&text, 0);
	if (rc <= 0 || seq >= size)
		return rc < 0 ? rc : 0;
	rc = trail_fact_open(c, seq, &doc, err);
	if (rc == 0)
		rc = json_object_set_new(doc, "seq", json_integer(seq))
			     ? err_nomem(err)
			     : canon_write(doc, &text, err);
	json_decref(doc);
	buf_putc(&text, '\n');
	if (rc == 0 && buf_failed(&text))
		rc = err_nomem(err);
	snprintf(file, sizeof file, "%s/head.json", path);
	return rc < 0 ? rc : file_write(file, text.data, text.len, 0644, err);
}

static int month_write(struct month_reader *r, struct conn *c, int64_t size, const char *path,
		       struct err *err)
{
	char note[NOTE_TEXT_MAX], vkey[NOTE_VKEY_SIZE], file[PATH_MAX + 8];
	char line[NOTE_VKEY_SIZE + 2];
	struct leaf_source leaves = { next_leaf, NULL };
	STMT_CLEANUP *st = NULL;
	struct checkpoint head;
	int rc = note_read(r, note, vkey, &head, err);

	if (rc == 0)
		rc = stmt_begin(r->c, STMT_LEAF_ALL, &st, err);
	if (rc < 0)
		return rc;
	leaves.arg = st;
	rc = tiles_write(path, &leaves, head.size, note, strlen(note), err);
	if (rc < 0)
		return rc;
	snprintf(file, sizeof file, "%s/vkey", path);
	snprintf(line, sizeof line, "%s\n", vkey);
	rc = file_write(file, line, strlen(line), 0644, err);
	return rc < 0 ? rc : head_write(c, size, r->month, &head, path, err);
}

int evidence_export_month(struct store *s, struct conn *c, int64_t size, int month,
			  const char *dir, struct err *err)
{
	struct month_reader *r = NULL;
	char path[PATH_MAX], text[8];
	int rc;

	month_text(month, text);
	rc = folder_file(dir, text, path, err);
	if (rc == 0)
		rc = reader_begin(s->evidence, month, &r, err);
	if (rc == 0)
		rc = month_write(r, c, size, path, err);
	reader_end(r);
	return rc;
}

int evidence_export(struct store *s, struct conn *c, int64_t size, const char *dir, struct err *err)
{
	int months[MONTHS_MAX], count = month_list(s, months, err), i, rc = 0;

	if (count > 0)
		rc = dir_make(dir, 0755, err);
	for (i = 0; rc == 0 && i < count; i++) {
		rc = evidence_export_month(s, c, size, months[i], dir, err);
		/* A month that has just begun has no head yet: nothing to show. */
		if (rc == ERR_NOT_FOUND && i == count - 1)
			rc = 0;
	}
	return count < 0 ? count : rc < 0 ? rc : count;
}
