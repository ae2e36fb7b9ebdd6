/* Whom an account is for: the person of the staff ledger, or the vendor. */
#include <string.h>

#include "page/accounts.h"
#include "page/people_parts.h"
#include "people/staff.h"

static const struct ledger_def *ledger_of(struct request *req, const char *name)
{
	return define_ledger(visit_of(req)->app->defs, name);
}

/* --- the person --------------------------------------------------------------------- */

static void write_options(struct html *h, const char *const *label, size_t count)
{
	size_t i;

	html_open(h, EL_DATALIST);
	html_attr(h, "id", "staff-names");
	for (i = 0; i < count; i++) {
		html_open(h, EL_OPTION);
		html_attr(h, "value", label[i]);
		html_close(h, EL_OPTION);
	}
	html_close(h, EL_DATALIST);
}

static void write_person(struct html *h, const char *value, const char *const *label, size_t count)
{
	html_open(h, EL_DIV);
	html_attr(h, "class", "field");
	html_open(h, EL_LABEL);
	html_attr(h, "for", "f-staff");
	html_text(h, "職員台帳の人");
	html_close(h, EL_LABEL);
	html_open(h, EL_P);
	html_attr(h, "class", "help");
	html_attr(h, "id", "h-staff");
	html_text(h, count ? "職員番号か氏名を書くと、職員台帳から選べます。院外の人（事業者・"
			     "検査に来る人）は空欄にします。"
			   : "職員台帳に、まだだれもいません。空欄のまま進めます。");
	html_close(h, EL_P);
	html_open(h, EL_INPUT);
	html_attr(h, "id", "f-staff");
	html_attr(h, "name", "staff");
	html_attr(h, "type", "text");
	html_attr(h, "list", "staff-names");
	html_attr(h, "autocomplete", "off");
	html_attr(h, "aria-describedby", "h-staff");
	html_attr(h, "value", value);
	write_options(h, label, count);
	html_close(h, EL_DIV);
}

static int person_field(struct html *h, struct request *req, struct conn *c,
			const struct account *a, struct err *err)
{
	const struct visit *v = visit_of(req);
	const struct sight *sight = visit_sight(req, ledger_of(req, "staff"));
	const char *typed = req_form(req, "staff"), *now = "";
	const char **label = NULL;
	size_t count = 0;
	int r = staff_labels(v->app->ledgers, c, sight, req_arena(req), &label, &count, err);

	if (r >= 0 && a)
		r = staff_label(v->app->ledgers, c, sight, a->staff, req_arena(req), &now, err);
	if (r >= 0)
		write_person(h, typed ? typed : now, label, count);
	return r;
}

static bool outsider(const struct account *a)
{
	return a->role == ROLE_VENDOR || a->role == ROLE_INSPECTOR;
}

static int person_read(struct request *req, struct conn *c, const struct account *a,
		       struct account_change *change, struct err *err)
{
	struct ledgers *l = visit_of(req)->app->ledgers;
	const struct sight *sight = visit_sight(req, ledger_of(req, "staff"));
	const char *staff = "";
	int kind = a ? (int)a->kind : change->kind;
	int r = staff_choose(l, c, sight, req_form(req, "staff"), req_arena(req), &staff, err);

	if (r < 0)
		return r;
	/* Who was there before the staff ledger stays as they are until somebody says who it is. */
	if (!*staff && (!a || *a->staff || outsider(a)))
		r = staff_not_needed(l, c, kind, change->role, err);
	if (*staff || (a && *a->staff))
		change->staff = staff;
	return r;
}

/* --- the vendor --------------------------------------------------------------------- */

struct vendors {
	struct parts_option *option;
	size_t count, alloc;
	int name;
	struct arena *arena;
};

static int keep_vendor(void *arg, const struct list_row *row, struct err *err)
{
	struct vendors *w = arg;
	struct parts_option *more;

	if (w->count == w->alloc) {
		more = arena_calloc(w->arena, w->alloc * 2 + 32, sizeof *more);
		if (!more)
			return err_nomem(err);
		if (w->count)
			memcpy(more, w->option, w->count * sizeof *more);
		w->option = more;
		w->alloc = w->alloc * 2 + 32;
	}
	w->option[w->count].value = arena_strdup(w->arena, row->id);
	w->option[w->count++].label = arena_strdup(w->arena, row->value[w->name]);
	return arena_failed(w->arena) ? err_nomem(err) : 0;
}

/* All vendors, "none" first. */
static int read_vendors(struct request *req, struct conn *c, struct vendors *ret, struct err *err)
{
	struct list_query q = { .def = ledger_of(req, "vendors"), .sort = -1 };

	*ret = (struct vendors){ .arena = req_arena(req), .alloc = 32, .count = 1 };
	ret->option = arena_calloc(ret->arena, ret->alloc, sizeof *ret->option);
	ret->name = q.def ? q.def->name_field : -1;
	if (!ret->option || ret->name < 0)
		return ret->option ? err_set(err, ERR_BUG, "事業者台帳の定義がありません")
				   : err_nomem(err);
	ret->option[0] = (struct parts_option){ "", "（院内の人）" };
	q.sight = visit_sight(req, q.def);
	return list_each(visit_of(req)->app->ledgers, c, &q, keep_vendor, ret, err);
}

static int vendor_field(struct html *h, struct request *req, struct conn *c,
			const struct account *a, struct err *err)
{
	struct vendors w;
	int r = read_vendors(req, c, &w, err);

	if (r >= 0)
		parts_select(h, req, "vendor", "事業者",
			     "役割が「事業者」のときに選びます。その事業者の契約に関わる件だけが"
			     "見えます。",
			     w.option, w.count, a ? a->vendor : "");
	return r;
}

static int vendor_read(struct request *req, struct conn *c, struct account_change *change,
		       struct err *err)
{
	const char *typed = req_form(req, "vendor");
	struct vendors w;
	size_t i;
	int r;

	change->vendor = "";
	if (change->role != ROLE_VENDOR)
		return 0;
	r = read_vendors(req, c, &w, err);
	for (i = 1; r >= 0 && typed && i < w.count; i++)
		if (strcmp(w.option[i].value, typed) == 0) {
			change->vendor = w.option[i].value;
			return 0;
		}
	return r < 0 ? r
		     : err_field(err, ERR_INVALID, "vendor",
				 "役割が「事業者」の人には、どの事業者の人かを選んでください。一覧"
				 "にな"
				 "ければ、先に事業者台帳に登録します。");
}

/* --- both ------------------------------------------------------------------------------ */

int account_whom_fields(struct html *h, struct request *req, const struct account *a,
			struct err *err)
{
	CONN_CLEANUP *c = NULL;
	int r = visit_read(req, &c, err);

	if (r >= 0 && (!a || a->kind == ACCOUNT_PERSON))
		r = person_field(h, req, c, a, err);
	return r < 0 ? r : vendor_field(h, req, c, a, err);
}

int account_whom_read(struct request *req, const struct account *a, struct account_change *change,
		      struct err *err)
{
	CONN_CLEANUP *c = NULL;
	int r = visit_read(req, &c, err);

	if (r >= 0 && (!a || a->kind == ACCOUNT_PERSON))
		r = person_read(req, c, a, change, err);
	return r < 0 ? r : vendor_read(req, c, change, err);
}
