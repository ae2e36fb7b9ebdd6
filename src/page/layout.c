#include "page/layout.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "identity/emergency.h"

static const struct {
	enum nav id;
	const char *path, *text;
	enum permission permission;
} links[] = {
	{ NAV_HOME, "/", "やること", PERM_SIGNED_IN },
	{ NAV_LEDGERS, "/ledgers", "台帳", PERM_SIGNED_IN },
	{ NAV_ROUNDS, "/rounds", "年度の点検", PERM_ROUND_READ },
	{ NAV_CATALOGUES, "/catalogues", "基準", PERM_CATALOGUE },
	{ NAV_PACKS, "/packs", "提出資料", PERM_REPORT },
	{ NAV_IDS, "/ids", "人とID", PERM_IDS },
	{ NAV_VERIFY, "/verify", "改ざん検査", PERM_VERIFY },
	{ NAV_SETTINGS, "/settings", "設定", PERM_SIGNED_IN },
};

static void write_head(struct html *h, struct request *req, const char *title)
{
	const struct app *app = req_app(req);

	html_open(h, EL_HEAD);
	html_open(h, EL_META);
	html_attr(h, "charset", "utf-8");
	html_open(h, EL_META);
	html_attr(h, "name", "viewport");
	html_attr(h, "content", "width=device-width, initial-scale=1");
	html_open(h, EL_TITLE);
	html_textf(h, "%s｜%s 台帳", title, store_org_name(app->store));
	html_close(h, EL_TITLE);
	html_open(h, EL_LINK);
	html_attr(h, "rel", "stylesheet");
	html_url(h, "href", "/static/style.css");
	html_open(h, EL_LINK);
	html_attr(h, "rel", "icon");
	html_url(h, "href", "/static/icon.svg");
	html_open(h, EL_SCRIPT);
	html_url(h, "src", "/static/app.js");
	html_flag(h, "defer", true);
	html_close(h, EL_SCRIPT);
	html_close(h, EL_HEAD);
}

static void write_nav(struct html *h, struct request *req, enum nav here)
{
	size_t i;

	html_open(h, EL_NAV);
	html_attr(h, "class", "site-nav");
	html_attr(h, "aria-label", "主なページ");
	html_open(h, EL_UL);
	for (i = 0; i < sizeof links / sizeof links[0]; i++) {
		if (!visit_may(req, links[i].permission, NULL))
			continue;
		html_open(h, EL_LI);
		html_open(h, EL_A);
		html_url(h, "href", links[i].path);
		if (links[i].id == here)
			html_attr(h, "aria-current", "page");
		html_text(h, links[i].text);
		html_close(h, EL_A);
		html_close(h, EL_LI);
	}
	html_close(h, EL_UL);
	html_close(h, EL_NAV);
}

static bool signed_in(const struct request *req)
{
	const struct visit *v = visit_of(req);

	return v && !v->link && !v->session.totp_pending && !v->session.account.must_change &&
	       !v->session.locked;
}

static void write_person(struct html *h, struct request *req)
{
	const struct visit *v = visit_of(req);

	if (!v || v->link)
		return;
	html_open(h, EL_DIV);
	html_attr(h, "class", "site-user");
	html_open(h, EL_SPAN);
	html_textf(h, "%s（%s）", v->actor.name, role_label(v->actor.role));
	html_close(h, EL_SPAN);
	if (signed_in(req)) {
		form_begin(h, req, "/lock", false, false);
		html_hidden(h, "next", strcmp(req_method(req), "POST") ? req_target(req) : "/");
		form_submit(h, "secondary", "ロック");
		form_end(h);
	}
	form_begin(h, req, "/signout", false, false);
	form_submit(h, "secondary", "ログアウト");
	form_end(h);
	html_close(h, EL_DIV);
}

static void write_header(struct html *h, struct request *req, enum nav here)
{
	const struct app *app = req_app(req);

	html_open(h, EL_A);
	html_attr(h, "class", "skip-link");
	html_url(h, "href", "#main");
	html_text(h, "本文へ移動");
	html_close(h, EL_A);
	html_open(h, EL_HEADER);
	html_attr(h, "class", "site-header");
	html_open(h, EL_A);
	html_attr(h, "class", "site-name");
	html_url(h, "href", "/");
	html_textf(h, "%s 台帳", store_org_name(app->store));
	html_close(h, EL_A);
	write_person(h, req);
	html_close(h, EL_HEADER);
	if (signed_in(req))
		write_nav(h, req, here);
}

static void write_done(struct html *h, struct request *req)
{
	const char *receipt = req_query(req, "done");
	char text[128];

	if (!receipt || !*receipt || strspn(receipt, "0123456789") != strlen(receipt))
		return;
	snprintf(text, sizeof text, "保存しました。受付番号は %.18s です。", receipt);
	page_notice(h, "success", NULL, text);
}

/* While an emergency account is open everybody who works here knows it, on every page and before
 * signing in; a vendor who answers by a link has nothing to do with it. Guideline 6.0 control 11
 * (1): a use in normal times must be noticed. */
static void write_emergency(struct html *h, struct request *req)
{
	const struct visit *v = visit_of(req);
	const struct app *app = req_app(req);
	struct emergency_open open[EMERGENCIES_SHOWN];
	size_t count = v && v->link ? 0 : emergency_now(app->store, open), i;
	char since[40];

	for (i = 0; i < count && i < EMERGENCIES_SHOWN; i++) {
		time_text(open[i].since_us, false, since, sizeof since);
		page_notice(h, "error", "非常時アカウントが使われています",
			    arena_printf(req_arena(req), "「%s」が %s から開封中です（開封: %s）。",
					 open[i].name, since, open[i].by));
	}
	if (v && v->session.mark == ACT_EMERGENCY)
		page_notice(h, "warning", NULL,
			    "あなたは非常時アカウントで入っています。したことはすべて記録され、後で"
			    "見直さ"
			    "れます。");
}

static void write_readonly(struct html *h, struct request *req)
{
	const struct app *app = req_app(req);
	struct err why = { 0 };

	if (!store_writable(app->store, &why))
		page_notice(h, "error", "今は書き込めません（読むことはできます）", why.text);
}

void page_begin(struct html *h, struct request *req, enum nav here, const char *title,
		const char *lead)
{
	struct visit *v = visit_of(req);

	if (v)
		v->title = title;
	html_doctype(h);
	html_open(h, EL_HTML);
	html_attr(h, "lang", "ja");
	write_head(h, req, title);
	html_open(h, EL_BODY);
	if (signed_in(req))
		html_attrf(h, "data-idle", "%lld", (long long)visit_idle_seconds(req));
	write_header(h, req, here);
	html_open(h, EL_MAIN);
	html_attr(h, "id", "main");
	html_attr(h, "class", "page");
	html_attr(h, "tabindex", "-1");
	write_emergency(h, req);
	write_readonly(h, req);
	write_done(h, req);
	html_el(h, EL_H1, title);
	if (lead)
		html_el_class(h, EL_P, "lead", lead);
}

int page_end(struct html *h, struct request *req, struct response *res, int status, struct err *err)
{
	const struct app *app = req_app(req);
	char now[40];

	html_close(h, EL_MAIN);
	html_open(h, EL_FOOTER);
	html_attr(h, "class", "site-footer");
	time_text(clock_now_us(), false, now, sizeof now);
	html_open(h, EL_P);
	html_textf(h, "%s　%s 現在　daicho %s", store_org_name(app->store), now, DAICHO_VERSION);
	html_close(h, EL_P);
	html_close(h, EL_FOOTER);
	html_close(h, EL_BODY);
	html_close(h, EL_HTML);
	return resp_html(res, status, h, err);
}

char *page_done(struct arena *a, const char *path, const struct receipt *receipt)
{
	char number[24];

	if (receipt->seq < 0)
		return arena_strdup(a, path);
	snprintf(number, sizeof number, "%lld", (long long)receipt->seq);
	return html_path_add(a, path, "done", number);
}

void page_notice(struct html *h, const char *kind, const char *title, const char *text)
{
	html_open(h, EL_DIV);
	html_attrf(h, "class", "notice notice-%s", kind);
	html_attr(h, "role", strcmp(kind, "error") == 0 ? "alert" : "status");
	if (title)
		html_el_class(h, EL_P, "notice-title", title);
	html_open(h, EL_P);
	html_lines(h, text);
	html_close(h, EL_P);
	html_close(h, EL_DIV);
}

void page_faults(struct html *h, const struct faults *faults)
{
	size_t i;

	if (!faults->count)
		return;
	html_open(h, EL_DIV);
	html_attr(h, "class", "error-summary");
	html_attr(h, "role", "alert");
	html_attr(h, "tabindex", "-1");
	html_open(h, EL_H2);
	html_textf(h, "直すところが%zu件あります（まだ保存していません）", faults->count);
	html_close(h, EL_H2);
	html_open(h, EL_UL);
	for (i = 0; i < faults->count; i++) {
		html_open(h, EL_LI);
		if (faults->item[i].field[0]) {
			char anchor[80];

			snprintf(anchor, sizeof anchor, "#f-%s", faults->item[i].field);
			html_link(h, anchor, faults->item[i].text);
		} else {
			html_text(h, faults->item[i].text);
		}
		html_close(h, EL_LI);
	}
	html_close(h, EL_UL);
	html_close(h, EL_DIV);
}

void page_steps(struct html *h, const char *label, const char *const *names, size_t count,
		size_t here)
{
	size_t i;

	html_open(h, EL_OL);
	html_attr(h, "class", "steps");
	html_attr(h, "aria-label", label);
	for (i = 0; i < count; i++) {
		html_open(h, EL_LI);
		if (i == here)
			html_attr(h, "aria-current", "step");
		if (i < here)
			html_attr(h, "class", "done");
		html_text(h, names[i]);
		html_close(h, EL_LI);
	}
	html_close(h, EL_OL);
}

static const char *error_title(int status)
{
	switch (status) {
	case 403: return "この操作はできません";
	case 404: return "見つかりません";
	case 409: return "ほかの人が先に変更しました";
	case 413: return "大きすぎます";
	case 422:
	case 400: return "入力を確かめてください";
	case 503: return "混み合っています";
	default: return "処理できませんでした";
	}
}

void page_error(void *app, struct request *req, int status, const struct err *err, struct html *h)
{
	(void)app;
	page_begin(h, req, NAV_NONE, error_title(status), NULL);
	page_notice(h, "error", NULL, err->text);
	html_open(h, EL_P);
	html_textf(h, "お問い合わせのときは、この番号をお伝えください: %s", req_id(req));
	html_close(h, EL_P);
	html_open(h, EL_P);
	html_link(h, "/", "最初のページに戻る");
	html_close(h, EL_P);
	html_close(h, EL_MAIN);
	html_close(h, EL_BODY);
	html_close(h, EL_HTML);
}

void form_begin(struct html *h, struct request *req, const char *path, bool key, bool files)
{
	char id[ID_SIZE];

	html_open(h, EL_FORM);
	html_attr(h, "method", "post");
	html_url(h, "action", path);
	if (files)
		html_attr(h, "enctype", "multipart/form-data");
	html_attr(h, "novalidate", "");
	csrf_field(h, req);
	if (!key)
		return;
	id_new(id);
	html_hidden(h, "key", id);
}

void form_end(struct html *h)
{
	html_close(h, EL_FORM);
}

void form_choice(struct html *h, const char *name, const char *value, const char *label,
		 bool checked)
{
	html_open(h, EL_LABEL);
	html_attr(h, "class", "choice choice-inline");
	html_open(h, EL_INPUT);
	html_attr(h, "type", "radio");
	html_attr(h, "name", name);
	html_attr(h, "value", value);
	html_flag(h, "checked", checked);
	html_text(h, label);
	html_close(h, EL_LABEL);
}

void form_submit(struct html *h, const char *kind, const char *text)
{
	html_open(h, EL_BUTTON);
	html_attr(h, "type", "submit");
	html_attrf(h, "class", "button button-%s", kind);
	html_text(h, text);
	html_close(h, EL_BUTTON);
}

void form_input(struct html *h, const struct form_input *in)
{
	html_open(h, EL_DIV);
	html_attr(h, "class", "field");
	html_open(h, EL_LABEL);
	html_attrf(h, "for", "f-%s", in->name);
	html_text(h, in->label);
	html_close(h, EL_LABEL);
	if (in->help) {
		html_open(h, EL_P);
		html_attr(h, "class", "help");
		html_attrf(h, "id", "h-%s", in->name);
		html_text(h, in->help);
		html_close(h, EL_P);
	}
	html_open(h, EL_INPUT);
	html_attrf(h, "id", "f-%s", in->name);
	html_attr(h, "name", in->name);
	html_attr(h, "type", in->type ? in->type : "text");
	html_attr(h, "autocomplete", in->autocomplete ? in->autocomplete : "off");
	if (in->value)
		html_attr(h, "value", in->value);
	html_flag(h, "required", in->required);
	if (in->help)
		html_attrf(h, "aria-describedby", "h-%s", in->name);
	html_close(h, EL_DIV);
}
