/* The menu of ledgers: what each is for and how many entries it has. */
#include "page/handlers.h"
#include "page/layout.h"

static int write_card(struct html *h, struct request *req, struct conn *c,
		      const struct ledger_def *def, struct err *err)
{
	const struct visit *v = visit_of(req);
	struct list_query q = { .def = def, .sight = visit_sight(req, def), .sort = -1 };
	int64_t count;
	int r = list_count(v->app->ledgers, c, &q, 10000, &count, err);

	if (r < 0)
		return r;
	html_open(h, EL_LI);
	html_attr(h, "class", "card");
	html_open(h, EL_H2);
	html_link(h, html_path(req_arena(req), "/ledger/%s", def->name), def->title.ja);
	html_close(h, EL_H2);
	html_el(h, EL_P, def->purpose.ja);
	html_open(h, EL_P);
	html_attr(h, "class", "count");
	html_textf(h, "%lld件%s", (long long)count, count == 10000 ? "以上" : "");
	html_close(h, EL_P);
	if (count == 0 && visit_may(req, PERM_LEDGER_CREATE, def)) {
		html_open(h, EL_P);
		html_link(h, html_path(req_arena(req), "/ledger/%s/new", def->name),
			  "最初の1件を登録する");
		if (visit_may(req, PERM_LEDGER_IMPORT, def)) {
			html_text(h, "　");
			html_link(h, html_path(req_arena(req), "/ledger/%s/import", def->name),
				  "Excelの表から取り込む");
		}
		html_close(h, EL_P);
	}
	html_close(h, EL_LI);
	return 0;
}

int page_ledgers(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	size_t count, i;
	const struct ledger_def *const *defs = define_ledgers(v->app->defs, &count);
	CONN_CLEANUP *c = NULL;
	HTML_CLEANUP h;
	int r;

	html_init(&h, 0);
	r = visit_read(req, &c, err);
	page_begin(&h, req, NAV_LEDGERS, "台帳",
		   "機器、事業者、担当者、連絡先など、知っておくべきことを種類ごとに記録します。");
	html_open(&h, EL_UL);
	html_attr(&h, "class", "card-list");
	for (i = 0; r == 0 && i < count; i++)
		if (!defs[i]->system && visit_may(req, PERM_LEDGER_READ, defs[i]))
			r = write_card(&h, req, c, defs[i], err);
	html_close(&h, EL_UL);
	return r < 0 ? r : page_end(&h, req, res, 200, err);
}
