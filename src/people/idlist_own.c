/* daicho's own accounts in the ID ledger: taken from the accounts, not copied by hand. */
#include <string.h>

#include "identity/event.h"
#include "people/fields.h"
#include "people/idlist_work.h"

static int last_signin(struct idlist_work *w, const struct account *a, const char **ret,
		       struct err *err)
{
	const struct event_query q = { .person = a->id, .kind = EVENT_SIGNIN, .limit = 1 };
	struct event_row *rows;
	char date[DATE_SIZE] = "";
	size_t count;
	int r = event_list(w->c, &q, w->arena, &rows, &count, err);

	if (r < 0)
		return r;
	if (count)
		date_of_us(rows[0].at_us, date);
	*ret = arena_strdup(w->arena, date);
	return *ret ? 0 : err_nomem(err);
}

static int take_account(struct idlist_work *w, int64_t row, const struct account *a,
			struct err *err)
{
	static const char *const kinds[] = { "personal", "emergency", "machine", "machine" };
	const struct ledger_def *def = w->list->def;
	const char **given = arena_calloc(w->arena, def->field_count, sizeof *given);
	bool rules =
		a->role == ROLE_PLANNER || a->role == ROLE_OPERATOR || a->kind == ACCOUNT_EMERGENCY;
	const char *used;
	size_t i;
	int r = given ? last_signin(w, a, &used, err) : err_nomem(err);

	if (r < 0)
		return r;
	const struct {
		const char *field, *value;
	} known[] = {
		{ "account", a->login },
		{ "display_name", a->name },
		{ "kind", kinds[a->kind] },
		{ "privileged", rules ? "1" : "0" },
		{ "enabled", a->disabled ? "0" : "1" },
		{ "factor", account_has_factor(a) ? "yes" : "no" },
		{ "last_used", used },
		{ "expires_on", a->valid_until },
		{ "department", a->department },
		{ "groups", role_label(a->role) },
	};

	for (i = 0; r == 0 && i < sizeof known / sizeof known[0]; i++)
		r = field_set(def, given, known[i].field, known[i].value ? known[i].value : "",
			      err);
	if (r == 0 && *a->staff) {
		r = field_set(def, given, "person", a->staff, err);
		if (r == 0)
			r = field_set(def, given, "person_by", "decided", err);
	}
	return r < 0 ? r : idlist_take(w, row, given, a->login, err);
}

static int compare_own(struct idlist_work *w, struct err *err)
{
	struct account *accounts;
	size_t count, i;
	int r = account_list(w->c, w->arena, &accounts, &count, err);

	for (i = 0; r == 0 && i < count; i++)
		r = take_account(w, (int64_t)i + 1, &accounts[i], err);
	return r < 0 ? r : idlist_take_gone(w, err);
}

int idlist_sync_own(struct ledgers *l, const struct actor *who, struct arena *arena,
		    struct idlist *ret, struct receipt *ret_receipt, struct err *err)
{
	struct idlist_work w;
	struct conn *c;
	int r = store_read_begin(ledgers_store(l), &c, err);

	if (r < 0)
		return r;
	r = idlist_work_init(&w, l, c, IDLIST_OWN, arena, ret, err);
	if (r == 0)
		r = compare_own(&w, err);
	idlist_work_release(&w);
	store_read_end(c);
	return r < 0 ? r : idlist_write_own(l, who, ret, arena, ret_receipt, err);
}
