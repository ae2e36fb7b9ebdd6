#include "page/scope_parts.h"
#include "page/table_frame.h"

#include <string.h>

static const enum fact_answer offered[] = { FACT_YES, FACT_NO, FACT_UNKNOWN };

static void write_answer(struct html *h, const struct fact_def *fact, enum fact_answer a,
			 bool checked)
{
	html_open(h, EL_LABEL);
	html_attr(h, "class", "check");
	html_open(h, EL_INPUT);
	html_attr(h, "type", "radio");
	html_attrf(h, "name", "a-%s", fact->id);
	html_attr(h, "value", fact_answer_name(a));
	html_flag(h, "checked", checked);
	html_text(h, fact_answer_label(a));
	html_close(h, EL_LABEL);
}

void write_questions(struct html *h, const struct definitions *d, const struct facts *f)
{
	size_t count, i, k;
	const struct fact_def *fact = define_facts(d, &count);

	for (i = 0; i < count; i++) {
		html_open(h, EL_FIELDSET);
		html_attr(h, "class", "field");
		html_attrf(h, "aria-describedby", "h-%s", fact[i].id);
		html_open(h, EL_LEGEND);
		html_textf(h, "%zu. %s", i + 1, fact[i].ask);
		html_close(h, EL_LEGEND);
		html_open(h, EL_P);
		html_attr(h, "class", "help");
		html_attrf(h, "id", "h-%s", fact[i].id);
		html_text(h, fact[i].help);
		html_close(h, EL_P);
		html_open(h, EL_DIV);
		html_attr(h, "class", "choice-row");
		for (k = 0; k < sizeof offered / sizeof *offered; k++)
			write_answer(h, &fact[i], offered[k], f->answer[i] == offered[k]);
		html_close(h, EL_DIV);
		html_close(h, EL_FIELDSET);
	}
}

int read_given(struct request *req, bool query, struct facts *ret, struct err *err)
{
	struct app *app = req_app(req);
	size_t count, i;
	const struct fact_def *fact = define_facts(app->defs, &count);

	for (i = 0; i < count; i++) {
		const char *name = arena_printf(req_arena(req), "a-%s", fact[i].id), *given;
		int answer;

		if (!name)
			return err_nomem(err);
		given = query ? req_query(req, name) : req_form(req, name);
		answer = fact_answer_parse(given ? given : "");
		if (answer < 0)
			return err_field(
				err, ERR_INVALID, name,
				"「%s」の答えは、はい・いいえ・分からないから選んでください",
				fact[i].ask);
		ret->answer[i] = (enum fact_answer)answer;
	}
	return 0;
}

void write_given(struct html *h, struct request *req, const struct facts *f)
{
	struct app *app = req_app(req);
	size_t count, i;
	const struct fact_def *fact = define_facts(app->defs, &count);

	for (i = 0; i < count; i++)
		if (f->answer[i] != FACT_OPEN)
			html_hidden(h, arena_printf(req_arena(req), "a-%s", fact[i].id),
				    fact_answer_name(f->answer[i]));
}

/* --- what follows --------------------------------------------------------------------------- */

struct turn {
	size_t now, then, falls, returns;
};

static struct turn turn_of(const struct definitions *d, const struct scope *now,
			   const struct scope *then, const struct catalogue *c)
{
	struct turn t = { 0 };
	size_t i;

	for (i = 0; i < c->item_count; i++) {
		bool in_now = !scope_excludes(d, now, &c->item[i]);
		bool in_then = !scope_excludes(d, then, &c->item[i]);

		t.now += in_now;
		t.then += in_then;
		t.falls += in_now && !in_then;
		t.returns += !in_now && in_then;
	}
	return t;
}

static void number_cell(struct html *h, size_t n)
{
	html_open(h, EL_TD);
	html_attr(h, "class", "number");
	html_textf(h, "%zu", n);
	html_close(h, EL_TD);
}

static void write_turn(struct html *h, struct request *req, const struct catalogue *c,
		       const struct turn *t)
{
	html_open(h, EL_TR);
	html_open(h, EL_TH);
	html_attr(h, "scope", "row");
	html_link(h, catalogue_path(req, c), c->title);
	html_close(h, EL_TH);
	number_cell(h, t->now);
	number_cell(h, t->then);
	number_cell(h, t->falls);
	number_cell(h, t->returns);
	html_close(h, EL_TR);
}

static void write_item(struct html *h, struct request *req, const struct item_ref *at,
		       const char *reason)
{
	html_open(h, EL_LI);
	html_link(h, item_path(req, at), item_title(req, item_of(at)));
	if (reason) {
		html_open(h, EL_BR);
		html_el_class(h, EL_SPAN, "help", reason);
	}
	html_close(h, EL_LI);
}

/* Those of one catalogue that fall away, with their reason, or that come back. */
static void write_items(struct html *h, struct request *req, const struct scope *now,
			const struct scope *then, const struct catalogue *c, bool falling)
{
	struct app *app = req_app(req);
	size_t i, n = 0;

	for (i = 0; i < c->item_count; i++) {
		const char *was = scope_excludes(app->defs, now, &c->item[i]);
		const char *is = scope_excludes(app->defs, then, &c->item[i]);

		if (falling ? was || !is : !was || is)
			continue;
		if (!n++) {
			html_el(h, EL_H3, c->title);
			html_open(h, EL_UL);
		}
		write_item(h, req, &(struct item_ref){ c, (int)i }, is);
	}
	if (n)
		html_close(h, EL_UL);
}

static void write_list(struct html *h, struct request *req, const struct scope *now,
		       const struct scope *then, bool falling, size_t count)
{
	struct app *app = req_app(req);
	size_t catalogues, i;
	const struct catalogue *const *all = define_catalogues(app->defs, &catalogues);

	if (!count)
		return;
	html_open(h, EL_DETAILS);
	html_open(h, EL_SUMMARY);
	html_textf(h, falling ? "対象外になる%zu項目とその理由を見る" : "戻る%zu項目を見る", count);
	html_close(h, EL_SUMMARY);
	for (i = 0; i < catalogues; i++)
		write_items(h, req, now, then, all[i], falling);
	html_close(h, EL_DETAILS);
}

size_t write_consequences(struct html *h, struct request *req, const struct scope *now,
			  const struct scope *then)
{
	static const char *const heads[] = { "基準", "#今の項目", "#変えた後の項目",
					     "#対象外になる", "#戻る" };
	struct app *app = req_app(req);
	size_t count, i, falls = 0, returns = 0;
	const struct catalogue *const *all = define_catalogues(app->defs, &count);

	for (i = 0; i < count; i++) {
		struct turn t = turn_of(app->defs, now, then, all[i]);

		if (!t.falls && !t.returns)
			continue;
		if (!falls && !returns)
			table_frame_list(h, "基準ごとの変わり方", heads,
					 sizeof heads / sizeof *heads);
		falls += t.falls;
		returns += t.returns;
		write_turn(h, req, all[i], &t);
	}
	if (falls || returns)
		table_frame_end(h);
	write_list(h, req, now, then, true, falls);
	write_list(h, req, now, then, false, returns);
	return falls + returns;
}
