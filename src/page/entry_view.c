/* One entry: its content, what may be done with it, its attachments. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "ledger/attach.h"
#include "page/handlers.h"
#include "page/layout.h"
#include "page/plain_file.h"

struct view {
	struct html *h;
	struct request *req;
	struct conn *c;
	struct entry entry;
};

static char *path_of(const struct view *w, const char *rest)
{
	return html_path(req_arena(w->req), rest ? "/ledger/%s/entry/%s/%s" : "/ledger/%s/entry/%s",
			 w->entry.def->name, w->entry.id, rest);
}

static void write_files(struct view *w, const char *hashes)
{
	struct arena *a = req_arena(w->req);
	const char *p = hashes;

	html_open(w->h, EL_UL);
	while (*p) {
		size_t n = strcspn(p, "\n");
		char *hash = arena_strndup(a, p, n);
		struct file_info info;

		html_open(w->h, EL_LI);
		if (hash && store_file_info(w->c, hash, &info, NULL) == 0) {
			html_link(w->h, html_path(a, "/ledger/%s/entry/%s/file/%s", w->entry.def->name,
						  w->entry.id, hash),
				  arena_strdup(a, info.name));
			html_textf(w->h, "（%lldバイト）", (long long)info.size);
		} else {
			html_text(w->h, "（ファイルが見つかりません。改ざん検査で確かめてください）");
		}
		html_close(w->h, EL_LI);
		p += n + (p[n] == '\n');
	}
	html_close(w->h, EL_UL);
}

static void write_value(struct view *w, int index)
{
	const struct field_def *f = &w->entry.def->field[index];
	const char *stored = w->entry.value[index];
	struct app *app = req_app(w->req);
	const char *text;

	if (!sight_field(&visit_of(w->req)->sight, index))
		return;
	html_el(w->h, EL_DT, f->label.ja);
	html_open(w->h, EL_DD);
	if (!*stored) {
		html_el_class(w->h, EL_SPAN, "empty", "（未記入）");
	} else if (f->type == FIELD_FILES) {
		write_files(w, stored);
	} else {
		text = entry_show(app->ledgers, w->c, f, stored, req_arena(w->req));
		if (f->type == FIELD_REF && visit_may(w->req, PERM_LEDGER_READ, f->ref))
			html_link(w->h, html_path(req_arena(w->req), "/ledger/%s/entry/%s",
						  f->ref->name, stored),
				  text);
		else if (f->check == CHECK_URL)
			html_link_out(w->h, text, text);
		else
			html_lines(w->h, text);
	}
	html_close(w->h, EL_DD);
}

static bool section_seen(const struct view *w, const struct form_section *section)
{
	size_t i;

	for (i = 0; i < section->count; i++)
		if (sight_field(&visit_of(w->req)->sight, section->field[i]))
			return true;
	return false;
}

static void write_sections(struct view *w)
{
	const struct ledger_def *def = w->entry.def;
	size_t s, i;

	for (s = 0; s < def->form_count; s++) {
		if (!section_seen(w, &def->form[s]))
			continue;
		html_open(w->h, EL_SECTION);
		html_el(w->h, EL_H2, def->form[s].title.ja);
		html_open(w->h, EL_DL);
		html_attr(w->h, "class", "description-list");
		for (i = 0; i < def->form[s].count; i++)
			write_value(w, def->form[s].field[i]);
		html_close(w->h, EL_DL);
		html_close(w->h, EL_SECTION);
	}
}

static void write_state(struct view *w)
{
	const struct entry *e = &w->entry;
	struct arena *a = req_arena(w->req);
	char when[40];

	time_text(e->at_us, false, when, sizeof when);
	html_open(w->h, EL_P);
	html_attr(w->h, "class", "entry-state");
	html_open(w->h, EL_SPAN);
	html_attrf(w->h, "class", "chip chip-%s", entry_state_name(e->state));
	html_text(w->h, entry_state_label(e->state));
	html_close(w->h, EL_SPAN);
	html_textf(w->h, "　第%lld版　%s　%s", (long long)e->rev, when,
		   account_name(w->c, e->actor, a));
	if (*e->behalf)
		html_textf(w->h, "（%s の代行）", account_name(w->c, e->behalf, a));
	html_textf(w->h, "　受付番号 %lld", (long long)e->seq);
	html_close(w->h, EL_P);
	if (*e->reason) {
		html_open(w->h, EL_P);
		html_textf(w->h, "理由: %s", e->reason);
		html_close(w->h, EL_P);
	}
}

/* From a vendor or a contract to the sharing of roles. */
static void write_contracts_link(struct view *w)
{
	const struct ledger_def *def = w->entry.def;
	bool vendor = strcmp(def->name, "vendors") == 0;
	int field = vendor ? -1 : ledger_field(def, "vendor");
	const char *id = vendor ? w->entry.id : field < 0 ? "" : w->entry.value[field];

	if ((!vendor && strcmp(def->name, "contracts") != 0) ||
	    !visit_may(w->req, PERM_CONTRACTS, NULL))
		return;
	html_open(w->h, EL_LI);
	html_link(w->h, html_path(req_arena(w->req), "/contracts?vendor=%s", id),
		  "契約と役割分担を見る");
	html_close(w->h, EL_LI);
}

static void write_links(struct view *w, unsigned ops)
{
	html_open(w->h, EL_UL);
	html_attr(w->h, "class", "actions");
	if (ops & (1u << OP_SAVE)) {
		html_open(w->h, EL_LI);
		html_open(w->h, EL_A);
		html_attr(w->h, "class", "button button-primary");
		html_url(w->h, "href", path_of(w, "edit"));
		html_text(w->h, "変更する");
		html_close(w->h, EL_A);
		html_close(w->h, EL_LI);
	}
	write_contracts_link(w);
	html_open(w->h, EL_LI);
	html_link(w->h, path_of(w, "history"), "履歴を見る");
	html_close(w->h, EL_LI);
	html_open(w->h, EL_LI);
	html_link(w->h, html_path(req_arena(w->req), "/ledger/%s", w->entry.def->name), "一覧に戻る");
	html_close(w->h, EL_LI);
	html_close(w->h, EL_UL);
}

static const struct act {
	enum entry_op op;
	const char *name, *button, *kind, *why;
	bool reason;
} acts[] = {
	{ OP_CONFIRM, "confirm", "確定する", "primary", "この内容で確定します。", false },
	{ OP_APPROVE, "approve", "承認する", "primary", "確定した内容を承認します。", false },
	{ OP_RETURN, "return", "差し戻す", "secondary", "直してほしいことを書いて戻します。", true },
	{ OP_VOID, "void", "取り消す", "danger",
	  "間違いや廃止のときに使います。消えることはなく、取消しとして残ります。", true },
};

static void write_act(struct view *w, const struct act *act)
{
	html_open(w->h, EL_DETAILS);
	html_attr(w->h, "class", "act");
	html_el(w->h, EL_SUMMARY, act->button);
	form_begin(w->h, w->req, path_of(w, "act"), true, false);
	html_hidden(w->h, "rev", arena_printf(req_arena(w->req), "%lld", (long long)w->entry.rev));
	html_hidden(w->h, "op", act->name);
	html_el_class(w->h, EL_P, "help", act->why);
	if (act->reason) {
		html_open(w->h, EL_DIV);
		html_attr(w->h, "class", "field");
		html_open(w->h, EL_LABEL);
		html_attrf(w->h, "for", "f-reason-%s", act->name);
		html_text(w->h, "理由（必ず書いてください）");
		html_close(w->h, EL_LABEL);
		html_open(w->h, EL_INPUT);
		html_attrf(w->h, "id", "f-reason-%s", act->name);
		html_attr(w->h, "name", "reason");
		html_flag(w->h, "required", true);
		html_close(w->h, EL_DIV);
	}
	form_submit(w->h, act->kind, act->button);
	form_end(w->h);
	html_close(w->h, EL_DETAILS);
}

static int show(struct request *req, struct response *res, int64_t rev, struct err *err)
{
	const struct visit *v = visit_of(req);
	CONN_CLEANUP *c = NULL;
	HTML_CLEANUP h;
	struct view w = { .h = &h, .req = req };
	unsigned ops;
	size_t i;
	int r;

	html_init(&h, 0);
	r = visit_read(req, &c, err);
	w.c = c;
	if (r == 0)
		r = entry_see(v->app->ledgers, c, &v->sight, req_param(req, "entry"), rev,
			      req_arena(req), &w.entry, err);
	if (r < 0)
		return r;
	ops = rev ? 0 : entry_ops(&v->actor, &w.entry);
	page_begin(&h, req, NAV_LEDGERS,
		   arena_printf(req_arena(req), "%s: %s", v->ledger->title.ja,
				entry_show(v->app->ledgers, c, &v->ledger->field[v->ledger->name_field],
					   w.entry.value[v->ledger->name_field], req_arena(req))),
		   NULL);
	if (rev)
		page_notice(&h, "info", NULL, "これは過去の版です。今の内容は「一覧に戻る」から開いてください。");
	write_state(&w);
	write_links(&w, ops);
	write_sections(&w);
	for (i = 0; i < sizeof acts / sizeof acts[0]; i++)
		if (ops & (1u << acts[i].op))
			write_act(&w, &acts[i]);
	return page_end(&h, req, res, 200, err);
}

int page_entry(struct request *req, struct response *res, struct err *err)
{
	return show(req, res, 0, err);
}

int page_entry_revision(struct request *req, struct response *res, struct err *err)
{
	const char *text = req_param(req, "rev");
	char *end;
	long long rev = strtoll(text, &end, 10);

	if (*end || rev < 1)
		return err_set(err, ERR_NOT_FOUND, "その版はありません。履歴から選んでください");
	return show(req, res, rev, err);
}

int page_entry_act(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	const char *name = req_form(req, "op"), *rev = req_form(req, "rev");
	const char *reason = req_form(req, "reason");
	struct change change = { .def = v->ledger,
				 .entry = req_param(req, "entry"),
				 .base_rev = rev ? strtoll(rev, NULL, 10) : 0,
				 .op = OP_MAX,
				 .reason = reason ? reason : "",
				 .key = req_form(req, "key") };
	struct faults faults = { .count = 0 };
	struct receipt receipt;
	char id[ID_SIZE];
	size_t i;
	int r;

	for (i = 0; name && i < sizeof acts / sizeof acts[0]; i++)
		if (strcmp(acts[i].name, name) == 0)
			change.op = acts[i].op;
	if (change.op == OP_MAX)
		return err_set(err, ERR_INVALID, "その操作はありません。画面を開き直してください");
	r = entry_change(v->app->ledgers, &v->actor, &change, id, &receipt, &faults, err);
	return r < 0 ? r
		     : resp_redirect(res,
				     page_done(req_arena(req),
					       html_path(req_arena(req), "/ledger/%s/entry/%s",
							 v->ledger->name, id),
					       &receipt),
				     err);
}

int page_entry_file(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	const char *hash = req_param(req, "hash");
	CONN_CLEANUP *c = NULL;
	struct entry e;
	int r = visit_read(req, &c, err);

	if (r == 0)
		r = entry_see(v->app->ledgers, c, &v->sight, req_param(req, "entry"), 0,
			      req_arena(req), &e, err);
	if (r == 0 && !attach_belongs(&e, hash))
		r = err_set(err, ERR_NOT_FOUND,
			    "このファイルは今の版には付いていません。履歴から過去の版を開いてください");
	return r < 0 ? r : plain_file_send(req, c, hash, res, err);
}
