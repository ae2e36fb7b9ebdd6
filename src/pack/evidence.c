#include "pack/evidence.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "report/csv.h"

struct writing {
	struct gather *g;
	const char *folder;
	struct csv csv;
	struct buf out;
	int number;
};

/* A file name that no shell or file system trips over. */
static char *safe_name(struct arena *a, int number, const char *name)
{
	char *s = arena_printf(a, "%02d_%s", number, name);
	char *p;

	for (p = s; p && *p; p++)
		if (strchr("/\\:*?\"<>|", *p) || (unsigned char)*p < 0x20)
			*p = '_';
	return s;
}

static int write_content(struct writing *w, const char *hash, const char *name, struct err *err)
{
	CLEANUP(close_fd) int fd = -1;
	char path[PATH_MAX];
	int r;

	if (snprintf(path, sizeof path, "%s/%s", w->folder, name) >= (int)sizeof path)
		return err_set(err, ERR_LIMIT, "証拠のファイル名が長すぎます: %.100s", name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return err_errno(err, errno, "証拠のファイル %s を作れません", path);
	r = store_file_get(ledgers_store(w->g->l), hash, fd, err);
	/* What does not match its hash must not lie among the evidence. */
	if (r < 0)
		(void)unlink(path);
	return r;
}

static int write_one(struct writing *w, const struct round_line *line, const struct evidence *e,
		     struct err *err)
{
	struct file_info info;
	const char *name;
	int r = store_file_info(w->g->c, e->file, &info, err);

	if (r < 0)
		return r;
	name = safe_name(w->g->arena, ++w->number, info.name);
	r = name ? write_content(w, e->file, name, err) : err_nomem(err);
	if (r == 0) {
		const char *const cells[] = { arena_printf(w->g->arena, "%d", w->number),
					      line->item->id,
					      line->column ? line->column->label : "",
					      name,
					      info.hash,
					      arena_printf(w->g->arena, "%lld",
							   (long long)info.size) };

		r = csv_row(&w->csv, cells, 6, err);
	}
	return r;
}

static int write_all(struct writing *w, const struct round_view *v, struct err *err)
{
	static const char *const head[] = { "番号", "項番", "欄", "ファイル", "SHA-256", "バイト数" };
	size_t i, e;
	int r = csv_row(&w->csv, head, 6, err);

	for (i = 0; r == 0 && i < v->line_count; i++)
		for (e = 0; r == 0 && e < v->line[i].now.evidence_count; e++)
			if (v->line[i].now.evidence[e].file)
				r = write_one(w, &v->line[i], &v->line[i].now.evidence[e], err);
	return r < 0 ? r : csv_end(&w->csv, err);
}

int evidence_write(struct gather *g, const struct round_view *v, const char *dir, struct err *err)
{
	char folder[PATH_MAX], index[PATH_MAX];
	struct writing w = { .g = g, .folder = folder };
	const struct csv_options options = { .encoding = CSV_UTF8,
					     .write = csv_to_buf,
					     .ctx = &w.out };
	int r;

	if (snprintf(folder, sizeof folder, "%s/evidence", dir) >= (int)sizeof folder ||
	    snprintf(index, sizeof index, "%s/evidence/index.csv", dir) >= (int)sizeof index)
		return err_set(err, ERR_LIMIT, "パスが長すぎます: %.200s", dir);
	r = dir_make(folder, 0700, err);
	if (r < 0)
		return r;
	buf_init(&w.out, 0);
	csv_init(&w.csv, &options);
	r = write_all(&w, v, err);
	if (r == 0)
		r = file_write(index, w.out.data, w.out.len, 0600, err);
	csv_release(&w.csv);
	buf_release(&w.out);
	return r;
}
