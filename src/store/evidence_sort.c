/* Sorting more entries than should be in memory. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "store/evidence_entry.h"

#define ROWS_MAX ((size_t)524288) /* in memory: 23 MB */
#define PIECES_MAX 4096

struct piece {
	FILE *f;
	struct entry_row row;
	bool has;
};

struct entry_sorter {
	struct store *s;
	struct entry_row *row;
	size_t count, alloc, next;
	struct piece *piece;
	size_t pieces;
	bool sorted;
};

int sorter_new(struct store *s, struct entry_sorter **ret, struct err *err)
{
	*ret = calloc(1, sizeof **ret);
	if (!*ret)
		return err_nomem(err);
	(*ret)->s = s;
	return 0;
}

void sorter_free(struct entry_sorter *t)
{
	size_t i;

	if (!t)
		return;
	for (i = 0; i < t->pieces; i++)
		if (t->piece[i].f)
			(void)fclose(t->piece[i].f);
	free(t->piece);
	free(t->row);
	free(t);
}

static int row_compare(const void *a, const void *b)
{
	const struct entry_row *x = a, *y = b;

	if (x->class != y->class)
		return x->class < y->class ? -1 : 1;
	return memcmp(x->bytes, y->bytes, sizeof x->bytes);
}

/* A file without a name: it vanishes with the process, whatever happens. */
static FILE *piece_open(const struct store *s, struct err *err)
{
	char path[PATH_MAX];
	FILE *f;
	int fd;

	if (folder_file(s->folder.path, "work/sort-XXXXXX", path, err) < 0)
		return NULL;
	fd = mkstemp(path);
	if (fd >= 0)
		unlink(path);
	f = fd >= 0 ? fdopen(fd, "w+") : NULL;
	if (!f) {
		err_errno(err, errno, "作業用のファイル %.300s を作れません", path);
		if (fd >= 0)
			close(fd);
	}
	return f;
}

static int piece_write(struct entry_sorter *t, struct err *err)
{
	struct piece *grown = reallocarray(t->piece, t->pieces + 1, sizeof *grown);
	FILE *f;

	if (!grown)
		return err_nomem(err);
	t->piece = grown;
	if (t->pieces == PIECES_MAX)
		return err_set(err, ERR_LIMIT, "ひと月の証跡が多すぎて並べられません");
	f = piece_open(t->s, err);
	if (!f)
		return ERR_IO;
	t->piece[t->pieces++] = (struct piece){ .f = f };
	qsort(t->row, t->count, sizeof *t->row, row_compare);
	if (fwrite(t->row, sizeof *t->row, t->count, f) != t->count || fflush(f) != 0)
		return err_errno(err, errno, "作業用のファイルに書けません");
	rewind(f);
	t->count = 0;
	return 0;
}

int sorter_add(struct entry_sorter *t, const struct entry_row *row, struct err *err)
{
	if (t->count == ROWS_MAX) {
		int rc = piece_write(t, err);

		if (rc < 0)
			return rc;
	}
	if (t->count == t->alloc) {
		size_t alloc = t->alloc ? 2 * t->alloc : 4096;
		struct entry_row *grown = reallocarray(t->row, alloc, sizeof *grown);

		if (!grown)
			return err_nomem(err);
		t->row = grown;
		t->alloc = alloc;
	}
	t->row[t->count++] = *row;
	return 0;
}

static int piece_read(struct piece *p, struct err *err)
{
	p->has = fread(&p->row, sizeof p->row, 1, p->f) == 1;
	if (!p->has && ferror(p->f))
		return err_errno(err, errno, "作業用のファイルを読めません");
	return 0;
}

static int sorter_turn(struct entry_sorter *t, struct err *err)
{
	size_t i;
	int rc = 0;

	if (t->count > 1)
		qsort(t->row, t->count, sizeof *t->row, row_compare);
	for (i = 0; rc == 0 && i < t->pieces; i++)
		rc = piece_read(&t->piece[i], err);
	t->sorted = true;
	return rc;
}

int sorter_next(struct entry_sorter *t, struct entry_row *ret, struct err *err)
{
	struct piece *best = NULL;
	size_t i;
	int rc = t->sorted ? 0 : sorter_turn(t, err);

	if (rc < 0)
		return rc;
	for (i = 0; i < t->pieces; i++)
		if (t->piece[i].has && (!best || row_compare(&t->piece[i].row, &best->row) < 0))
			best = &t->piece[i];
	if (t->next < t->count && (!best || row_compare(&t->row[t->next], &best->row) <= 0)) {
		*ret = t->row[t->next++];
		return 1;
	}
	if (!best)
		return 0;
	*ret = best->row;
	rc = piece_read(best, err);
	return rc < 0 ? rc : 1;
}
