#include "people/person.h"

#include <stdio.h>
#include <string.h>

#include "base/fold.h"
#include "people/fields.h"

static int grow(struct persons *p, struct err *err)
{
	size_t n = p->alloc ? p->alloc * 2 : 256;
	struct person *more;

	if (p->count < p->alloc)
		return 0;
	more = arena_calloc(p->arena, n, sizeof *more);
	if (!more)
		return err_nomem(err);
	if (p->count)
		memcpy(more, p->item, p->count * sizeof *more);
	p->item = more;
	p->alloc = n;
	return 0;
}

static int keep_row(void *arg, const struct list_row *row, struct err *err)
{
	struct persons *p = arg;
	const char **value;
	size_t i;
	int r = grow(p, err);

	if (r < 0)
		return r;
	value = arena_calloc(p->arena, p->def->field_count, sizeof *value);
	for (i = 0; value && i < p->def->field_count; i++)
		value[i] = row->value[i] && *row->value[i] ? arena_strdup(p->arena, row->value[i])
							   : "";
	snprintf(p->item[p->count].id, ID_SIZE, "%s", row->id);
	p->item[p->count].rev = row->rev;
	p->item[p->count].value = value;
	p->count++;
	return arena_failed(p->arena) ? err_nomem(err) : 0;
}

/* "" for what cannot be folded: it meets nothing. */
static const char *folded(struct arena *arena, const char *s)
{
	char key[1024];

	return fold_key(s, key, sizeof key) > 0 ? arena_strdup(arena, key) : "";
}

const struct account *persons_account(const struct persons *p, const char *account)
{
	size_t i;

	for (i = 0; *account && i < p->account_count; i++)
		if (strcmp(p->account[i].id, account) == 0)
			return &p->account[i];
	return NULL;
}

/* The one that may sign in counts before one that was stopped. */
static const struct account *linked(const struct persons *p, const struct person *who)
{
	const struct account *found = NULL;
	size_t i;

	for (i = 0; i < p->account_count; i++) {
		const struct account *a = &p->account[i];

		if (strcmp(a->staff, who->id) == 0 && (!found || found->disabled))
			found = a;
	}
	return found ? found : persons_account(p, field_text(p->def, who->value, "account"));
}

static size_t namesakes(const struct persons *p, const char *key)
{
	size_t i, n = 0;

	for (i = 0; i < p->count; i++)
		n += strcmp(p->item[i].key, key) == 0;
	return n;
}

const struct account *persons_guess(const struct persons *p, const char *login, const char *name)
{
	const char *by_login = folded(p->arena, login), *by_name = folded(p->arena, name);
	const struct account *found = NULL;
	size_t i;

	for (i = 0; by_login && by_name && i < p->account_count; i++) {
		const struct account *a = &p->account[i];

		if (a->kind != ACCOUNT_PERSON || a->disabled || p->taken[i])
			continue;
		if (*by_login && strcmp(p->login_key[i], by_login) == 0)
			return a;
		if (!*by_name || strcmp(p->name_key[i], by_name) != 0)
			continue;
		if (found)
			return NULL;
		found = a;
	}
	return found && namesakes(p, by_name) <= 1 ? found : NULL;
}

static int fold_names(struct persons *p, struct err *err)
{
	size_t i;

	p->login_key = arena_calloc(p->arena, p->account_count + 1, sizeof *p->login_key);
	p->name_key = arena_calloc(p->arena, p->account_count + 1, sizeof *p->name_key);
	p->taken = arena_calloc(p->arena, p->account_count + 1, sizeof *p->taken);
	if (arena_failed(p->arena))
		return err_nomem(err);
	for (i = 0; i < p->account_count; i++) {
		p->login_key[i] = folded(p->arena, p->account[i].login);
		p->name_key[i] = folded(p->arena, p->account[i].name);
		p->taken[i] = *p->account[i].staff != '\0';
	}
	for (i = 0; i < p->count; i++)
		p->item[i].key = folded(p->arena, field_text(p->def, p->item[i].value, "name"));
	return arena_failed(p->arena) ? err_nomem(err) : 0;
}

static void link_accounts(struct persons *p)
{
	size_t i;

	for (i = 0; i < p->count; i++) {
		p->item[i].account = linked(p, &p->item[i]);
		if (p->item[i].account)
			p->taken[p->item[i].account - p->account] = true;
	}
	for (i = 0; i < p->count; i++)
		if (!p->item[i].account)
			p->item[i].guess =
				persons_guess(p, field_text(p->def, p->item[i].value, "login"),
					      field_text(p->def, p->item[i].value, "name"));
}

int persons_read(struct ledgers *l, struct conn *c, struct arena *arena, struct persons *ret,
		 struct err *err)
{
	struct list_query q = { .sort = -1 };
	int r;

	memset(ret, 0, sizeof *ret);
	ret->arena = arena;
	r = ledgers_find(l, "staff", &ret->def, err);
	q.def = ret->def;
	if (r == 0)
		r = list_each(l, c, &q, keep_row, ret, err);
	if (r == 0)
		r = account_list(c, arena, &ret->account, &ret->account_count, err);
	if (r == 0)
		r = fold_names(ret, err);
	if (r < 0)
		return r;
	link_accounts(ret);
	return arena_failed(arena) ? err_nomem(err) : 0;
}

const struct person *persons_find(const struct persons *p, const char *staff)
{
	size_t i;

	for (i = 0; i < p->count; i++)
		if (strcmp(p->item[i].id, staff) == 0)
			return &p->item[i];
	return NULL;
}

bool person_gone(const struct ledger_def *staff, const char *const *value, const char *today)
{
	const char *left = field_text(staff, value, "left_on");

	return (*left && strcmp(left, today) < 0) || *field_text(staff, value, "missing_on");
}
