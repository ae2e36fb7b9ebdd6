/* Accounts of a list against those known: new, changed, gone, and whose they are. */
#include <string.h>

#include "base/clock.h"
#include "base/fold.h"
#include "people/fields.h"
#include "people/idlist_work.h"

const char *idlist_status_name(enum idlist_status s)
{
	static const char *const names[] = { "new",  "changed", "unchanged",
					     "gone", "error",	"skipped" };

	return names[s];
}

const char *idlist_status_label(enum idlist_status s)
{
	static const char *const labels[] = { "新規",	    "変更", "変わりなし",
					      "無くなった", "誤り", "対象外" };

	return labels[s];
}

/* --- what is known ------------------------------------------------------------------ */

static int fold_account(const char *account, char ret[1024], struct err *err)
{
	return fold_key(account, ret, 1024) > 0
		       ? 0
		       : err_set(err, ERR_INVALID, "IDが長すぎるか、読めない文字があります");
}

static int keep_known(void *arg, const struct list_row *row, struct err *err)
{
	struct idlist_work *w = arg;
	const struct ledger_def *def = w->list->def;
	struct idlist_known *k;
	const char **value;
	char key[1024];
	size_t i;

	if (w->known_count == w->known_alloc) {
		size_t alloc = w->known_alloc ? w->known_alloc * 2 : 256;
		struct idlist_known *more = arena_calloc(w->arena, alloc, sizeof *more);

		if (!more)
			return err_nomem(err);
		if (w->known_count)
			memcpy(more, w->known, w->known_count * sizeof *more);
		w->known = more;
		w->known_alloc = alloc;
	}
	value = arena_calloc(w->arena, def->field_count, sizeof *value);
	for (i = 0; value && i < def->field_count; i++)
		value[i] = arena_strdup(w->arena, row->value[i]);
	if (arena_failed(w->arena))
		return err_nomem(err);
	k = &w->known[w->known_count];
	*k = (struct idlist_known){ .rev = row->rev, .value = value };
	memcpy(k->id, row->id, strlen(row->id) + 1);
	if (fold_account(field_text(def, value, "account"), key, err) < 0 ||
	    json_object_set_new(w->known_at, key, json_integer((json_int_t)w->known_count)) != 0)
		return err_nomem(err);
	w->known_count++;
	return 0;
}

/* The entry of a ledger that has the name of the system. */
static int find_named(struct idlist_work *w, const char *ledger, const char **ret, struct err *err)
{
	const struct ledger_def *def;
	char id[ID_SIZE];
	struct err why;
	int r = ledgers_find(w->l, ledger, &def, err);

	*ret = "";
	if (r < 0)
		return r;
	if (list_find(w->l, w->c, def, def->name_field, w->list->system, id, &why) == 0)
		*ret = arena_strdup(w->arena, id);
	return *ret ? 0 : err_nomem(err);
}

int idlist_work_init(struct idlist_work *w, struct ledgers *l, struct conn *c, const char *system,
		     struct arena *arena, struct idlist *ret, struct err *err)
{
	struct list_filter of_system = { .op = TABLE_EQ, .value = system };
	struct list_query q = {
		.filter = &of_system, .filter_count = 1, .sort = -1, .limit = INT64_MAX
	};
	int r;

	memset(w, 0, sizeof *w);
	memset(ret, 0, sizeof *ret);
	*w = (struct idlist_work){ .l = l,
				   .c = c,
				   .arena = arena,
				   .list = ret,
				   .known_at = json_object(),
				   .seen = json_object() };
	date_today(w->today);
	ret->system = arena_strdup(arena, system);
	if (!w->known_at || !w->seen || !ret->system)
		return err_nomem(err);
	if (!*system || strlen(system) > 300 || text_has_control(system, false))
		return err_set(err, ERR_INVALID,
			       "システムの名前を1行で指定してください（例: 電子カルテ）");
	r = ledgers_find(l, "system_accounts", &ret->def, err);
	if (r < 0)
		return r;
	q.def = ret->def;
	of_system.field = ledger_field(ret->def, "system");
	r = idmatch_init(&w->match, l, c, arena, err);
	if (r == 0)
		r = list_each(l, c, &q, keep_known, w, err);
	if (r == 0)
		r = find_named(w, "services", &w->service, err);
	return r < 0 ? r : find_named(w, "devices", &w->device, err);
}

void idlist_work_release(struct idlist_work *w)
{
	idmatch_release(&w->match);
	json_decref(w->known_at);
	json_decref(w->seen);
}

/* --- lines ---------------------------------------------------------------------------- */

static int add_line(struct idlist_work *w, const struct idlist_line *line, struct err *err)
{
	struct idlist *list = w->list;

	if (list->count == list->alloc) {
		size_t alloc = list->alloc ? list->alloc * 2 : 256;
		struct idlist_line *more = arena_calloc(w->arena, alloc, sizeof *more);

		if (!more)
			return err_nomem(err);
		if (list->count)
			memcpy(more, list->line, list->count * sizeof *more);
		list->line = more;
		list->alloc = alloc;
	}
	list->line[list->count++] = *line;
	list->total[line->status]++;
	list->writes += line->value != NULL;
	return 0;
}

int idlist_refuse(struct idlist_work *w, int64_t row, const char *account, const char *why,
		  struct err *err)
{
	return add_line(w,
			&(struct idlist_line){ .row = row,
					       .status = why ? IDLIST_ERROR : IDLIST_SKIPPED,
					       .account = account,
					       .name = "",
					       .person = "",
					       .person_by = "none",
					       .fault = why },
			err);
}

/* What a person decided stays: somebody chosen where the list led to nobody, or
 * marked as decided. Names alone never replace an owner. */
static bool keeps_owner(const char *person, const char *by, enum idmatch_by found)
{
	if (strcmp(by, "decided") == 0)
		return true;
	if (!*person)
		return false;
	return strcmp(by, "none") == 0 || strcmp(by, "ambiguous") == 0 || !*by ||
	       found == IDMATCH_NAME || found == IDMATCH_NONE || found == IDMATCH_AMBIGUOUS;
}

static int set_owner(struct idlist_work *w, const char **value, bool fresh, struct err *err)
{
	const struct ledger_def *def = w->list->def;
	const struct idclaim claim = { .staff_no = field_text(def, value, "staff_no"),
				       .email = field_text(def, value, "email"),
				       .login = field_text(def, value, "account"),
				       .name = field_text(def, value, "display_name") };
	const char *person = field_text(def, value, "person");
	const char *by = field_text(def, value, "person_by");
	enum idmatch_by how;
	const struct person *found = idmatch_find(&w->match, &claim, &how);
	int r;

	if (keeps_owner(person, by, how) && (!fresh || strcmp(by, "decided") == 0)) {
		bool chosen = *person &&
			      (!*by || strcmp(by, "none") == 0 || strcmp(by, "ambiguous") == 0);

		return chosen ? field_set(def, value, "person_by", "decided", err) : 0;
	}
	r = field_set(def, value, "person", found ? found->id : "", err);
	return r < 0 ? r : field_set(def, value, "person_by", idmatch_name(how), err);
}

static int set_system(struct idlist_work *w, const char **value, const char *key, struct err *err)
{
	const struct ledger_def *def = w->list->def;
	int r = field_set(def, value, "system", w->list->system, err);

	if (r == 0)
		r = field_set(def, value, "slot",
			      arena_printf(w->arena, "%s/%s", w->list->system, key), err);
	if (r == 0 && *w->service && !*field_text(def, value, "service"))
		r = field_set(def, value, "service", w->service, err);
	if (r == 0 && *w->device && !*field_text(def, value, "device"))
		r = field_set(def, value, "device", w->device, err);
	return r < 0 ? r : field_set(def, value, "gone_on", "", err);
}

/* Which fields of two contents differ: 0 none, 1 only the day of the last use, 2 others. */
static int differs(const struct ledger_def *def, const char *const *a, const char *const *b)
{
	int used = ledger_field(def, "last_used"), found = 0;
	size_t i;

	for (i = 0; i < def->field_count; i++)
		if (strcmp(a[i], b[i]) != 0) {
			if ((int)i != used)
				return 2;
			found = 1;
		}
	return found;
}

static void count_owner(struct idlist_work *w, const struct idlist_line *line,
			const char *const *value)
{
	if (*line->person || strcmp(field_text(w->list->def, value, "kind"), "personal") != 0)
		return;
	w->list->unmatched++;
	w->list->ambiguous += strcmp(line->person_by, "ambiguous") == 0;
}

/* Accounts every Windows domain is born with. */
static const char *born_kind(const char *key)
{
	if (strcmp(key, "administrator") == 0)
		return "admin";
	if (strcmp(key, "guest") == 0)
		return "shared";
	return strcmp(key, "krbtgt") == 0 ? "service" : "personal";
}

static int set_new(struct idlist_work *w, const char **value, const char *const *given,
		   const char *key, struct err *err)
{
	const struct ledger_def *def = w->list->def;
	int r = field_set(def, value, "listed_on", arena_strdup(w->arena, w->today), err);

	if (r == 0 && !given[ledger_field(def, "kind")])
		r = field_set(def, value, "kind", born_kind(key), err);
	if (r == 0 && strcmp(field_text(def, value, "kind"), "admin") == 0 &&
	    !given[ledger_field(def, "privileged")])
		r = field_set(def, value, "privileged", "1", err);
	return r;
}

static int compare(struct idlist_work *w, int64_t row, const char **given,
		   struct idlist_known *known, const char *key, struct err *err)
{
	const struct ledger_def *def = w->list->def;
	const char **value =
		known ? fields_copy(def, known->value, w->arena) : fields_new(def, w->arena);
	struct idlist_line line = { .row = row, .status = IDLIST_NEW };
	size_t i;
	int r = 0, change = 2;

	for (i = 0; value && i < def->field_count; i++)
		if (given[i])
			value[i] = given[i];
	if (!value)
		return err_nomem(err);
	r = set_system(w, value, key, err);
	if (r == 0 && !known)
		r = set_new(w, value, given, key, err);
	if (r == 0)
		r = set_owner(w, value, !known, err);
	if (r < 0)
		return r;
	if (known) {
		change = differs(def, known->value, value);
		line.status = change == 2 ? IDLIST_CHANGED : IDLIST_UNCHANGED;
		line.rev = known->rev;
		memcpy(line.entry, known->id, sizeof line.entry);
		known->seen = true;
	}
	line.account = field_text(def, value, "account");
	line.name = field_text(def, value, "display_name");
	line.person = field_text(def, value, "person");
	line.person_by = field_text(def, value, "person_by");
	line.value = change ? value : NULL;
	count_owner(w, &line, value);
	return add_line(w, &line, err);
}

int idlist_take(struct idlist_work *w, int64_t row, const char **given, const char *account,
		struct err *err)
{
	char key[1024];
	const json_t *before, *known;

	if (fold_account(account, key, NULL) < 0)
		return idlist_refuse(w, row, account, "IDが長すぎるか、読めない文字があります。",
				     err);
	before = json_object_get(w->seen, key);
	if (before)
		return idlist_refuse(
			w, row, account,
			arena_printf(w->arena,
				     "同じIDが%lld行目にもあります。どちらかを消してください。",
				     (long long)json_integer_value(before)),
			err);
	if (json_object_set_new(w->seen, key, json_integer(row)) != 0)
		return err_nomem(err);
	known = json_object_get(w->known_at, key);
	return compare(w, row, given, known ? &w->known[json_integer_value(known)] : NULL, key,
		       err);
}

int idlist_take_gone(struct idlist_work *w, struct err *err)
{
	const struct ledger_def *def = w->list->def;
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < w->known_count; i++) {
		struct idlist_known *k = &w->known[i];
		struct idlist_line line = { .status = IDLIST_GONE, .rev = k->rev };

		if (k->seen || *field_text(def, k->value, "gone_on"))
			continue;
		memcpy(line.entry, k->id, sizeof line.entry);
		line.value = fields_copy(def, k->value, w->arena);
		if (!line.value)
			return err_nomem(err);
		r = field_set(def, line.value, "gone_on", arena_strdup(w->arena, w->today), err);
		line.account = field_text(def, k->value, "account");
		line.name = field_text(def, k->value, "display_name");
		line.person = field_text(def, k->value, "person");
		line.person_by = field_text(def, k->value, "person_by");
		if (r == 0)
			r = add_line(w, &line, err);
	}
	return r;
}

/* --- a file --------------------------------------------------------------------------- */

struct reading {
	struct idlist_work *work;
	const struct import_map *map;
};

static int on_meta(void *arg, const struct sheet_meta *meta, struct err *err)
{
	(void)arg, (void)meta, (void)err;
	return 0;
}

static int on_row(void *arg, const struct sheet_row *row, struct err *err)
{
	struct reading *k = arg;

	return row->header ? 0 : idlist_row(k->work, k->map, row, err);
}

int idlist_compare(struct ledgers *l, struct conn *c, const char *system, const char *path,
		   const struct import_map *map, bool partial, struct arena *arena,
		   struct idlist *ret, struct err *err)
{
	struct idlist_work w;
	struct reading k = { .work = &w, .map = map };
	const struct sheet_sink sink = { on_meta, NULL, on_row, NULL, &k };
	struct sheet_options options = map->sheet;
	int r;

	if (strcmp(system, IDLIST_OWN) == 0)
		return err_set(
			err, ERR_INVALID,
			"「daicho」のIDは自動で入ります。ほかのシステムの名前を指定してください");
	options.header_row = (uint32_t)map->header_row;
	r = idlist_work_init(&w, l, c, system, arena, ret, err);
	if (r == 0)
		r = sheet_read_path(path, &options, &sink, err);
	if (r == 0 && !ret->total[IDLIST_ERROR] && ret->count == (size_t)ret->total[IDLIST_SKIPPED])
		r = err_set(err, ERR_INVALID,
			    "このファイルにはIDが1件もありません。利用者の一覧を選んでください");
	if (r == 0 && !partial)
		r = idlist_take_gone(&w, err);
	idlist_work_release(&w);
	if (r == 0 && arena_failed(arena))
		r = err_nomem(err);
	return r;
}
