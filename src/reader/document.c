#include "reader/document.h"

#include "reader/answer.h"
#include "reader/frame.h"

static bool on_tree(void *arg, const char *body, size_t len)
{
	return frame_read_tree(body, len, arg);
}

int document_read(const void *bytes, size_t len, enum document_format format, struct arena *arena,
		  struct node **ret, struct err *err)
{
	struct frame_tree t = { .arena = arena };
	const struct reader_request request = {
		.task = format == DOCUMENT_JSON ? READER_TASK_JSON : READER_TASK_YAML,
		.options.limits = { .file_bytes = DOCUMENT_BYTES_MAX, .seconds = 30 },
	};
	const struct answer_sink sink = { .kind = FRAME_TREE, .take = on_tree, .arg = &t };
	struct hash_part part = { bytes, len };
	int rc;

	if (len == 0)
		return err_set(err, ERR_INVALID,
			       "ファイルが空です。中身のあるファイルを選んでください");
	if (len > DOCUMENT_BYTES_MAX)
		return err_set(err, ERR_LIMIT,
			       "ファイルが大きすぎます（%zuMB、上限は%zuMB）。"
			       "ファイルを分けてください",
			       len >> 20, DOCUMENT_BYTES_MAX >> 20);
	rc = answer_read(&part, 1, &request, &sink, err);
	if (rc < 0)
		return arena_failed(arena) ? err_nomem(err) : rc;
	if (!frame_tree_whole(&t))
		return answer_not_believed(err);
	*ret = t.root;
	return 0;
}
