#include "people/directory.h"

#include <stdio.h>
#include <string.h>

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

#define LEDGER "directories"

int directory_read(struct ledgers *l, struct conn *c, struct arena *arena, struct directory *ret,
		   struct err *err)
{
	struct entry e;
	int r = only_read(l, c, LEDGER, arena, &e, err), a;

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

int directory_save(struct ledgers *l, const struct actor *who, const struct only_input *input,
		   int64_t base, struct receipt *ret, struct faults *faults, struct err *err)
{
	return only_save(l, who, LEDGER, input, base, ret, faults, err);
}
