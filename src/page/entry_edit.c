/* Making and revising an entry. */
#include <stdlib.h>
#include <string.h>

#include "ledger/proxy.h"
#include "page/entry_form.h"
#include "page/handlers.h"

struct edit {
	const struct visit *visit;
	struct entry_form form;
	struct entry entry; /* when revising */
	bool is_new;
	const char *message; /* why it was not saved, beside the faults */
};

/* Without an initializer, which would clear the room for faults, 70 KB, every time. */
static void edit_init(struct edit *e, struct request *req, bool is_new)
{
	e->visit = visit_of(req);
	e->is_new = is_new;
	e->message = NULL;
	memset(&e->entry, 0, sizeof e->entry);
}

static char *entry_path(struct request *req, const char *entry, const char *rest)
{
	const struct visit *v = visit_of(req);

	return html_path(req_arena(req), rest ? "/ledger/%s/entry/%s/%s" : "/ledger/%s/entry/%s",
			 v->ledger->name, entry, rest);
}

static bool may_confirm(const struct visit *v)
{
	const struct transition_def *t = &v->ledger->workflow.confirm;

	return t->present && !t->four_eyes && (t->roles & (1u << v->actor.role));
}

/* Only for whom this visitor has a grant to act, in this ledger, today. */
static int write_behalf(struct html *h, struct request *req, struct conn *c, struct err *err)
{
	const struct visit *v = visit_of(req);
	const char *chosen = req_form(req, "behalf");
	struct account *principals;
	size_t count, i;
	int r = proxy_principals(v->app->ledgers, c, v->actor.account, v->ledger, req_arena(req),
				 &principals, &count, err);

	if (r < 0 || !count)
		return r;
	html_open(h, EL_DIV);
	html_attr(h, "class", "field");
	html_open(h, EL_LABEL);
	html_attr(h, "for", "f-behalf");
	html_text(h, "代行（ほかの人の代わりに入力するとき）");
	html_close(h, EL_LABEL);
	html_el_class(
		h, EL_P, "help",
		"選ぶと「作成中」として保存し、その人の確定を待ちます。両方の名前が残ります。");
	html_open(h, EL_SELECT);
	html_attr(h, "id", "f-behalf");
	html_attr(h, "name", "behalf");
	html_open(h, EL_OPTION);
	html_attr(h, "value", "");
	html_text(h, "自分として入力する");
	html_close(h, EL_OPTION);
	for (i = 0; i < count; i++) {
		html_open(h, EL_OPTION);
		html_attr(h, "value", principals[i].id);
		html_flag(h, "selected", chosen && strcmp(chosen, principals[i].id) == 0);
		html_textf(h, "%sさんの代行として入力する", principals[i].name);
		html_close(h, EL_OPTION);
	}
	html_close(h, EL_SELECT);
	html_close(h, EL_DIV);
	return 0;
}

static void write_reason(struct html *h, struct request *req)
{
	const char *typed = req_form(req, "reason");

	html_open(h, EL_DIV);
	html_attr(h, "class", "field");
	html_open(h, EL_LABEL);
	html_attr(h, "for", "f-reason");
	html_text(h, "変更の理由（分かる範囲で）");
	html_close(h, EL_LABEL);
	html_open(h, EL_INPUT);
	html_attr(h, "id", "f-reason");
	html_attr(h, "name", "reason");
	html_attr(h, "value", typed ? typed : "");
	html_close(h, EL_DIV);
}

static void write_buttons(struct html *h, const struct visit *v)
{
	html_open(h, EL_DIV);
	html_attr(h, "class", "buttons");
	if (may_confirm(v)) {
		html_open(h, EL_BUTTON);
		html_attr(h, "type", "submit");
		html_attr(h, "class", "button button-primary");
		html_attr(h, "name", "act");
		html_attr(h, "value", "confirm");
		html_text(h, "確定して保存");
		html_close(h, EL_BUTTON);
	}
	html_open(h, EL_BUTTON);
	html_attr(h, "type", "submit");
	html_attr(h, "class", "button button-secondary");
	html_attr(h, "name", "act");
	html_attr(h, "value", "draft");
	html_text(h, "作成中として保存");
	html_close(h, EL_BUTTON);
	html_close(h, EL_DIV);
}

static int show_form(struct edit *e, struct request *req, struct response *res, int status,
		     struct err *err)
{
	const struct visit *v = e->visit;
	CONN_CLEANUP *c = NULL;
	HTML_CLEANUP h;
	int r;

	html_init(&h, 0);
	r = visit_read(req, &c, err);
	if (r < 0)
		return r;
	page_begin(&h, req, NAV_LEDGERS,
		   arena_printf(req_arena(req), "%s: %s", v->ledger->title.ja,
				e->is_new ? "新しい登録" : "変更"),
		   NULL);
	if (e->message)
		page_notice(&h, "error", NULL, e->message);
	page_faults(&h, &e->form.faults);
	form_begin(&h, req,
		   e->is_new ? html_path(req_arena(req), "/ledger/%s/new", v->ledger->name)
			     : entry_path(req, e->entry.id, "edit"),
		   true, true);
	if (!e->is_new)
		html_hidden(&h, "rev",
			    arena_printf(req_arena(req), "%lld", (long long)e->entry.rev));
	r = entry_form_write(&e->form, &h, req, c, err);
	if (r == 0)
		r = write_behalf(&h, req, c, err);
	if (r < 0)
		return r;
	if (!e->is_new)
		write_reason(&h, req);
	write_buttons(&h, v);
	form_end(&h);
	return page_end(&h, req, res, status, err);
}

static int load_new(struct edit *e, struct request *req, struct err *err)
{
	edit_init(e, req, true);
	return entry_form_init(&e->form, e->visit->app->ledgers, e->visit->ledger, NULL,
			       req_arena(req), err);
}

int page_entry_new(struct request *req, struct response *res, struct err *err)
{
	struct edit e;
	int r = load_new(&e, req, err);

	if (r == 0)
		r = entry_form_begin_with(&e.form, req, err);
	return r < 0 ? r : show_form(&e, req, res, 200, err);
}

static int load(struct edit *e, struct request *req, struct err *err)
{
	CONN_CLEANUP *c = NULL;
	int r;

	edit_init(e, req, false);
	r = visit_read(req, &c, err);
	if (r == 0)
		r = entry_see(e->visit->app->ledgers, c, &e->visit->sight, req_param(req, "entry"),
			      0, req_arena(req), &e->entry, err);
	return r < 0 ? r
		     : entry_form_init(&e->form, e->visit->app->ledgers, e->visit->ledger,
				       &e->entry, req_arena(req), err);
}

int page_entry_edit(struct request *req, struct response *res, struct err *err)
{
	struct edit e;
	int r = load(&e, req, err);

	return r < 0 ? r : show_form(&e, req, res, 200, err);
}

/* What this person did not touch follows the newest revision; what both touched
 * is named with both values and stays as typed. */
static void merge(struct edit *e, struct request *req, struct conn *c, const struct entry *base,
		  struct buf *text)
{
	const struct ledger_def *def = e->visit->ledger;
	struct ledgers *l = e->visit->app->ledgers;
	struct arena *a = req_arena(req);
	size_t i;

	for (i = 0; i < def->field_count; i++) {
		const struct field_def *f = &def->field[i];
		const char *theirs = e->entry.value[i], *mine = e->form.stored[i];
		const char *shown = *theirs ? entry_show(l, c, f, theirs, a) : "（空欄）";

		if (strcmp(theirs, mine) == 0)
			continue;
		if (strcmp(mine, base->value[i]) == 0) {
			e->form.typed[i] = e->form.stored[i] = theirs;
			buf_printf(text, "・%s: 「%s」に変わっていたので、取り入れました。\n",
				   f->label.ja, shown);
		} else if (strcmp(theirs, base->value[i]) != 0) {
			buf_printf(text,
				   "・%s: "
				   "今の値は「%s」、あなたの入力は「%"
				   "s」です。どちらにするか決めてください。\n",
				   f->label.ja, shown,
				   *mine ? entry_show(l, c, f, mine, a) : "（空欄）");
		}
	}
}

/* A change somebody else made first: show it, keep what was typed, and let the
 * next save build on the newest revision. */
static int show_conflict(struct edit *e, struct request *req, struct response *res,
			 const struct err *why, struct err *err)
{
	const struct visit *v = e->visit;
	const char *rev = req_form(req, "rev");
	long long base_rev = rev ? strtoll(rev, NULL, 10) : 0;
	CONN_CLEANUP *c = NULL;
	struct entry base;
	struct buf text;
	int r = visit_read(req, &c, err);

	if (r == 0)
		r = entry_see(v->app->ledgers, c, &v->sight, e->entry.id, 0, req_arena(req),
			      &e->entry, err);
	if (r == 0)
		r = entry_see(v->app->ledgers, c, &v->sight, e->entry.id,
			      base_rev > 0 ? base_rev : 1, req_arena(req), &base, err);
	if (r < 0)
		return r;
	buf_init(&text, 0);
	buf_printf(&text,
		   "%s\n入力した内容は下に残っています。確かめて、もう一度保存してください。\n",
		   why->text);
	merge(e, req, c, &base, &text);
	e->message = arena_strdup(req_arena(req), text.data ? text.data : "");
	buf_release(&text);
	store_read_end(c);
	c = NULL;
	return show_form(e, req, res, 409, err);
}

static int save(struct edit *e, struct request *req, struct response *res, struct err *err)
{
	const char *act = req_form(req, "act"), *behalf = req_form(req, "behalf");
	const char *rev = req_form(req, "rev"), *reason = req_form(req, "reason");
	struct change change = { .def = e->visit->ledger,
				 .entry = e->is_new ? NULL : e->entry.id,
				 .base_rev = e->is_new || !rev ? 0 : strtoll(rev, NULL, 10),
				 .op = OP_SAVE,
				 .confirm = act && strcmp(act, "confirm") == 0,
				 .value = e->form.stored,
				 .reason = reason ? reason : "",
				 .behalf = behalf && *behalf ? behalf : NULL,
				 .key = req_form(req, "key") };
	struct receipt receipt;
	char id[ID_SIZE];
	int r = entry_change(e->visit->app->ledgers, &e->visit->actor, &change, id, &receipt,
			     &e->form.faults, err);

	if (r == ERR_CONFLICT && !e->is_new) {
		struct err why = *err;

		return show_conflict(e, req, res, &why, err);
	}
	if (r == ERR_INVALID || r == ERR_CONFLICT) {
		e->message = e->form.faults.count ? NULL : arena_strdup(req_arena(req), err->text);
		return show_form(e, req, res, 422, err);
	}
	return r < 0 ? r
		     : resp_redirect(res,
				     page_done(req_arena(req), entry_path(req, id, NULL), &receipt),
				     err);
}

static int post(struct edit *e, struct request *req, struct response *res, struct err *err)
{
	int r = entry_form_read(&e->form, req, err);

	if (r < 0)
		return r;
	if (e->form.faults.count)
		return show_form(e, req, res, 422, err);
	return save(e, req, res, err);
}

int page_entry_new_post(struct request *req, struct response *res, struct err *err)
{
	struct edit e;
	int r = load_new(&e, req, err);

	return r < 0 ? r : post(&e, req, res, err);
}

int page_entry_edit_post(struct request *req, struct response *res, struct err *err)
{
	struct edit e;
	int r = load(&e, req, err);

	return r < 0 ? r : post(&e, req, res, err);
}
