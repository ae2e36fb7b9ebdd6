/* The printed numbers of a catalogue against a list of them (a table with tabs). */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/fold.h"
#include "define/frozen.h"

#define LIST_SIZE_MAX ((size_t)4 * 1024 * 1024)
#define LIST_COLUMNS_MAX 16

/* What a column of the list holds. */
enum column { COLUMN_OTHER, COLUMN_SECTION, COLUMN_GROUP, COLUMN_NUMBER, COLUMN_SUB };

/* One printed place, of the list or of the catalogue. */
struct printed {
	const char *section, *group, *number;
	struct pos pos;
};

struct listing {
	struct reading rd;
	struct printed *item;
	size_t count, alloc;
	enum column column[LIST_COLUMNS_MAX];
	size_t columns;
	bool headed; /* a heading row said which column is which */
};

/* As the ids do, numbers leave out spaces; "-" stands for none. */
static char *squeeze(struct arena *a, const char *text, size_t len)
{
	char *ret = arena_alloc(a, len + 1), *w = ret;
	size_t i;

	for (i = 0; ret && i < len; i++)
		if (text[i] != ' ' && text[i] != '\r')
			*w++ = text[i];
	if (ret && w == ret + 1 && *ret == '-')
		*ret = '\0';
	return ret;
}

/* The cells of one line; more than there is room for are left out. */
static size_t split(struct arena *a, const char *line, size_t len, const char **cell)
{
	size_t n = 0;

	for (;;) {
		const char *tab = memchr(line, '\t', len);
		size_t part = tab ? (size_t)(tab - line) : len;

		if (n < LIST_COLUMNS_MAX)
			cell[n++] = squeeze(a, line, part);
		if (!tab)
			return n;
		line = tab + 1;
		len -= part + 1;
	}
}

static bool one_of(const char *text, const char *const *words)
{
	for (; *words; words++)
		if (strcmp(text, *words) == 0)
			return true;
	return false;
}

/* A heading row tells the columns by name; a column called `title` repeats a heading and is no
 * part of the place. */
static bool read_heading(struct listing *l, const char *const *cell, size_t count)
{
	static const char *const heads[] = { "title", "heading", "level", "題", "見出し", NULL };
	static const char *const numbers[] = { "number", "番号", NULL };
	static const char *const subs[] = { "sub", "枝番", NULL };
	size_t number, i;

	for (number = 0; number < count && !one_of(cell[number], numbers); number++)
		;
	if (number == count)
		return false;
	for (i = 0; i < count; i++)
		if (i == number)
			l->column[i] = COLUMN_NUMBER;
		else if (i == 0)
			l->column[i] = COLUMN_SECTION;
		else if (i > number)
			l->column[i] = one_of(cell[i], subs) ? COLUMN_SUB : COLUMN_OTHER;
		else
			l->column[i] = one_of(cell[i], heads) ? COLUMN_OTHER : COLUMN_GROUP;
	l->columns = count;
	l->headed = true;
	return true;
}

/* Without a heading row: section, number; or section, group, number and its branch. */
static void guess_columns(struct listing *l, size_t count)
{
	static const enum column by_place[] = { COLUMN_SECTION, COLUMN_GROUP, COLUMN_NUMBER,
						COLUMN_SUB };
	size_t i;

	l->columns = count;
	for (i = 0; i < count && i < 4; i++)
		l->column[i] = by_place[i];
	if (count == 2)
		l->column[1] = COLUMN_NUMBER;
}

static void read_row(struct listing *l, const char *const *cell, size_t count, int line)
{
	struct printed *p = &l->item[l->count];
	size_t i;

	*p = (struct printed){ "", "", "", { l->rd.file, line, 1 } };
	for (i = 0; i < count && i < l->columns; i++) {
		if (l->column[i] == COLUMN_SECTION)
			p->section = cell[i];
		else if (l->column[i] == COLUMN_GROUP)
			p->group = cell[i];
		else if (l->column[i] == COLUMN_NUMBER)
			p->number = cell[i];
		else if (l->column[i] == COLUMN_SUB)
			p->number = arena_printf(l->rd.arena, "%s%s", p->number, cell[i]);
	}
	l->count++;
}

static void read_lines(struct listing *l, const char *text, size_t len)
{
	const char *cell[LIST_COLUMNS_MAX];
	int line = 0;

	while (len && !arena_failed(l->rd.arena)) {
		const char *end = memchr(text, '\n', len);
		size_t part = end ? (size_t)(end - text) : len, count;

		line++;
		count = split(l->rd.arena, text, part, cell);
		if (arena_failed(l->rd.arena))
			return;
		text += part + (end != NULL);
		len -= part + (end != NULL);
		if (count == 1 && !*cell[0])
			continue;
		if (!l->columns && read_heading(l, cell, count))
			continue;
		if (!l->columns)
			guess_columns(l, count);
		if (count < 2)
			complain_at(&l->rd, &(struct pos){ l->rd.file, line, 1 },
				    "一覧の行に、区分と番号をタブで区切って書いてください");
		else
			read_row(l, cell, count, line);
	}
}

static int read_list(struct listing *l, const char *path, struct err *err)
{
	struct buf b;
	size_t i, lines = 2, bad;
	int r;

	buf_init(&b, LIST_SIZE_MAX + 1);
	r = file_read(path, LIST_SIZE_MAX, &b, err);
	if (r == 0 && !utf8_valid(b.data ? b.data : "", b.len, &bad))
		r = err_set(err, ERR_INVALID,
			    "一覧 %s は UTF-8 ではありません（%zuバイト目）。UTF-8 "
			    "で保存し直してください",
			    path, bad + 1);
	for (i = 0; r == 0 && i < b.len; i++)
		lines += b.data[i] == '\n';
	l->item = r == 0 ? arena_calloc(l->rd.arena, lines, sizeof *l->item) : NULL;
	if (r == 0 && l->item)
		read_lines(l, b.data ? b.data : "", b.len);
	buf_release(&b);
	return r == 0 && arena_failed(l->rd.arena) ? err_nomem(err) : r;
}

/* --- comparison ---------------------------------------------------------------------- */

static int by_place(const void *a, const void *b)
{
	const struct printed *x = a, *y = b;
	int r = strcmp(x->section, y->section);

	r = r ? r : strcmp(x->group, y->group);
	return r ? r : strcmp(x->number, y->number);
}

static int by_place_and_line(const void *a, const void *b)
{
	const struct printed *x = a, *y = b;
	int r = by_place(a, b);

	return r ? r : x->pos.line - y->pos.line;
}

static const char *shown(struct arena *a, const struct printed *p)
{
	const char *text = arena_printf(a, "%s%s%s%s%s", p->section, *p->group ? " " : "", p->group,
					*p->number ? " " : "", p->number);

	return text ? text : p->number;
}

static struct printed *places_of(const struct catalogue *c, struct arena *a)
{
	struct printed *ret = arena_calloc(a, c->item_count + 1, sizeof *ret);
	size_t i;

	for (i = 0; ret && i < c->item_count; i++) {
		const struct item_def *item = &c->item[i];

		ret[i].section = squeeze(a, item->section, strlen(item->section));
		ret[i].group = squeeze(a, item->group, strlen(item->group));
		ret[i].number = squeeze(a, item->number, strlen(item->number));
		ret[i].pos = item->pos;
	}
	return arena_failed(a) ? NULL : ret;
}

static bool has_groups(const struct printed *have, size_t count, const char *section)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (*have[i].group && strcmp(have[i].section, section) == 0)
			return true;
	return false;
}

/* Without a heading row nobody can tell a group from a title: where a section has no groups it
 * is a title. */
static void drop_titles(struct listing *l, const struct printed *have, size_t count)
{
	size_t i;

	for (i = 0; !l->headed && i < l->count; i++)
		if (!has_groups(have, count, l->item[i].section))
			l->item[i].group = "";
}

/* Complains about places that stand twice in a sorted list and leaves each once; the new count. */
static size_t keep_once(struct listing *l, struct printed *item, size_t count, const char *whose)
{
	size_t i, kept = count > 0;

	for (i = 1; i < count; i++)
		if (by_place(&item[kept - 1], &item[i]) == 0)
			complain_at(&l->rd, &item[i].pos, "%sに番号「%s」が2回あります", whose,
				    shown(l->rd.arena, &item[i]));
		else
			item[kept++] = item[i];
	return kept;
}

/* Both sorted, each place once. */
static void compare(struct listing *l, const struct catalogue *c, const struct printed *have,
		    size_t count)
{
	size_t i = 0, n = 0;

	while (i < l->count || n < count) {
		int r = i == l->count ? 1 : n == count ? -1 : by_place(&l->item[i], &have[n]);

		if (r < 0)
			complain_at(&l->rd, &l->item[i].pos,
				    "印刷された番号「%s」が基準 %s にありません",
				    shown(l->rd.arena, &l->item[i]), c->id);
		else if (r > 0)
			complain_at(&l->rd, &have[n].pos, "番号「%s」は一覧 %s にありません",
				    shown(l->rd.arena, &have[n]), l->rd.file);
		i += r <= 0;
		n += r >= 0;
	}
}

/* A folder holds the lists of all catalogues, each under the name the catalogue gives. */
static int list_path(const struct catalogue *c, const char *coverage, char ret[PATH_MAX],
		     struct err *err)
{
	struct stat st;
	int n;

	if (stat(coverage, &st) == 0 && S_ISDIR(st.st_mode)) {
		if (!*c->coverage)
			return 0;
		n = snprintf(ret, PATH_MAX, "%s/%s.tsv", coverage, c->coverage);
	} else {
		n = snprintf(ret, PATH_MAX, "%s", coverage);
	}
	return n >= PATH_MAX ? err_set(err, ERR_LIMIT, "パスが長すぎます: %.200s", coverage) : 1;
}

/* Sorts and compares what was read. */
static int judge(struct listing *l, const struct catalogue *c, struct err *err)
{
	struct printed *have = places_of(c, l->rd.arena);
	size_t count = c->item_count;

	if (!have)
		return err_nomem(err);
	drop_titles(l, have, count);
	if (l->count)
		qsort(l->item, l->count, sizeof *l->item, by_place_and_line);
	if (count)
		qsort(have, count, sizeof *have, by_place_and_line);
	l->count = keep_once(l, l->item, l->count, "一覧");
	count = keep_once(l, have, count, "基準");
	compare(l, c, have, count);
	return arena_failed(l->rd.arena) ? err_nomem(err) : 0;
}

int define_check_coverage(const struct catalogue *c, const char *coverage,
			  struct complaints *complaints, struct err *err)
{
	char path[PATH_MAX];
	struct arena arena;
	struct listing l = { .rd = { &arena, complaints, path } };
	size_t before = complaints->count;
	int r = list_path(c, coverage, path, err);

	if (r <= 0)
		return r;
	arena_init(&arena, 0);
	r = read_list(&l, path, err);
	if (r == 0)
		r = judge(&l, c, err);
	arena_release(&arena);
	if (r == 0 && complaints->count > before)
		r = err_set(err, ERR_INVALID, "印刷された番号の一覧と合わないところが%zu件あります",
			    complaints->count - before);
	return r;
}
