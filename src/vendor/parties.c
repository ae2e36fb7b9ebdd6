/* Who is party to a contract, and contracts that only the ledger of vendors tells of. */
#include <stdio.h>
#include <string.h>

#include "ledger/only.h"
#include "ledger/receipt.h"
#include "round/fields.h"
#include "vendor/contracts.h"

#define VENDORS_MAX 5000
#define NAME_MAX_CHARS 60 /* of a name made from the systems */

/* --- the parties ---------------------------------------------------------------------- */

struct showing {
	struct ledgers *l;
	struct conn *c;
	struct arena *arena;
	struct entry e;
	bool found;
};

static int find_entry(struct showing *s, const char *ledger, const char *id, struct err *err)
{
	const struct ledger_def *def;
	int r = *id ? ledgers_find(s->l, ledger, &def, err) : 0;

	s->found = false;
	if (r < 0 || !*id)
		return r;
	r = entry_get(s->l, s->c, def, id, 0, s->arena, &s->e, err);
	s->found = r == 0;
	return r == ERR_NOT_FOUND ? 0 : r;
}

static const char *show(struct showing *s, const char *field)
{
	int i = s->found ? ledger_field(s->e.def, field) : -1;
	const char *text = i < 0 || !*s->e.value[i] ? ""
						    : entry_show(s->l, s->c, &s->e.def->field[i],
								 s->e.value[i], s->arena);

	return text ? text : "";
}

/* The hospital itself, not found until its first run is done. */
static int find_facility(struct showing *s, struct err *err)
{
	int r = only_read(s->l, s->c, "facility", s->arena, &s->e, err);

	s->found = r > 0;
	return r < 0 ? r : 0;
}

static const char *first(const char *a, const char *b)
{
	return *a ? a : b;
}

int parties_read(struct ledgers *l, struct conn *c, const struct round *round, struct arena *arena,
		 struct parties *ret, struct err *err)
{
	struct showing s = { .l = l, .c = c, .arena = arena };
	const char *address;
	int r = find_facility(&s, err);

	address = r == 0 ? show(&s, "address") : "";
	if (r == 0)
		r = find_entry(&s, "vendors", round->vendor, err);
	if (r < 0)
		return r;
	*ret = (struct parties){ .hospital = store_org_name(ledgers_store(l)),
				 .hospital_address = address,
				 .vendor = show(&s, "name"),
				 .contract = "",
				 .number = "",
				 .kind = show(&s, "contract_kind"),
				 .systems = show(&s, "systems"),
				 .from = show(&s, "contract_from"),
				 .to = show(&s, "contract_to"),
				 .our_person = "",
				 .vendor_person = show(&s, "contact_person"),
				 .vendor_address = show(&s, "address"),
				 .vendor_phone = show(&s, "phone"),
				 .vendor_email = show(&s, "email") };
	r = find_entry(&s, "contracts", round->contract, err);
	if (r < 0 || !s.found)
		return r;
	ret->contract = show(&s, "name");
	ret->number = show(&s, "number");
	ret->kind = show(&s, "kind");
	ret->systems = first(show(&s, "systems"), ret->systems);
	ret->from = show(&s, "contract_from");
	ret->to = show(&s, "contract_to");
	ret->our_person = show(&s, "our_person");
	ret->vendor_person = first(show(&s, "vendor_person"), ret->vendor_person);
	return arena_failed(arena) ? err_nomem(err) : 0;
}

/* --- contracts nobody has registered ---------------------------------------------------- */

struct seeking {
	struct ledgers *l;
	const struct ledger_def *vendors, *contracts;
	struct arena *arena;
	struct contract_missing *item;
	size_t count;
	const char **known; /* vendors with a contract */
	size_t known_count;
};

static int known_row(void *arg, const struct list_row *row, struct err *err)
{
	struct seeking *s = arg;

	if (s->known_count == VENDORS_MAX)
		return err_set(err, ERR_LIMIT, "契約が多すぎます（%d件まで）", VENDORS_MAX);
	s->known[s->known_count] =
		arena_strdup(s->arena, system_value(s->contracts, row->value, "vendor"));
	return s->known[s->known_count++] ? 0 : err_nomem(err);
}

static int vendor_row(void *arg, const struct list_row *row, struct err *err)
{
	struct seeking *s = arg;
	struct contract_missing *to = &s->item[s->count];
	size_t i;

	if (strcmp(system_value(s->vendors, row->value, "contract"), "yes") != 0)
		return 0;
	for (i = 0; i < s->known_count; i++)
		if (strcmp(s->known[i], row->id) == 0)
			return 0;
	if (s->count == VENDORS_MAX)
		return err_set(err, ERR_LIMIT, "事業者が多すぎます（%d件まで）", VENDORS_MAX);
	snprintf(to->vendor, sizeof to->vendor, "%s", row->id);
	to->name = arena_strdup(s->arena, system_value(s->vendors, row->value, "name"));
	to->systems = arena_strdup(s->arena, system_value(s->vendors, row->value, "systems"));
	s->count++;
	return to->name && to->systems ? 0 : err_nomem(err);
}

int contract_missing_list(struct ledgers *l, struct conn *c, struct arena *arena,
			  struct contract_missing **ret, size_t *ret_count, struct err *err)
{
	struct seeking s = { .l = l, .arena = arena };
	struct list_query q = { .sort = -1, .limit = VENDORS_MAX };
	int r = ledgers_find(l, "contracts", &s.contracts, err);

	if (r == 0)
		r = ledgers_find(l, "vendors", &s.vendors, err);
	if (r < 0)
		return r;
	s.known = arena_calloc(arena, VENDORS_MAX, sizeof *s.known);
	s.item = arena_calloc(arena, VENDORS_MAX, sizeof *s.item);
	if (!s.known || !s.item)
		return err_nomem(err);
	q.def = s.contracts;
	r = list_each(l, c, &q, known_row, &s, err);
	q.def = s.vendors;
	if (r >= 0)
		r = list_each(l, c, &q, vendor_row, &s, err);
	*ret = s.item;
	*ret_count = s.count;
	return r < 0 ? r : 0;
}

/* --- registering one ---------------------------------------------------------------------- */

/* The first system that the ledger names, "電子カルテの契約"; else that of the vendor. */
static const char *name_from(const char *systems, const char *vendor, struct arena *arena)
{
	static const char *const ends[] = { "、", "，", ",", "・", "\n", "（", "(" };
	size_t len = strlen(systems), i;

	for (i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		const char *end = strstr(systems, ends[i]);

		if (end && (size_t)(end - systems) < len)
			len = (size_t)(end - systems);
	}
	if (!len || len > NAME_MAX_CHARS * 3)
		return arena_printf(arena, "%.180sとの契約", vendor);
	return arena_printf(arena, "%.*sの契約", (int)len, systems);
}

static int fill(const struct ledger_def *def, const struct entry *vendor, struct arena *arena,
		const char **value, struct err *err)
{
	static const char *const same[][2] = { { "systems", "systems" },
					       { "kind", "contract_kind" },
					       { "contract_from", "contract_from" },
					       { "contract_to", "contract_to" },
					       { "auto_renew", "auto_renew" },
					       { "vendor_person", "contact_person" } };
	const char *name = name_from(system_value(vendor->def, vendor->value, "systems"),
				     system_value(vendor->def, vendor->value, "name"), arena);
	size_t i;
	int r = name ? system_put(def, value, "name", name, err) : err_nomem(err);

	if (r == 0)
		r = system_put(def, value, "vendor", vendor->id, err);
	for (i = 0; r == 0 && i < sizeof same / sizeof same[0]; i++)
		r = system_put(def, value, same[i][0],
			       system_value(vendor->def, vendor->value, same[i][1]), err);
	return r;
}

static int read_vendor(struct ledgers *l, const char *id, struct arena *arena, struct entry *ret,
		       struct err *err)
{
	struct contract_missing *missing;
	const struct ledger_def *vendors;
	struct conn *c = NULL;
	size_t count, i;
	int r = ledgers_find(l, "vendors", &vendors, err);

	if (r == 0)
		r = store_read_begin(ledgers_store(l), &c, err);
	if (r < 0)
		return r;
	r = entry_get(l, c, vendors, id, 0, arena, ret, err);
	if (r == 0)
		r = contract_missing_list(l, c, arena, &missing, &count, err);
	store_read_end(c);
	if (r < 0)
		return r;
	for (i = 0; i < count; i++)
		if (strcmp(missing[i].vendor, id) == 0)
			return 0;
	return err_set(
		err, ERR_CONFLICT,
		"この事業者の契約は、もう契約台帳にあるか、契約の有無が「はい」ではありません。台"
		"帳で確かめてください");
}

int contract_from_vendor(struct ledgers *l, const struct actor *who, const char *vendor,
			 const char *key, char ret_id[ID_SIZE], struct receipt *ret,
			 struct err *err)
{
	struct faults faults = { .count = 0 };
	const struct ledger_def *def;
	const char **value;
	struct arena arena;
	struct entry e;
	int r = ledgers_find(l, "contracts", &def, err);

	if (r == 0)
		r = permit(who, PERM_LEDGER_CREATE, def, err);
	if (r == 0)
		r = receipt_known(l, key, ret, ret_id, err);
	if (r != 0)
		return r < 0 ? r : 0;
	arena_init(&arena, 0);
	value = system_values(def, &arena);
	r = value ? read_vendor(l, vendor, &arena, &e, err) : err_nomem(err);
	if (r == 0)
		r = fill(def, &e, &arena, value, err);
	if (r == 0)
		r = entry_change(l, who,
				 &(struct change){ .def = def,
						   .op = OP_SAVE,
						   .confirm = true,
						   .value = value,
						   .reason = "事業者台帳から登録",
						   .key = key },
				 ret_id, ret, &faults, err);
	arena_release(&arena);
	return r;
}
