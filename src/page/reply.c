/* The first page of a reply: what is asked, who answers, what is done; and the sheet. */
#include "page/reply.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "ledger/attach.h"
#include "ledger/receipt.h"
#include "page/handlers.h"
#include "page/people_parts.h"
#include "page/sheet_file.h"
#include "vendor/contracts.h"
#include "vendor/invite.h"

/* --- what is asked ------------------------------------------------------------------------- */

/* The day on which the link ends, by its account. */
static const char *until_text(struct reply_page *p)
{
	const struct visit *v = visit_of(p->req);
	char wareki[64];

	if (!v->link)
		return "";
	date_wareki(v->link->account.valid_until, wareki, sizeof wareki);
	return arena_printf(req_arena(p->req), "%s（%s）まで", wareki,
			    v->link->account.valid_until);
}

static int write_about(struct reply_page *p, struct err *err)
{
	const struct visit *v = visit_of(p->req);
	struct parties parties;
	CONN_CLEANUP *c = NULL;
	int r = visit_read(p->req, &c, err);

	if (r == 0)
		r = parties_read(v->app->ledgers, c, &p->view.asked.view.round, req_arena(p->req),
				 &parties, err);
	if (r < 0)
		return r;
	html_open(p->h, EL_DL);
	html_attr(p->h, "class", "description-list");
	parts_fact(p->h, "頼んだ医療機関", parties.hospital);
	parts_fact(p->h, "事業者", parties.vendor);
	parts_fact(p->h, "契約", parties.contract);
	parts_fact(p->h, "契約番号", parties.number);
	parts_fact(p->h, "対象のシステム", parties.systems);
	parts_fact(p->h, "答えられる期間", until_text(p));
	html_close(p->h, EL_DL);
	return 0;
}

/* --- who answers, and files ------------------------------------------------------------------ */

static const char *typed(const struct reply_page *p, const char *name, const char *stored)
{
	const char *v = p->posted ? req_form(p->req, name) : NULL;

	return v ? v : stored;
}

static void write_remarks(struct reply_page *p)
{
	html_open(p->h, EL_DIV);
	html_attr(p->h, "class", "field");
	html_open(p->h, EL_LABEL);
	html_attr(p->h, "for", "f-remarks");
	html_text(p->h, "連絡事項（なければ空で構いません）");
	html_close(p->h, EL_LABEL);
	html_open(p->h, EL_TEXTAREA);
	html_attr(p->h, "id", "f-remarks");
	html_attr(p->h, "name", "remarks");
	html_attr(p->h, "rows", "3");
	html_text(p->h, typed(p, "remarks", p->view.reply.remarks));
	html_close(p->h, EL_TEXTAREA);
	html_close(p->h, EL_DIV);
}

/* What is attached already; without its mark it is taken away. */
static int write_attached(struct reply_page *p, struct err *err)
{
	const struct visit *v = visit_of(p->req);
	const char *line = p->view.reply.files;
	CONN_CLEANUP *c = NULL;
	int r = *line ? visit_read(p->req, &c, err) : 0;

	while (r == 0 && *line) {
		size_t n = strcspn(line, "\n");
		const char *hash = arena_strndup(req_arena(p->req), line, n);

		html_open(p->h, EL_LABEL);
		html_attr(p->h, "class", "check");
		html_open(p->h, EL_INPUT);
		html_attr(p->h, "type", "checkbox");
		html_attr(p->h, "name", "kept");
		html_attr(p->h, "value",
			  attach_offer(v->app->ledgers, p->who, hash, req_arena(p->req)));
		html_flag(p->h, "checked", true);
		html_text(p->h, attach_name(c, hash, req_arena(p->req)));
		html_close(p->h, EL_LABEL);
		line += n + (line[n] == '\n');
	}
	return r;
}

static int write_files(struct reply_page *p, struct err *err)
{
	int r;

	html_open(p->h, EL_FIELDSET);
	html_attr(p->h, "id", "f-files");
	html_el(p->h, EL_LEGEND, "資料を付ける");
	html_el_class(p->h, EL_P, "help",
		      "PDF、画像、Excelなどを10個まで、1つ10MB、外したものも含めて合わせて100MBまで"
		      "付けられ"
		      "ます。外すときは印を外して保存します。");
	r = write_attached(p, err);
	html_open(p->h, EL_LABEL);
	html_attr(p->h, "for", "f-upload");
	html_text(p->h, "付けるファイル");
	html_close(p->h, EL_LABEL);
	html_open(p->h, EL_INPUT);
	html_attr(p->h, "type", "file");
	html_attr(p->h, "id", "f-upload");
	html_attr(p->h, "name", "upload");
	html_flag(p->h, "multiple", true);
	html_close(p->h, EL_FIELDSET);
	return r;
}

static int write_person(struct reply_page *p, struct err *err)
{
	struct arena *a = req_arena(p->req);
	int r;

	html_el(p->h, EL_H2, "1. 回答する人");
	r = reply_form_begin(p, reply_path(p, NULL), true, err);
	if (r < 0)
		return r;
	html_hidden(p->h, "rev", arena_printf(a, "%lld", (long long)p->view.reply.rev));
	form_input(p->h, &(struct form_input){ .name = "name",
					       .label = "氏名",
					       .help = "答えに残る名前です。",
					       .autocomplete = "name",
					       .value = typed(p, "name", p->view.reply.name),
					       .required = true });
	form_input(p->h, &(struct form_input){
				 .name = "post",
				 .label = "所属・役職",
				 .help = "例: 保守部 課長。役職がなければ「担当」と書きます。",
				 .autocomplete = "organization-title",
				 .value = typed(p, "post", p->view.reply.post),
				 .required = true });
	write_remarks(p);
	r = write_files(p, err);
	form_submit(p->h, "primary", "保存する");
	form_end(p->h);
	return r;
}

/* --- the parts -------------------------------------------------------------------------------- */

static void write_parts(struct reply_page *p)
{
	size_t i;

	html_el(p->h, EL_H2, "2. 質問に答える");
	html_open(p->h, EL_UL);
	html_attr(p->h, "class", "task-list");
	for (i = 0; i < p->part_count; i++) {
		html_open(p->h, EL_LI);
		html_open(p->h, EL_SPAN);
		html_link(p->h, reply_part_path(p, i),
			  arena_printf(req_arena(p->req), "%zu. %s", i + 1, p->part[i].title));
		html_close(p->h, EL_SPAN);
		html_open(p->h, EL_SPAN);
		html_attr(p->h, "class", "task-hint");
		html_textf(p->h, "%zu件のうち%zu件に記入", p->part[i].count,
			   reply_part_answered(p, i));
		html_close(p->h, EL_SPAN);
		html_close(p->h, EL_LI);
	}
	html_close(p->h, EL_UL);
	html_open(p->h, EL_P);
	html_text(p->h, "Excelで書きたいときは、");
	html_link(p->h, reply_path(p, "sheet"), "記入用の表を受け取り");
	html_text(p->h, "、書いてから医療機関へ送り返してください。");
	html_close(p->h, EL_P);
	html_el(p->h, EL_H2, "3. 確かめて提出する");
	html_open(p->h, EL_P);
	html_open(p->h, EL_A);
	html_attr(p->h, "class", "button button-primary");
	html_url(p->h, "href", reply_path(p, "check"));
	html_text(p->h, "提出の前に確かめる");
	html_close(p->h, EL_A);
	html_close(p->h, EL_P);
}

/* --- after it was sent in ------------------------------------------------------------------------
 */

static void write_receipt(struct reply_page *p)
{
	const struct reply *r = &p->view.reply;
	char when[40];

	time_text(r->at_us, false, when, sizeof when);
	page_notice(p->h, "success", "提出されました",
		    arena_printf(req_arena(p->req),
				 "%s に %s さんの答えとして受け付けました。受付番号は %lld です。",
				 when, reply_person(r->name, r->post, req_arena(p->req)),
				 (long long)r->seq));
}

static void write_sent(struct reply_page *p)
{
	const struct asked *a = &p->view.asked;
	size_t i;

	html_el(p->h, EL_H2, "提出した答え");
	for (i = 0; i < a->count; i++) {
		html_open(p->h, EL_H3);
		html_textf(p->h, "%s %s", asked_name(a->line[i], req_arena(p->req)),
			   a->line[i]->item->topic);
		html_close(p->h, EL_H3);
		reply_write_answer(p, i);
	}
}

/* --- the page ---------------------------------------------------------------------------- */

static int show(struct reply_page *p, int status, struct err *err)
{
	HTML_CLEANUP h;
	int r;

	html_init(&h, 0);
	p->h = &h;
	reply_begin(p, p->view.asked.view.round.title,
		    p->view.locked
			    ? "提出した内容です。読むことができます。"
			    : "下の1から3の順に進めます。途中で保存して、期限までに続きを書け"
			      "ます。");
	if (p->view.reply.sent)
		write_receipt(p);
	r = write_about(p, err);
	if (r < 0)
		return r;
	if (p->view.locked) {
		write_sent(p);
		return page_end(&h, p->req, p->res, status, err);
	}
	if (p->view.reply.sent)
		html_el(&h, EL_P, "直したいときは、書き直してもう一度提出できます。");
	r = write_person(p, err);
	write_parts(p);
	return r < 0 ? r : page_end(&h, p->req, p->res, status, err);
}

int page_reply(struct request *req, struct response *res, struct err *err)
{
	struct reply_page *p = arena_alloc(req_arena(req), sizeof *p);
	int r = p ? reply_page_read(p, req, res, err) : err_nomem(err);

	return r < 0 ? r : show(p, 200, err);
}

/* --- saving who answers ------------------------------------------------------------------ */

static int add_line(struct reply_page *p, const char **all, size_t *count, const char *hash,
		    struct err *err)
{
	if (++*count > REPLY_FILES_MAX)
		return err_field(err, ERR_LIMIT, "files", "付けられるファイルは%d個までです",
				 REPLY_FILES_MAX);
	*all = arena_printf(req_arena(p->req), "%s%s%s", *all, **all ? "\n" : "", hash);
	return *all ? 0 : err_nomem(err);
}

static int kept_files(struct reply_page *p, const struct ledger_def *def, const char **all,
		      size_t *count, struct err *err)
{
	const struct visit *v = visit_of(p->req);
	const char *entry = *p->view.reply.id ? p->view.reply.id : NULL, *posted;
	CONN_CLEANUP *c = NULL;
	size_t i;
	int r = req_form_nth(p->req, "kept", 0) ? visit_read(p->req, &c, err) : 0;

	for (i = 0; r == 0 && (posted = req_form_nth(p->req, "kept", i)); i++) {
		char hash[HASH_HEX_SIZE];

		r = attach_accept(v->app->ledgers, c, p->who, def, entry, posted, hash, err);
		if (r == 0)
			r = add_line(p, all, count, hash, err);
	}
	return r;
}

/* Before anything is stored: as many, and as much, as one reply may have. */
static int check_uploads(struct reply_page *p, size_t kept, struct err *err)
{
	const struct upload *up;
	CONN_CLEANUP *c = NULL;
	int64_t bytes = 0;
	size_t i;
	int r;

	for (i = 0; (up = req_file_nth(p->req, "upload", i)); i++)
		bytes += up->size < (uint64_t)REPLY_TOTAL_BYTES ? (int64_t)up->size
								: REPLY_TOTAL_BYTES;
	if (!i)
		return 0;
	if (kept + i > REPLY_FILES_MAX)
		return err_field(err, ERR_LIMIT, "files", "付けられるファイルは%d個までです",
				 REPLY_FILES_MAX);
	r = visit_read(p->req, &c, err);
	return r < 0 ? r
		     : reply_files_fit(visit_of(p->req)->app->ledgers, c, &p->view.reply, bytes,
				       err);
}

/* Stores what was sent; one that is refused keeps none of the others out. */
static int put_uploads(struct reply_page *p, const struct ledger_def *def, const char **all,
		       size_t *count, bool *ret_stored, struct err *err)
{
	const struct upload *up;
	struct err why;
	size_t i;
	int r = 0;

	for (i = 0; (up = req_file_nth(p->req, "upload", i)); i++) {
		struct file_info info;
		int put = attach_put(visit_of(p->req)->app->ledgers, p->who, def, up->path,
				     up->name, REPLY_FILE_BYTES, &info, &why);

		if (put == 0)
			put = add_line(p, all, count, info.hash, &why);
		*ret_stored |= put == 0;
		if (put < 0 && r == 0) {
			r = put;
			*err = why;
		}
	}
	return r;
}

static int collect_files(struct reply_page *p, const char **ret, bool *ret_stored, struct err *err)
{
	const struct visit *v = visit_of(p->req);
	const struct ledger_def *def;
	size_t count = 0;
	int r = ledgers_find(v->app->ledgers, "round_replies", &def, err);

	*ret = "";
	if (r == 0)
		r = kept_files(p, def, ret, &count, err);
	if (r == 0)
		r = check_uploads(p, count, err);
	return r < 0 ? r : put_uploads(p, def, ret, &count, ret_stored, err);
}

/* Nobody chooses their files again because of a fault elsewhere in the form: they are saved, and
 * the page is read anew. What is stored is thereby always named by the reply. */
static void keep_files(struct reply_page *p, const struct reply_edit *edit)
{
	const struct reply_edit files = { .round = edit->round,
					  .through = edit->through,
					  .base_rev = edit->base_rev,
					  .files = edit->files };
	const struct faults shown = p->faults;
	struct receipt receipt;
	struct err err;

	if (reply_save(visit_of(p->req)->app->ledgers, p->who, &files, &receipt, &p->faults,
		       &err) == 0 &&
	    reply_page_read(p, p->req, p->res, &err) == 0)
		p->attached = true;
	p->faults = shown;
}

static int save(struct reply_page *p, struct receipt *receipt, struct err *err)
{
	const struct visit *v = visit_of(p->req);
	const char *rev = req_form(p->req, "rev");
	struct reply_edit edit = { .round = p->round,
				   .through = p->through,
				   .base_rev = rev ? strtoll(rev, NULL, 10) : 0,
				   .name = req_form(p->req, "name"),
				   .post = req_form(p->req, "post"),
				   .remarks = req_form(p->req, "remarks"),
				   .key = req_form(p->req, "key") };
	bool stored = false;
	int r = receipt_known(v->app->ledgers, edit.key, receipt, NULL, err);

	if (r == 0 && p->view.locked)
		return err_set(err, ERR_CONFLICT, "もう提出されています");
	/* Nothing is stored for a form that cannot be saved. */
	if (r == 0 && edit.base_rev != p->view.reply.rev)
		return err_set(
			err, ERR_CONFLICT,
			"ほかの画面で先に保存されています。下の内容を確かめ、ファイルは選び直して、"
			"もう一度保存してください");
	if (r == 0)
		r = collect_files(p, &edit.files, &stored, err);
	if (r >= 0)
		r = reply_save(v->app->ledgers, p->who, &edit, receipt, &p->faults, err);
	if (stored && (r == ERR_INVALID || r == ERR_LIMIT))
		keep_files(p, &edit);
	return r;
}

/* Why it was not saved, and that the files need not be chosen again. */
static const char *refusal(const struct reply_page *p, const struct err *err)
{
	const char *why =
		p->faults.count ? "下の誤りを直して、もう一度保存してください。" : err->text;

	if (p->attached)
		return arena_printf(req_arena(p->req), "選んだファイルは付けました。%s", why);
	return p->faults.count ? NULL : arena_strdup(req_arena(p->req), why);
}

int page_reply_post(struct request *req, struct response *res, struct err *err)
{
	struct reply_page *p = arena_alloc(req_arena(req), sizeof *p);
	struct receipt receipt;
	int r = p ? reply_page_read(p, req, res, err) : err_nomem(err);

	if (r < 0)
		return r;
	r = save(p, &receipt, err);
	if (r == 0)
		return resp_redirect(res, page_done(req_arena(req), reply_path(p, NULL), &receipt),
				     err);
	if (r != ERR_INVALID && r != ERR_CONFLICT && r != ERR_LIMIT)
		return r;
	p->posted = true;
	p->message = refusal(p, err);
	return show(p, r == ERR_CONFLICT ? 409 : 422, err);
}

/* --- the sheet --------------------------------------------------------------------------- */

int page_reply_sheet(struct request *req, struct response *res, struct err *err)
{
	struct reply_page *p = arena_alloc(req_arena(req), sizeof *p);
	int r = p ? reply_page_read(p, req, res, err) : err_nomem(err);

	return r < 0 ? r
		     : sheet_file_send(req, &p->view.asked, p->view.typed, p->view.reply.name,
				       p->view.reply.post, res, err);
}
