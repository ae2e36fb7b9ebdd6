/* What can be taken away: the inspection pack, printed ledgers, evidence files. */
#include <string.h>

#include "base/clock.h"
#include "page/handlers.h"
#include "page/pack_file.h"
#include "page/plain_file.h"
#include "page/round_parts.h"
#include "round/sharing.h"
#include "round/kind.h"

static const struct {
	const char *format, *type;
} types[] = {
	{ "pdf", "application/pdf" },
	{ "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" },
};

static const char *pack_name(const struct round *r)
{
	if (r->about == ABOUT_VENDOR)
		return "事業者確認用";
	return strcmp(r->catalogue->kind, "checklist") == 0 ? "立入検査資料"
							    : round_kind_of(r->catalogue)->word;
}

int page_pack(struct request *req, struct response *res, struct err *err)
{
	const char *format = req_param(req, "format");
	struct arena *a = req_arena(req);
	struct round_view view;
	CONN_CLEANUP *c = NULL;
	bool vendor;
	size_t i;
	int fd, r;

	for (i = 0; i < 2 && strcmp(types[i].format, format) != 0; i++)
		;
	if (i == 2)
		return err_set(err, ERR_NOT_FOUND, "資料の形式は pdf か xlsx です");
	r = visit_read(req, &c, err);
	if (r == 0)
		r = read_round(req, c, ROUND_UNNAMED, &view, err);
	if (r < 0)
		return r;
	/* What two parties share is handed out as their agreement. */
	if (catalogue_shares(view.round.catalogue))
		return resp_redirect(
			res, html_path(a, "/round/%s/agreement/%s", view.round.id, format), err);
	vendor = view.round.about == ABOUT_VENDOR;
	r = pack_file_make(
		req, vendor ? "vendor" : "inspection", view.round.id,
		arena_printf(a, "%s.%s", vendor ? "vendor-checklist" : "inspection", format), &fd,
		err);
	return r < 0 ? r
		     : resp_file(res, types[i].type,
				 arena_printf(a, "%s%s%s_%d年度.%s", pack_name(&view.round),
					      *view.round.scope_name ? "_" : "",
					      view.round.scope_name, view.round.year, format),
				 fd, err);
}

int page_ledger_print(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	struct arena *a = req_arena(req);
	char today[DATE_SIZE];
	int fd;
	int r = pack_file_make(req, "ledger", v->ledger->name,
			       arena_printf(a, "%s.pdf", v->ledger->name), &fd, err);

	date_today(today);
	return r < 0 ? r
		     : resp_file(res, "application/pdf",
				 arena_printf(a, "%s_%s.pdf", v->ledger->title.ja, today), fd, err);
}

static void pack_links(struct html *h, struct request *req, const struct round *round)
{
	html_open(h, EL_LI);
	html_el(h, EL_SPAN, round->title);
	html_open(h, EL_SPAN);
	html_link(h, round_path(req, round, "pack/pdf"), "PDF");
	html_text(h, "　");
	html_link(h, round_path(req, round, "pack/xlsx"), "Excel");
	html_close(h, EL_SPAN);
	html_close(h, EL_LI);
}

static void ledger_links(struct html *h, struct request *req)
{
	const struct visit *v = visit_of(req);
	size_t count, i;
	const struct ledger_def *const *defs = define_ledgers(v->app->defs, &count);

	html_el(h, EL_H2, "台帳の印刷用PDF");
	html_open(h, EL_UL);
	html_attr(h, "class", "task-list");
	for (i = 0; i < count; i++) {
		if (defs[i]->system || !visit_may(req, PERM_LEDGER_EXPORT, defs[i]))
			continue;
		html_open(h, EL_LI);
		html_el(h, EL_SPAN, defs[i]->title.ja);
		html_open(h, EL_SPAN);
		html_link(h, html_path(req_arena(req), "/ledger/%s/print", defs[i]->name), "PDF");
		html_close(h, EL_SPAN);
		html_close(h, EL_LI);
	}
	html_close(h, EL_UL);
}

static void inspector_link(struct html *h, struct request *req)
{
	if (!visit_may(req, PERM_INSPECTIONS, NULL))
		return;
	html_el(h, EL_H2, "検査官に画面で見せる");
	html_open(h, EL_P);
	html_link(h, "/inspections", "検査官に見せる記録と期間を決める");
	html_close(h, EL_P);
}

int page_packs(struct request *req, struct response *res, struct err *err)
{
	CONN_CLEANUP *c = NULL;
	HTML_CLEANUP h;
	int r;

	html_init(&h, 0);
	r = visit_read(req, &c, err);
	if (r < 0)
		return r;
	page_begin(&h, req, NAV_PACKS, "提出資料",
		   "立入検査で見せる資料を、その時点の記録から作ります。各ページに、改ざんを確かめ"
		   "るための控えが付きます。");
	html_el(&h, EL_H2, "点検の資料");
	r = write_round_list(&h, req, c, pack_links,
			     "点検がまだありません。「年度の点検」から始めてください。", err);
	if (r < 0)
		return r;
	ledger_links(&h, req);
	inspector_link(&h, req);
	return page_end(&h, req, res, 200, err);
}

/* --- evidence files --------------------------------------------------------------------- */

static bool is_evidence(const struct round_view *v, const char *hash)
{
	size_t i, e;

	for (i = 0; i < v->line_count; i++) {
		const struct round_line *l = &v->line[i];

		for (e = 0; e < l->now.evidence_count; e++)
			if (l->now.evidence[e].file && strcmp(l->now.evidence[e].file, hash) == 0)
				return true;
		for (e = 0; e < l->before.evidence_count; e++)
			if (l->before.evidence[e].file &&
			    strcmp(l->before.evidence[e].file, hash) == 0)
				return true;
	}
	return false;
}

int page_round_file(struct request *req, struct response *res, struct err *err)
{
	const char *hash = req_param(req, "hash");
	struct round_view view;
	CONN_CLEANUP *c = NULL;
	int r = visit_read(req, &c, err);

	if (r == 0)
		r = read_round(req, c, ROUND_UNNAMED, &view, err);
	if (r == 0 && !is_evidence(&view, hash))
		r = err_set(err, ERR_NOT_FOUND, "このファイルは、この点検の証拠ではありません");
	return r < 0 ? r : plain_file_send(req, c, hash, res, err);
}
