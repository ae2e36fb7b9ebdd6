/* The first run, fourth page: what the facility is like, so that only what applies is shown. */
#include <string.h>

#include "page/facility.h"
#include "page/handlers.h"
#include "page/scope_parts.h"
#include "page/setup.h"

static const char *facility_value(const struct entry *e, const char *field)
{
	int i = ledger_field(e->def, field);

	return i < 0 ? "" : e->value[i];
}

static void suggest(const struct definitions *d, struct facts *f, const char *fact)
{
	int i = define_fact(d, fact);

	if (i >= 0 && f->answer[i] == FACT_OPEN)
		f->answer[i] = FACT_YES;
}

/* What the pages before have told already need not be thought of again. */
static void suggest_answers(const struct definitions *d, const struct entry *facility,
			    struct facts *f)
{
	const struct ledger_def *def = facility->def;
	size_t i;

	for (i = 0; i < def->field_count; i++)
		if (strncmp(def->field[i].name, "outsourced_", strlen("outsourced_")) == 0 &&
		    strcmp(facility->value[i], "yes") == 0)
			suggest(d, f, "vendor_contract");
	if (strcmp(facility_value(facility, "outsourced_cloud"), "yes") == 0)
		suggest(d, f, "cloud");
	if (strcmp(facility_value(facility, "kind"), "care") == 0)
		suggest(d, f, "care_services");
}

static void write_form(struct html *h, struct request *req, const struct facts *f)
{
	struct app *app = req_app(req);

	form_begin(h, req, "/setup/scope", true, false);
	write_questions(h, app->defs, f);
	html_hidden(h, "rev", arena_printf(req_arena(req), "%lld", (long long)f->rev));
	form_submit(h, "primary", "保存して次へ");
	form_end(h);
	html_open(h, EL_P);
	html_link(h, "/setup/next", "後で答える");
	html_close(h, EL_P);
}

static int show(struct request *req, struct response *res, int status, const char *message,
		struct err *err)
{
	struct app *app = req_app(req);
	CONN_CLEANUP *c = NULL;
	struct entry facility;
	struct facts facts;
	HTML_CLEANUP h;
	int r;

	html_init(&h, 0);
	r = visit_read(req, &c, err);
	if (r == 0)
		r = facts_read(app->ledgers, c, &facts, err);
	if (r == 0)
		r = facility_read(req, c, &facility, err);
	if (r < 0)
		return r;
	if (r > 0)
		suggest_answers(app->defs, &facility, &facts);
	page_begin(&h, req, NAV_HOME, "初めの設定: 施設のようす",
		   "この答えで、この施設に当てはまらない項目を外します。「分からない」なら外しませ"
		   "ん。後から"
		   "「基準」の「施設のようす」で直せます。");
	write_setup_steps(&h, STEP_SCOPE);
	if (message)
		page_notice(&h, "error", NULL, message);
	write_form(&h, req, &facts);
	return page_end(&h, req, res, status, err);
}

int page_setup_scope(struct request *req, struct response *res, struct err *err)
{
	return show(req, res, 200, NULL, err);
}

int page_setup_scope_post(struct request *req, struct response *res, struct err *err)
{
	struct receipt receipt;
	int r = scope_post(req, &receipt, err);

	if (r == ERR_INVALID || r == ERR_CONFLICT) {
		const char *why = arena_strdup(req_arena(req), err->text);

		return show(req, res, r == ERR_CONFLICT ? 409 : 422, why, err);
	}
	return r < 0 ? r
		     : resp_redirect(res, page_done(req_arena(req), "/setup/next", &receipt), err);
}
