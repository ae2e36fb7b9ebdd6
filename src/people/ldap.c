#include "people/ldap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fold.h"
#include "define/value.h"
#include "people/fields.h"
#include "people/ldap_link.h"
#include "people/person.h"
#include "report/csv.h"

#define PEOPLE_MAX 100000
#define VALUE_MAX 1000 /* bytes of one value; nobody's name is longer */

/* Columns of the table, by the staff ledger's field names. */
static const char *const columns[] = { "staff_no", "name",  "login",	"department",
				       "rank",	   "email", "directory" };
#define COLUMNS (sizeof columns / sizeof columns[0])

struct reading {
	const struct directory *d;
	struct persons persons;
	struct arena *arena; /* of the caller */
	struct arena row;
	struct csv csv;
	struct ldap_totals *ret;
};

static int write_fd(void *ctx, const void *data, size_t len, struct err *err)
{
	const char *p = data;

	while (len) {
		ssize_t n = write(*(const int *)ctx, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(err, errno, "ディレクトリの一覧を書き込めません");
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

/* The first value of an attribute, if it is clean text; else "". */
static const char *one_value(struct reading *k, LDAP *ld, LDAPMessage *e, const char *attr)
{
	struct berval **values = attr ? ldap_get_values_len(ld, e, attr) : NULL;
	const char *text = "";
	struct berval *v;

	if (values && values[0] && values[0]->bv_len) {
		v = values[0];
		if (v->bv_len <= VALUE_MAX && utf8_valid(v->bv_val, v->bv_len, NULL))
			text = arena_strndup(&k->row, v->bv_val, v->bv_len);
		if (text && (!*text || text_has_control(text, false))) {
			k->ret->dropped++;
			text = "";
		}
	}
	ldap_value_free_len(values);
	return text ? text : "";
}

static const char *value_of(struct reading *k, LDAP *ld, LDAPMessage *e, enum directory_attr a)
{
	const char *first, *second, *text;

	directory_attributes(k->d, a, &first, &second);
	text = one_value(k, ld, e, first);
	return *text ? text : one_value(k, ld, e, second);
}

/* As the staff ledger would store it; "" for what it would refuse, so that one odd value does
 * not stop everybody else. */
static const char *accepted(struct reading *k, const char *field, const char *text)
{
	int i = ledger_field(k->persons.def, field);
	const char *stored = "";

	if (!*text || i < 0)
		return "";
	if (value_parse(&k->persons.def->field[i], text, &k->row, &stored, NULL) == 0 && *stored)
		return stored;
	k->ret->dropped++;
	return "";
}

/* userAccountControl carries bit 2 for disabled; other attributes say it by being there. */
static bool says_disabled(const char *state)
{
	static const char *const active[] = { "FALSE", "false", "active", "enabled", "no" };
	char *end;
	long n;
	size_t i;

	if (!*state)
		return false;
	n = strtol(state, &end, 10);
	if (!*end)
		return n & 2;
	for (i = 0; i < sizeof active / sizeof active[0]; i++)
		if (strcmp(state, active[i]) == 0)
			return false;
	return true;
}

/* accountExpires counts 100 ns since 1601; 0 and the largest number mean never. */
static bool expired(const char *expires)
{
	char *end;
	long long n = strtoll(expires, &end, 10);

	if (!*expires || *end || n <= 0 || n == INT64_MAX)
		return false;
	return n / 10 - 11644473600000000LL < clock_now_us();
}

static const struct person *by_login(const struct reading *k, const char *login)
{
	size_t i;

	for (i = 0; *login && i < k->persons.count; i++)
		if (strcasecmp(field_text(k->persons.def, k->persons.item[i].value, "login"),
			       login) == 0)
			return &k->persons.item[i];
	return NULL;
}

static bool known_name(const struct reading *k, const char *name)
{
	char key[1024];
	size_t i;

	if (fold_key(name, key, sizeof key) <= 0)
		return false;
	for (i = 0; i < k->persons.count; i++)
		if (strcmp(k->persons.item[i].key, key) == 0)
			return true;
	return false;
}

/* Many directories hold no staff number: then the login tells people apart, unless the
 * ledger knows the person by login or by name. */
static const char *number_for(const struct reading *k, const char *login, const char *name)
{
	const struct person *p = by_login(k, login);

	if (p)
		return field_text(k->persons.def, p->value, "staff_no");
	return known_name(k, name) ? "" : login;
}

static int take_entry(void *arg, LDAP *ld, LDAPMessage *e, struct err *err)
{
	struct reading *k = arg;
	const char *cell[COLUMNS];
	bool disabled;

	arena_release(&k->row);
	cell[0] = accepted(k, "staff_no", value_of(k, ld, e, DIRECTORY_NUMBER));
	cell[1] = accepted(k, "name", value_of(k, ld, e, DIRECTORY_NAME));
	cell[2] = accepted(k, "login", value_of(k, ld, e, DIRECTORY_LOGIN));
	cell[3] = accepted(k, "department", value_of(k, ld, e, DIRECTORY_DEPARTMENT));
	cell[4] = accepted(k, "rank", value_of(k, ld, e, DIRECTORY_TITLE));
	cell[5] = accepted(k, "email", value_of(k, ld, e, DIRECTORY_MAIL));
	disabled = says_disabled(value_of(k, ld, e, DIRECTORY_STATE)) ||
		   expired(value_of(k, ld, e, DIRECTORY_EXPIRES));
	cell[6] = disabled ? "disabled" : "enabled";
	if (arena_failed(&k->row))
		return err_nomem(err);
	if (!*cell[1] || (!*cell[0] && !*cell[2])) {
		k->ret->skipped++;
		return 0;
	}
	if (!*cell[0])
		cell[0] = number_for(k, cell[2], cell[1]);
	if (++k->ret->people > PEOPLE_MAX)
		return err_set(err, ERR_LIMIT,
			       "ディレクトリに%d人より多くいます。絞り込みを狭くしてください",
			       PEOPLE_MAX);
	k->ret->disabled += disabled;
	if (k->ret->first_count < sizeof k->ret->first / sizeof k->ret->first[0])
		k->ret->first[k->ret->first_count++] = arena_strdup(k->arena, cell[1]);
	return csv_row(&k->csv, cell, COLUMNS, err);
}

static int ask(struct reading *k, struct err *err)
{
	char *attrs[DIRECTORY_ATTR_MAX * 2 + 1];
	size_t n = 0;
	struct ldap_link link;
	int a, r;

	for (a = 0; a < DIRECTORY_ATTR_MAX; a++) {
		const char *first, *second;

		directory_attributes(k->d, (enum directory_attr)a, &first, &second);
		attrs[n++] = arena_strdup(k->arena, first);
		if (second)
			attrs[n++] = arena_strdup(k->arena, second);
	}
	attrs[n] = NULL;
	if (arena_failed(k->arena))
		return err_nomem(err);
	r = ldap_link_open(&link, k->d, err);
	if (r == 0)
		r = ldap_link_search(&link, k->d, attrs, take_entry, k, err);
	ldap_link_close(&link);
	return r;
}

int ldap_people(struct ledgers *l, struct conn *c, const struct directory *d, int fd,
		struct arena *arena, struct ldap_totals *ret, struct err *err)
{
	const struct csv_options options = { .encoding = CSV_UTF8, .write = write_fd, .ctx = &fd };
	struct reading k = { .d = d, .arena = arena, .ret = ret };
	int r;

	memset(ret, 0, sizeof *ret);
	r = persons_read(l, c, arena, &k.persons, err);
	if (r < 0)
		return r;
	arena_init(&k.row, 0);
	csv_init(&k.csv, &options);
	r = csv_row(&k.csv, columns, COLUMNS, err);
	if (r == 0)
		r = ask(&k, err);
	if (r == 0 && !ret->people)
		r = err_set(
			err, ERR_INVALID,
			"ディレクトリに人が1人も見つかりません。ベースDN、絞り込み、氏名とログイ"
			"ン名の属性を確かめてください");
	if (r == 0)
		r = csv_end(&k.csv, err);
	csv_release(&k.csv);
	arena_release(&k.row);
	return r;
}
