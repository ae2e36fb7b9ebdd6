/* Opening a stock-take: every account of the chosen systems, frozen with its findings. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "ledger/batch.h"
#include "ledger/receipt.h"
#include "people/fields.h"
#include "people/idlist.h"
#include "people/stocktake_find.h"
#include "people/stocktake_read.h"

struct known_account {
	char id[ID_SIZE];
	const char *const *value;
};

struct opening {
	struct ledgers *l;
	struct conn *c;
	struct arena *arena;
	const struct ledger_def *accounts, *takes, *lines;
	struct persons persons;
	json_t *person_at; /* entry of staff -> index */
	json_t *systems;   /* system -> true if it tells of use */
	json_t *owned;	   /* "person/system" -> personal accounts in use */
	json_t *before;	   /* account entries of the stock-take before; system names */
	json_t *heads;	   /* department -> account id, "" when two would do */
	struct known_account *item;
	size_t count, alloc;
	struct stocktake previous; /* id "" for none */
	struct batch *batch;
	struct faults faults;
	char today[DATE_SIZE], take[ID_SIZE];
	int unused_days;
};

/* --- what there is ---------------------------------------------------------------------- */

static int keep_account(void *arg, const struct list_row *row, struct err *err)
{
	struct opening *o = arg;
	const char **value;
	size_t i;

	if (json_object_size(o->systems) &&
	    !json_object_get(o->systems, field_text(o->accounts, row->value, "system")))
		return 0;
	if (o->count == o->alloc) {
		size_t alloc = o->alloc ? o->alloc * 2 : 512;
		struct known_account *more = arena_calloc(o->arena, alloc, sizeof *more);

		if (!more)
			return err_nomem(err);
		if (o->count)
			memcpy(more, o->item, o->count * sizeof *more);
		o->item = more;
		o->alloc = alloc;
	}
	value = arena_calloc(o->arena, o->accounts->field_count, sizeof *value);
	for (i = 0; value && i < o->accounts->field_count; i++)
		value[i] = arena_strdup(o->arena, row->value[i]);
	if (arena_failed(o->arena))
		return err_nomem(err);
	o->item[o->count].value = value;
	memcpy(o->item[o->count++].id, row->id, strlen(row->id) + 1);
	return 0;
}

static const char *text_of(const struct opening *o, size_t i, const char *field)
{
	return field_text(o->accounts, o->item[i].value, field);
}

static bool in_use(const struct opening *o, size_t i)
{
	return strcmp(text_of(o, i, "enabled"), "0") != 0 && !*text_of(o, i, "gone_on");
}

static const char *owned_key(const struct opening *o, size_t i)
{
	return arena_printf(o->arena, "%s/%s", text_of(o, i, "person"), text_of(o, i, "system"));
}

/* Which systems tell of use, and how many accounts everybody has. */
static int count_accounts(struct opening *o, struct err *err)
{
	json_t *used = json_object();
	size_t i;

	for (i = 0; used && i < o->count; i++) {
		const char *system = text_of(o, i, "system"), *key = owned_key(o, i);

		if (!key)
			break;
		if (*text_of(o, i, "last_used") || !json_object_get(used, system))
			json_object_set_new(used, system,
					    json_boolean(*text_of(o, i, "last_used") != '\0'));
		if (in_use(o, i) && *text_of(o, i, "person") &&
		    strcmp(text_of(o, i, "kind"), "personal") == 0)
			json_object_set_new(
				o->owned, key,
				json_integer(json_integer_value(json_object_get(o->owned, key)) +
					     1));
	}
	json_decref(o->systems);
	o->systems = used;
	return used && !arena_failed(o->arena) ? 0 : err_nomem(err);
}

/* Lines of the stock-take before: which accounts and systems it had, and who decided. */
static int read_before(struct opening *o, struct err *err)
{
	struct stocktake *all;
	struct stocktake_line *lines;
	size_t count, i;
	int r = stocktake_list(o->l, o->c, o->arena, &all, &count, err);

	if (r < 0 || !count)
		return r;
	if (!all[0].closed)
		return err_set(err, ERR_CONFLICT,
			       "「%s」がまだ終わっていません。先にそちらを終えてください",
			       all[0].title);
	o->previous = all[0];
	r = stocktake_lines(o->l, o->c, &o->previous, o->arena, &lines, &count, err);
	for (i = 0; r == 0 && i < count; i++) {
		json_object_set_new(o->before, lines[i].account, json_true());
		json_object_set_new(o->before, lines[i].system, json_true());
		if (*lines[i].department && *lines[i].head)
			json_object_set_new(o->heads, lines[i].department,
					    json_string(lines[i].head));
	}
	return r;
}

/* Heads of departments by their rank (師長, 課長 ...), where only one would do. */
static void propose_heads(struct opening *o)
{
	const struct ledger_def *staff = o->persons.def;
	json_t *ranked = json_object();
	const char *department;
	json_t *head;
	size_t i;

	for (i = 0; ranked && i < o->persons.count; i++) {
		const struct person *p = &o->persons.item[i];
		const char *rank = field_text(staff, p->value, "rank");
		size_t len = strlen(rank), suffix = strlen("長");

		department = field_text(staff, p->value, "department");
		if (!*department || !p->account || p->account->disabled || len <= suffix ||
		    strcmp(rank + len - suffix, "長") != 0 || strstr(rank, "副") ||
		    strstr(rank, "係長") || person_gone(staff, p->value, o->today))
			continue;
		json_object_set_new(
			ranked, department,
			json_string(json_object_get(ranked, department) ? "" : p->account->id));
	}
	json_object_foreach(ranked, department, head) if (!json_object_get(o->heads, department))
		json_object_set(o->heads, department, head);
	json_decref(ranked);
}

static int read_all(struct opening *o, struct err *err)
{
	struct list_query q = { .def = o->accounts, .sort = -1, .limit = INT64_MAX };
	size_t i;
	int r = read_before(o, err);

	if (r == 0)
		r = persons_read(o->l, o->c, o->arena, &o->persons, err);
	for (i = 0; r == 0 && i < o->persons.count; i++)
		if (json_object_set_new(o->person_at, o->persons.item[i].id,
					json_integer((json_int_t)i)) != 0)
			r = err_nomem(err);
	if (r == 0)
		r = list_each(o->l, o->c, &q, keep_account, o, err);
	if (r == 0 && !o->count)
		r = err_set(
			err, ERR_INVALID,
			"棚卸しするIDがありません。先にシステムの利用者の一覧を取り込んでください");
	if (r == 0)
		r = count_accounts(o, err);
	if (r == 0)
		propose_heads(o);
	return r;
}

/* --- lines -------------------------------------------------------------------------------- */

static const struct person *person_of(const struct opening *o, size_t i, const char *field)
{
	const json_t *at = json_object_get(o->person_at, text_of(o, i, field));

	return at ? &o->persons.item[json_integer_value(at)] : NULL;
}

static struct account_facts facts_of(const struct opening *o, size_t i)
{
	const struct person *p = person_of(o, i, "person"), *led = person_of(o, i, "responsible");
	const char *system = text_of(o, i, "system"), *key = owned_key(o, i);

	return (struct account_facts){
		.accounts = o->accounts,
		.staff = o->persons.def,
		.value = o->item[i].value,
		.person = p ? p->value : NULL,
		.responsible = led ? led->value : NULL,
		.today = o->today,
		.unused_days = o->unused_days,
		.use_known = json_is_true(json_object_get(o->systems, system)),
		.is_new = json_object_get(o->before, system) &&
			  !json_object_get(o->before, o->item[i].id),
		.owned = key ? (int)json_integer_value(json_object_get(o->owned, key)) : 0,
	};
}

/* The account as it stood, in one readable line. */
static const char *facts_text(const struct opening *o, size_t i)
{
	int kind = ledger_field(o->accounts, "kind");
	const struct enum_value *v =
		enum_find(o->accounts->field[kind].enum_def, text_of(o, i, "kind"));
	const char *used = text_of(o, i, "last_used"), *end = text_of(o, i, "expires_on");

	return arena_printf(o->arena, "%s、%s%s%s%s%s%s", v ? v->label.ja : "",
			    strcmp(text_of(o, i, "enabled"), "0") == 0 ? "停止中" : "使える",
			    strcmp(text_of(o, i, "privileged"), "1") == 0 ? "、強い権限" : "",
			    *used ? "、最後に使った日 " : "", used, *end ? "、期限 " : "", end);
}

static const char *findings_words(const struct opening *o, unsigned found)
{
	const char *all = "";
	int f;

	for (f = 0; all && f < FINDING_MAX; f++)
		if (found >> f & 1U)
			all = arena_printf(o->arena, "%s%s%s", all, *all ? " " : "",
					   finding_name((enum finding)f));
	return all;
}

/* Accounts of nobody go to whoever is responsible for them, else to the department the
 * system itself names. */
static const char *department_of(const struct opening *o, size_t i)
{
	const struct person *p = person_of(o, i, "person");
	const char *of_person;

	if (!p)
		p = person_of(o, i, "responsible");
	of_person = p ? field_text(o->persons.def, p->value, "department") : "";
	return *of_person ? of_person : text_of(o, i, "department");
}

static int add_line(struct opening *o, size_t i, struct err *err)
{
	struct account_facts facts = facts_of(o, i);
	const struct person *p = person_of(o, i, "person");
	const struct ledger_def *staff = o->persons.def;
	const char *detail, *department = department_of(o, i);
	unsigned found = account_findings(&facts, o->arena, &detail);
	const char *head = json_string_value(json_object_get(o->heads, department));
	const char **value = fields_new(o->lines, o->arena);
	const struct {
		const char *field, *stored;
	} pairs[] = {
		{ "stocktake", o->take },
		{ "account", o->item[i].id },
		{ "system", text_of(o, i, "system") },
		{ "account_name", text_of(o, i, "account") },
		{ "person", p ? p->id : "" },
		{ "person_name",
		  p ? field_text(staff, p->value, "name") : text_of(o, i, "display_name") },
		{ "staff_no",
		  p ? field_text(staff, p->value, "staff_no") : text_of(o, i, "staff_no") },
		{ "department", department },
		{ "facts", facts_text(o, i) },
		{ "findings", findings_words(o, found) },
		{ "detail", detail },
		{ "head", head ? head : "" },
		{ "slot", arena_printf(o->arena, "%s/%s", o->take, o->item[i].id) },
	};
	size_t n;
	int r = value ? 0 : err_nomem(err);

	for (n = 0; r == 0 && n < sizeof pairs / sizeof pairs[0]; n++)
		r = field_set(o->lines, value, pairs[n].field, pairs[n].stored, err);
	if (r < 0)
		return r;
	return batch_add(o->batch,
			 &(struct change){ .def = o->lines,
					   .op = OP_SAVE,
					   .confirm = true,
					   .value = value,
					   .reason = "" },
			 NULL, &o->faults, err);
}

/* --- the stock-take ------------------------------------------------------------------------- */

/* The systems it covers, one per line, whether asked for or found. */
static const char *systems_text(const struct opening *o)
{
	const char *all = "", *system;
	json_t *used;

	json_object_foreach(o->systems, system, used) if (all) all =
		arena_printf(o->arena, "%s%s%s", all, *all ? "\n" : "", system);
	return all;
}

static int add_take(struct opening *o, const struct actor *who, const struct stocktake_wish *wish,
		    struct err *err)
{
	const char **value = fields_new(o->takes, o->arena), *title = wish->title;
	char wareki[64];
	size_t n;
	int r = value ? 0 : err_nomem(err);

	date_wareki(o->today, wareki, sizeof wareki);
	if (!title || !*title)
		title = arena_printf(o->arena, "%s のID棚卸し", wareki);
	const struct {
		const char *field, *stored;
	} pairs[] = {
		{ "title", title },
		{ "opened_on", o->today },
		{ "due_on", wish->due_on ? wish->due_on : "" },
		{ "systems", systems_text(o) },
		{ "unused_days", arena_printf(o->arena, "%d", o->unused_days) },
		{ "opened_by", strcmp(who->account, "system") == 0 ? "" : who->account },
		{ "previous", o->previous.id },
	};

	for (n = 0; r == 0 && n < sizeof pairs / sizeof pairs[0]; n++)
		r = field_set(o->takes, value, pairs[n].field, pairs[n].stored, err);
	if (r < 0)
		return r;
	return batch_add(o->batch,
			 &(struct change){ .def = o->takes,
					   .op = OP_SAVE,
					   .confirm = true,
					   .value = value,
					   .reason = "" },
			 o->take, &o->faults, err);
}

static int add_everything(struct opening *o, const struct actor *who,
			  const struct stocktake_wish *wish, struct err *err)
{
	const char *since = *o->previous.id ? o->previous.opened_on : "";
	size_t i;
	int r = add_take(o, who, wish, err);

	for (i = 0; r == 0 && i < o->count; i++) {
		struct account_facts facts = facts_of(o, i);

		if (account_counts(&facts, since))
			r = add_line(o, i, err);
	}
	if (r < 0 && o->faults.count && err)
		return err_set(err, r, "%s", o->faults.item[0].text);
	return r;
}

static int choose_systems(struct opening *o, const char *systems, struct err *err)
{
	while (systems && *systems) {
		size_t n = strcspn(systems, "\r\n");
		const char *one = arena_strndup(o->arena, systems, n);

		if (n && (!one || json_object_set_new(o->systems, one, json_true()) != 0))
			return err_nomem(err);
		systems += n;
		systems += strspn(systems, "\r\n");
	}
	return 0;
}

static int prepare(struct opening *o, const struct stocktake_wish *wish, struct err *err)
{
	int r = ledgers_find(o->l, "system_accounts", &o->accounts, err);

	if (r == 0)
		r = ledgers_find(o->l, "stocktakes", &o->takes, err);
	if (r == 0)
		r = ledgers_find(o->l, "stocktake_lines", &o->lines, err);
	if (r < 0)
		return r;
	o->unused_days = wish->unused_days ? wish->unused_days : 90;
	if (o->unused_days < 1 || o->unused_days > 3650)
		return err_field(err, ERR_INVALID, "unused_days",
				 "使われていないとみなす日数は、1から3650で指定してください");
	if (wish->due_on && *wish->due_on && !date_valid(wish->due_on))
		return err_field(err, ERR_INVALID, "due_on",
				 "期限は 2026-12-20 のような日付で指定してください");
	date_today(o->today);
	o->person_at = json_object();
	o->systems = json_object();
	o->owned = json_object();
	o->before = json_object();
	o->heads = json_object();
	if (!o->person_at || !o->systems || !o->owned || !o->before || !o->heads)
		return err_nomem(err);
	return choose_systems(o, wish->systems, err);
}

static int open_now(struct opening *o, const struct actor *who, const struct stocktake_wish *wish,
		    struct receipt *ret, struct err *err)
{
	size_t bad;
	int r = store_read_begin(ledgers_store(o->l), &o->c, err);

	if (r < 0)
		return r;
	r = read_all(o, err);
	if (r == 0)
		r = batch_new(o->l, who, wish->key, &o->batch, err);
	if (r == 0)
		r = add_everything(o, who, wish, err);
	store_read_end(o->c);
	return r < 0 ? r : batch_commit(o->batch, ret, &bad, &o->faults, err);
}

static void release(struct opening *o)
{
	batch_free(o->batch);
	json_decref(o->person_at);
	json_decref(o->systems);
	json_decref(o->owned);
	json_decref(o->before);
	json_decref(o->heads);
}

int stocktake_open(struct ledgers *l, const struct actor *who, const struct stocktake_wish *wish,
		   char ret_id[ID_SIZE], struct receipt *ret, struct err *err)
{
	struct arena arena;
	struct opening o = { .l = l, .arena = &arena };
	struct idlist own;
	struct receipt synced;
	int r = permit(who, PERM_STOCKTAKE, NULL, err);

	if (r == 0)
		r = receipt_known(l, wish->key, ret, ret_id, err);
	if (r != 0)
		return r < 0 ? r : 0;
	arena_init(&arena, (size_t)512 * 1024 * 1024);
	r = idlist_sync_own(l, who, &arena, &own, &synced, err);
	if (r == 0)
		r = prepare(&o, wish, err);
	if (r == 0)
		r = open_now(&o, who, wish, ret, err);
	release(&o);
	arena_release(&arena);
	if (r == 0)
		memcpy(ret_id, o.take, ID_SIZE);
	return r;
}
