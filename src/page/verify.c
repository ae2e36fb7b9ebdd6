/* 改ざん検査: is everything what was signed? For people who do not know what a tree is. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "log/leaf.h"
#include "page/handlers.h"
#include "page/layout.h"
#include "report/qr.h"
#include "store/audit.h"

#define FINDINGS_SHOWN 200

struct finding {
	const char *text, *path; /* path: the entry it is about, or NULL */
	struct finding *next;
};

struct examination {
	struct request *req;
	struct conn *c;
	struct finding *first, **last;
	int64_t count;
	struct audit_input in;
	struct verify_checkpoint held;
	struct audit_result *result;
};

/* --- finding ---------------------------------------------------------------------------- */

static void add(struct examination *x, const char *text, const char *path)
{
	struct arena *a = req_arena(x->req);
	struct finding *f;

	if (x->count++ >= FINDINGS_SHOWN)
		return;
	f = arena_alloc(a, sizeof *f);
	if (!f)
		return;
	f->text = arena_strdup(a, text);
	f->path = path;
	*x->last = f;
	x->last = &f->next;
}

/* The page of the entry a leaf is about, if this visitor may see it. */
static const char *entry_path(struct examination *x, int64_t seq, const char *entry)
{
	struct app *app = req_app(x->req);
	CLEANUP(buf_release) struct buf rec;
	const struct ledger_def *def;
	struct leaf_view view;
	char *name;

	buf_init(&rec, 0);
	if (!*entry || seq < 0 || store_leaf(x->c, seq, &rec, NULL) < 0 ||
	    leaf_scan(rec.data, rec.len, &view, NULL) < 0 || !view.ledger.data)
		return NULL;
	name = arena_strndup(req_arena(x->req), view.ledger.data, view.ledger.len);
	def = name ? define_ledger(app->defs, name) : NULL;
	if (!def || def->system || !visit_may(x->req, PERM_LEDGER_READ, def))
		return NULL;
	return html_path(req_arena(x->req), "/ledger/%s/entry/%s", def->name, entry);
}

static void found_log(void *arg, const struct audit_finding *f)
{
	add(arg, f->text, entry_path(arg, f->seq, f->entry));
}

static void found_table(void *arg, const char *text)
{
	add(arg, text, NULL);
}

/* A note pasted into a form has CR LF line ends and blank lines around it. */
static const char *plain_note(struct request *req, const char *pasted)
{
	char *note = arena_alloc(req_arena(req), strlen(pasted) + 2), *p = note;

	if (!note)
		return NULL;
	pasted += strspn(pasted, " \t\r\n");
	for (; *pasted; pasted++)
		if (*pasted != '\r')
			*p++ = *pasted;
	while (p > note && strchr(" \t\n", p[-1]))
		p--;
	if (p > note)
		*p++ = '\n';
	*p = '\0';
	return note;
}

static int prepare(struct examination *x, struct err *err)
{
	const char *pasted = req_form(x->req, "checkpoint");

	x->last = &x->first;
	x->result = arena_alloc(req_arena(x->req), sizeof *x->result);
	x->in.found = found_log;
	x->in.arg = x;
	x->in.attachments = req_form_checked(x->req, "attachments");
	if (pasted)
		x->held.note = plain_note(x->req, pasted);
	if (!x->result || (pasted && !x->held.note))
		return err_nomem(err);
	if (!x->held.note || !*x->held.note)
		return 0;
	x->held.name = "手元の控え";
	x->held.len = strlen(x->held.note);
	x->held.anchored = true;
	x->in.held = &x->held;
	x->in.held_count = 1;
	return 0;
}

/* Broken data that stops the examination is a finding, not a failure of the page. */
static int soften(struct examination *x, int r, const struct err *err)
{
	if (r != ERR_CORRUPT)
		return r;
	add(x, err->text, NULL);
	return 0;
}

static int examine(struct examination *x, struct err *err)
{
	struct app *app = req_app(x->req);
	int r = soften(x, store_audit(x->c, &x->in, x->result, err), err);

	if (r == 0)
		r = soften(x, ledgers_audit(app->ledgers, x->c, found_table, x, err), err);
	if (r == 0)
		r = soften(x, identity_audit(x->c, found_table, x, err), err);
	return r;
}

/* --- what it found ------------------------------------------------------------------------- */

static void write_findings(struct html *h, const struct examination *x)
{
	const struct finding *f;

	page_notice(h, "error", "記録と合わないところが見つかりました",
		    "このコンピュータの操作をやめ、データフォルダの写しを取ってから、"
		    "保守の担当者に連絡してください。");
	html_open(h, EL_H2);
	html_textf(h, "見つかったこと %lld件", (long long)x->count);
	html_close(h, EL_H2);
	html_open(h, EL_UL);
	for (f = x->first; f; f = f->next) {
		html_open(h, EL_LI);
		html_text(h, f->text);
		if (f->path) {
			html_text(h, "　");
			html_link(h, f->path, "この記録を開く");
		}
		html_close(h, EL_LI);
	}
	html_close(h, EL_UL);
	if (x->count > FINDINGS_SHOWN)
		html_el(h, EL_P, "多すぎるため、初めの200件だけを出しています。");
}

static void pair(struct html *h, const char *term, const char *text)
{
	html_el(h, EL_DT, term);
	html_el(h, EL_DD, text);
}

static void write_examined(struct html *h, const struct examination *x)
{
	const struct audit_result *r = x->result;
	struct arena *a = req_arena(x->req);
	char time[40];

	html_open(h, EL_DL);
	html_attr(h, "class", "description-list");
	pair(h, "検査した記録",
	     arena_printf(a, "%lld件中%llu件", (long long)r->leaves,
			  (unsigned long long)r->log.count));
	pair(h, "比べた中身",
	     arena_printf(a, "内容%lld件、版%lld件、公開した証明%lld件", (long long)r->parts,
			  (long long)r->revisions, (long long)r->checkpoints));
	pair(h, "添付ファイル",
	     x->in.attachments ? arena_printf(a, "%lld件", (long long)r->attachments)
			       : "今回は中身を検査していません");
	if (r->log.anchored_size) {
		time_text(r->log.anchored_at_us, false, time, sizeof time);
		pair(h, "手元の控えで確かめられた範囲",
		     arena_printf(a, "受付番号0から%llu まで（%s まで）",
				  (unsigned long long)r->log.anchored_size - 1, time));
	}
	pair(h, "公開した証明で裏付けられた範囲",
	     arena_printf(a, "%llu件（まだ裏付けのないもの%llu件）",
			  (unsigned long long)r->log.signed_size,
			  (unsigned long long)(r->log.count - r->log.signed_size)));
	html_close(h, EL_DL);
}

static void write_result(struct html *h, const struct examination *x)
{
	const struct audit_result *r = x->result;

	if (x->count)
		write_findings(h, x);
	else
		page_notice(h, "success", "改ざんは見つかりませんでした",
			    arena_printf(req_arena(x->req), "%lld件中%llu件を検査しました。",
					 (long long)r->leaves, (unsigned long long)r->log.count));
	write_examined(h, x);
}

/* --- the page -------------------------------------------------------------------------------- */

static void write_words(struct html *h)
{
	html_el(h, EL_P,
		"登録・変更・承認は1件ずつ通し番号（受付番号）が付き、鎖のようにつながっています。"
		"後から1文字でも変えたり、1件でも抜いたりすると、全体の「指紋」が変わります。");
	html_el(h, EL_P,
		"この検査は、すべての記録を読み直して指紋を計算し直し、"
		"公開した証明と、画面に出る一覧とに合うかを確かめます。何も変わりません。");
}

static void write_form(struct html *h, struct request *req)
{
	const char *typed = req_form(req, "checkpoint");

	html_el(h, EL_H2, "検査する");
	form_begin(h, req, "/verify", false, false);
	html_open(h, EL_LABEL);
	html_attr(h, "class", "check");
	html_open(h, EL_INPUT);
	html_attr(h, "type", "checkbox");
	html_attr(h, "name", "attachments");
	html_attr(h, "value", "1");
	html_flag(h, "checked", req_form_checked(req, "attachments"));
	html_text(h, "添付ファイルの中身も検査する（多いと時間がかかります）");
	html_close(h, EL_LABEL);
	html_open(h, EL_DIV);
	html_attr(h, "class", "field");
	html_open(h, EL_LABEL);
	html_attr(h, "for", "f-checkpoint");
	html_text(h, "手元の控え（あれば）");
	html_close(h, EL_LABEL);
	html_open(h, EL_P);
	html_attr(h, "class", "help");
	html_attr(h, "id", "h-checkpoint");
	html_text(
		h,
		"以前に保存した証明の文字や、印刷した資料のQRコードを読み取った文字を貼り付けます。"
		"今の記録がその続きであることも確かめます。");
	html_close(h, EL_P);
	html_open(h, EL_TEXTAREA);
	html_attr(h, "id", "f-checkpoint");
	html_attr(h, "name", "checkpoint");
	html_attr(h, "rows", "6");
	html_attr(h, "aria-describedby", "h-checkpoint");
	html_text(h, typed);
	html_close(h, EL_TEXTAREA);
	html_close(h, EL_DIV);
	form_submit(h, "primary", "検査を始める");
	form_end(h);
}

static int write_qr(struct html *h, const char *note, struct err *err)
{
	CLEANUP(buf_release) struct buf svg;
	struct html_trusted picture;
	int r;

	buf_init(&svg, 0);
	r = qr_svg(note, "最新の証明のQRコード", &svg, err);
	if (r == 0)
		r = html_trusted_svg(svg.data, svg.len, &picture, err);
	if (r < 0)
		return r;
	html_open(h, EL_DIV);
	html_attr(h, "class", "qr");
	html_raw(h, picture);
	html_close(h, EL_DIV);
	return 0;
}

static int write_head(struct html *h, struct request *req, struct err *err)
{
	const struct visit *v = visit_of(req);
	struct log_head head;
	int r = store_head(v->app->store, &head, err);

	if (r < 0)
		return r;
	html_el(h, EL_H2, "最新の証明");
	html_el(h, EL_P,
		"ここまでの記録が、いまこの形であったことの証明です。紙に印刷するか、"
		"別の場所に保存しておくと、後から誰かがまるごと書き換えても見破れます。");
	html_open(h, EL_DL);
	html_attr(h, "class", "description-list");
	pair(h, "記録の名前", head.origin);
	pair(h, "件数", arena_printf(req_arena(req), "%lld件", (long long)head.size));
	html_el(h, EL_DT, "全体の指紋");
	html_open(h, EL_DD);
	html_el_class(h, EL_CODE, "hash", head.root_hex);
	html_close(h, EL_DD);
	pair(h, "証明した日", head.date);
	html_close(h, EL_DL);
	r = write_qr(h, head.note, err);
	html_open(h, EL_P);
	html_link(h, "/verify/checkpoint", "証明をファイルに保存する");
	html_close(h, EL_P);
	if (visit_may(req, PERM_ANCHORS_SEE, NULL)) {
		html_open(h, EL_P);
		html_link(h, "/anchors", "証明をほかの人に預ける（時刻の証明・証人・メール・写し）");
		html_close(h, EL_P);
	}
	return r;
}

static int show(struct request *req, struct response *res, struct examination *x, struct err *err)
{
	HTML_CLEANUP h;
	int r;

	html_init(&h, 0);
	page_begin(&h, req, NAV_VERIFY, "改ざん検査",
		   "記録が後から書き換えられていないことを、いつでも誰でも確かめられます。");
	if (x)
		write_result(&h, x);
	write_words(&h);
	write_form(&h, req);
	r = write_head(&h, req, err);
	return r < 0 ? r : page_end(&h, req, res, 200, err);
}

int page_verify(struct request *req, struct response *res, struct err *err)
{
	return show(req, res, NULL, err);
}

int page_verify_post(struct request *req, struct response *res, struct err *err)
{
	struct examination x = { .req = req };
	CONN_CLEANUP *c = NULL;
	int r = prepare(&x, err);

	if (r == 0)
		r = visit_read(req, &c, err);
	x.c = c;
	if (r == 0)
		r = examine(&x, err);
	if (r < 0)
		return r;
	store_read_end(c);
	c = NULL;
	return show(req, res, &x, err);
}

int page_checkpoint(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	CLEANUP(buf_release) struct buf b;
	char today[DATE_SIZE];
	int r;

	buf_init(&b, 0);
	r = store_checkpoint(v->app->store, &b, err);
	if (r < 0)
		return r;
	date_today(today);
	return resp_bytes(res, "text/plain; charset=utf-8",
			  arena_printf(req_arena(req), "証明_%s_%s.txt",
				       store_org_name(v->app->store), today),
			  &b, err);
}
