/* Emergency accounts: all of them, their uses, the declaration, and what is to be done. */
#include "page/emergency.h"

#include <string.h>

#include "base/clock.h"
#include "identity/policy.h"
#include "page/handlers.h"
#include "page/people_parts.h"

#define HOUR_US (INT64_C(3600) * 1000000)
#define USES_SHOWN 100

void emergency_chip(struct html *h, enum emergency_state state)
{
	parts_chip(h,
		   state == EMERGENCY_SEALED   ? "done"
		   : state == EMERGENCY_OPENED ? "returned"
					       : "warning",
		   emergency_state_label(state));
}

void emergency_area(struct html *h, struct request *req, const char *name, const char *label,
		    const char *help)
{
	const char *typed = req_form(req, name);

	html_open(h, EL_DIV);
	html_attr(h, "class", "field");
	html_open(h, EL_LABEL);
	html_attrf(h, "for", "f-%s", name);
	html_text(h, label);
	html_close(h, EL_LABEL);
	html_open(h, EL_P);
	html_attr(h, "class", "help");
	html_attrf(h, "id", "h-%s", name);
	html_text(h, help);
	html_close(h, EL_P);
	html_open(h, EL_TEXTAREA);
	html_attrf(h, "id", "f-%s", name);
	html_attr(h, "name", name);
	html_attr(h, "rows", "3");
	html_attrf(h, "aria-describedby", "h-%s", name);
	html_text(h, typed ? typed : "");
	html_close(h, EL_TEXTAREA);
	html_close(h, EL_DIV);
}

static const char *when(struct request *req, int64_t at_us)
{
	char text[40];
	const char *kept;

	if (!at_us)
		return "―";
	time_text(at_us, false, text, sizeof text);
	kept = arena_strdup(req_arena(req), text);
	return kept ? kept : "";
}

/* --- accounts ------------------------------------------------------------------- */

static void write_links(struct html *h, struct request *req, const struct emergency_account *a)
{
	struct arena *arena = req_arena(req);

	if (a->state != EMERGENCY_UNSEALED && visit_may(req, PERM_EMERGENCY, NULL)) {
		html_link(h, html_path(arena, "/emergency/accounts/%s/ask", a->account.login),
			  "2人で開封する");
		html_text(h, "　");
	}
	if (a->state != EMERGENCY_OPENED && visit_may(req, PERM_ACCOUNTS, NULL))
		html_link(h, html_path(arena, "/emergency/accounts/%s/seal", a->account.login),
			  "封印し直す");
}

static int write_account(struct html *h, struct request *req, struct conn *c,
			 const struct emergency_account *a, struct err *err)
{
	struct emergency_envelope envelope;
	int r = emergency_envelope(visit_of(req)->app->ledgers, c, a->account.id, req_arena(req),
				   &envelope, err);

	if (r < 0)
		return r;
	html_open(h, EL_TR);
	html_open(h, EL_TH);
	html_attr(h, "scope", "row");
	html_textf(h, "%s（%s）", a->account.name, a->account.login);
	html_close(h, EL_TH);
	html_open(h, EL_TD);
	emergency_chip(h, a->state);
	html_close(h, EL_TD);
	html_el(h, EL_TD, role_label(a->account.role));
	html_open(h, EL_TD);
	html_textf(h, "%s　%s", envelope.keeper, envelope.place);
	html_close(h, EL_TD);
	html_el(h, EL_TD, *envelope.sealed_on ? envelope.sealed_on : "―");
	html_open(h, EL_TD);
	html_textf(h, "%s　%s", when(req, a->opened_us), a->opened_by);
	html_close(h, EL_TD);
	html_open(h, EL_TD);
	write_links(h, req, a);
	html_close(h, EL_TD);
	html_close(h, EL_TR);
	return 0;
}

static int write_accounts(struct html *h, struct request *req, struct conn *c, struct err *err)
{
	static const char *const heads[] = { "アカウント", "状態",	 "役割", "封筒",
					     "封をした日", "最後の開封", "操作" };
	struct emergency_account *list;
	size_t count, i;
	int r = emergency_list(c, req_arena(req), &list, &count, err);

	if (r < 0)
		return r;
	html_el(h, EL_H2, "アカウント");
	if (!count)
		html_el_class(h, EL_P, "empty", "非常時アカウントはまだありません。");
	else
		table_frame_begin(h, "非常時アカウント", heads, sizeof heads / sizeof heads[0]);
	for (i = 0; r >= 0 && i < count; i++)
		r = write_account(h, req, c, &list[i], err);
	if (count)
		table_frame_end(h);
	if (visit_may(req, PERM_ACCOUNTS, NULL))
		parts_link(h, "/emergency/new", "非常時アカウントを作る");
	return r;
}

/* --- uses -------------------------------------------------------------------------- */

static void write_use(struct html *h, struct request *req, const struct emergency_use *u)
{
	html_open(h, EL_TR);
	html_open(h, EL_TH);
	html_attr(h, "scope", "row");
	html_link(h, html_path(req_arena(req), "/emergency/uses/%s", u->id), u->title);
	html_close(h, EL_TH);
	html_el(h, EL_TD, u->by_code ? "封筒のコード" : "2人での開封");
	html_el(h, EL_TD, when(req, u->opened_us));
	html_el(h, EL_TD, when(req, u->closed_us));
	html_el(h, EL_TD, !u->opened_us ? "―" : *u->declaration ? "あり" : "なし");
	html_el(h, EL_TD, emergency_use_label(u));
	html_close(h, EL_TR);
}

static int write_uses(struct html *h, struct request *req, struct conn *c, struct err *err)
{
	static const char *const heads[] = { "使用",   "開封の仕方", "開封",
					     "終わり", "非常時宣言", "状態" };
	struct emergency_use *uses;
	size_t count, i;
	int r = emergency_uses(visit_of(req)->app->ledgers, c, req_arena(req), &uses, &count, err);

	if (r < 0)
		return r;
	html_el(h, EL_H2, "使用記録");
	if (!count)
		html_el_class(h, EL_P, "empty", "まだ一度も使われていません。");
	else
		table_frame_begin(h, "使用記録", heads, sizeof heads / sizeof heads[0]);
	for (i = 0; i < count && i < USES_SHOWN; i++)
		write_use(h, req, &uses[i]);
	if (count)
		table_frame_end(h);
	return 0;
}

/* --- the declaration ------------------------------------------------------------------ */

static const struct parts_option kinds[] = {
	{ "disaster", "災害・停電" }, { "attack", "サイバー攻撃" }, { "failure", "システム障害" },
	{ "drill", "訓練" },	      { "other", "そのほか" },
};

static void write_declare(struct html *h, struct request *req)
{
	form_begin(h, req, "/emergency/declare", false, false);
	parts_select(h, req, "kind", "何が起きましたか", "いちばん近いものを選びます。", kinds,
		     sizeof kinds / sizeof kinds[0], "disaster");
	emergency_area(h, req, "reason", "理由と様子",
		       "何が止まり、どうして非常時とするかを書きます。");
	parts_input(h, req, "until_on", "いつまでの見込みか",
		    "見込みがあれば書きます。この日を過ぎると宣言は自動で終わります。（例: "
		    "2026-12-01）");
	form_submit(h, "danger", "非常時を宣言する");
	form_end(h);
}

static int write_declaration(struct html *h, struct request *req, struct conn *c, struct err *err)
{
	struct emergency_declaration d;
	int r = emergency_declared(visit_of(req)->app->ledgers, c, req_arena(req), &d, err);

	if (r < 0)
		return r;
	html_el(h, EL_H2, "非常時宣言");
	if (r == 0)
		html_el(h, EL_P,
			"いまは通常時です。宣言のないまま非常時アカウントを開封すると、警報になりま"
			"す。");
	if (r == 0 && visit_may(req, PERM_DECLARE, NULL))
		write_declare(h, req);
	if (r == 0)
		return 0;
	html_open(h, EL_DL);
	html_attr(h, "class", "description-list");
	parts_fact(h, "いつから", d.from_on);
	parts_fact(h, "見込み", d.until_on);
	parts_fact(h, "理由", d.reason);
	parts_fact(h, "宣言した人", account_name(c, d.declared_by, req_arena(req)));
	html_close(h, EL_DL);
	if (visit_may(req, PERM_DECLARE, NULL)) {
		form_begin(h, req, html_path(req_arena(req), "/emergency/declare/%s/end", d.id),
			   false, false);
		form_submit(h, "primary", "非常時を終える");
		form_end(h);
	}
	return 0;
}

static int show(struct request *req, struct response *res, int status, const char *message,
		struct err *err)
{
	CONN_CLEANUP *c = NULL;
	HTML_CLEANUP h;
	int r = visit_read(req, &c, err);

	html_init(&h, 0);
	if (r < 0)
		return r;
	page_begin(&h, req, NAV_IDS, "非常時アカウント",
		   "ふだんは封印してある、災害や障害のときのための入り口です。誰が開封しても全員に"
		   "知らさ"
		   "れ、後で見直されます。");
	if (message)
		page_notice(&h, "error", NULL, message);
	r = write_accounts(&h, req, c, err);
	if (r >= 0)
		r = write_uses(&h, req, c, err);
	if (r >= 0)
		r = write_declaration(&h, req, c, err);
	return r < 0 ? r : page_end(&h, req, res, status, err);
}

int page_emergency(struct request *req, struct response *res, struct err *err)
{
	return show(req, res, 200, NULL, err);
}

static int finish(struct request *req, struct response *res, int r, const struct receipt *receipt,
		  struct err *err)
{
	struct err why;

	if (r == ERR_INVALID || r == ERR_CONFLICT) {
		why = *err;
		return show(req, res, r == ERR_CONFLICT ? 409 : 422, why.text, err);
	}
	return r < 0 ? r
		     : resp_redirect(res, page_done(req_arena(req), "/emergency/accounts", receipt),
				     err);
}

int page_emergency_declare(struct request *req, struct response *res, struct err *err)
{
	static const char *const names[] = { "kind", "reason", "until_on" };
	const struct visit *v = visit_of(req);
	struct receipt receipt;
	int r = req_form_only(req, names, sizeof names / sizeof names[0], err);

	if (r >= 0)
		r = emergency_declare(v->app->ledgers, &v->actor, req_form(req, "kind"),
				      req_form(req, "reason"), req_form(req, "until_on"), &receipt,
				      err);
	return finish(req, res, r, &receipt, err);
}

int page_emergency_declare_end(struct request *req, struct response *res, struct err *err)
{
	static const char *const names[] = { "csrf" };
	const struct visit *v = visit_of(req);
	struct receipt receipt;
	int r = req_form_only(req, names, 1, err);

	if (r >= 0)
		r = emergency_declare_end(v->app->ledgers, &v->actor, req_param(req, "entry"),
					  &receipt, err);
	return finish(req, res, r, &receipt, err);
}

/* --- home ------------------------------------------------------------------------------- */

static int64_t hours_open(const struct emergency_use *u)
{
	return (clock_now_us() - u->opened_us) / HOUR_US;
}

int emergency_alarms(struct html *h, struct request *req, struct conn *c, struct err *err)
{
	struct app *app = req_app(req);
	struct access_policy policy;
	struct emergency_use *uses;
	size_t count, i;
	int r;

	if (!visit_may(req, PERM_EMERGENCY_SEE, NULL))
		return 0;
	r = policy_current(app->store, &policy, err);
	if (r >= 0)
		r = emergency_uses(app->ledgers, c, req_arena(req), &uses, &count, err);
	for (i = 0; r >= 0 && i < count; i++) {
		const struct emergency_use *u = &uses[i];

		if ((u->status == USE_OPEN || u->status == USE_CLOSED) && !*u->declaration &&
		    visit_may(req, PERM_DECLARE, NULL))
			page_notice(
				h, "error",
				"非常時の宣言がないまま、非常時アカウントが使われました",
				arena_printf(req_arena(req), "%s。理由: %s", u->title, u->reason));
		if (u->status == USE_OPEN && hours_open(u) >= policy.emergency_chase_hours)
			page_notice(h, "error", "非常時アカウントが閉じられていません",
				    arena_printf(
					    req_arena(req),
					    "%s。開封から%lld時間たちました。「通常時に戻す」を行っ"
					    "てください。",
					    u->title, (long long)hours_open(u)));
	}
	return r < 0 ? r : 0;
}

static void add_task(struct request *req, const struct emergency_use *u, const char *text,
		     const char *hint, struct emergency_task *ret, size_t *count)
{
	if (*count == EMERGENCY_TASKS_MAX)
		return;
	ret[(*count)++] =
		(struct emergency_task){ html_path(req_arena(req), "/emergency/uses/%s", u->id),
					 arena_printf(req_arena(req), "%s: %s", text, u->title),
					 hint };
}

int emergency_tasks(struct request *req, struct conn *c,
		    struct emergency_task ret[EMERGENCY_TASKS_MAX], size_t *ret_count,
		    struct err *err)
{
	const struct visit *v = visit_of(req);
	struct emergency_use *uses;
	size_t count, i;
	int r;

	*ret_count = 0;
	if (!visit_may(req, PERM_EMERGENCY_SEE, NULL))
		return 0;
	r = emergency_uses(v->app->ledgers, c, req_arena(req), &uses, &count, err);
	for (i = 0; r >= 0 && i < count; i++) {
		if (emergency_may_confirm(&v->actor, &uses[i]))
			add_task(req, &uses[i], "非常時アカウントの開封を確かめる",
				 "15分のうちに、2人目として確かめます", ret, ret_count);
		if (emergency_may_close(&v->actor, &uses[i]))
			add_task(req, &uses[i], "非常時アカウントを通常時に戻す",
				 arena_printf(req_arena(req), "開封から%lld時間",
					      (long long)hours_open(&uses[i])),
				 ret, ret_count);
		if (emergency_may_review(&v->actor, &uses[i]))
			add_task(req, &uses[i], "非常時アカウントの使用を見直す",
				 "行われたことを見て、結果を書きます", ret, ret_count);
	}
	return r < 0 ? r : 0;
}
