/* Requests: filing and reading them. */
#include "people/request.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "define/value.h"
#include "people/fields.h"
#include "people/person.h"

static const char *const kind_names[REQUEST_KIND_MAX] = { "new", "role", "stop", "system" };
static const char *const kind_labels[REQUEST_KIND_MAX] = { "新しく作る", "役割を変える", "止める",
							   "ほかのシステムのID" };
static const char *const status_names[REQUEST_STATUS_MAX] = { "requested", "refused", "granted",
							      "differs", "confirmed" };

const char *request_kind_name(enum request_kind k)
{
	return (unsigned)k < REQUEST_KIND_MAX ? kind_names[k] : "";
}

const char *request_status_name(enum request_status s)
{
	return (unsigned)s < REQUEST_STATUS_MAX ? status_names[s] : "";
}

static int index_of(const char *const *names, int count, const char *name)
{
	int i;

	for (i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return -1;
}

/* --- filing ---------------------------------------------------------------------------- */

struct filing {
	struct ledgers *l;
	const struct actor *who;
	const struct request_wish *wish;
	const struct ledger_def *def, *staff;
	struct entry person;
	struct arena arena;
	struct faults *faults;
};

static void fault(struct filing *f, const char *field, const char *text)
{
	if (f->faults->count < sizeof f->faults->item / sizeof f->faults->item[0])
		(void)err_field(&f->faults->item[f->faults->count++], ERR_INVALID, field, "%s",
				text);
}

static int find_person(struct filing *f, struct err *err)
{
	struct conn *c;
	char today[DATE_SIZE];
	int r = store_read_begin(ledgers_store(f->l), &c, err);

	if (r < 0)
		return r;
	r = f->wish->staff && *f->wish->staff
		    ? entry_get(f->l, c, f->staff, f->wish->staff, 0, &f->arena, &f->person, err)
		    : ERR_NOT_FOUND;
	store_read_end(c);
	date_today(today);
	if (r == ERR_NOT_FOUND || (r == 0 && f->person.state == STATE_VOIDED)) {
		fault(f, "staff", "誰のIDかを職員台帳から選んでください");
		return 0;
	}
	if (r == 0 && f->wish->kind != REQUEST_STOP &&
	    person_gone(f->staff, f->person.value, today))
		fault(f, "staff",
		      "この人は退職しているか、名簿にいません。職員台帳を先に直してください");
	return r;
}

static const char *profession(const struct filing *f, struct arena *arena)
{
	int i = ledger_field(f->staff, "profession");

	return i < 0 ? "" : value_show(&f->staff->field[i], f->person.value[i], arena);
}

/* What people typed goes through the definition's own checks. */
static int typed(struct filing *f, const char **value, const char *field, const char *text,
		 struct err *err)
{
	int i = ledger_field(f->def, field), r;
	struct err why;

	if (i < 0)
		return err_set(err, ERR_BUG, "項目 %s がありません", field);
	r = value_parse(&f->def->field[i], text ? text : "", &f->arena, &value[i], &why);
	if (r == ERR_INVALID) {
		fault(f, field, why.text);
		return 0;
	}
	if (r < 0 && err)
		*err = why;
	return r;
}

static int fill(struct filing *f, const char **value, struct err *err)
{
	const struct request_wish *w = f->wish;
	char today[DATE_SIZE];
	const struct {
		const char *field, *stored;
	} own[] = {
		{ "kind", request_kind_name(w->kind) },
		{ "role", w->role >= 0 ? role_name((enum role)w->role) : "" },
		{ "requested_by", f->who->account },
		{ "department", f->who->department ? f->who->department : "" },
		{ "status", "requested" },
	};
	const struct {
		const char *field, *text;
	} asked[] = { { "systems", w->systems },
		      { "why", w->why },
		      { "from_on", w->from_on },
		      { "until_on", w->until_on } };
	size_t i;
	int r = 0;

	date_today(today);
	for (i = 0; r == 0 && i < sizeof own / sizeof own[0]; i++)
		r = field_set(f->def, value, own[i].field, own[i].stored, err);
	for (i = 0; r == 0 && i < sizeof asked / sizeof asked[0]; i++)
		r = typed(f, value, asked[i].field, asked[i].text, err);
	if (r == 0)
		r = field_set(f->def, value, "requested_on", arena_strdup(&f->arena, today), err);
	if (r == 0 && (w->kind == REQUEST_NEW || w->kind == REQUEST_ROLE) &&
	    (w->role < 0 || w->role >= ROLE_VENDOR))
		fault(f, "role", "役割を選んでください");
	if (r == 0 && w->kind == REQUEST_SYSTEM && (!w->systems || !*w->systems))
		fault(f, "systems", "どのシステムのIDかを書いてください");
	if (r == 0 && !*field_text(f->def, value, "why") && !f->faults->count)
		fault(f, "why", "理由を書いてください。認める人が判断するために要ります");
	return r;
}

static int file(struct filing *f, char ret_id[ID_SIZE], struct receipt *ret, struct err *err)
{
	const char **value = fields_new(f->def, &f->arena);
	int r = value ? find_person(f, err) : err_nomem(err);

	if (r == 0)
		r = fill(f, value, err);
	if (r == 0 && f->faults->count)
		return err_set(err, ERR_INVALID, "%s", f->faults->item[0].text);
	if (r == 0)
		r = field_set(f->def, value, "staff", f->person.id, err);
	if (r == 0)
		r = field_set(f->def, value, "profession", profession(f, &f->arena), err);
	if (r == 0)
		r = field_set(f->def, value, "title",
			      arena_printf(&f->arena, "%s: %s", kind_labels[f->wish->kind],
					   field_text(f->staff, f->person.value, "name")),
			      err);
	if (r < 0)
		return r;
	return entry_change(f->l, f->who,
			    &(struct change){ .def = f->def,
					      .op = OP_SAVE,
					      .confirm = true,
					      .value = value,
					      .reason = "",
					      .key = f->wish->key },
			    ret_id, ret, f->faults, err);
}

int request_make(struct ledgers *l, const struct actor *who, const struct request_wish *wish,
		 char ret_id[ID_SIZE], struct receipt *ret, struct faults *faults, struct err *err)
{
	struct filing f = { .l = l, .who = who, .wish = wish, .faults = faults };
	int r = permit(who, PERM_REQUEST, NULL, err);

	faults->count = 0;
	if (r == 0)
		r = ledgers_find(l, "account_requests", &f.def, err);
	if (r == 0)
		r = ledgers_find(l, "staff", &f.staff, err);
	if (r < 0)
		return r;
	arena_init(&f.arena, 0);
	r = file(&f, ret_id, ret, err);
	arena_release(&f.arena);
	return r;
}

/* --- reading ------------------------------------------------------------------------------ */

struct listing {
	struct ledgers *l;
	struct conn *c;
	const struct actor *who;
	const struct ledger_def *def, *staff;
	struct arena *arena;
	struct request_view *item;
	size_t count, alloc;
};

/* Who looks after accounts or reads everything sees all requests. */
static bool sees_all(const struct actor *who)
{
	return permit(who, PERM_ACCOUNTS, NULL, NULL) == 0 || who->role == ROLE_AUDITOR ||
	       who->role == ROLE_EXECUTIVE;
}

static bool same_department(const struct actor *who, const char *department)
{
	return who->department && *who->department && strcmp(who->department, department) == 0;
}

bool request_sees(const struct actor *who, const struct request_view *v)
{
	/* Not somebody from outside whose department happens to have the same name. */
	if (permit(who, PERM_IDS, NULL, NULL) < 0)
		return false;
	return sees_all(who) || strcmp(who->account, v->requester) == 0 ||
	       same_department(who, v->department);
}

static bool is_overdue(const struct request_view *v)
{
	char today[DATE_SIZE];

	date_today(today);
	return v->status == REQUEST_GRANTED && date_valid(v->decided_on) &&
	       date_days_between(v->decided_on, today) > REQUEST_CONFIRM_DAYS;
}

static int read_view(struct listing *k, const char *const *value, struct request_view *v,
		     struct err *err)
{
	const struct {
		const char **to, *field;
	} pairs[] = {
		{ &v->title, "title" },
		{ &v->staff, "staff" },
		{ &v->role, "role" },
		{ &v->profession, "profession" },
		{ &v->systems, "systems" },
		{ &v->why, "why" },
		{ &v->from_on, "from_on" },
		{ &v->until_on, "until_on" },
		{ &v->department, "department" },
		{ &v->requested_on, "requested_on" },
		{ &v->requester, "requested_by" },
		{ &v->decided_by, "decided_by" },
		{ &v->decided_on, "decided_on" },
		{ &v->decision, "decision" },
		{ &v->account, "account" },
		{ &v->confirmed_by, "confirmed_by" },
		{ &v->confirmed_on, "confirmed_on" },
		{ &v->confirmation, "confirmation" },
	};
	int kind = index_of(kind_names, REQUEST_KIND_MAX, field_text(k->def, value, "kind"));
	int status =
		index_of(status_names, REQUEST_STATUS_MAX, field_text(k->def, value, "status"));
	struct account a;
	size_t i;

	if (kind < 0 || status < 0)
		return err_set(err, ERR_CORRUPT, "申請の記録に知らない種類か状態があります");
	v->kind = (enum request_kind)kind;
	v->status = (enum request_status)status;
	for (i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
		*pairs[i].to = arena_strdup(k->arena, field_text(k->def, value, pairs[i].field));
	if (arena_failed(k->arena))
		return err_nomem(err);
	v->staff_name = entry_name(k->l, k->c, k->staff, v->staff, k->arena);
	v->login = *v->account && account_by_id(k->c, v->account, k->arena, &a, NULL) == 0 ? a.login
											   : "";
	v->overdue = is_overdue(v);
	return 0;
}

static int keep_row(void *arg, const struct list_row *row, struct err *err)
{
	struct listing *k = arg;
	struct request_view *more;
	size_t n = k->alloc ? k->alloc * 2 : 64;
	int r;

	if (k->count == k->alloc) {
		more = arena_calloc(k->arena, n, sizeof *more);
		if (!more)
			return err_nomem(err);
		if (k->count)
			memcpy(more, k->item, k->count * sizeof *more);
		k->item = more;
		k->alloc = n;
	}
	r = read_view(k, row->value, &k->item[k->count], err);
	if (r < 0 || !request_sees(k->who, &k->item[k->count]))
		return r;
	snprintf(k->item[k->count].id, ID_SIZE, "%s", row->id);
	k->item[k->count++].rev = row->rev;
	return 0;
}

static int listing_init(struct listing *k, struct err *err)
{
	int r = ledgers_find(k->l, "account_requests", &k->def, err);

	return r < 0 ? r : ledgers_find(k->l, "staff", &k->staff, err);
}

int request_list(struct ledgers *l, struct conn *c, const struct actor *who, bool waiting,
		 struct arena *arena, struct request_view **ret, size_t *ret_count, struct err *err)
{
	struct listing k = { .l = l, .c = c, .who = who, .arena = arena };
	struct list_filter filter[] = { { 0, TABLE_NE, "confirmed" }, { 0, TABLE_NE, "refused" } };
	struct list_query q = { .filter = filter, .sort = -2, .descending = true };
	int r = listing_init(&k, err);

	if (r < 0)
		return r;
	q.def = k.def;
	q.filter_count = waiting ? 2 : 0;
	filter[0].field = filter[1].field = ledger_field(k.def, "status");
	r = list_each(l, c, &q, keep_row, &k, err);
	*ret = k.item;
	*ret_count = k.count;
	return r;
}

int request_get(struct ledgers *l, struct conn *c, const struct actor *who, const char *id,
		struct arena *arena, struct request_view *ret, struct err *err)
{
	struct listing k = { .l = l, .c = c, .who = who, .arena = arena };
	struct entry e;
	int r = listing_init(&k, err);

	if (r == 0)
		r = entry_get(l, c, k.def, id, 0, arena, &e, NULL);
	if (r == 0)
		r = read_view(&k, e.value, ret, err);
	if (r == 0 && request_sees(who, ret)) {
		memcpy(ret->id, e.id, sizeof ret->id);
		ret->rev = e.rev;
		return 0;
	}
	/* One answer for what is not there and what is not shown. */
	return r == 0 || r == ERR_NOT_FOUND
		       ? err_set(err, ERR_NOT_FOUND,
				 "その申請はありません。申請の一覧から選んでください")
		       : r;
}
