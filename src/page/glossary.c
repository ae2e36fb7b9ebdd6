/* The words of the guidelines in plain language, by reading. */
#include <stdlib.h>
#include <string.h>

#include "base/fold.h"
#include "page/catalogue_parts.h"
#include "page/handlers.h"

struct entry_word {
	const struct term_def *term;
	char key[256]; /* reading, folded */
};

static int by_reading(const void *a, const void *b)
{
	const struct entry_word *x = a, *y = b;
	int r = strcmp(x->key, y->key);

	return r ? r : strcmp(x->term->term, y->term->term);
}

static bool holds(const char *text, const char *wanted)
{
	char key[1024];

	return fold_key(text, key, sizeof key) >= 0 && strstr(key, wanted);
}

static bool is_wanted(const struct term_def *t, const char *wanted)
{
	size_t i;

	if (!*wanted || holds(t->term, wanted) || holds(t->reading, wanted) ||
	    holds(t->says, wanted))
		return true;
	for (i = 0; i < t->aliases.count; i++)
		if (holds(t->aliases.item[i], wanted))
			return true;
	return false;
}

static int gather(struct request *req, const char *wanted, struct entry_word **ret,
		  size_t *ret_count, struct err *err)
{
	struct app *app = req_app(req);
	size_t count, i, n = 0;
	const struct term_def *term = define_terms(app->defs, &count);
	struct entry_word *list = arena_calloc(req_arena(req), count + 1, sizeof *list);

	if (!list)
		return err_nomem(err);
	for (i = 0; i < count; i++) {
		if (!is_wanted(&term[i], wanted))
			continue;
		list[n].term = &term[i];
		if (fold_key(*term[i].reading ? term[i].reading : term[i].term, list[n].key,
			     sizeof list[n].key) < 0)
			list[n].key[0] = '\0';
		n++;
	}
	if (n)
		qsort(list, n, sizeof *list, by_reading);
	*ret = list;
	*ret_count = n;
	return 0;
}

static void write_term(struct html *h, struct request *req, const struct term_def *t)
{
	size_t i;

	html_open(h, EL_DT);
	html_text(h, t->term);
	if (*t->reading && strcmp(t->reading, t->term) != 0)
		html_textf(h, "（%s）", t->reading);
	html_close(h, EL_DT);
	html_open(h, EL_DD);
	html_text(h, t->says);
	if (t->aliases.count) {
		html_text(h, "　ほかの言い方: ");
		for (i = 0; i < t->aliases.count; i++)
			html_textf(h, "%s%s", i ? "、" : "", t->aliases.item[i]);
	}
	html_text(h, "　");
	html_link(h, html_path(req_arena(req), "/requirements?q=%s", t->term),
		  arena_printf(req_arena(req), "「%s」の項目をさがす", t->term));
	html_close(h, EL_DD);
}

int page_glossary(struct request *req, struct response *res, struct err *err)
{
	static const char *const way[] = { "/catalogues", "基準", NULL };
	const char *q = req_query(req, "q");
	char wanted[1024] = "";
	struct entry_word *list = NULL;
	size_t count = 0, i;
	HTML_CLEANUP h;
	int r;

	html_init(&h, 0);
	if (q && fold_key(q, wanted, sizeof wanted) < 0)
		wanted[0] = '\0';
	r = gather(req, wanted, &list, &count, err);
	if (r < 0)
		return r;
	page_begin(&h, req, NAV_CATALOGUES, "言葉の説明",
		   "ガイドラインに出てくる言葉を、読みがなの順に並べています。");
	write_breadcrumb(&h, way);
	html_open(&h, EL_FORM);
	html_attr(&h, "method", "get");
	html_attr(&h, "class", "filters");
	html_attr(&h, "role", "search");
	html_url(&h, "action", "/glossary");
	search_field(&h, "言葉か読みがな", q);
	form_submit(&h, "secondary", "さがす");
	html_link(&h, "/glossary", "すべての言葉");
	html_close(&h, EL_FORM);
	html_open(&h, EL_P);
	html_attr(&h, "class", "count");
	html_attr(&h, "role", "status");
	html_textf(&h, count ? "%zu語" : "その言葉の説明はありません（%zu語）。", count);
	html_close(&h, EL_P);
	if (count) {
		html_open(&h, EL_DL);
		html_attr(&h, "class", "description-list");
		for (i = 0; i < count; i++)
			write_term(&h, req, list[i].term);
		html_close(&h, EL_DL);
	}
	return page_end(&h, req, res, 200, err);
}
