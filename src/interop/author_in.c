/* Authoring workbooks back into catalogues and crosswalks. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fold.h"
#include "interop/author.h"
#include "reader/sheet.h"

#define COLUMNS_MAX 200
#define ROWS_MAX 20000
#define BYTES_MAX ((uint64_t)32 << 20)

struct row {
	uint32_t number; /* as Excel shows it */
	const char **cell;
	size_t count;
};

/* One sheet as it was read. */
struct page {
	struct making *m;
	char names[64][64]; /* of all visible sheets */
	size_t name_count;
	struct row header, *row;
	size_t count, alloc;
};

/* ---- reading ---- */

static int on_meta(void *arg, const struct sheet_meta *meta, struct err *err)
{
	struct page *p = arg;
	size_t i;

	(void)err;
	p->name_count = 0;
	for (i = 0; i < meta->sheet_count && i < 64; i++)
		snprintf(p->names[p->name_count++], sizeof p->names[0], "%s", meta->sheets[i]);
	return 0;
}

static int keep_row(struct page *p, const struct sheet_row *row, struct row *ret, struct err *err)
{
	size_t count = row->count < COLUMNS_MAX ? row->count : COLUMNS_MAX, i;

	ret->number = row->number;
	ret->count = count;
	ret->cell = arena_calloc(p->m->arena, count + 1, sizeof *ret->cell);
	for (i = 0; ret->cell && i < count; i++)
		ret->cell[i] = arena_strdup(p->m->arena, row->cells[i].text);
	return arena_failed(p->m->arena) ? err_nomem(err) : 0;
}

static int on_row(void *arg, const struct sheet_row *row, struct err *err)
{
	struct page *p = arg;

	if (row->header)
		return keep_row(p, row, &p->header, err);
	if (p->count == p->alloc) {
		size_t alloc = p->alloc ? p->alloc * 2 : 64;
		struct row *bigger = arena_calloc(p->m->arena, alloc, sizeof *bigger);

		if (!bigger)
			return err_nomem(err);
		if (p->count)
			memcpy(bigger, p->row, p->count * sizeof *bigger);
		p->row = bigger;
		p->alloc = alloc;
	}
	return keep_row(p, row, &p->row[p->count++], err);
}

/* Reads sheet `number` (1-based). */
static int read_page(struct making *m, int fd, uint32_t number, struct page *ret)
{
	const struct sheet_options options = {
		.sheet = number,
		.header_row = 1,
		.limits = { .file_bytes = BYTES_MAX, .rows = ROWS_MAX, .columns = COLUMNS_MAX },
	};
	const struct sheet_sink sink = { .on_meta = on_meta, .on_row = on_row, .arg = ret };
	int r;

	*ret = (struct page){ .m = m };
	r = sheet_read(fd, &options, &sink, m->err);
	if (r < 0 && m->err)
		m->err->line = 0; /* of which sheet it is, the message tells */
	return r;
}

static int make_file(struct making *m, const void *bytes, size_t len)
{
	int fd = memfd_create("daicho-author", MFD_CLOEXEC);
	const char *at = bytes;

	while (fd >= 0 && len) {
		ssize_t n = write(fd, at, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			close(fd);
			fd = -1;
			break;
		}
		at += n;
		len -= (size_t)n;
	}
	return fd >= 0 ? fd : err_errno(m->err, errno, "表の読み取りを準備できません");
}

/* ---- cells into nodes ---- */

static int at_row(struct making *m, const char *sheet, uint32_t row, const char *label,
		  const char *text)
{
	return err_set(m->err, ERR_INVALID, "%s: シート「%s」%u行目の「%s」: %s", m->file, sheet,
		       row, label, text);
}

/* The name of a word given by its label or by its name; NULL. */
static const char *word_of(const struct author_words *words, const char *text)
{
	char wanted[200], label[200];
	int i;

	for (i = 0; i < words->count; i++)
		if (strcmp(words->name(i), text) == 0)
			return words->name(i);
	if (fold_key(text, wanted, sizeof wanted) < 0)
		return NULL;
	for (i = 0; i < words->count; i++)
		if (fold_key(words->label(i), label, sizeof label) >= 0 &&
		    strcmp(label, wanted) == 0)
			return words->name(i);
	return NULL;
}

static const char *choices_text(struct making *m, const struct author_words *words)
{
	struct buf b;
	const char *ret;
	int i;

	buf_init(&b, 0);
	for (i = 0; i < words->count; i++)
		buf_printf(&b, "%s%s", i ? "、" : "", words->label(i));
	ret = arena_printf(m->arena, "次のどれかを書いてください（%s）",
			   b.data && !buf_failed(&b) ? b.data : "");
	buf_release(&b);
	return ret ? ret : "";
}

struct cell {
	const char *sheet, *text;
	uint32_t row;
};

static int put_word(struct making *m, const struct author_column *a, const struct cell *c,
		    struct node *map)
{
	const char *name = word_of(a->words, making_line(m, c->sheet, c->text));

	if (!name)
		return at_row(m, c->sheet, c->row, a->label, choices_text(m, a->words));
	make_word(m, map, a->key, name);
	return 0;
}

static int put_members(struct making *m, const struct author_column *a, const struct cell *c,
		       struct node *map)
{
	struct node *list = make_list(m);
	const char *at = c->text, *raw;

	while ((raw = author_member_next(&at, m->arena))) {
		const char *text = author_member(raw, m->arena);

		if (!text)
			return err_nomem(m->err);
		text = making_clean(m, c->sheet, text);
		if (a->form == AUTHOR_WORDS) {
			text = word_of(a->words, text);
			if (!text)
				return at_row(m, c->sheet, c->row, a->label,
					      choices_text(m, a->words));
		}
		make_add_text(m, list, text);
	}
	make_put(m, map, a->key, list);
	return 0;
}

static int put_parts(struct making *m, const struct author_column *a, const struct cell *c,
		     struct node *map)
{
	struct node *list = make_list(m), *one;
	const char *at = c->text, *raw, *first, *second;

	while ((raw = author_member_next(&at, m->arena))) {
		if (!author_parts_split(raw, m->arena, &first, &second))
			return at_row(m, c->sheet, c->row, a->label,
				      "1行に1つ、2つの部分を「｜」で区切って書いてください");
		one = make_map(m, map);
		make_text(m, one, a->first, making_clean(m, c->sheet, first));
		make_text(m, one, a->second, making_clean(m, c->sheet, second));
		if (node_append(m->arena, list, one) < 0)
			return err_nomem(m->err);
	}
	/* An item takes over from one other. */
	if (strcmp(a->key, "replaces") == 0 && list && list->count)
		make_put(m, map, a->key, list->item[0]);
	else
		make_put(m, map, a->key, list);
	return 0;
}

static int put_cell(struct making *m, const struct author_column *a, const struct cell *c,
		    struct node *map)
{
	switch (a->form) {
	case AUTHOR_WORD: return put_word(m, a, c, map);
	case AUTHOR_LIST:
	case AUTHOR_WORDS: return put_members(m, a, c, map);
	case AUTHOR_PARTS: return put_parts(m, a, c, map);
	case AUTHOR_TEXT:
	case AUTHOR_FORM_MAX: break;
	}
	make_text(m, map, a->key, making_clean(m, c->sheet, c->text));
	return 0;
}

/* ---- rows ---- */

/* Which column of the table stands where; -1 where the sheet has none. */
static int find_columns(struct making *m, const char *sheet, const struct page *p,
			const struct author_column *columns, int *ret)
{
	size_t count = author_count(columns), i, k;
	bool used[COLUMNS_MAX] = { false };
	char wanted[200], found[200];

	for (i = 0; i < count; i++) {
		ret[i] = -1;
		if (fold_key(columns[i].label, wanted, sizeof wanted) < 0)
			return err_nomem(m->err);
		for (k = 0; k < p->header.count && ret[i] < 0; k++)
			if (fold_key(p->header.cell[k], found, sizeof found) >= 0 &&
			    (strcmp(found, wanted) == 0 ||
			     strcmp(p->header.cell[k], columns[i].key) == 0)) {
				ret[i] = (int)k;
				used[k] = true;
			}
		if (ret[i] < 0 && columns[i].required)
			return err_set(m->err, ERR_INVALID,
				       "%s: シート「%s」の1行目に列「%s」がありません。"
				       "書き出したときの見出しに戻してください",
				       m->file, sheet, columns[i].label);
	}
	for (k = 0; k < p->header.count; k++)
		if (!used[k] && *p->header.cell[k])
			making_note(m, arena_printf(m->arena, "シート「%s」", sheet),
				    "列「%s」は、置き場所がないため取り込みません。",
				    p->header.cell[k]);
	return 0;
}

static int take_row(struct making *m, const char *sheet, const struct row *row,
		    const struct author_column *columns, const int *at, struct node **ret)
{
	size_t count = author_count(columns), i;
	struct node place = { .line = (int)row->number, .column = 1 };
	struct node *map = make_map(m, &place);
	int r = 0;

	for (i = 0; r == 0 && i < count; i++) {
		const struct cell c = { sheet,
					at[i] >= 0 && (size_t)at[i] < row->count ? row->cell[at[i]]
										 : "",
					row->number };

		if (*making_clean(m, sheet, c.text))
			r = put_cell(m, &columns[i], &c, map);
		else if (columns[i].required)
			r = at_row(m, sheet, row->number, columns[i].label,
				   "空です。書き足してください");
	}
	*ret = map;
	return r == 0 && !map ? err_nomem(m->err) : r;
}

static int take_rows(struct making *m, const char *sheet, const struct page *p,
		     const struct author_column *columns, struct node **ret)
{
	struct node *list = make_list(m), *one;
	int at[COLUMNS_MAX];
	size_t i;
	int r = find_columns(m, sheet, p, columns, at);

	for (i = 0; r == 0 && i < p->count; i++) {
		r = take_row(m, sheet, &p->row[i], columns, at, &one);
		if (r == 0 && node_append(m->arena, list, one) < 0)
			r = err_nomem(m->err);
	}
	*ret = list;
	return r;
}

/* The first sheet: names in its first column, values in the second. */
static int take_head(struct making *m, const char *sheet, const struct page *p,
		     const struct author_column *rows, struct node *root)
{
	size_t count = author_count(rows), i, k;
	char wanted[200], found[200];
	int r = 0;

	make_word(m, root, "format", "1");
	for (i = 0; r == 0 && i < count; i++) {
		struct cell c = { sheet, "", 0 };

		if (fold_key(rows[i].label, wanted, sizeof wanted) < 0)
			return err_nomem(m->err);
		for (k = 0; k < p->count && !c.row; k++)
			if (p->row[k].count > 0 &&
			    fold_key(p->row[k].cell[0], found, sizeof found) >= 0 &&
			    strcmp(found, wanted) == 0) {
				c.row = p->row[k].number;
				c.text = p->row[k].count > 1 ? p->row[k].cell[1] : "";
			}
		if (*making_clean(m, sheet, c.text))
			r = put_cell(m, &rows[i], &c, root);
		else if (rows[i].required)
			r = err_set(m->err, ERR_INVALID,
				    "%s: シート「%s」に「%s」の値がありません。書き足してください",
				    m->file, sheet, rows[i].label);
	}
	return r;
}

/* ---- what belongs together ---- */

/* Kind and options stand in columns of their own but in one map of the definition. */
static void gather_answer(struct making *m, struct node *item)
{
	struct node *kind = node_get(item, "kind"), *options = node_get(item, "options");
	struct node *answer;
	size_t i, kept = 0;

	if (!kind && !options)
		return;
	answer = make_map(m, item);
	make_put(m, answer, "kind", kind ? kind : node_scalar(m->arena, "choice", true));
	if (options)
		make_put(m, answer, "options", options);
	for (i = 0; i < item->count; i++)
		if (item->item[i] != kind && item->item[i] != options) {
			item->key[kept] = item->key[i];
			item->item[kept++] = item->item[i];
		}
	item->count = kept;
	make_put(m, item, "answer", answer);
}

static const char *sheet_named(struct page *p, const char *name, uint32_t *ret)
{
	size_t i;

	for (i = 0; i < p->name_count; i++)
		if (strcmp(p->names[i], name) == 0) {
			*ret = (uint32_t)i + 1;
			return p->names[i];
		}
	*ret = 0;
	return NULL;
}

/* Reads the sheet of that name, if there is one, into a list of maps. */
static int take_sheet(struct making *m, int fd, struct page *first, const char *name,
		      const struct author_column *columns, struct node **ret)
{
	struct page *page = arena_alloc(m->arena, sizeof *page);
	uint32_t number;
	int r;

	*ret = NULL;
	if (!page)
		return err_nomem(m->err);
	if (!sheet_named(first, name, &number))
		return 0;
	r = read_page(m, fd, number, page);
	return r < 0 ? r : take_rows(m, name, page, columns, ret);
}

static int take_catalogue(struct making *m, int fd, struct page *first, struct node *root)
{
	struct node *items, *sections, *columns;
	size_t i;
	int r = take_sheet(m, fd, first, AUTHOR_SHEET_ITEMS, author_items, &items);

	if (r == 0)
		r = take_sheet(m, fd, first, AUTHOR_SHEET_SECTIONS, author_sections, &sections);
	if (r == 0)
		r = take_sheet(m, fd, first, AUTHOR_SHEET_COLUMNS, author_columns, &columns);
	if (r < 0)
		return r;
	if (!sections || !items)
		return err_set(m->err, ERR_INVALID,
			       "%s: シート「%s」がありません。書き出したときの名前に戻してください",
			       m->file, items ? AUTHOR_SHEET_SECTIONS : AUTHOR_SHEET_ITEMS);
	for (i = 0; i < items->count; i++)
		gather_answer(m, items->item[i]);
	make_put(m, root, "columns", columns);
	make_put(m, root, "sections", sections);
	make_put(m, root, "items", items);
	m->file = arena_printf(m->arena, "%s（シート「%s」）", m->file, AUTHOR_SHEET_ITEMS);
	if (!m->file)
		return err_nomem(m->err);
	return making_add(m, "catalogue", node_get_text(root, "catalogue"),
			  node_get_text(root, "title"), root, items->count);
}

static int take_crosswalk(struct making *m, int fd, struct page *first, struct node *root)
{
	const char *from = node_get_text(root, "from"), *to = node_get_text(root, "to");
	const char *id = arena_printf(m->arena, "%s--%s", from, to);
	struct node *pairs;
	int r = take_sheet(m, fd, first, AUTHOR_SHEET_PAIRS, author_pairs, &pairs);

	if (r < 0)
		return r;
	if (!pairs)
		return err_set(m->err, ERR_INVALID,
			       "%s: シート「%s」がありません。書き出したときの名前に戻してください",
			       m->file, AUTHOR_SHEET_PAIRS);
	make_put(m, root, "pairs", pairs);
	m->file = arena_printf(m->arena, "%s（シート「%s」）", m->file, AUTHOR_SHEET_PAIRS);
	if (!m->file || !id)
		return err_nomem(m->err);
	r = making_add(m, "crosswalk", id, node_get_text(root, "title"), root, pairs->count);
	if (r == 0 && (!making_catalogue(m, from) || !making_catalogue(m, to)))
		m->made[m->made_count - 1].lacks = making_catalogue(m, from) ? to : from;
	return r;
}

static int take_book(struct making *m, int fd)
{
	struct page *first = arena_alloc(m->arena, sizeof *first);
	struct node *root = make_map(m, NULL);
	const char *name = AUTHOR_SHEET_CATALOGUE;
	uint32_t number;
	bool catalogue;
	int r;

	if (!first || !root)
		return err_nomem(m->err);
	r = read_page(m, fd, 0, first);
	if (r < 0)
		return r;
	catalogue = sheet_named(first, AUTHOR_SHEET_CATALOGUE, &number);
	if (!catalogue)
		name = sheet_named(first, AUTHOR_SHEET_CROSSWALK, &number);
	if (!name)
		return err_set(m->err, ERR_INVALID,
			       "%s: シート「%s」も「%s」もありません。daicho catalogue show ID "
			       "--format xlsx で書き出した形で書いてください",
			       m->file, AUTHOR_SHEET_CATALOGUE, AUTHOR_SHEET_CROSSWALK);
	r = read_page(m, fd, number, first);
	if (r == 0)
		r = take_head(m, name, first,
			      catalogue ? author_catalogue_head : author_crosswalk_head, root);
	if (r < 0)
		return r;
	return catalogue ? take_catalogue(m, fd, first, root) : take_crosswalk(m, fd, first, root);
}

int author_take(struct making *m, const void *bytes, size_t len)
{
	CLEANUP(close_fd) int fd = make_file(m, bytes, len);

	return fd < 0 ? fd : take_book(m, fd);
}
