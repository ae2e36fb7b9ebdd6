/* daicho log checkpoint|proof|export|key: the log for people outside. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "anchor/kept.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "cli/command.h"
#include "log/leaf.h"
#include "log/proof.h"
#include "log/tiles.h"
#include "store/evidence.h"
#include "store/store.h"

static const struct option_spec options[] = {
	{ "out", "FILE|DIR",
	  "proof: 書き出すファイル（省くと標準出力）、export: 新しく作るフォルダ" },
	{ NULL, NULL, NULL },
};

/* The store, its newest published checkpoint and a snapshot that covers it. */
struct session {
	struct store *store;
	struct conn *conn;
	struct buf note;
	struct checkpoint head;
};

static void session_close(struct session *s)
{
	store_read_end(s->conn);
	store_close(s->store);
	buf_release(&s->note);
}

/* While a server runs it alone may sign; then the newest published one serves. */
static int session_open(struct session *s, const char *data, struct err *err)
{
	int r;

	memset(s, 0, sizeof *s);
	buf_init(&s->note, 0);
	r = store_open(data, 0, &s->store, err);
	if (r == ERR_BUSY)
		r = store_open(data, STORE_READONLY, &s->store, err);
	if (r == 0)
		r = store_checkpoint(s->store, &s->note, err);
	if (r == 0)
		r = checkpoint_peek(s->note.data, s->note.len, &s->head, err);
	return r < 0 ? r : store_read_begin(s->store, &s->conn, err);
}

static int print_bytes(const struct buf *b, struct err *err)
{
	if (fwrite(b->data, 1, b->len, stdout) != b->len || fflush(stdout) != 0)
		return err_set(err, ERR_IO, "標準出力に書けません");
	return 0;
}

/* --- proof --------------------------------------------------------------------- */

static int make_proof(struct session *s, uint64_t index, struct buf *ret, struct err *err)
{
	struct proof_file file = { .index = index,
				   .checkpoint = s->note.data,
				   .checkpoint_len = s->note.len };
	struct tree_source source = store_tree(s->conn);
	CLEANUP(buf_release) struct buf leaf;
	int r = tree_inclusion(&source, index, s->head.size, &file.path, err);

	buf_init(&leaf, 0);
	if (r == 0)
		r = store_leaf(s->conn, (int64_t)index, &leaf, err);
	if (r < 0)
		return r;
	file.extra = leaf.data;
	file.extra_len = leaf.len;
	return proof_file_write(&file, ret, err);
}

static int do_proof(struct session *s, const struct invocation *in, struct err *err)
{
	const char *out = option(in, "out"), *number;
	CLEANUP(buf_release) struct buf b;
	uint64_t index;
	int r;

	buf_init(&b, PROOF_FILE_MAX);
	if (in->argument_count < 3)
		return err_set(err, ERR_USAGE, "受付番号を指定してください");
	number = in->argument[2];
	if (!tree_size_read(number, strlen(number), &index))
		return err_set(err, ERR_USAGE, "受付番号は数字です: %s", number);
	if (index >= s->head.size)
		return err_set(
			err, ERR_NOT_FOUND,
			"受付番号 %s は、いま公開されている証明（%llu件）にまだ入っていません。"
			"番号を確かめるか、少し後でやり直してください",
			number, (unsigned long long)s->head.size);
	r = make_proof(s, index, &b, err);
	if (r < 0)
		return r;
	return out ? file_write(out, b.data, b.len, 0644, err) : print_bytes(&b, err);
}

/* --- export --------------------------------------------------------------------- */

static int next_leaf(void *arg, struct leaf_bytes *ret, struct err *err)
{
	struct stmt *st = arg;
	int r = stmt_step(st, err);

	if (r <= 0)
		return r;
	ret->index = (uint64_t)col_int(st, 0);
	ret->data = col_blob(st, 1, &ret->len);
	return 1;
}

/* The months of access events beside it, each a log of its own. */
static int export_trails(struct session *s, const char *out, struct err *err)
{
	char dir[PATH_MAX];
	int r;

	if (snprintf(dir, sizeof dir, "%s/trail", out) >= (int)sizeof dir)
		return err_set(err, ERR_LIMIT, "フォルダのパスが長すぎます: %.200s", out);
	r = evidence_export(s->store, s->conn, (int64_t)s->head.size, dir, err);
	if (r > 0)
		printf("証跡%dか月分を %s に書き出しました。月ごとに tools/verify.py 月のフォルダ"
		       " --vkey （vkey の中身）で確かめられます。\n",
		       r, dir);
	return r < 0 ? r : 0;
}

static int do_export(struct session *s, const struct invocation *in, struct err *err)
{
	const char *out = option(in, "out");
	struct leaf_source leaves = { next_leaf, NULL };
	STMT_CLEANUP *st = NULL;
	int r;

	if (!out)
		return err_set(err, ERR_USAGE, "--out で新しく作るフォルダを指定してください");
	r = stmt_begin(s->conn, STMT_LEAF_ALL, &st, err);
	if (r < 0)
		return r;
	leaves.arg = st;
	r = tiles_write(out, &leaves, s->head.size, s->note.data, s->note.len, err);
	if (r < 0)
		return r;
	printf("%llu件を %s に書き出しました。tools/verify.py %s で確かめられます。\n",
	       (unsigned long long)s->head.size, out, out);
	r = kept_copy(store_path(s->store), out, err);
	return r < 0 ? r : export_trails(s, out, err);
}

/* --- key ------------------------------------------------------------------------- */

/* The first leaf names the first key; the others follow from it by signatures. */
static int do_key(const char *data, struct err *err)
{
	CLEANUP(buf_release) struct buf bytes;
	struct store *store = NULL;
	struct conn *c = NULL;
	struct arena arena;
	struct leaf leaf;
	int r = store_open(data, STORE_READONLY, &store, err);

	buf_init(&bytes, 0);
	arena_init(&arena, 0);
	if (r == 0)
		r = store_read_begin(store, &c, err);
	if (r == 0)
		r = store_leaf(c, 0, &bytes, err);
	if (r == 0)
		r = leaf_read(bytes.data, bytes.len, &arena, &leaf, err);
	if (r == 0 && (!leaf.key || !*leaf.key))
		r = err_set(err, ERR_CORRUPT,
			    "最初の記録に鍵がありません。daicho verify で検査してください");
	if (r == 0)
		printf("%s\n", leaf.key);
	arena_release(&arena);
	store_read_end(c);
	store_close(store);
	return r;
}

static int work(const struct invocation *in, struct err *err)
{
	const char *verb = in->argument[0], *data = in->argument[1];
	bool checkpoint = strcmp(verb, "checkpoint") == 0, proof = strcmp(verb, "proof") == 0;
	struct session s;
	int r;

	if (strcmp(verb, "key") == 0)
		return do_key(data, err);
	if (!checkpoint && !proof && strcmp(verb, "export") != 0)
		return err_set(err, ERR_USAGE, "checkpoint proof export key のどれかです: %s",
			       verb);
	r = session_open(&s, data, err);
	if (r == 0 && checkpoint)
		r = print_bytes(&s.note, err);
	else if (r == 0)
		r = proof ? do_proof(&s, in, err) : do_export(&s, in, err);
	session_close(&s);
	return r;
}

static int run(const struct invocation *in)
{
	struct err err = { 0 };
	int r = work(in, &err);

	return r < 0 ? report_error(&err) : EXIT_DONE;
}

const struct command command_log = {
	"log",
	"checkpoint|proof|export|key DATA [RECEIPT] [--out FILE|DIR]",
	"改ざんがないことの証明を取り出す",
	options,
	2,
	3,
	run,
};
