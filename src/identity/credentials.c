#include "identity/credentials.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/canon.h"
#include "base/cleanup.h"

static void get_text(json_t *o, const char *key, char *ret, size_t size)
{
	snprintf(ret, size, "%s", json_str(o, key, ""));
}

static int64_t get_int(json_t *o, const char *key)
{
	return json_integer_value(json_object_get(o, key));
}

static void read_authenticators(json_t *list, struct credentials *ret)
{
	struct authenticator *a;
	json_t *o;
	size_t i;

	json_array_foreach(list, i, o)
	{
		if (ret->authenticator_count == AUTHENTICATORS_MAX)
			break;
		a = &ret->authenticator[ret->authenticator_count++];
		a->kind = strcmp(json_str(o, "kind", ""), "cert") == 0 ? AUTHENTICATOR_CERT
								       : AUTHENTICATOR_KEY;
		get_text(o, "id", a->id, sizeof a->id);
		get_text(o, "key", a->key, sizeof a->key);
		get_text(o, "label", a->label, sizeof a->label);
		a->alg = (int)get_int(o, "alg");
		a->at_us = get_int(o, "at");
	}
}

static size_t read_list(json_t *list, char *ret, size_t max, size_t size)
{
	json_t *o;
	size_t i;

	json_array_foreach(list, i, o)
	{
		if (i == max)
			break;
		snprintf(ret + i * size, size, "%s",
			 json_string_value(o) ? json_string_value(o) : "");
	}
	return i;
}

int credentials_load(struct conn *c, int64_t seq, struct credentials *ret, struct err *err)
{
	CLEANUP(buf_release) struct buf b;
	json_t *o = NULL;
	int r;

	buf_init(&b, 65536);
	memset(ret, 0, sizeof *ret);
	r = store_part(c, seq, "secret", &b, err);
	if (r == ERR_NOT_FOUND)
		return 0;
	if (r < 0)
		return r;
	r = json_read(b.data, b.len, &o, err);
	bytes_wipe(b.data, b.len);
	if (r < 0)
		return r;
	get_text(o, "hash", ret->hash, sizeof ret->hash);
	get_text(o, "totp", ret->totp, sizeof ret->totp);
	ret->short_password = json_is_true(json_object_get(o, "short"));
	ret->first_password = json_is_true(json_object_get(o, "first"));
	ret->set_us = get_int(o, "set");
	read_list(json_object_get(o, "past"), ret->past[0], PASSWORDS_PAST, PASSWORD_HASH_SIZE);
	ret->recovery_count = read_list(json_object_get(o, "recovery"), ret->recovery[0],
					RECOVERY_CODES, RECOVERY_HASH_SIZE);
	read_authenticators(json_object_get(o, "authenticators"), ret);
	get_text(o, "bypass", ret->bypass, sizeof ret->bypass);
	ret->bypass_until_us = get_int(o, "bypass_until");
	get_text(o, "bypass_proof", ret->bypass_proof, sizeof ret->bypass_proof);
	get_text(o, "seal", ret->seal, sizeof ret->seal);
	json_decref(o);
	return 0;
}

static void set_text(json_t *o, const char *key, const char *value)
{
	if (*value)
		json_object_set_new(o, key, json_string(value));
}

static void set_int(json_t *o, const char *key, int64_t value)
{
	if (value)
		json_object_set_new(o, key, json_integer(value));
}

/* Adds the texts up to the first empty one as a list, if there is any. */
static void set_list(json_t *o, const char *key, const char *list, size_t max, size_t size)
{
	json_t *a;
	size_t i;

	if (max == 0 || !*list)
		return;
	a = json_array();
	for (i = 0; i < max && list[i * size]; i++)
		json_array_append_new(a, json_string(list + i * size));
	json_object_set_new(o, key, a);
}

static void set_authenticators(json_t *o, const struct credentials *cred)
{
	json_t *list = json_array(), *one;
	size_t i;

	for (i = 0; i < cred->authenticator_count; i++) {
		const struct authenticator *a = &cred->authenticator[i];

		one = json_object();
		set_text(one, "kind", a->kind == AUTHENTICATOR_CERT ? "cert" : "key");
		set_text(one, "id", a->id);
		set_text(one, "key", a->key);
		set_text(one, "label", a->label);
		set_int(one, "alg", a->alg);
		set_int(one, "at", a->at_us);
		json_array_append_new(list, one);
	}
	if (cred->authenticator_count)
		json_object_set(o, "authenticators", list);
	json_decref(list);
}

int credentials_encode(const struct credentials *cred, struct buf *b, struct err *err)
{
	json_t *o = json_object();
	int r;

	set_text(o, "hash", cred->hash);
	set_text(o, "totp", cred->totp);
	if (cred->short_password)
		json_object_set_new(o, "short", json_true());
	if (cred->first_password)
		json_object_set_new(o, "first", json_true());
	set_int(o, "set", cred->set_us);
	set_list(o, "past", cred->past[0], PASSWORDS_PAST, PASSWORD_HASH_SIZE);
	set_list(o, "recovery", cred->recovery[0], cred->recovery_count, RECOVERY_HASH_SIZE);
	set_authenticators(o, cred);
	set_text(o, "bypass", cred->bypass);
	set_int(o, "bypass_until", cred->bypass_until_us);
	set_text(o, "bypass_proof", cred->bypass_proof);
	set_text(o, "seal", cred->seal);
	r = o ? canon_write(o, b, err) : err_nomem(err);
	json_decref(o);
	return r < 0 ? r : buf_failed(b) ? err_nomem(err) : 0;
}
