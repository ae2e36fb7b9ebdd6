#include "page/round_filter.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/fold.h"

#define WORDS_MAX 100 /* characters */

const char *round_section(const struct catalogue *c, const char *id)
{
	size_t i;

	for (i = 0; i < c->section_count; i++)
		if (strcmp(c->section[i].id, id) == 0)
			return c->section[i].title;
	return id;
}

static bool has_section(const struct catalogue *c, const char *id)
{
	size_t i;

	for (i = 0; i < c->section_count; i++)
		if (strcmp(c->section[i].id, id) == 0)
			return true;
	return false;
}

/* Folded as the search of ledgers folds, so that width and kana do not matter. */
static const char *folded(struct arena *a, const char *text)
{
	CLEANUP(buf_release) struct buf b;

	buf_init(&b, 0);
	if (!fold_text(text, &b) || buf_failed(&b))
		return NULL;
	return b.len ? arena_strndup(a, (const char *)b.data, b.len) : "";
}

int round_filter_read(struct request *req, const struct round_view *v, struct round_filter *ret,
		      struct err *err)
{
	const char *show = req_query(req, "show"), *section = req_query(req, "section");
	const char *search = req_query(req, "q");
	int queue = show && *show ? queue_parse(show) : QUEUE_ALL;

	*ret = (struct round_filter){ .search = search ? search : "",
				      .folded = "",
				      .who = &visit_of(req)->actor };
	if (queue < 0)
		return err_set(err, ERR_INVALID,
			       "「%.40s」という絞り込みはありません。一覧から選び直してください",
			       show);
	ret->show = (enum round_queue)queue;
	if (section && *section) {
		if (!has_section(v->round.catalogue, section))
			return err_set(
				err, ERR_INVALID,
				"「%.60s」という区分はありません。一覧から選び直してください",
				section);
		ret->section = section;
	}
	if (utf8_length(ret->search) > WORDS_MAX)
		return err_set(err, ERR_INVALID, "さがす言葉は%d文字までにしてください", WORDS_MAX);
	ret->folded = folded(req_arena(req), ret->search);
	if (!ret->folded)
		return err_nomem(err);
	return req_query_int(req, "page", 1, 1000, 1, &ret->page, err);
}

/* --- what it holds -------------------------------------------------------------------- */

static bool text_has(const char *text, const char *words)
{
	CLEANUP(buf_release) struct buf b;

	buf_init(&b, 0);
	return text && fold_text(text, &b) && b.len && memmem(b.data, b.len, words, strlen(words));
}

static bool line_has_words(const struct round_line *l, const char *words)
{
	const struct item_def *item = l->item;
	const char *const texts[] = { item->id,	   item->topic,	 item->says,
				      l->now.note, l->now.shown, l->now.responsible_name };
	size_t i;

	for (i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (text_has(texts[i], words))
			return true;
	for (i = 0; i < item->statement_count; i++)
		if (text_has(item->statement[i].says, words))
			return true;
	return false;
}

bool round_filter_has(const struct round_filter *f, const struct round_line *l)
{
	if (f->section && strcmp(f->section, l->item->section) != 0)
		return false;
	if (!queue_has(f->show, l, f->who))
		return false;
	return !*f->folded || line_has_words(l, f->folded);
}

bool round_filter_narrows(const struct round_filter *f)
{
	return f->show != QUEUE_ALL || f->section || *f->search;
}

/* --- addresses ------------------------------------------------------------------------ */

static char *path_with(struct arena *a, const char *path, const struct round_filter *f,
		       enum round_queue show)
{
	char *p = html_path_add(a, path, "show", show == QUEUE_ALL ? NULL : queue_name(show));

	p = html_path_add(a, p, "section", f->section);
	return html_path_add(a, p, "q", *f->search ? f->search : NULL);
}

char *round_filter_path(struct request *req, const char *path, const struct round_filter *f)
{
	return path_with(req_arena(req), path, f, f->show);
}

void round_filter_hidden(struct html *h, const struct round_filter *f, const char *but)
{
	if (f->show != QUEUE_ALL && (!but || strcmp(but, "show") != 0))
		html_hidden(h, "show", queue_name(f->show));
	if (f->section && (!but || strcmp(but, "section") != 0))
		html_hidden(h, "section", f->section);
	if (*f->search && (!but || strcmp(but, "q") != 0))
		html_hidden(h, "q", f->search);
}

const char *round_filter_text(struct request *req, const struct round_view *v,
			      const struct round_filter *f)
{
	struct arena *a = req_arena(req);
	const char *text = f->show == QUEUE_ALL ? "" : queue_label(f->show);

	if (f->section)
		text = arena_printf(a, "%s%s%s", text, *text ? "、" : "",
				    round_section(v->round.catalogue, f->section));
	if (*f->search)
		text = arena_printf(a, "%s%s「%s」", text ? text : "", text && *text ? "、" : "",
				    f->search);
	return text ? text : "";
}

/* --- the bar ----------------------------------------------------------------------------- */

static size_t count_queue(const struct round_view *v, const struct round_filter *f,
			  enum round_queue q)
{
	size_t i, n = 0;

	for (i = 0; i < v->line_count; i++)
		n += (!f->section || strcmp(f->section, v->line[i].item->section) == 0) &&
		     queue_has(q, &v->line[i], f->who);
	return n;
}

static void write_queues(struct html *h, struct request *req, const struct round_view *v,
			 const struct round_filter *f, const char *path)
{
	int q;

	html_open(h, EL_NAV);
	html_attr(h, "class", "queues");
	html_attr(h, "aria-label", "絞り込み");
	html_open(h, EL_UL);
	for (q = 0; q < QUEUE_MAX; q++) {
		size_t n = count_queue(v, f, (enum round_queue)q);

		if (!n && q != (int)f->show && q != QUEUE_ALL && q != QUEUE_OPEN)
			continue;
		html_open(h, EL_LI);
		html_open(h, EL_A);
		html_url(h, "href", path_with(req_arena(req), path, f, (enum round_queue)q));
		if (q == (int)f->show)
			html_attr(h, "aria-current", "true");
		html_textf(h, "%s %zu", queue_label((enum round_queue)q), n);
		html_close(h, EL_A);
		html_close(h, EL_LI);
	}
	html_close(h, EL_UL);
	html_close(h, EL_NAV);
}

static void write_sections(struct html *h, const struct round_view *v, const struct round_filter *f)
{
	const struct catalogue *c = v->round.catalogue;
	size_t i;

	html_open(h, EL_DIV);
	html_attr(h, "class", "field field-inline");
	html_open(h, EL_LABEL);
	html_attr(h, "for", "q-section");
	html_text(h, "区分");
	html_close(h, EL_LABEL);
	html_open(h, EL_SELECT);
	html_attr(h, "id", "q-section");
	html_attr(h, "name", "section");
	html_open(h, EL_OPTION);
	html_attr(h, "value", "");
	html_text(h, "すべて");
	html_close(h, EL_OPTION);
	for (i = 0; i < c->section_count; i++) {
		html_open(h, EL_OPTION);
		html_attr(h, "value", c->section[i].id);
		html_flag(h, "selected", f->section && strcmp(f->section, c->section[i].id) == 0);
		html_textf(h, "%s　%s", c->section[i].id, c->section[i].title);
		html_close(h, EL_OPTION);
	}
	html_close(h, EL_SELECT);
	html_close(h, EL_DIV);
}

void write_round_filter(struct html *h, struct request *req, const struct round_view *v,
			const struct round_filter *f, const char *path)
{
	write_queues(h, req, v, f, path);
	html_open(h, EL_FORM);
	html_attr(h, "method", "get");
	html_attr(h, "class", "filters");
	html_attr(h, "role", "search");
	html_url(h, "action", path);
	if (f->show != QUEUE_ALL)
		html_hidden(h, "show", queue_name(f->show));
	if (v->round.catalogue->section_count > 1)
		write_sections(h, v, f);
	html_open(h, EL_DIV);
	html_attr(h, "class", "field field-inline");
	html_open(h, EL_LABEL);
	html_attr(h, "for", "q-q");
	html_text(h, "さがす言葉");
	html_close(h, EL_LABEL);
	html_open(h, EL_INPUT);
	html_attr(h, "id", "q-q");
	html_attr(h, "name", "q");
	html_attr(h, "type", "search");
	html_attr(h, "value", f->search);
	html_close(h, EL_DIV);
	form_submit(h, "secondary", "絞り込む");
	if (round_filter_narrows(f))
		html_link(h, path, "絞り込みをやめる");
	html_close(h, EL_FORM);
}

static void page_link(struct html *h, struct request *req, const char *path, long long page,
		      const char *text)
{
	struct arena *a = req_arena(req);

	html_open(h, EL_LI);
	html_link(h, html_path_add(a, path, "page", arena_printf(a, "%lld", page)), text);
	html_close(h, EL_LI);
}

void write_round_pages(struct html *h, struct request *req, const struct round_filter *f,
		       const char *path, size_t total, size_t size)
{
	const char *here = round_filter_path(req, path, f);
	long long pages = (long long)((total + size - 1) / size);

	if (pages <= 1 && f->page == 1)
		return;
	html_open(h, EL_NAV);
	html_attr(h, "class", "pagination");
	html_attr(h, "aria-label", "ページの移動");
	html_open(h, EL_UL);
	if (f->page > 1)
		page_link(h, req, here, f->page - 1, "前のページ");
	html_open(h, EL_LI);
	html_attr(h, "aria-current", "page");
	html_textf(h, "%lldページ目（全%lldページ）", f->page, pages);
	html_close(h, EL_LI);
	if (f->page < pages)
		page_link(h, req, here, f->page + 1, "次のページ");
	html_close(h, EL_UL);
	html_close(h, EL_NAV);
}
