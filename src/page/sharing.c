/* The sharing of roles of one contract: both parties' answers side by side. */
#include <stdlib.h>
#include <string.h>

#include "page/handlers.h"
#include "page/pack_file.h"
#include "page/sharing_parts.h"
#include "page/table_frame.h"

/* --- the table ----------------------------------------------------------------------------- */

static void write_party(struct html *h, const struct round_line *l, bool differs)
{
	html_open(h, EL_TD);
	sharing_write_answer(h, &l->now);
	if (differs)
		html_el_class(h, EL_SPAN, "chip chip-due", "違い");
	html_close(h, EL_TD);
}

static void write_item(struct html *h, struct request *req, const struct round_view *v,
		       const struct sharing_item *i)
{
	bool differs = i->state == SHARING_DIFFERS;

	html_open(h, EL_TR);
	html_open(h, EL_TH);
	html_attr(h, "scope", "row");
	html_link(h, sharing_path(req, v, i),
		  arena_printf(req_arena(req), "%s %s", i->item->id, i->item->topic));
	html_close(h, EL_TH);
	write_party(h, i->hospital, differs);
	write_party(h, i->vendor, differs);
	html_open(h, EL_TD);
	sharing_write_answer(h, &i->agreed->now);
	html_close(h, EL_TD);
	html_open(h, EL_TD);
	sharing_write_chip(h, i);
	html_close(h, EL_TD);
	html_close(h, EL_TR);
}

static void write_table(struct html *h, struct request *req, const struct round_view *v,
			const struct sharing *s)
{
	static const char *const heads[] = { "項目", "医療機関", "事業者", "合意", "状況" };
	size_t i;

	table_frame_list(h, "役割分担の一覧", heads, sizeof heads / sizeof heads[0]);
	for (i = 0; i < s->count; i++)
		write_item(h, req, v, &s->item[i]);
	table_frame_end(h);
}

/* --- above it -------------------------------------------------------------------------------- */

static void write_totals(struct html *h, const struct sharing *s)
{
	size_t n;

	html_open(h, EL_UL);
	html_attr(h, "class", "totals");
	for (n = 0; n < SHARING_MAX; n++) {
		if (!s->in[n])
			continue;
		html_open(h, EL_LI);
		html_textf(h, "%s ", sharing_label((enum sharing_state)n));
		html_open(h, EL_STRONG);
		html_textf(h, "%zu", s->in[n]);
		html_close(h, EL_STRONG);
		html_close(h, EL_LI);
	}
	if (s->open) {
		html_open(h, EL_LI);
		html_textf(h, "合意したが残っていること %zu", s->open);
		html_close(h, EL_LI);
	}
	html_close(h, EL_UL);
}

static void action(struct html *h, const char *path, const char *text, bool primary)
{
	html_open(h, EL_LI);
	html_open(h, EL_A);
	html_attr(h, "class", primary ? "button button-primary" : "button button-secondary");
	html_url(h, "href", path);
	html_text(h, text);
	html_close(h, EL_A);
	html_close(h, EL_LI);
}

static const struct sharing_item *next_open(const struct sharing *s)
{
	size_t i;

	for (i = 0; i < s->count; i++)
		if (s->item[i].state != SHARING_AGREED)
			return &s->item[i];
	return NULL;
}

static void write_actions(struct html *h, struct request *req, const struct round_view *v,
			  const struct sharing *s)
{
	const struct sharing_item *next = next_open(s);
	bool asks = round_asks_vendor(&v->round, COLUMN_VENDOR);

	html_open(h, EL_UL);
	html_attr(h, "class", "actions");
	if (next && visit_may(req, PERM_ROUND_ANSWER, NULL))
		action(h, sharing_path(req, v, next), "医療機関の答えを書く・合意する", true);
	if (asks && visit_may(req, PERM_CONTRACTS, NULL))
		action(h, round_path(req, &v->round, "vendor"), "事業者に答えてもらう",
		       s->vendor_open > 0);
	if (visit_may(req, PERM_ROUND_READ, NULL))
		action(h, round_path(req, &v->round, "approve"), "承認のページを見る", !next);
	if (visit_may(req, PERM_REPORT, NULL)) {
		action(h, round_path(req, &v->round, "agreement/pdf"), "合意書（PDF）", false);
		action(h, round_path(req, &v->round, "agreement/xlsx"), "合意書（Excel）", false);
	}
	html_close(h, EL_UL);
}

/* Everything alike at once; nothing is agreed without this click. */
static void write_agree(struct html *h, struct request *req, const struct round_view *v,
			const struct sharing *s)
{
	struct arena *a = req_arena(req);
	size_t i, ready = 0;

	for (i = 0; i < s->count; i++)
		ready += sharing_ready(&s->item[i]);
	if (!ready || !visit_may(req, PERM_ROUND_ANSWER, NULL))
		return;
	form_begin(h, req, round_path(req, &v->round, "sharing"), true, false);
	html_hidden(h, "count", arena_printf(a, "%zu", ready));
	html_open(h, EL_P);
	html_textf(h, "両者の答えが同じで、そのまま合意にできる項目が%zu件あります。", ready);
	html_close(h, EL_P);
	form_submit(h, "secondary", arena_printf(a, "答えが同じ%zu件を合意にする", ready));
	form_end(h);
}

static void write_excluded(struct html *h, const struct round_view *v)
{
	size_t i;

	if (!v->excluded_count)
		return;
	html_open(h, EL_DETAILS);
	html_open(h, EL_SUMMARY);
	html_textf(h, "当てはまらないので確かめない項目（%zu件）", v->excluded_count);
	html_close(h, EL_SUMMARY);
	html_open(h, EL_UL);
	for (i = 0; i < v->excluded_count; i++) {
		html_open(h, EL_LI);
		html_textf(h, "%s %s　%s", v->excluded[i].item->id, v->excluded[i].item->topic,
			   v->excluded[i].reason);
		html_close(h, EL_LI);
	}
	html_close(h, EL_UL);
	html_close(h, EL_DETAILS);
}

/* --- the page ------------------------------------------------------------------------------------
 */

static int show(struct request *req, struct response *res, int status, const char *message,
		struct err *err)
{
	struct round_view v;
	struct sharing s;
	CONN_CLEANUP *c = NULL;
	HTML_CLEANUP h;
	int r = visit_read(req, &c, err);

	html_init(&h, 0);
	if (r == 0)
		r = sharing_page_read(req, res, c, &v, &s, err);
	if (r != 0)
		return r < 0 ? r : 0;
	page_begin(&h, req, NAV_ROUNDS, v.round.title,
		   "医療機関と事業者の答えを見比べ、話し合って決めたことを「合意」に書きます。承認"
		   "されるの"
		   "は合意の内容です。");
	if (message)
		page_notice(&h, "error", NULL, message);
	write_totals(&h, &s);
	write_approval_state(&h, &v);
	write_actions(&h, req, &v, &s);
	write_agree(&h, req, &v, &s);
	write_table(&h, req, &v, &s);
	write_excluded(&h, &v);
	return page_end(&h, req, res, status, err);
}

int page_sharing(struct request *req, struct response *res, struct err *err)
{
	return show(req, res, 200, NULL, err);
}

int page_sharing_post(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	const char *count = req_form(req, "count");
	struct receipt receipt;
	struct err why;
	int r = sharing_agree(v->app->ledgers, &v->actor, req_param(req, "round"),
			      count ? strtoul(count, NULL, 10) : 0, req_form(req, "key"), &receipt,
			      err);

	if (r == 0)
		return resp_redirect(res,
				     page_done(req_arena(req),
					       html_path(req_arena(req), "/round/%s/sharing",
							 req_param(req, "round")),
					       &receipt),
				     err);
	if (r != ERR_INVALID && r != ERR_CONFLICT)
		return r;
	why = *err;
	return show(req, res, r == ERR_CONFLICT ? 409 : 422, why.text, err);
}

/* --- the document ------------------------------------------------------------------------ */

int page_agreement(struct request *req, struct response *res, struct err *err)
{
	static const struct {
		const char *format, *type;
	} types[] = {
		{ "pdf", "application/pdf" },
		{ "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" },
	};
	const char *format = req_param(req, "format");
	struct arena *a = req_arena(req);
	struct round_view v;
	struct sharing s;
	CONN_CLEANUP *c = NULL;
	size_t i;
	int fd, r;

	for (i = 0; i < 2 && strcmp(types[i].format, format) != 0; i++)
		;
	if (i == 2)
		return err_set(err, ERR_NOT_FOUND, "合意書の形式は pdf か xlsx です");
	r = visit_read(req, &c, err);
	if (r == 0)
		r = sharing_page_read(req, res, c, &v, &s, err);
	if (r == 0)
		r = pack_file_make(req, "agreement", v.round.id,
				   arena_printf(a, "agreement.%s", format), &fd, err);
	return r != 0 ? (r < 0 ? r : 0)
		      : resp_file(res, types[i].type,
				  arena_printf(a, "役割分担の合意書_%s.%s", v.round.scope_name,
					       format),
				  fd, err);
}
