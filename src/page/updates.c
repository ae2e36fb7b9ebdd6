/* Installed catalogues: choosing a file, what was installed, confirming it, taking it back. */
#include <string.h>

#include "catalogue/installed.h"
#include "page/handlers.h"
#include "page/import_file.h"
#include "page/layout.h"
#include "page/update_file.h"

void update_write_steps(struct html *h, size_t here)
{
	static const char *const names[] = { "ファイルを選ぶ", "変わることを見る", "試しに使う",
					     "確定する" };

	page_steps(h, "基準を入れ替える手順", names, sizeof names / sizeof names[0], here);
}

/* --- what was installed ---------------------------------------------------------------------- */

static void write_decision(struct html *h, struct request *req, const struct installed *in)
{
	form_begin(h, req, html_path(req_arena(req), "/updates/entry/%s/confirm", in->id), true,
		   false);
	form_submit(h, "primary", "これで確定する");
	form_end(h);
	html_open(h, EL_DETAILS);
	html_el(h, EL_SUMMARY, "取り消して、前の内容に戻す");
	form_begin(h, req, html_path(req_arena(req), "/updates/entry/%s/undo", in->id), true,
		   false);
	form_input(h, &(struct form_input){ .name = "reason",
					    .label = "理由（書かなくても構いません）" });
	form_submit(h, "danger", "取り消す");
	form_end(h);
	html_close(h, EL_DETAILS);
}

static void write_state(struct html *h, const struct installed *in)
{
	if (in->taken_back)
		html_el_class(h, EL_SPAN, "chip chip-voided", "取り消し");
	else
		html_el_class(h, EL_SPAN, in->trial ? "chip chip-draft" : "chip chip-confirmed",
			      in->trial ? "試用中" : "確定");
	html_text(h, " ");
	if (in->in_force)
		html_el_class(h, EL_SPAN, "chip chip-yes", "使っています");
}

static void write_changes(struct html *h, const char *changes)
{
	const char *p = changes;

	html_open(h, EL_UL);
	while (*p) {
		size_t len = strcspn(p, "\n");

		html_open(h, EL_LI);
		html_textn(h, p, len);
		html_close(h, EL_LI);
		p += len + (p[len] == '\n');
	}
	html_close(h, EL_UL);
}

static void write_installed(struct html *h, struct request *req, const struct installed *in)
{
	html_open(h, EL_SECTION);
	html_attr(h, "class", "last-year");
	html_open(h, EL_H3);
	html_textf(h, "%s %s ", in->title, in->edition);
	write_state(h, in);
	html_close(h, EL_H3);
	html_open(h, EL_P);
	html_textf(h, "%s、%s に %s が入れました（%s）。", in->crosswalk ? "対応表" : "基準",
		   in->applied_on, in->by, in->source_name);
	html_close(h, EL_P);
	html_open(h, EL_DETAILS);
	html_el(h, EL_SUMMARY, "変わったこと");
	write_changes(h, in->changes);
	html_close(h, EL_DETAILS);
	if (in->trial)
		write_decision(h, req, in);
	html_close(h, EL_SECTION);
}

static void write_all(struct html *h, struct request *req, const struct installed *list,
		      size_t count)
{
	size_t i;

	html_el(h, EL_H2, "取り込んだ基準");
	if (!count) {
		html_el_class(h, EL_P, "empty",
			      "まだありません。プログラムに入っている基準を使っています。");
		return;
	}
	for (i = 0; i < count; i++)
		write_installed(h, req, &list[i]);
}

static bool any_trial(const struct installed *list, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (list[i].trial)
			return true;
	return false;
}

/* --- the page ----------------------------------------------------------------------------------
 */

static void write_form(struct html *h, struct request *req)
{
	html_el(h, EL_H2, "ファイルを選ぶ");
	form_begin(h, req, "/updates", false, true);
	html_open(h, EL_DIV);
	html_attr(h, "class", "field");
	html_open(h, EL_LABEL);
	html_attr(h, "for", "f-file");
	html_text(h, "基準のファイル");
	html_close(h, EL_LABEL);
	html_el_class(h, EL_P, "help",
		      "daicho の定義ファイル（YAML）か執筆用の表（Excel）、OSCAL（JSON）、CISO "
		      "Assistant のライブラリ（YAML）。24MBまで。");
	html_open(h, EL_INPUT);
	html_attr(h, "type", "file");
	html_attr(h, "id", "f-file");
	html_attr(h, "name", "file");
	html_attr(h, "accept", ".yaml,.yml,.json,.xlsx");
	html_flag(h, "required", true);
	html_close(h, EL_DIV);
	form_submit(h, "primary", "変わることを見る");
	form_end(h);
}

static int show(struct request *req, struct response *res, int status, const char *message,
		struct err *err)
{
	struct app *app = req_app(req);
	struct installed *list = NULL;
	CONN_CLEANUP *c = NULL;
	size_t count = 0;
	HTML_CLEANUP h;
	bool trial;
	int r;

	html_init(&h, 0);
	r = visit_read(req, &c, err);
	if (r == 0)
		r = installed_list(app->ledgers, c, req_arena(req), &list, &count, err);
	if (r < 0)
		return r;
	trial = any_trial(list, count);
	page_begin(
		&h, req, NAV_CATALOGUES, "基準を入れ替える",
		"新しい版の基準や対応表のファイルを取り込みます。使い始める前に、何が変わるかを見ら"
		"れます。始まっている点検と、これまでの答えは、そのまま残ります。");
	update_write_steps(&h, trial ? 3 : 0);
	if (message)
		page_notice(&h, "error", NULL, message);
	/* What waits for a decision comes first. */
	if (trial)
		write_all(&h, req, list, count);
	write_form(&h, req);
	if (!trial)
		write_all(&h, req, list, count);
	return page_end(&h, req, res, status, err);
}

int page_updates(struct request *req, struct response *res, struct err *err)
{
	return show(req, res, 200, NULL, err);
}

int page_updates_post(struct request *req, struct response *res, struct err *err)
{
	const struct upload *up = req_file(req, "file");
	char token[ID_SIZE];
	int r;

	if (!up)
		return show(req, res, 422, "ファイルが選ばれていません。", err);
	r = import_file_keep(req, up, token, err);
	return r < 0 ? r
		     : resp_redirect(res, html_path(req_arena(req), "/updates/file/%s", token),
				     err);
}

/* --- for good, or back ---------------------------------------------------------------------------
 */

static int decided(struct request *req, struct response *res, int r, const struct receipt *receipt,
		   struct err *err)
{
	if (r == ERR_CONFLICT) {
		struct err why = *err;

		return show(req, res, 409, why.text, err);
	}
	return r < 0 ? r : resp_redirect(res, page_done(req_arena(req), "/updates", receipt), err);
}

int page_update_confirm(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	struct receipt receipt;
	int r = install_confirm(v->app->ledgers, &v->actor, req_param(req, "entry"),
				req_form(req, "key"), &receipt, err);

	return decided(req, res, r, &receipt, err);
}

int page_update_undo(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	struct receipt receipt;
	int r = install_undo(v->app->ledgers, &v->actor, req_param(req, "entry"),
			     req_form(req, "reason"), req_form(req, "key"), &receipt, err);

	return decided(req, res, r, &receipt, err);
}
