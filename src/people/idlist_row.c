/* One row of a list of accounts, whoever wrote it, into stored values. */
#include <stdlib.h>
#include <string.h>

#include "base/fold.h"
#include "define/value.h"
#include "people/fields.h"
#include "people/idlist_work.h"
#include "people/idvalue.h"

#define GROUPS_BYTES 7900

/* Columns of directories that are no field of the ledger. */
enum special { SPECIAL_NONE, SPECIAL_UAC, SPECIAL_CLASS, SPECIAL_OFF, SPECIAL_USED, SPECIAL_DN };

static const struct {
	const char *header;
	enum special what;
} specials[] = {
	{ "userAccountControl", SPECIAL_UAC },
	{ "objectClass", SPECIAL_CLASS },
	{ "Disabled", SPECIAL_OFF },
	{ "AccountDisabled", SPECIAL_OFF },
	{ "nsAccountLock", SPECIAL_OFF },
	{ "無効", SPECIAL_OFF },
	{ "停止", SPECIAL_OFF },
	{ "利用停止", SPECIAL_OFF },
	{ "lastLogon", SPECIAL_USED },
	{ "lastLogonTimestamp", SPECIAL_USED },
	{ "LastLogonDate", SPECIAL_USED },
	{ "distinguishedName", SPECIAL_DN },
	{ "dn", SPECIAL_DN },
};

struct row {
	struct idlist_work *w;
	const struct ledger_def *def;
	const char **given;
	const char *dn, *class, *fault;
};

static enum special special_of(const char *header)
{
	char key[256], word[64];
	size_t i;

	if (fold_key(header, key, sizeof key) <= 0)
		return SPECIAL_NONE;
	for (i = 0; i < sizeof specials / sizeof specials[0]; i++)
		if (fold_key(specials[i].header, word, sizeof word) > 0 && strcmp(key, word) == 0)
			return specials[i].what;
	return SPECIAL_NONE;
}

static void give(struct row *r, const char *field, const char *stored)
{
	int i = ledger_field(r->def, field);

	if (i >= 0)
		r->given[i] = stored;
}

static const char *given(const struct row *r, const char *field)
{
	int i = ledger_field(r->def, field);

	return i >= 0 ? r->given[i] : NULL;
}

static void refuse(struct row *r, const char *header, const char *text, const char *why)
{
	if (!r->fault)
		r->fault = arena_printf(r->w->arena, "列「%s」の「%.60s」が読めません。%s", header,
					text, why);
}

/* --- kinds of columns ------------------------------------------------------------- */

static void take_date(struct row *r, const char *field, const char *header, const char *text,
		      bool latest)
{
	bool expiry = strcmp(field, "expires_on") == 0;
	char date[DATE_SIZE];
	const char *before = given(r, field);
	int got = expiry ? idvalue_expiry(text, date) : idvalue_date(text, date);

	if (got < 0) {
		refuse(r, header, text, "2026/11/20 のような日付にしてください。");
		return;
	}
	if (latest && before && (got == 0 || strcmp(before, date) > 0))
		return;
	give(r, field, got ? arena_strdup(r->w->arena, date) : "");
}

static void take_switch(struct row *r, const char *field, const char *header, const char *text,
			bool inverse)
{
	int on = idvalue_switch(text);

	if (on == -2)
		refuse(r, header, text,
		       "「はい」か「いいえ」、「有効」か「無効」のように書いてください。");
	else if (on >= 0)
		give(r, field, (on != 0) != inverse ? "1" : "0");
}

static void take_factor(struct row *r, const char *text)
{
	int on = idvalue_switch(text);

	give(r, "factor", on == 1 ? "yes" : on == 0 ? "no" : "unknown");
}

/* Very long lists of groups are cut at a line, and say so. */
static void take_groups(struct row *r, const char *text)
{
	bool admin;
	const char *groups = idvalue_groups(text, r->w->arena, &admin);

	/* An empty cell says: in no group. What could not be read says nothing. */
	if (!groups || (*text && !*groups))
		return;
	if (strlen(groups) > GROUPS_BYTES) {
		size_t cut = GROUPS_BYTES;

		while (cut && groups[cut] != '\n')
			cut--;
		groups = arena_printf(r->w->arena, "%.*s\n（以下略）", (int)cut, groups);
	}
	give(r, "groups", groups);
	if (!given(r, "privileged") || admin)
		give(r, "privileged", admin ? "1" : "0");
}

static void take_value(struct row *r, const struct field_def *f, const char *header,
		       const char *text)
{
	const char *stored;
	struct err why;

	if (f->type == FIELD_REF || f->type == FIELD_ACCOUNT)
		return;
	if (value_parse(f, text, r->w->arena, &stored, &why) < 0)
		refuse(r, header, text, why.text);
	else if (f->type != FIELD_ENUM || *stored)
		r->given[f - r->def->field] = stored;
}

static void take_field(struct row *r, const struct field_def *f, const char *header,
		       const char *text)
{
	if (f->type == FIELD_DATE)
		take_date(r, f->name, header, text, strcmp(f->name, "last_used") == 0);
	else if (f->type == FIELD_BOOL)
		take_switch(r, f->name, header, text, false);
	else if (strcmp(f->name, "factor") == 0)
		take_factor(r, text);
	else if (strcmp(f->name, "groups") == 0)
		take_groups(r, text);
	else
		take_value(r, f, header, text);
}

static void take_special(struct row *r, enum special what, const char *header, const char *text)
{
	char *end;
	long bits;

	switch (what) {
	case SPECIAL_UAC:
		bits = strtol(text, &end, 10);
		if (*text && !*end)
			give(r, "enabled", bits & UAC_DISABLED ? "0" : "1");
		break;
	case SPECIAL_OFF: take_switch(r, "enabled", header, text, true); break;
	case SPECIAL_USED: take_date(r, "last_used", header, text, true); break;
	case SPECIAL_CLASS: r->class = text; break;
	case SPECIAL_DN: r->dn = text; break;
	case SPECIAL_NONE: break;
	}
}

/* --- the row ------------------------------------------------------------------------ */

static bool has_class(const char *list, const char *wanted)
{
	size_t len = strlen(wanted);

	while (*list) {
		size_t n = strcspn(list, "\n; ");

		if (n == len && strncasecmp(list, wanted, n) == 0)
			return true;
		list += n;
		list += strspn(list, "\n; ");
	}
	return false;
}

/* Directories hold more than accounts. */
static bool is_account(const struct row *r)
{
	static const char *const people[] = { "user",	       "person",
					      "inetOrgPerson", "account",
					      "posixAccount",  "organizationalPerson",
					      "shadowAccount" };
	size_t i;

	if (!r->class || !*r->class)
		return true;
	if (has_class(r->class, "computer") || has_class(r->class, "contact"))
		return false;
	for (i = 0; i < sizeof people / sizeof people[0]; i++)
		if (has_class(r->class, people[i]))
			return true;
	return false;
}

static const char *cell_text(struct arena *arena, const struct sheet_row *row, size_t i)
{
	const char *s = i < row->count ? row->cells[i].text : "";
	size_t len = i < row->count ? row->cells[i].text_len : 0;

	while (len && strchr(" \t\r\n", *s)) {
		s++;
		len--;
	}
	while (len && strchr(" \t\r\n", s[len - 1]))
		len--;
	return arena_strndup(arena, s, len);
}

static int take_cells(struct row *r, const struct import_map *map, const struct sheet_row *row,
		      struct err *err)
{
	size_t i;

	for (i = 0; i < map->column_count; i++) {
		const char *text = cell_text(r->w->arena, row, i);
		enum special what = special_of(map->header[i]);

		if (!text)
			return err_nomem(err);
		if (what != SPECIAL_NONE)
			take_special(r, what, map->header[i], text);
		else if (map->field[i] >= 0)
			take_field(r, &r->def->field[map->field[i]], map->header[i], text);
	}
	return 0;
}

int idlist_row(struct idlist_work *w, const struct import_map *map, const struct sheet_row *row,
	       struct err *err)
{
	struct row r = { .w = w, .def = w->list->def };
	const char *account, *note = "このIDの行を直してから取り込んでください。";
	int code;

	r.given = arena_calloc(w->arena, r.def->field_count, sizeof *r.given);
	code = r.given ? take_cells(&r, map, row, err) : err_nomem(err);
	if (code < 0)
		return code;
	account = given(&r, "account");
	if ((!account || !*account) && r.dn && *r.dn) {
		account = idvalue_rdn(r.dn, w->arena);
		give(&r, "account", account);
	}
	if (!is_account(&r))
		return idlist_refuse(w, row->number, account ? account : "", NULL, err);
	if (!account || !*account)
		return idlist_refuse(w, row->number, "",
				     arena_printf(w->arena, "IDの欄が空です。%s", note), err);
	if (r.fault)
		return idlist_refuse(w, row->number, account, r.fault, err);
	give(&r, "system", NULL);
	return idlist_take(w, row->number, r.given, account, err);
}
