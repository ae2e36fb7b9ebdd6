/* All revisions of an entry: who, when, why, and what changed in readable words. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "page/handlers.h"
#include "page/layout.h"

#define REVISIONS_A_PAGE 30

static const char *op_text(const char *op)
{
	static const struct {
		const char *op, *text;
	} words[] = {
		{ "create", "登録" },	 { "revise", "変更" }, { "confirm", "確定" },
		{ "approve", "承認" },	 { "return", "差戻し" }, { "void", "取消し" },
		{ "import", "取り込み" }, { "undo", "取り込みの取消し" },
	};
	size_t i;

	for (i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcmp(words[i].op, op) == 0)
			return words[i].text;
	return op;
}

static void write_difference(struct html *h, const struct difference *d)
{
	html_open(h, EL_LI);
	html_textf(h, "%s: ", d->field->label.ja);
	if (*d->before) {
		html_open(h, EL_DEL);
		html_el_class(h, EL_SPAN, "diff-mark", "変更前 ");
		html_text(h, d->before);
		html_close(h, EL_DEL);
		html_text(h, " → ");
	}
	html_open(h, EL_INS);
	html_el_class(h, EL_SPAN, "diff-mark", *d->before ? "変更後 " : "追加 ");
	html_text(h, *d->after ? d->after : "（空欄）");
	html_close(h, EL_INS);
	html_close(h, EL_LI);
}

static void write_revision(struct html *h, struct request *req, const struct revision *v)
{
	char when[40];
	size_t i;

	time_text(v->at_us, true, when, sizeof when);
	html_open(h, EL_LI);
	html_attr(h, "class", "revision");
	html_open(h, EL_H2);
	html_link(h, html_path(req_arena(req), "/ledger/%s/entry/%s/rev/%lld",
			       visit_of(req)->ledger->name, req_param(req, "entry"),
			       (long long)v->rev),
		  arena_printf(req_arena(req), "第%lld版", (long long)v->rev));
	html_textf(h, "　%s　", op_text(v->op));
	html_open(h, EL_SPAN);
	html_attrf(h, "class", "chip chip-%s", entry_state_name(v->state));
	html_text(h, entry_state_label(v->state));
	html_close(h, EL_SPAN);
	html_close(h, EL_H2);
	html_open(h, EL_P);
	html_textf(h, "%s　%s", when, v->actor_name);
	if (*v->behalf_name)
		html_textf(h, "（%s の代行）", v->behalf_name);
	html_textf(h, "　受付番号 %lld", (long long)v->seq);
	html_close(h, EL_P);
	if (*v->reason) {
		html_open(h, EL_P);
		html_textf(h, "理由: %s", v->reason);
		html_close(h, EL_P);
	}
	html_open(h, EL_UL);
	html_attr(h, "class", "differences");
	for (i = 0; i < v->difference_count; i++)
		write_difference(h, &v->difference[i]);
	html_close(h, EL_UL);
	html_close(h, EL_LI);
}

int page_entry_history(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	const char *id = req_param(req, "entry");
	struct revision *revisions;
	size_t count, i;
	long long before;
	CONN_CLEANUP *c = NULL;
	HTML_CLEANUP h;
	int r;

	html_init(&h, 0);
	r = req_query_int(req, "before", 1, 1000000000, 0, &before, err);
	if (r == 0)
		r = visit_read(req, &c, err);
	if (r == 0)
		r = entry_history(v->app->ledgers, c, v->ledger, &v->sight, id, before, REVISIONS_A_PAGE,
				  req_arena(req), &revisions, &count, err);
	if (r < 0)
		return r;
	page_begin(&h, req, NAV_LEDGERS,
		   arena_printf(req_arena(req), "履歴: %s",
				entry_name(v->app->ledgers, c, v->ledger, id, req_arena(req))),
		   "すべての版が残っています。消したり書き換えたりすることはできません。");
	html_open(&h, EL_P);
	html_link(&h, html_path(req_arena(req), "/ledger/%s/entry/%s", v->ledger->name, id),
		  "今の内容に戻る");
	html_close(&h, EL_P);
	html_open(&h, EL_OL);
	html_attr(&h, "class", "history");
	for (i = 0; i < count; i++)
		write_revision(&h, req, &revisions[i]);
	html_close(&h, EL_OL);
	if (count == REVISIONS_A_PAGE && revisions[count - 1].rev > 1) {
		html_open(&h, EL_P);
		html_link(&h, html_path(req_arena(req), "/ledger/%s/entry/%s/history?before=%lld",
					v->ledger->name, id, (long long)revisions[count - 1].rev),
			  "もっと古い版");
		html_close(&h, EL_P);
	}
	return page_end(&h, req, res, 200, err);
}
