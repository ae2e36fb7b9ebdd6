/* All contracts and how far the sharing of roles has come; opening its sheet. */
#include <string.h>

#include "base/clock.h"
#include "page/handlers.h"
#include "page/layout.h"
#include "page/table_frame.h"
#include "vendor/contracts.h"

/* --- one contract --------------------------------------------------------------------------- */

static void chip(struct html *h, const struct contract *k)
{
	static const char *const kinds[CONTRACT_STATE_MAX] = {
		[CONTRACT_UNOPENED] = "unanswered", [CONTRACT_VENDOR] = "progress",
		[CONTRACT_HOSPITAL] = "progress",   [CONTRACT_DIFFERS] = "due",
		[CONTRACT_ALIKE] = "open",	    [CONTRACT_CHANGED] = "stale",
		[CONTRACT_AGREED] = "confirmed",    [CONTRACT_APPROVED] = "approved",
	};

	html_open(h, EL_SPAN);
	html_attrf(h, "class", "chip chip-%s", kinds[k->state]);
	html_text(h, contract_state_label(k->state));
	html_close(h, EL_SPAN);
}

/* Since when who is waited for, and what has passed. */
static void write_progress(struct html *h, const struct contract *k)
{
	if (!*k->round)
		return;
	html_open(h, EL_P);
	html_attr(h, "class", "task-hint");
	if (k->sharing.vendor_open && *k->asked_on)
		html_textf(h, "%s に依頼、期限 %s。", k->asked_on, k->until);
	else if (k->sharing.vendor_open)
		html_textf(h, "%s に開始。事業者にはまだ頼んでいません。", k->opened_on);
	html_textf(h, "合意 %zu / %zu。", k->sharing.in[SHARING_AGREED], k->sharing.count);
	if (k->sharing.in[SHARING_DIFFERS])
		html_textf(h, "答えの違い %zu件。", k->sharing.in[SHARING_DIFFERS]);
	if (k->sharing.open)
		html_textf(h, "残っていること %zu件。", k->sharing.open);
	html_close(h, EL_P);
	if (k->late)
		html_el_class(h, EL_SPAN, "chip chip-overdue", "期限を過ぎても答えがない");
	if (k->sharing.overdue)
		html_el_class(h, EL_SPAN, "chip chip-overdue", "目標日を過ぎたものがある");
}

static void write_term(struct html *h, const struct contract *k)
{
	html_textf(h, "%s ～ %s", k->from, k->to);
	if (k->ended)
		html_el_class(h, EL_SPAN, "chip chip-na", "終わった契約");
	if (k->expiring)
		html_el_class(h, EL_SPAN, "chip chip-due",
			      *k->notice_by ? "見直しの期限が近い" : "まもなく終わる");
	if (k->expiring && *k->notice_by)
		html_textf(h, "申し出は %s まで", k->notice_by);
}

static void write_act(struct html *h, struct request *req, const struct contract *k)
{
	if (*k->round) {
		html_link(h, html_path(req_arena(req), "/round/%s/sharing", k->round),
			  arena_printf(req_arena(req), "役割分担を見る（%d年度）", k->year));
		return;
	}
	if (k->ended || !visit_may(req, PERM_ROUND_OPEN, NULL))
		return;
	form_begin(h, req, "/contracts/open", true, false);
	html_hidden(h, "contract", k->id);
	form_submit(h, "secondary", "役割分担の確認を始める");
	form_end(h);
}

static void write_row(struct html *h, struct request *req, const struct contract *k)
{
	struct arena *a = req_arena(req);

	html_open(h, EL_TR);
	html_open(h, EL_TH);
	html_attr(h, "scope", "row");
	html_link(h, html_path(a, "/ledger/contracts/entry/%s", k->id), k->name);
	html_close(h, EL_TH);
	html_open(h, EL_TD);
	html_link(h, html_path(a, "/ledger/vendors/entry/%s", k->vendor), k->vendor_name);
	html_close(h, EL_TD);
	html_open(h, EL_TD);
	write_term(h, k);
	html_close(h, EL_TD);
	html_open(h, EL_TD);
	chip(h, k);
	write_progress(h, k);
	html_close(h, EL_TD);
	html_open(h, EL_TD);
	write_act(h, req, k);
	html_close(h, EL_TD);
	html_close(h, EL_TR);
}

static void write_table(struct html *h, struct request *req, const struct contract *list,
			size_t count, const char *vendor)
{
	static const char *const heads[] = { "契約", "事業者", "期間", "役割分担", "次にすること" };
	size_t i;

	table_frame_list(h, "契約の一覧", heads, sizeof heads / sizeof heads[0]);
	for (i = 0; i < count; i++)
		if (!vendor || strcmp(list[i].vendor, vendor) == 0)
			write_row(h, req, &list[i]);
	table_frame_end(h);
}

/* --- what is not registered ----------------------------------------------------------------------
 */

static void write_missing(struct html *h, struct request *req, const struct contract_missing *list,
			  size_t count, const char *vendor)
{
	const struct ledger_def *def = define_ledger(visit_of(req)->app->defs, "contracts");
	size_t i, n = 0;

	if (!def || !visit_may(req, PERM_LEDGER_CREATE, def))
		return;
	for (i = 0; i < count; i++) {
		if (vendor && strcmp(list[i].vendor, vendor) != 0)
			continue;
		if (!n++) {
			html_el(h, EL_H2, "契約台帳にない契約");
			html_el(h, EL_P,
				"事業者台帳では「契約がある」とされている会社です。登録すると、役割"
				"分担"
				"を確かめられます。名前や期間は後から直せます。");
			html_open(h, EL_UL);
			html_attr(h, "class", "task-list");
		}
		html_open(h, EL_LI);
		html_open(h, EL_SPAN);
		html_textf(h, "%s　%s", list[i].name, list[i].systems);
		html_close(h, EL_SPAN);
		form_begin(h, req, "/contracts/add", true, false);
		html_hidden(h, "vendor", list[i].vendor);
		form_submit(h, "secondary", "契約台帳に登録する");
		form_end(h);
		html_close(h, EL_LI);
	}
	if (n)
		html_close(h, EL_UL);
}

/* --- the page ---------------------------------------------------------------------------- */

static int show(struct request *req, struct response *res, int status, const char *message,
		struct err *err)
{
	const struct visit *v = visit_of(req);
	const char *vendor = req_query(req, "vendor");
	struct contract_missing *missing;
	struct contract *list;
	size_t count, missing_count;
	CONN_CLEANUP *c = NULL;
	HTML_CLEANUP h;
	int r = visit_read(req, &c, err);

	html_init(&h, 0);
	if (r == 0)
		r = contract_list(v->app->ledgers, c, req_arena(req), &list, &count, err);
	if (r == 0)
		r = contract_missing_list(v->app->ledgers, c, req_arena(req), &missing,
					  &missing_count, err);
	if (r < 0)
		return r;
	page_begin(&h, req, NAV_ROUNDS, "契約と役割分担",
		   "契約ごとに、医療機関と事業者のどちらが何を行うかを確かめ、合意書にします。");
	if (message)
		page_notice(&h, "error", NULL, message);
	if (vendor) {
		html_open(&h, EL_P);
		html_text(&h, "1社の契約だけを表示しています。");
		html_link(&h, "/contracts", "すべての契約を見る");
		html_close(&h, EL_P);
	}
	if (count)
		write_table(&h, req, list, count, vendor);
	else
		html_el(&h, EL_P, "契約がまだ登録されていません。");
	write_missing(&h, req, missing, missing_count, vendor);
	return page_end(&h, req, res, status, err);
}

int page_contracts(struct request *req, struct response *res, struct err *err)
{
	return show(req, res, 200, NULL, err);
}

/* --- beginning --------------------------------------------------------------------------- */

static int find_vendor(struct request *req, const char *contract, const char **ret, struct err *err)
{
	const struct visit *v = visit_of(req);
	const struct ledger_def *def;
	CONN_CLEANUP *c = NULL;
	struct entry e;
	int r = ledgers_find(v->app->ledgers, "contracts", &def, err), field;

	if (r == 0)
		r = visit_read(req, &c, err);
	if (r == 0)
		r = entry_see(v->app->ledgers, c, visit_sight(req, def), contract, 0,
			      req_arena(req), &e, err);
	if (r < 0)
		return r;
	field = ledger_field(def, "vendor");
	*ret = field < 0 ? "" : e.value[field];
	return 0;
}

int page_contract_open(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	const char *contract = req_form(req, "contract"), *vendor = "";
	char today[DATE_SIZE], id[ID_SIZE];
	struct receipt receipt;
	struct err why;
	int r = find_vendor(req, contract ? contract : "", &vendor, err);

	date_today(today);
	if (r == 0)
		r = round_open(v->app->ledgers, &v->actor, CONTRACT_SHEET, date_fiscal_year(today),
			       arena_printf(req_arena(req), "contract:%s/%s", vendor, contract),
			       req_form(req, "key"), id, &receipt, err);
	if (r == 0)
		return resp_redirect(res,
				     page_done(req_arena(req),
					       html_path(req_arena(req), "/round/%s/sharing", id),
					       &receipt),
				     err);
	if (r != ERR_INVALID && r != ERR_CONFLICT && r != ERR_NOT_FOUND)
		return r;
	why = *err;
	return show(req, res, r == ERR_CONFLICT ? 409 : 422, why.text, err);
}

int page_contract_add(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	const char *vendor = req_form(req, "vendor");
	struct receipt receipt;
	char id[ID_SIZE];
	struct err why;
	int r = contract_from_vendor(v->app->ledgers, &v->actor, vendor ? vendor : "",
				     req_form(req, "key"), id, &receipt, err);

	if (r == 0)
		return resp_redirect(
			res,
			page_done(req_arena(req),
				  html_path(req_arena(req), "/ledger/contracts/entry/%s", id),
				  &receipt),
			err);
	if (r != ERR_INVALID && r != ERR_CONFLICT && r != ERR_NOT_FOUND)
		return r;
	why = *err;
	return show(req, res, r == ERR_CONFLICT ? 409 : 422, why.text, err);
}
