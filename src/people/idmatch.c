#include "people/idmatch.h"

#include <string.h>

#include "base/fold.h"
#include "people/fields.h"

#define KEY_SIZE 512

const char *idmatch_name(enum idmatch_by by)
{
	static const char *const names[] = { "none", "staff_no",  "email",  "login",
					     "name", "ambiguous", "decided" };

	return names[by];
}

/* Excel drops the zeros in front of staff numbers. */
static const char *number_key(const char *folded)
{
	size_t zeros = strspn(folded, "0");

	return strspn(folded, "0123456789") == strlen(folded) && folded[zeros] ? folded + zeros
									       : folded;
}

/* "佐藤 美咲（看護部）": what stands in brackets is no part of the name. */
static void name_key(char *folded)
{
	char *bracket = strchr(folded, '(');

	if (bracket && bracket > folded)
		*bracket = '\0';
}

/* The folded form by which this way finds people; "" finds nobody. */
static const char *key_of(enum idmatch_by way, const char *text, char buffer[KEY_SIZE])
{
	if (!*text || fold_key(text, buffer, KEY_SIZE) <= 0)
		return "";
	if (way == IDMATCH_STAFF_NO)
		return number_key(buffer);
	if (way == IDMATCH_NAME)
		name_key(buffer);
	return buffer;
}

static int add(struct idmatch *m, enum idmatch_by way, const char *text, size_t index)
{
	char buffer[KEY_SIZE];
	const char *key = key_of(way, text, buffer);
	json_int_t value = json_object_get(m->key[way], key) ? -1 : (json_int_t)index;

	return *key ? json_object_set_new(m->key[way], key, json_integer(value)) : 0;
}

int idmatch_init(struct idmatch *m, struct ledgers *l, struct conn *c, struct arena *arena,
		 struct err *err)
{
	static const char *const fields[] = { NULL, "staff_no", "email", "login", "name" };
	size_t i;
	int way, r;

	memset(m, 0, sizeof *m);
	r = persons_read(l, c, arena, &m->persons, err);
	for (way = IDMATCH_STAFF_NO; r == 0 && way <= IDMATCH_NAME; way++) {
		m->key[way] = json_object();
		for (i = 0; r == 0 && i < m->persons.count; i++)
			if (!m->key[way] ||
			    add(m, (enum idmatch_by)way,
				field_text(m->persons.def, m->persons.item[i].value, fields[way]),
				i) != 0)
				r = err_nomem(err);
	}
	return r;
}

void idmatch_release(struct idmatch *m)
{
	int way;

	for (way = 0; way < IDMATCH_AMBIGUOUS; way++)
		json_decref(m->key[way]);
}

/* Index of the one person with this text, -1 for several, -2 for nobody. */
static json_int_t look_up(const struct idmatch *m, enum idmatch_by way, const char *text)
{
	char buffer[KEY_SIZE];
	const char *key = key_of(way, text, buffer);
	const json_t *found = *key ? json_object_get(m->key[way], key) : NULL;

	return found ? json_integer_value(found) : -2;
}

/* Somebody of the same name whose staff number is another one is a homonym. */
static bool contradicts(const struct idmatch *m, const struct person *p, const char *staff_no)
{
	char a[KEY_SIZE], b[KEY_SIZE];
	const char *has = field_text(m->persons.def, p->value, "staff_no");

	return *staff_no && *has &&
	       strcmp(key_of(IDMATCH_STAFF_NO, has, a), key_of(IDMATCH_STAFF_NO, staff_no, b)) != 0;
}

const struct person *idmatch_find(const struct idmatch *m, const struct idclaim *claim,
				  enum idmatch_by *ret_by)
{
	const char *const text[] = { NULL, claim->staff_no, claim->email, claim->login,
				     claim->name };
	int way;

	*ret_by = IDMATCH_NONE;
	for (way = IDMATCH_STAFF_NO; way <= IDMATCH_NAME; way++) {
		json_int_t at = look_up(m, (enum idmatch_by)way, text[way]);
		const struct person *p;

		if (at == -1)
			*ret_by = IDMATCH_AMBIGUOUS;
		if (at < 0)
			continue;
		p = &m->persons.item[at];
		if (way >= IDMATCH_LOGIN && contradicts(m, p, claim->staff_no))
			continue;
		*ret_by = (enum idmatch_by)way;
		return p;
	}
	return NULL;
}
