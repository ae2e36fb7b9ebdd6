#include "anchor/steps.h"

#include <limits.h>
#include <stdio.h>

#include "base/canon.h"
#include "base/cleanup.h"
#include "base/file.h"

struct fact_job {
	const char *op;
	const struct buf *bytes;
};

static int fact_append(struct tx *tx, void *arg, struct err *err)
{
	const struct fact_job *j = arg;
	struct fact f = { .kind = "anchor", .op = j->op, .actor = "system" };
	int64_t seq;

	f.part[0] = (struct fact_part){ "internal", j->bytes->data, j->bytes->len, false };
	f.part_count = 1;
	return tx_append(tx, &f, &seq, err);
}

int step_fact(struct store *s, const char *op, const json_t *content, struct err *err)
{
	CLEANUP(buf_release) struct buf b;
	struct fact_job job = { op, &b };
	int r;

	buf_init(&b, 0);
	r = content ? canon_write(content, &b, err) : err_nomem(err);
	return r < 0 ? r : store_write(s, NULL, fact_append, &job, NULL, err);
}

int step_path(const char *folder, const char *name, char *ret, struct err *err)
{
	if (snprintf(ret, PATH_MAX, "%s/%s", folder, name) >= PATH_MAX)
		return err_set(err, ERR_LIMIT, "フォルダのパスが長すぎます: %.200s", folder);
	return 0;
}

int step_folder(struct step *s, const char *name, char *ret, struct err *err)
{
	char part[128];
	int r;

	(void)snprintf(part, sizeof part, "anchors/%s", name);
	r = step_path(store_path(s->store), part, ret, err);
	return r < 0 ? r : dir_make_kept(ret, 0700, err);
}
