/* Checking a complete answer with nothing but the document and a verifier key. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/canon.h"
#include "base/cleanup.h"
#include "log/answer.h"
#include "log/commit.h"
#include "log/event.h"
#include "log/proof.h"

struct check {
	const struct note_key *keys;
	size_t key_count;
	struct answer_result *res;
	int64_t month_size;
	uint8_t month_root[HASH_SIZE];
};

static int wrong(struct err *err, const char *what)
{
	return err_set(err, ERR_INVALID,
		       "この回答は確かめられません: %s。書き換えられたか、そろっていません", what);
}

static bool hash_of(const json_t *object, const char *name, uint8_t ret[HASH_SIZE])
{
	const char *hex = json_str(object, name, "");

	return strlen(hex) == 2 * HASH_SIZE && hex_decode(hex, ret, HASH_SIZE);
}

/* --- facts of the main log ----------------------------------------------------------- */

static bool fits(const struct leaf *leaf, const char *op, const json_t *fact)
{
	const char *content = json_str(fact, "content", "");
	uint8_t salt[COMMIT_SALT_SIZE];

	return strcmp(leaf->kind, "trail") == 0 && leaf->op && strcmp(leaf->op, op) == 0 &&
	       leaf->part_count == 1 && strcmp(leaf->part[0].class, "internal") == 0 &&
	       hash_of(fact, "salt", salt) &&
	       commit_check(salt, "internal", content, strlen(content), leaf->part[0].commitment);
}

/* The content of a fact, proven to be in the main log; the caller owns it. */
static int fact_open(struct check *k, const json_t *fact, const char *op, json_t **ret,
		     struct err *err)
{
	const char *proof = json_str(fact, "log", ""), *content = json_str(fact, "content", "");
	CLEANUP(arena_release) struct arena a;
	struct proof_file file;
	struct checkpoint head;
	struct leaf leaf;
	int rc;

	arena_init(&a, 0);
	rc = proof_file_read(proof, strlen(proof), &a, &file, err);
	if (rc == 0 && !file.extra)
		rc = wrong(err, "主の記録の葉がありません");
	if (rc == 0)
		rc = proof_file_check(&file, file.extra, file.extra_len, k->keys, k->key_count,
				      &head, err);
	if (rc == 0)
		rc = leaf_read(file.extra, file.extra_len, &a, &leaf, err);
	if (rc == 0 && !fits(&leaf, op, fact))
		rc = wrong(err, "主の記録の内容が葉と合いません");
	if (rc < 0)
		return rc;
	k->res->log_size = head.size;
	memccpy(k->res->origin, head.origin, '\0', sizeof k->res->origin - 1);
	return json_read(content, strlen(content), ret, err);
}

/* --- entries --------------------------------------------------------------------------- */

static bool entry_read(const json_t *e, const uint8_t *patient, struct answer_entry *ret)
{
	const char *user = json_str(e, "user", ""), *tag = json_str(e, "patient", "");

	ret->at_us = json_int(e, "at", -1);
	ret->seq = json_int(e, "seq", -1);
	if (patient)
		memcpy(ret->patient, patient, ANSWER_TAG_SIZE);
	else if (strlen(tag) != 2 * (size_t)ANSWER_TAG_SIZE ||
		 !hex_decode(tag, ret->patient, ANSWER_TAG_SIZE))
		return false;
	return ret->at_us >= 0 && ret->seq >= 0 && strlen(user) == 2 * (size_t)ANSWER_USER_SIZE &&
	       hex_decode(user, ret->user, ANSWER_USER_SIZE);
}

/* Where an entry stands to the question: before it, in it, behind it. */
static int side_of(const struct answer_entry *e, const uint8_t *patient,
		   const struct answer_result *q)
{
	int c = memcmp(e->patient, patient, ANSWER_TAG_SIZE);

	if (c != 0)
		return c < 0 ? -1 : 1;
	return e->at_us < q->from_us ? -1 : e->at_us >= q->to_us ? 1 : 0;
}

struct part {
	const json_t *doc, *class;
	const char *keep;
	uint8_t key[HASH_SIZE], patient[ANSWER_TAG_SIZE];
	uint64_t first, size;
	struct answer_entry *entry; /* with the neighbours */
	uint8_t (*hash)[HASH_SIZE];
	size_t count;
};

/* Reads the neighbour `name`, which must be there or be missing. */
static bool neighbour(struct part *p, const char *name, bool there)
{
	const json_t *e = json_object_get(p->doc, name);

	if (!there)
		return !e;
	return e && entry_read(e, NULL, &p->entry[p->count++]);
}

static bool entries_read(struct part *p)
{
	const json_t *list = json_object_get(p->doc, "entries");
	size_t shown = json_array_size(list), i;
	long long first = json_int(p->doc, "first", -1);

	p->entry = calloc(shown + 2, sizeof *p->entry);
	p->hash = calloc(shown + 2, HASH_SIZE);
	if (!p->entry || !p->hash || !json_is_array(list) || first < 0 ||
	    (uint64_t)first + shown > p->size)
		return false;
	p->first = (uint64_t)first;
	if (!neighbour(p, "before", first > 0))
		return false;
	for (i = 0; i < shown; i++)
		if (!entry_read(json_array_get(list, i), p->patient, &p->entry[p->count++]))
			return false;
	return neighbour(p, "after", (uint64_t)first + shown < p->size);
}

/* Sorted, the shown ones in the window and their neighbours outside. */
static bool entries_fit(const struct part *p, const struct answer_result *q)
{
	size_t i, shown = json_array_size(json_object_get(p->doc, "entries"));
	size_t before = p->first > 0;

	for (i = 0; i < p->count; i++) {
		int want = i < before ? -1 : i < before + shown ? 0 : 1;

		if (side_of(&p->entry[i], p->patient, q) != want)
			return false;
		if (i > 0 && answer_entry_compare(&p->entry[i - 1], &p->entry[i]) >= 0)
			return false;
	}
	return true;
}

static bool path_read(const json_t *list, uint8_t (**ret)[HASH_SIZE], size_t *ret_count)
{
	size_t i, n = json_array_size(list);

	*ret = calloc(n + 1, HASH_SIZE);
	*ret_count = n;
	for (i = 0; *ret && i < n; i++) {
		const char *hex = json_string_value(json_array_get(list, i));

		if (!hex || strlen(hex) != 2 * HASH_SIZE || !hex_decode(hex, (*ret)[i], HASH_SIZE))
			return false;
	}
	return *ret != NULL;
}

static int root_check(struct part *p, struct err *err)
{
	uint8_t(*path)[HASH_SIZE] = NULL, root[HASH_SIZE], want[HASH_SIZE];
	uint8_t bytes[ANSWER_ENTRY_SIZE];
	size_t i, n = 0;
	int rc = 0;

	if (!hash_of(p->class, "root", want) ||
	    !path_read(json_object_get(p->doc, "path"), &path, &n))
		rc = wrong(err, "証明の値");
	for (i = 0; rc == 0 && i < p->count; i++) {
		answer_entry_write(&p->entry[i], bytes);
		tree_leaf_hash(bytes, sizeof bytes, p->hash[i]);
	}
	if (rc == 0 && p->size == 0)
		hash_bytes("", 0, root);
	else if (rc == 0)
		rc = answer_range_root((const uint8_t(*)[HASH_SIZE])p->hash,
				       p->first - (p->first > 0), p->count, p->size,
				       (const uint8_t(*)[HASH_SIZE])path, n, root, err);
	free(path);
	if (rc == 0 && memcmp(root, want, HASH_SIZE) != 0)
		rc = wrong(err, "アクセスの並びが、締めた時の値と合いません");
	return rc;
}

/* --- opened events ----------------------------------------------------------------------- */

static bool who_fits(const struct part *p, const struct check *k, const struct answer_entry *e,
		     const json_t *who, const struct event_leaf *leaf)
{
	const char *user = json_str(who, "user", "");
	uint8_t tag[ANSWER_USER_SIZE] = { 0 };

	if (*user)
		answer_tag(p->key, "user", user, sizeof tag, tag);
	return strcmp(json_str(who, "patient", ""), k->res->patient) == 0 &&
	       json_int(who, "at", leaf->at_us) == e->at_us &&
	       memcmp(tag, e->user, sizeof tag) == 0;
}

static bool commit_fits(const json_t *event, const char *text, const struct event_leaf *leaf)
{
	uint8_t part[EVENT_PARTS][HASH_SIZE], salt[HASH_SIZE], whole[HASH_SIZE];

	if (!hash_of(event, "salt", salt) || !hash_of(event, "detail", part[EVENT_DETAIL]) ||
	    !hash_of(event, "raw", part[EVENT_RAW]))
		return false;
	commit_make(salt, event_part_name[EVENT_WHO], text, strlen(text), part[EVENT_WHO]);
	event_commit((const uint8_t(*)[HASH_SIZE])part, whole);
	return memcmp(whole, leaf->commit, HASH_SIZE) == 0;
}

static bool included(const struct check *k, const json_t *event, const char *leaf, int64_t seq)
{
	uint8_t(*path)[HASH_SIZE] = NULL, hash[HASH_SIZE];
	struct tree_proof proof;
	size_t n = 0;
	bool good = path_read(json_object_get(event, "path"), &path, &n) && n <= TREE_PROOF_MAX;

	tree_leaf_hash(leaf, strlen(leaf), hash);
	if (good) {
		proof.count = n;
		memcpy(proof.hash, path, n * HASH_SIZE);
		good = proof_check_inclusion((uint64_t)seq, (uint64_t)k->month_size, hash, &proof,
					     k->month_root, NULL) == 0;
	}
	free(path);
	return good;
}

static int event_check(struct check *k, const struct part *p, const struct answer_entry *e,
		       const json_t *event, struct err *err)
{
	const char *text = json_str(event, "leaf", ""), *who_text = json_str(event, "who", "");
	struct event_leaf leaf;
	json_t *who = NULL;
	bool good;

	if (event_leaf_read(text, strlen(text), &leaf, NULL) < 0 ||
	    leaf.keep.len != strlen(p->keep) ||
	    memcmp(leaf.keep.data, p->keep, leaf.keep.len) != 0 ||
	    !included(k, event, text, e->seq))
		return wrong(err, "示された記録が、その月の証跡にありません");
	good = commit_fits(event, who_text, &leaf) &&
	       json_read(who_text, strlen(who_text), &who, NULL) == 0 &&
	       who_fits(p, k, e, who, &leaf);
	json_decref(who);
	if (!good)
		return wrong(err, "示された利用者・患者・時刻が、記録と合いません");
	k->res->opened++;
	return 0;
}

static int events_check(struct check *k, const struct part *p, struct err *err)
{
	const json_t *list = json_object_get(p->doc, "entries");
	size_t i, before = p->first > 0;
	int rc = 0;

	for (i = 0; rc == 0 && i < json_array_size(list); i++) {
		const json_t *event = json_object_get(json_array_get(list, i), "event");

		if (event)
			rc = event_check(k, p, &p->entry[before + i], event, err);
	}
	return rc;
}

/* --- parts ---------------------------------------------------------------------------------- */

static int shown_check(struct check *k, struct part *p, struct err *err)
{
	uint8_t hash[HASH_SIZE], want[HASH_SIZE];

	if (!hash_of(p->doc, "key", p->key) || !hash_of(p->class, "key", want))
		return wrong(err, "その月の鍵がありません");
	hash_bytes(p->key, sizeof p->key, hash);
	if (memcmp(hash, want, HASH_SIZE) != 0)
		return wrong(err, "その月の鍵が違います");
	answer_tag(p->key, "patient", k->res->patient, ANSWER_TAG_SIZE, p->patient);
	if (!entries_read(p) || !entries_fit(p, k->res))
		return wrong(err, "アクセスの並びか、前後の1件");
	k->res->count += (int64_t)json_array_size(json_object_get(p->doc, "entries"));
	return root_check(p, err);
}

static int disposed_check(struct check *k, const struct part *p, const json_t *fact,
			  struct err *err)
{
	json_t *body = NULL;
	int rc = fact_open(k, fact, "dispose", &body, err);

	if (rc == 0 && (json_int(body, "month", 0) != k->res->month ||
			strcmp(json_str(body, "keep", ""), p->keep) != 0))
		rc = wrong(err, "廃棄の記録が別のものです");
	json_decref(body);
	k->res->disposed += rc == 0;
	return rc;
}

static int part_check(struct check *k, const json_t *doc, const json_t *class, struct err *err)
{
	struct part p = { .doc = doc,
			  .class = class,
			  .keep = json_str(class, "keep", ""),
			  .size = (uint64_t)json_int(class, "count", 0) };
	const json_t *disposed = json_object_get(doc, "disposed");
	int rc;

	if (strcmp(json_str(doc, "keep", "?"), p.keep) != 0 || p.size > TREE_SIZE_MAX)
		return wrong(err, "保存区分がそろっていません");
	rc = disposed ? disposed_check(k, &p, disposed, err) : shown_check(k, &p, err);
	if (rc == 0 && !disposed)
		rc = events_check(k, &p, err);
	free(p.entry);
	free(p.hash);
	return rc;
}

/* --- the whole -------------------------------------------------------------------------------- */

static int head_check(struct check *k, const json_t *doc, struct err *err)
{
	const char *patient = json_str(doc, "patient", "");
	struct answer_result *r = k->res;

	if (strcmp(json_str(doc, "kind", ""), "daicho trail answer") != 0 ||
	    json_int(doc, "v", 0) != 1)
		return wrong(err, "これは証跡の回答ではありません");
	if (!*patient || strlen(patient) >= sizeof r->patient)
		return wrong(err, "患者の番号");
	memcpy(r->patient, patient, strlen(patient) + 1);
	r->month = (int)json_int(doc, "month", 0);
	r->from_us = json_int(doc, "from", 0);
	r->to_us = json_int(doc, "to", 0);
	return 0;
}

static int close_check(struct check *k, const json_t *doc, const json_t *close, struct err *err)
{
	const json_t *classes = json_object_get(close, "classes");
	const json_t *parts = json_object_get(doc, "parts");
	size_t i;
	int rc = 0;

	k->month_size = json_int(close, "size", 0);
	if (json_int(close, "month", 0) != k->res->month || k->month_size <= 0 ||
	    !hash_of(close, "root", k->month_root))
		return wrong(err, "月の締めの記録");
	if (!json_is_array(parts) || json_array_size(parts) != json_array_size(classes))
		return wrong(err, "保存区分がそろっていません");
	for (i = 0; rc == 0 && i < json_array_size(classes); i++)
		rc = part_check(k, json_array_get(parts, i), json_array_get(classes, i), err);
	return rc;
}

int answer_check(const char *json, size_t len, const struct note_key *keys, size_t key_count,
		 struct answer_result *ret, struct err *err)
{
	struct check k = { .keys = keys, .key_count = key_count, .res = ret };
	json_t *doc = NULL, *close = NULL;
	int rc;

	memset(ret, 0, sizeof *ret);
	if (len > ANSWER_BYTES_MAX)
		return err_set(err, ERR_LIMIT, "回答が大きすぎます。期間を短くしてください");
	rc = json_read(json, len, &doc, err);
	if (rc == 0)
		rc = head_check(&k, doc, err);
	if (rc == 0)
		rc = fact_open(&k, json_object_get(doc, "close"), "close", &close, err);
	if (rc == 0)
		rc = close_check(&k, doc, close, err);
	json_decref(close);
	json_decref(doc);
	return rc;
}
