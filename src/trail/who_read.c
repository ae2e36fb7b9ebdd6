/* Reading who is who out of the ledgers. */
#include <stdlib.h>
#include <string.h>

#include "base/fold.h"
#include "trail/who_list.h"

struct reading {
	struct ledgers *l;
	struct conn *c;
	struct who_list *list;
	const struct ledger_def *def;
};

static const char *text(const struct ledger_def *def, const char *const *value, const char *name)
{
	int i = ledger_field(def, name);

	return i >= 0 && value[i] ? value[i] : "";
}

/* Room for one more; what there is stays. */
static void *more(struct arena *arena, void *item, size_t count, size_t *alloc, size_t size)
{
	size_t n = *alloc ? *alloc * 2 : 64;
	void *grown;

	if (count < *alloc)
		return item;
	grown = arena_calloc(arena, n, size);
	if (!grown)
		return NULL;
	if (count)
		memcpy(grown, item, count * size);
	*alloc = n;
	return grown;
}

static const char *folded(struct who_list *list, const char *s)
{
	char key[WHO_LOGIN_SIZE];

	who_fold(s, key);
	return arena_strdup(&list->arena, key);
}

/* --- people ---------------------------------------------------------------------------- */

static const char *label_of(const struct ledger_def *def, const char *name, const char *stored)
{
	int i = ledger_field(def, name);
	const struct enum_def *e = i >= 0 ? def->field[i].enum_def : NULL;
	size_t k;

	for (k = 0; e && k < e->count; k++)
		if (strcmp(e->value[k].value, stored) == 0)
			return e->value[k].label.ja;
	return stored;
}

static int keep_person(void *arg, const struct list_row *row, struct err *err)
{
	struct reading *r = arg;
	struct who_list *w = r->list;
	struct arena *a = &w->arena;
	struct who_person *p =
		more(a, w->person, w->person_count, &w->person_alloc, sizeof *w->person);

	if (!p)
		return err_nomem(err);
	w->person = p;
	p[w->person_count++] = (struct who_person){
		.id = arena_strdup(a, row->id),
		.name = arena_strdup(a, text(r->def, row->value, "name")),
		.number = arena_strdup(a, text(r->def, row->value, "staff_no")),
		.department = arena_strdup(a, text(r->def, row->value, "department")),
		.profession = arena_strdup(
			a, label_of(r->def, "profession", text(r->def, row->value, "profession"))),
	};
	return arena_failed(a) ? err_nomem(err) : 0;
}

static int by_id(const void *a, const void *b)
{
	return strcmp(((const struct who_person *)a)->id, ((const struct who_person *)b)->id);
}

/* --- accounts -------------------------------------------------------------------------- */

static const char *const kinds[WHO_KINDS] = { "",	 "personal",	"admin",     "shared",
					      "service", "maintenance", "emergency", "machine" };

static enum who_kind kind_of(const char *stored)
{
	int k;

	for (k = WHO_KINDS - 1; k > 0; k--)
		if (strcmp(kinds[k], stored) == 0)
			break;
	return (enum who_kind)k;
}

static struct who_entry *entry_add(struct who_list *w)
{
	struct who_entry *e =
		more(&w->arena, w->entry, w->entry_count, &w->entry_alloc, sizeof *w->entry);
	int i;

	if (!e)
		return NULL;
	w->entry = e;
	e += w->entry_count++;
	for (i = 0; i < WHO_SYSTEM_KEYS; i++)
		e->system_key[i] = "";
	return e;
}

static int keep_account(void *arg, const struct list_row *row, struct err *err)
{
	struct reading *r = arg;
	struct who_list *w = r->list;
	struct arena *a = &w->arena;
	const char *login = text(r->def, row->value, "account");
	const char *system = text(r->def, row->value, "system");
	struct who_entry *e;

	/* daicho's own accounts are read as they are. */
	if (strcmp(system, WHO_OWN) == 0)
		return 0;
	e = entry_add(w);
	if (!e)
		return err_nomem(err);
	e->login = (struct who_login){
		.system = arena_strdup(a, system),
		.login = arena_strdup(a, login),
		.name = arena_strdup(a, text(r->def, row->value, "display_name")),
		.staff = arena_strdup(a, text(r->def, row->value, "person")),
		.kind = kind_of(text(r->def, row->value, "kind")),
	};
	e->key = folded(w, login);
	e->system_key[0] = folded(w, system);
	e->system_key[1] = arena_strdup(a, text(r->def, row->value, "service"));
	e->system_key[2] = arena_strdup(a, text(r->def, row->value, "device"));
	e->gone = *text(r->def, row->value, "gone_on") != '\0';
	return arena_failed(a) ? err_nomem(err) : 0;
}

static const enum who_kind own_kinds[ACCOUNT_KIND_MAX] = {
	[ACCOUNT_PERSON] = WHO_PERSONAL,
	[ACCOUNT_EMERGENCY] = WHO_EMERGENCY,
	[ACCOUNT_MACHINE] = WHO_MACHINE,
	[ACCOUNT_LINK] = WHO_MACHINE,
};

static int keep_own(struct who_list *w, const struct account *o, const char *key, struct err *err)
{
	struct who_entry *e = entry_add(w);

	if (!e)
		return err_nomem(err);
	e->login = (struct who_login){ .system = WHO_OWN,
				       .login = o->login,
				       .name = o->name,
				       .staff = o->staff,
				       .kind = own_kinds[o->kind] };
	e->key = folded(w, key);
	e->system_key[0] = WHO_OWN;
	e->second = key == o->id;
	return e->key ? 0 : err_nomem(err);
}

/* By login and by id: facts name the id. The second does not show in lists of logins. */
static int own_accounts(struct who_list *w, struct conn *c, struct err *err)
{
	struct account *own;
	size_t i, n;
	int r = account_list(c, &w->arena, &own, &n, err);

	for (i = 0; r >= 0 && i < n; i++) {
		r = keep_own(w, &own[i], own[i].login, err);
		if (r >= 0)
			r = keep_own(w, &own[i], own[i].id, err);
	}
	return r;
}

/* --- sources --------------------------------------------------------------------------- */

/* What a field of log_sources says about the system: an entry, its name, or a plain name. */
static void system_keys(struct reading *r, const struct list_row *row, struct who_source *s)
{
	static const char *const names[] = { "system", "service", "device" };
	size_t i, n = 0;

	for (i = 0; i < WHO_SYSTEM_KEYS; i++)
		s->system_key[i] = "";
	for (i = 0; i < sizeof names / sizeof names[0] && n + 1 < WHO_SYSTEM_KEYS; i++) {
		int at = ledger_field(r->def, names[i]);
		const char *v = at >= 0 && row->value[at] ? row->value[at] : "";
		const struct field_def *f = at >= 0 ? &r->def->field[at] : NULL;

		if (!*v)
			continue;
		if (f->type == FIELD_REF) {
			s->system_key[n++] = arena_strdup(&r->list->arena, v);
			v = entry_show(r->l, r->c, f, v, &r->list->arena);
		}
		s->system_key[n++] = folded(r->list, v);
	}
	if (n < WHO_SYSTEM_KEYS)
		s->system_key[n] = folded(r->list, text(r->def, row->value, "name"));
}

static int keep_source(void *arg, const struct list_row *row, struct err *err)
{
	struct reading *r = arg;
	struct who_list *w = r->list;
	struct who_source *s =
		more(&w->arena, w->source, w->source_count, &w->source_alloc, sizeof *w->source);

	if (!s)
		return err_nomem(err);
	w->source = s;
	s += w->source_count++;
	s->id = arena_strdup(&w->arena, row->id);
	s->name = arena_strdup(&w->arena, text(r->def, row->value, "name"));
	system_keys(r, row, s);
	return arena_failed(&w->arena) ? err_nomem(err) : 0;
}

/* --- all of it -------------------------------------------------------------------------- */

static int each(struct reading *r, const char *ledger,
		int (*row)(void *arg, const struct list_row *r, struct err *err), struct err *err)
{
	struct list_query q = { .sort = -1 };

	r->def = define_ledger(ledgers_defs(r->l), ledger);
	q.def = r->def;
	/* A definition that this program does not have holds nobody. */
	return !r->def || !ledgers_current(r->l, r->def) ? 0 : list_each(r->l, r->c, &q, row, r, err);
}

int who_read(struct ledgers *l, struct conn *c, struct who_list **ret, struct err *err)
{
	struct who_list *w = calloc(1, sizeof *w);
	struct reading reading = { .l = l, .c = c, .list = w };
	int r;

	if (!w)
		return err_nomem(err);
	arena_init(&w->arena, (size_t)512 * 1024 * 1024);
	atomic_init(&w->holders, 1);
	r = store_size(c, &w->size, err);
	if (r >= 0)
		r = each(&reading, "staff", keep_person, err);
	if (r >= 0)
		r = each(&reading, "system_accounts", keep_account, err);
	if (r >= 0)
		r = own_accounts(w, c, err);
	if (r >= 0)
		r = each(&reading, "log_sources", keep_source, err);
	if (r >= 0 && w->person_count)
		qsort(w->person, w->person_count, sizeof *w->person, by_id);
	if (r >= 0)
		r = who_index(w, err);
	if (r < 0) {
		who_drop(w);
		return r;
	}
	*ret = w;
	return 0;
}
