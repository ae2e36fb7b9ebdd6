/* Looking somebody up in a snapshot. */
#include <stdlib.h>
#include <string.h>

#include "base/fold.h"
#include "trail/who_list.h"

const char *who_kind_label(enum who_kind k)
{
	static const char *const labels[WHO_KINDS] = { "台帳にないID", "個人",	 "管理者",
						       "共用",	       "プログラム用", "保守用",
						       "非常時用",     "機器連携用" };

	return labels[k];
}

void who_fold(const char *login, char ret[WHO_LOGIN_SIZE])
{
	if (!login || fold_key_cut(login, ret, WHO_LOGIN_SIZE) < 0)
		*ret = '\0';
}

/* FNV-1a over system, a zero and login; what is in the table comes from our own ledgers. */
static uint64_t hash_of(const char *system, const char *key)
{
	uint64_t h = 14695981039346656037U;

	for (; *system; system++)
		h = (h ^ (unsigned char)*system) * 1099511628211U;
	h *= 1099511628211U;
	for (; *key; key++)
		h = (h ^ (unsigned char)*key) * 1099511628211U;
	return h ^ h >> 29;
}

static struct who_slot *slot_of(const struct who_list *w, const char *system, const char *key)
{
	size_t i = (size_t)hash_of(system, key) & (w->slot_count - 1);

	while (w->slot[i].system &&
	       (strcmp(w->slot[i].key, key) != 0 || strcmp(w->slot[i].system, system) != 0))
		i = (i + 1) & (w->slot_count - 1);
	return &w->slot[i];
}

static bool same_owner(const struct who_entry *a, const struct who_entry *b)
{
	return a->login.kind == b->login.kind && strcmp(a->login.staff, b->login.staff) == 0;
}

static void put(struct who_list *w, const struct who_entry *e, const char *system)
{
	struct who_slot *s = slot_of(w, system, e->key);

	if (!s->system || (s->entry->gone && !e->gone))
		*s = (struct who_slot){ .system = system, .key = e->key, .entry = e };
	else if (s->entry->gone == e->gone && !same_owner(s->entry, e))
		s->torn = true;
}

int who_index(struct who_list *w, struct err *err)
{
	size_t i, k;

	for (w->slot_count = 64; w->slot_count < w->entry_count * WHO_SYSTEM_KEYS * 2;)
		w->slot_count *= 2;
	w->slot = arena_calloc(&w->arena, w->slot_count, sizeof *w->slot);
	if (!w->slot)
		return err_nomem(err);
	for (i = 0; i < w->entry_count; i++)
		for (k = 0; *w->entry[i].key && k < WHO_SYSTEM_KEYS; k++)
			if (*w->entry[i].system_key[k])
				put(w, &w->entry[i], w->entry[i].system_key[k]);
	return 0;
}

/* --- accounts --------------------------------------------------------------------------------- */

static const struct who_source *source_of(const struct who_list *w, const char *id)
{
	size_t i;

	for (i = 0; i < w->source_count; i++)
		if (strcmp(w->source[i].id, id) == 0)
			return &w->source[i];
	return NULL;
}

const char *who_source(const struct who_list *list, const char *source)
{
	const struct who_source *s = source_of(list, source);

	return s ? s->name : source;
}

const char *who_source_id(const struct who_list *list, const char *typed)
{
	const char *found = NULL;
	size_t i;

	for (i = 0; i < list->source_count; i++) {
		if (strcmp(list->source[i].id, typed) == 0)
			return typed;
		if (strcmp(list->source[i].name, typed) == 0) {
			if (found)
				return typed;
			found = list->source[i].id;
		}
	}
	return found ? found : typed;
}

size_t who_source_count(const struct who_list *list)
{
	return list->source_count;
}

void who_source_at(const struct who_list *list, size_t i, const char **ret_id,
		   const char **ret_name)
{
	*ret_id = list->source[i].id;
	*ret_name = list->source[i].name;
}

static const struct who_slot *slot_in(const struct who_list *w, const char *source, const char *key)
{
	const struct who_source *s = source_of(w, source);
	const struct who_slot *slot;
	size_t i;

	if (!*key)
		return NULL;
	if (!s) {
		slot = slot_of(w, source, key);
		return slot->system ? slot : NULL;
	}
	for (i = 0; i < WHO_SYSTEM_KEYS; i++) {
		slot = *s->system_key[i] ? slot_of(w, s->system_key[i], key) : NULL;
		if (slot && slot->system)
			return slot;
	}
	return NULL;
}

/* As given, else without the domain before or behind it. */
static const struct who_slot *slot_for(const struct who_list *w, const char *source,
				       const char *login)
{
	char key[WHO_LOGIN_SIZE];
	const struct who_slot *s;
	char *at;

	who_fold(login, key);
	s = slot_in(w, source, key);
	if (s)
		return s;
	at = strrchr(key, '\\');
	if (at)
		return slot_in(w, source, at + 1);
	at = strchr(key, '@');
	if (!at)
		return NULL;
	*at = '\0';
	return slot_in(w, source, key);
}

const struct who_login *who_account(const struct who_list *list, const char *source,
				    const char *login)
{
	const struct who_slot *s = slot_for(list, source, login);

	return s && !s->torn ? &s->entry->login : NULL;
}

const char *who_of(const struct who_list *list, const char *source, const char *login)
{
	const struct who_login *a = who_account(list, source, login);

	if (!a || !*a->staff || (a->kind != WHO_PERSONAL && a->kind != WHO_ADMIN))
		return NULL;
	return a->staff;
}

/* --- people ------------------------------------------------------------------------------------ */

static int person_compare(const void *id, const void *person)
{
	return strcmp(id, ((const struct who_person *)person)->id);
}

const struct who_person *who_person(const struct who_list *list, const char *staff)
{
	if (!staff || !list->person_count)
		return NULL;
	return bsearch(staff, list->person, list->person_count, sizeof *list->person,
		       person_compare);
}

const char *who_name(const struct who_list *list, const char *staff)
{
	const struct who_person *p = who_person(list, staff);

	return p ? p->name : NULL;
}

int who_logins(const struct who_list *list, const char *staff,
	       int (*each)(void *arg, const struct who_login *login, struct err *err), void *arg,
	       struct err *err)
{
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < list->entry_count; i++) {
		const struct who_entry *e = &list->entry[i];

		if (e->second || (staff && strcmp(e->login.staff, staff) != 0))
			continue;
		r = each(arg, &e->login, err);
	}
	return r;
}

static bool has_login(const struct who_list *list, const struct who_person *p, const char *key)
{
	size_t i;

	for (i = 0; i < list->entry_count; i++)
		if (strcmp(list->entry[i].login.staff, p->id) == 0 &&
		    strcmp(list->entry[i].key, key) == 0)
			return true;
	return false;
}

static bool meant(const struct who_list *list, const struct who_person *p, const char *typed,
		  const char *key)
{
	char mine[WHO_LOGIN_SIZE];

	if (strcmp(p->id, typed) == 0)
		return true;
	who_fold(p->number, mine);
	if (*mine && strcmp(mine, key) == 0)
		return true;
	who_fold(p->name, mine);
	return (*mine && strcmp(mine, key) == 0) || has_login(list, p, key);
}

size_t who_search(const struct who_list *list, const char *typed, const struct who_person **ret,
		  size_t max)
{
	char key[WHO_LOGIN_SIZE];
	size_t i, n = 0;

	who_fold(typed, key);
	for (i = 0; *key && i < list->person_count; i++)
		if (meant(list, &list->person[i], typed, key)) {
			if (n < max)
				ret[n] = &list->person[i];
			n++;
		}
	return n;
}
