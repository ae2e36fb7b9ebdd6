/* Having a vendor answer a round: pages to give out, the sheet, and what has come in. */
#include <string.h>

#include "base/clock.h"
#include "identity/event.h"
#include "page/ask_vendor.h"
#include "page/handlers.h"
#include "page/plain_file.h"
#include "page/round_parts.h"
#include "page/sheet_file.h"
#include "ledger/attach.h"
#include "vendor/contracts.h"
#include "vendor/invite.h"
#include "vendor/reply.h"

/* --- pages that were given out ------------------------------------------------------------------
 */

/* When it was last opened, "" when never. */
static int last_opened(struct conn *c, const struct invite *i, struct arena *arena,
		       const char **ret, struct err *err)
{
	const struct event_query q = { .person = i->account, .kind = EVENT_TOKEN, .limit = 20 };
	struct event_row *rows;
	size_t count, n;
	char when[40];
	int r = event_list(c, &q, arena, &rows, &count, err);

	*ret = "";
	for (n = 0; r >= 0 && n < count; n++)
		if (strncmp(rows[n].detail, LINK_OPENED, sizeof LINK_OPENED - 1) == 0) {
			time_text(rows[n].at_us, false, when, sizeof when);
			*ret = arena_strdup(arena, when);
			break;
		}
	return r < 0 ? r : 0;
}

static int write_invite(struct html *h, struct request *req, struct conn *c,
			const struct round *round, const struct invite *i, struct err *err)
{
	const char *opened;
	int r = last_opened(c, i, req_arena(req), &opened, err);

	if (r < 0)
		return r;
	html_open(h, EL_LI);
	html_open(h, EL_SPAN);
	html_textf(h, "%s に作成、%s まで　%s", i->made_on, i->until, i->sent_to);
	html_close(h, EL_SPAN);
	html_open(h, EL_SPAN);
	html_attr(h, "class", "task-hint");
	html_text(h, *i->revoked_on ? "止めました" : i->open ? "開いています" : "期限が過ぎました");
	html_textf(h, "　%s%s", *opened ? "最後に開かれた日時 " : "まだ開かれていません", opened);
	html_close(h, EL_SPAN);
	if (i->open && visit_may(req, PERM_ROUND_LINK, NULL)) {
		form_begin(h, req,
			   html_path(req_arena(req), "/round/%s/vendor/%s/stop", round->id, i->id),
			   false, false);
		form_submit(h, "danger", "このページを止める");
		form_end(h);
	}
	html_close(h, EL_LI);
	return 0;
}

static int write_invites(struct html *h, struct request *req, struct conn *c,
			 const struct round *round, struct err *err)
{
	const struct visit *v = visit_of(req);
	struct invite *list;
	size_t count, i;
	int r = invite_list(v->app->ledgers, c, round->id, req_arena(req), &list, &count, err);

	if (r < 0)
		return r;
	html_el(h, EL_H2, "渡した回答ページ");
	if (!count)
		html_el(h, EL_P, "まだ作っていません。");
	html_open(h, EL_UL);
	html_attr(h, "class", "task-list");
	for (i = 0; r == 0 && i < count; i++)
		r = write_invite(h, req, c, round, &list[i], err);
	html_close(h, EL_UL);
	return r;
}

static void write_new(struct html *h, struct request *req, const struct round *round)
{
	const char *until = req_form(req, "until"), *to = req_form(req, "sent_to");
	char today[DATE_SIZE], day[DATE_SIZE];

	if (!visit_may(req, PERM_ROUND_LINK, NULL))
		return;
	date_today(today);
	date_add_days(today, 14, day);
	html_el(h, EL_H2, "回答ページを作る");
	html_el(h, EL_P,
		"事業者は、IDもパスワードも使わずに、送られたアドレスのページで答えます。アドレスを"
		"知ってい"
		"る人はだれでも答えられるので、回答する人だけに送ってください。");
	form_begin(h, req, round_path(req, round, "vendor"), false, false);
	form_input(h, &(struct form_input){
			      .name = "sent_to",
			      .label = "だれに送るか",
			      .help = "例: 保守部 例田 亮 様。控えと、メールの文に入ります。",
			      .value = to ? to : "" });
	form_input(h, &(struct form_input){ .name = "until",
					    .label = "答えられる最後の日",
					    .help = "この日が終わると自動で閉じます。",
					    .type = "date",
					    .value = until ? until : day,
					    .required = true });
	form_submit(h, "primary", "アドレスを作る");
	form_end(h);
}

/* --- the sheet --------------------------------------------------------------------------- */

static void write_sheet(struct html *h, struct request *req, const struct round *round)
{
	if (!visit_may(req, PERM_ROUND_ANSWER, NULL))
		return;
	html_el(h, EL_H2, "Excelの表でやりとりする");
	html_open(h, EL_P);
	html_link(h, round_path(req, round, "vendor/sheet"), "記入用の表を受け取る（Excel）");
	html_text(h, "。メールなどで事業者に渡し、書いて送り返してもらいます。");
	html_close(h, EL_P);
	form_begin(h, req, round_path(req, round, "vendor/sheet"), false, true);
	html_open(h, EL_DIV);
	html_attr(h, "class", "field");
	html_open(h, EL_LABEL);
	html_attr(h, "for", "f-file");
	html_text(h, "戻ってきた表");
	html_close(h, EL_LABEL);
	html_open(h, EL_INPUT);
	html_attr(h, "type", "file");
	html_attr(h, "id", "f-file");
	html_attr(h, "name", "file");
	html_attr(h, "accept", ".xlsx");
	html_close(h, EL_DIV);
	form_submit(h, "secondary", "何が起きるか確かめる");
	form_end(h);
}

/* --- what has come in -------------------------------------------------------------------- */

static void write_files(struct html *h, struct request *req, struct conn *c,
			const struct round *round, const char *files)
{
	while (*files) {
		size_t n = strcspn(files, "\n");
		const char *hash = arena_strndup(req_arena(req), files, n);

		html_text(h, "　");
		html_link(h, html_path(req_arena(req), "/round/%s/vendor/file/%s", round->id, hash),
			  attach_name(c, hash, req_arena(req)));
		files += n + (files[n] == '\n');
	}
}

static int write_replies(struct html *h, struct request *req, struct conn *c,
			 const struct round *round, struct err *err)
{
	const struct visit *v = visit_of(req);
	struct reply *list;
	size_t count, i;
	int r = reply_list(v->app->ledgers, c, round->id, req_arena(req), &list, &count, err);

	if (r < 0)
		return r;
	html_el(h, EL_H2, "届いた答え");
	if (!count)
		html_el(h, EL_P, "まだ届いていません。");
	html_open(h, EL_UL);
	html_attr(h, "class", "task-list");
	for (i = 0; i < count; i++) {
		const struct reply *k = &list[i];

		html_open(h, EL_LI);
		html_open(h, EL_SPAN);
		html_textf(h, "%s（%s）",
			   *k->name ? reply_person(k->name, k->post, req_arena(req))
				    : "氏名は未記入",
			   reply_through_label(k->through));
		write_files(h, req, c, round, k->files);
		html_close(h, EL_SPAN);
		html_open(h, EL_SPAN);
		html_attr(h, "class", "task-hint");
		if (k->sent)
			html_textf(h, "%s に提出、答え%lld件　受付番号 %lld　", k->sent_on,
				   (long long)k->answers, (long long)k->seq);
		else
			html_text(h, "書いている途中です　");
		html_lines(h, k->remarks);
		html_close(h, EL_SPAN);
		html_close(h, EL_LI);
	}
	html_close(h, EL_UL);
	return 0;
}

/* --- the page ---------------------------------------------------------------------------- */

int ask_vendor_round(struct request *req, struct response *res, struct conn *c, struct asked *ret,
		     struct err *err)
{
	const struct visit *v = visit_of(req);
	int r = asked_read(v->app->ledgers, c, &v->actor, req_param(req, "round"), req_arena(req),
			   ret, err);

	if (r != ERR_INVALID)
		return r;
	return resp_redirect(res, round_path(req, &ret->view.round, NULL), err) < 0 ? err->code : 1;
}

int ask_vendor_show(struct request *req, struct response *res, int status, const char *message,
		    struct err *err)
{
	struct asked asked;
	CONN_CLEANUP *c = NULL;
	HTML_CLEANUP h;
	int r = visit_read(req, &c, err);

	html_init(&h, 0);
	if (r == 0)
		r = ask_vendor_round(req, res, c, &asked, err);
	if (r != 0)
		return r < 0 ? r : 0;
	page_begin(&h, req, NAV_ROUNDS, "事業者に答えてもらう", asked.view.round.title);
	if (message)
		page_notice(&h, "error", NULL, message);
	r = write_replies(&h, req, c, &asked.view.round, err);
	if (r == 0)
		r = write_invites(&h, req, c, &asked.view.round, err);
	write_new(&h, req, &asked.view.round);
	write_sheet(&h, req, &asked.view.round);
	html_open(&h, EL_P);
	html_link(&h, round_path(req, &asked.view.round, NULL), "点検に戻る");
	html_close(&h, EL_P);
	return r < 0 ? r : page_end(&h, req, res, status, err);
}

int page_ask_vendor(struct request *req, struct response *res, struct err *err)
{
	return ask_vendor_show(req, res, 200, NULL, err);
}

/* --- giving out -------------------------------------------------------------------------- */

/* Shown once, never again. */
static int show_address(struct request *req, struct response *res, const struct round *round,
			const char *vendor, const struct invite *made, const char *text,
			struct err *err)
{
	struct app *app = req_app(req);
	struct arena *a = req_arena(req);
	const char *address = arena_printf(a, "https://%s/reply/%s", req_host(req), text);
	const char *letter =
		address ? invite_letter(round, store_org_name(app->store), vendor, made, address, a)
			: NULL;
	HTML_CLEANUP h;

	if (!letter)
		return err_nomem(err);
	html_init(&h, 0);
	page_begin(&h, req, NAV_ROUNDS, "回答ページのアドレス",
		   "この画面は一度しか出ません。下の文をメールに貼り付けて送ってください。");
	html_open(&h, EL_P);
	html_el_class(&h, EL_CODE, "hash", address);
	html_close(&h, EL_P);
	html_open(&h, EL_DIV);
	html_attr(&h, "class", "field");
	html_open(&h, EL_LABEL);
	html_attr(&h, "for", "f-letter");
	html_text(&h, "メールに貼り付ける文");
	html_close(&h, EL_LABEL);
	html_open(&h, EL_TEXTAREA);
	html_attr(&h, "id", "f-letter");
	html_attr(&h, "rows", "22");
	html_flag(&h, "readonly", true);
	html_text(&h, letter);
	html_close(&h, EL_TEXTAREA);
	html_close(&h, EL_DIV);
	html_el(&h, EL_P,
		"アドレスをなくしたとき、別の人に送ってしまったときは、このページを止めて作り直して"
		"くださ"
		"い。");
	html_open(&h, EL_P);
	html_link(&h, round_path(req, round, "vendor"), "戻る");
	html_close(&h, EL_P);
	return page_end(&h, req, res, 200, err);
}

static int read_names(struct request *req, struct response *res, struct round *round,
		      const char **vendor, struct err *err)
{
	const struct visit *v = visit_of(req);
	struct asked asked;
	struct parties parties;
	CONN_CLEANUP *c = NULL;
	int r = visit_read(req, &c, err);

	if (r == 0)
		r = ask_vendor_round(req, res, c, &asked, err);
	if (r == 0)
		r = parties_read(v->app->ledgers, c, &asked.view.round, req_arena(req), &parties,
				 err);
	if (r != 0)
		return r;
	*round = asked.view.round;
	*vendor = parties.vendor;
	return 0;
}

int page_ask_vendor_post(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	char until[DATE_SIZE] = "", text[LINK_TEXT_SIZE] = "";
	const char *to = "", *vendor = "";
	struct receipt receipt;
	struct invite made;
	struct round round;
	struct err why;
	int r = read_names(req, res, &round, &vendor, err);

	if (r != 0)
		return r < 0 ? r : 0;
	r = req_form_text(req, "sent_to", "だれに送るか", 120, false, false, &to, err);
	if (r >= 0)
		r = req_form_date(req, "until", "答えられる最後の日", true, until, err);
	if (r >= 0)
		r = invite_make(v->app->ledgers, &v->actor,
				&(struct invite_wish){ round.id, until, to }, req_arena(req), text,
				&made, &receipt, err);
	if (r == ERR_INVALID) {
		why = *err;
		return ask_vendor_show(req, res, 422, why.text, err);
	}
	if (r >= 0)
		r = show_address(req, res, &round, vendor, &made, text, err);
	bytes_wipe(text, sizeof text);
	return r;
}

int page_ask_vendor_stop(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	const char *id = req_param(req, "invite"), *round = req_param(req, "round");
	struct receipt receipt;
	struct invite found;
	CONN_CLEANUP *c = NULL;
	int r = visit_read(req, &c, err);

	if (r == 0)
		r = invite_get(v->app->ledgers, c, id, req_arena(req), &found, err);
	if (r == 0 && strcmp(found.round, round) != 0)
		r = err_set(err, ERR_NOT_FOUND, "この点検に、その回答ページはありません");
	store_read_end(c);
	c = NULL;
	if (r == 0)
		r = invite_revoke(v->app->ledgers, &v->actor, id, req_arena(req), &receipt, err);
	return r < 0 ? r
		     : resp_redirect(res,
				     page_done(req_arena(req),
					       html_path(req_arena(req), "/round/%s/vendor", round),
					       &receipt),
				     err);
}

/* --- files that came in ------------------------------------------------------------------ */

static bool has_line(const char *lines, const char *line)
{
	size_t want = strlen(line);

	while (*lines) {
		size_t n = strcspn(lines, "\n");

		if (n == want && memcmp(lines, line, n) == 0)
			return true;
		lines += n + (lines[n] == '\n');
	}
	return false;
}

int page_ask_vendor_file(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	const char *hash = req_param(req, "hash");
	struct reply *list;
	struct asked asked;
	CONN_CLEANUP *c = NULL;
	size_t count = 0, i;
	int r = visit_read(req, &c, err);

	if (r == 0)
		r = ask_vendor_round(req, res, c, &asked, err);
	if (r == 0)
		r = reply_list(v->app->ledgers, c, asked.view.round.id, req_arena(req), &list,
			       &count, err);
	for (i = 0; r == 0 && i < count; i++)
		if (has_line(list[i].files, hash))
			return plain_file_send(req, c, hash, res, err);
	return r != 0 ? (r < 0 ? r : 0)
		      : err_set(err, ERR_NOT_FOUND,
				"このファイルは、この点検に届いたものではありません");
}

int page_ask_vendor_sheet(struct request *req, struct response *res, struct err *err)
{
	struct asked asked;
	CONN_CLEANUP *c = NULL;
	int r = visit_read(req, &c, err);

	if (r == 0)
		r = ask_vendor_round(req, res, c, &asked, err);
	return r != 0 ? (r < 0 ? r : 0)
		      : sheet_file_send(req, &asked, NULL, "", "", res, err);
}
