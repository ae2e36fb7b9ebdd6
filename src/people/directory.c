#include "people/directory.h"

#include <stdio.h>
#include <string.h>

#include "define/value.h"
#include "people/fields.h"

static const struct {
	const char *field, *ad[2], *ldap[2];
} attributes[DIRECTORY_ATTR_MAX] = {
	[DIRECTORY_LOGIN] = { "attr_login", { "sAMAccountName", NULL }, { "uid", NULL } },
	[DIRECTORY_NAME] = { "attr_name", { "displayName", "cn" }, { "displayName", "cn" } },
	[DIRECTORY_NUMBER] = { "attr_number",
			       { "employeeNumber", "employeeID" },
			       { "employeeNumber", NULL } },
	[DIRECTORY_DEPARTMENT] = { "attr_department",
				   { "department", NULL },
				   { "departmentNumber", "ou" } },
	[DIRECTORY_TITLE] = { "attr_title", { "title", NULL }, { "title", NULL } },
	[DIRECTORY_MAIL] = { "attr_mail", { "mail", NULL }, { "mail", NULL } },
	[DIRECTORY_STATE] = { "attr_state",
			      { "userAccountControl", NULL },
			      { "pwdAccountLockedTime", NULL } },
	[DIRECTORY_EXPIRES] = { "attr_expires",
				{ "accountExpires", NULL },
				{ "accountExpires", NULL } },
};

void directory_attributes(const struct directory *d, enum directory_attr a, const char **ret_first,
			  const char **ret_second)
{
	const char *const *usual = d->ad ? attributes[a].ad : attributes[a].ldap;

	*ret_first = *d->attr[a] ? d->attr[a] : usual[0];
	*ret_second = *d->attr[a] ? NULL : usual[1];
}

static int keep_id(void *arg, const struct list_row *row, struct err *err)
{
	(void)err;
	snprintf(arg, ID_SIZE, "%s", row->id);
	return 0;
}

static int find(struct ledgers *l, struct conn *c, struct arena *arena, struct entry *ret,
		struct err *err)
{
	struct list_query q = { .sort = -1, .limit = 1 };
	char id[ID_SIZE] = "";
	int r = ledgers_find(l, "directories", &q.def, err);

	ret->def = q.def;
	if (r == 0)
		r = list_each(l, c, &q, keep_id, id, err);
	if (r < 0 || !*id)
		return r < 0 ? r : 0;
	r = entry_get(l, c, q.def, id, 0, arena, ret, err);
	return r < 0 ? r : 1;
}

int directory_read(struct ledgers *l, struct conn *c, struct arena *arena, struct directory *ret,
		   struct err *err)
{
	struct entry e;
	int r = find(l, c, arena, &e, err), a;

	memset(ret, 0, sizeof *ret);
	if (r <= 0)
		return r;
	memcpy(ret->id, e.id, sizeof ret->id);
	ret->rev = e.rev;
	ret->url = field_text(e.def, e.value, "url");
	ret->ca_file = field_text(e.def, e.value, "ca_file");
	ret->bind_dn = field_text(e.def, e.value, "bind_dn");
	ret->base = field_text(e.def, e.value, "base");
	ret->filter = field_text(e.def, e.value, "filter");
	ret->secret = arena_strdup(arena, field_text(e.def, e.value, "secret"));
	ret->ad = strcmp(field_text(e.def, e.value, "kind"), "ad") == 0;
	for (a = 0; a < DIRECTORY_ATTR_MAX; a++)
		ret->attr[a] = field_text(e.def, e.value, attributes[a].field);
	return ret->secret ? 1 : err_nomem(err);
}

void directory_wipe(struct directory *d)
{
	if (d->secret)
		bytes_wipe(d->secret, strlen(d->secret));
}

/* Puts what was typed over what is stored. */
static int merge(const struct ledger_def *def, const struct directory_input *input,
		 struct arena *arena, const char **value, struct faults *faults, struct err *err)
{
	for (; input->field; input++) {
		int i = ledger_field(def, input->field), r;
		bool secret = i >= 0 && def->field[i].class == CLASS_SECRET;

		if (i < 0)
			return err_set(err, ERR_BUG, "項目 %s がありません", input->field);
		if (!input->typed || (secret && !*input->typed))
			continue;
		r = value_parse(&def->field[i], input->typed, arena, &value[i],
				&faults->item[faults->count]);
		if (r == ERR_INVALID && faults->count + 1 < 64)
			faults->count++;
		else if (r < 0)
			return r;
	}
	if (!faults->count)
		return 0;
	if (err)
		*err = faults->item[0];
	return ERR_INVALID;
}

static int save(struct ledgers *l, const struct actor *who, const struct directory_input *input,
		struct arena *arena, struct receipt *ret, struct faults *faults, struct err *err)
{
	const char **value;
	struct entry e;
	struct conn *c;
	int r = store_read_begin(ledgers_store(l), &c, err), known;

	if (r < 0)
		return r;
	known = find(l, c, arena, &e, err);
	store_read_end(c);
	if (known < 0)
		return known;
	value = known ? fields_copy(e.def, e.value, arena) : fields_new(e.def, arena);
	if (!value)
		return err_nomem(err);
	r = merge(e.def, input, arena, value, faults, err);
	return r < 0 ? r
		     : entry_change(l, who,
				    &(struct change){ .def = e.def,
						      .entry = known ? e.id : NULL,
						      .base_rev = known ? e.rev : 0,
						      .op = OP_SAVE,
						      .confirm = true,
						      .value = value,
						      .reason = "" },
				    NULL, ret, faults, err);
}

int directory_save(struct ledgers *l, const struct actor *who, const struct directory_input *input,
		   struct receipt *ret, struct faults *faults, struct err *err)
{
	struct arena arena;
	int r;

	faults->count = 0;
	arena_init(&arena, 0);
	r = save(l, who, input, &arena, ret, faults, err);
	arena_release(&arena);
	return r;
}
