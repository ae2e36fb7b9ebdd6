/* Complete answers about one patient in a closed month; see log/answer.h. */
#include <stdlib.h>
#include <string.h>

#include "base/canon.h"
#include "base/cleanup.h"
#include "log/answer.h"
#include "log/proof.h"
#include "store/evidence_entry.h"
#include "store/evidence_fact.h"
#include "store/evidence_read.h"

struct answering {
	struct store *s;
	struct conn *c; /* main log */
	struct month_reader *r;
	int month;
	const char *patient;
	int64_t from_us, to_us;
	bool openings;
	struct buf note; /* checkpoint of the main log */
	struct checkpoint head;
};

static json_t *hex_json(const void *data, size_t len)
{
	char text[2 * HASH_SIZE + 1];

	hex_encode(data, len, text);
	return json_string(text);
}

/* --- facts ------------------------------------------------------------------------------- */

static int fact_proof(struct answering *a, int64_t seq, struct buf *ret, struct err *err)
{
	struct proof_file file = { .index = (uint64_t)seq,
				   .checkpoint = a->note.data,
				   .checkpoint_len = a->note.len };
	struct tree_source source = store_tree(a->c);
	CLEANUP(buf_release) struct buf leaf;
	int rc;

	buf_init(&leaf, 0);
	if ((uint64_t)seq >= a->head.size)
		return err_set(err, ERR_BUSY,
			       "この月の締めは、まだ署名されていません。10秒ほど待ってから"
			       "やり直してください");
	rc = tree_inclusion(&source, (uint64_t)seq, a->head.size, &file.path, err);
	if (rc == 0)
		rc = store_leaf(a->c, seq, &leaf, err);
	if (rc < 0)
		return rc;
	file.extra = leaf.data;
	file.extra_len = leaf.len;
	return proof_file_write(&file, ret, err);
}

/* {"log","content","salt"} of a fact. */
static int fact_json(struct answering *a, int64_t seq, json_t **ret, struct err *err)
{
	CLEANUP(buf_release) struct buf proof;
	int rc;

	buf_init(&proof, 0);
	rc = fact_proof(a, seq, &proof, err);
	if (rc == 0)
		rc = trail_fact_open(a->c, seq, ret, err);
	if (rc == 0 && json_object_set_new(*ret, "log", json_string(proof.data)) != 0)
		rc = err_nomem(err);
	return rc;
}

/* --- openings -------------------------------------------------------------------------------- */

static json_t *path_json(const uint8_t (*hash)[HASH_SIZE], size_t count)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < count; i++)
		json_array_append_new(list, hex_json(hash[i], HASH_SIZE));
	return list;
}

static int opening_fill(struct answering *a, const struct month_key *key, int64_t size, int64_t seq,
			const struct leaf_slice *rec, const struct event_leaf *leaf, json_t **ret,
			struct err *err)
{
	struct tree_source source = store_tree(a->r->c);
	struct hash_part part[EVENT_PARTS];
	uint8_t commit[EVENT_PARTS][HASH_SIZE], salt[HASH_SIZE];
	struct tree_proof proof;
	int i, rc = reader_payload(a->r, seq, leaf, part, err);

	if (rc == 0)
		rc = err_set(err, ERR_CORRUPT, "証跡 %lld 番目の内容がありません", (long long)seq);
	if (rc > 0)
		rc = tree_inclusion(&source, (uint64_t)seq, (uint64_t)size, &proof, err);
	if (rc < 0)
		return rc;
	for (i = EVENT_DETAIL; i < EVENT_PARTS; i++)
		event_part_commit(key->salt, seq, (enum event_part)i, part[i].data, part[i].len,
				  commit[i]);
	event_salt(key->salt, seq, EVENT_WHO, salt);
	*ret = json_pack("{s:s%,s:s%,s:o,s:o,s:o,s:o}", "leaf", rec->data, rec->len, "who",
			 part[EVENT_WHO].data, part[EVENT_WHO].len, "salt",
			 hex_json(salt, sizeof salt), "detail",
			 hex_json(commit[EVENT_DETAIL], HASH_SIZE), "raw",
			 hex_json(commit[EVENT_RAW], HASH_SIZE), "path",
			 path_json((const uint8_t(*)[HASH_SIZE])proof.hash, proof.count));
	return *ret ? 0 : err_nomem(err);
}

static int opening_json(struct answering *a, const struct month_key *key, int64_t size, int64_t seq,
			json_t **ret, struct err *err)
{
	CLEANUP(buf_release) struct buf rec;
	struct event_leaf leaf;
	struct leaf_slice bytes;
	int rc;

	buf_init(&rec, 0);
	rc = store_leaf(a->r->c, seq, &rec, err);
	if (rc == 0)
		rc = event_leaf_read(rec.data, rec.len, &leaf, err);
	bytes = (struct leaf_slice){ rec.data, rec.len };
	return rc < 0 ? rc : opening_fill(a, key, size, seq, &bytes, &leaf, ret, err);
}

/* --- entries ------------------------------------------------------------------------------------
 */

/* A place among the sorted entries of one class. */
struct walk {
	struct conn *c;
	const char *keep;
	int64_t tile;
	size_t at, count;
	struct answer_entry entry[TREE_TILE];
};

/* 1 if the walk stands on an entry. */
static int walk_load(struct walk *w, int64_t tile, struct err *err)
{
	int rc = entry_tile(w->c, w->keep, tile, w->entry, err);

	w->tile = tile;
	w->at = 0;
	w->count = rc > 0 ? (size_t)rc : 0;
	return rc == ERR_NOT_FOUND ? 0 : rc < 0 ? rc : 1;
}

static int walk_next(struct walk *w, struct err *err)
{
	if (++w->at < w->count)
		return 1;
	return w->count < TREE_TILE ? 0 : walk_load(w, w->tile + 1, err);
}

/* Behind the window, in it, before it: as the checker sees it. */
static int side_of(const struct answer_entry *e, const uint8_t *tag, const struct answering *a)
{
	int c = memcmp(e->patient, tag, ANSWER_TAG_SIZE);

	if (c != 0)
		return c < 0 ? -1 : 1;
	return e->at_us < a->from_us ? -1 : e->at_us >= a->to_us ? 1 : 0;
}

static json_t *entry_json(const struct answer_entry *e, bool with_tag)
{
	json_t *o = json_pack("{s:I,s:I,s:o}", "at", (json_int_t)e->at_us, "seq",
			      (json_int_t)e->seq, "user", hex_json(e->user, sizeof e->user));

	if (with_tag)
		json_object_set_new(o, "patient", hex_json(e->patient, sizeof e->patient));
	return o;
}

struct class_answer {
	struct answering *a;
	const char *keep;
	struct month_key key;
	int64_t count, month_size; /* of all entries; of the month's tree */
	int64_t first, shown;
	json_t *part, *entries;
};

static int entry_show(struct class_answer *ca, const struct answer_entry *e, struct err *err)
{
	json_t *o = entry_json(e, false), *event = NULL;
	int rc = 0;

	if (ca->a->openings)
		rc = opening_json(ca->a, &ca->key, ca->month_size, e->seq, &event, err);
	if (event)
		json_object_set_new(o, "event", event);
	ca->shown++;
	if (json_array_append_new(ca->entries, o) != 0 && rc == 0)
		rc = err_nomem(err);
	return rc;
}

/* Finds the range and both neighbours. */
static int entries_show(struct class_answer *ca, struct walk *w, struct err *err)
{
	uint8_t tag[ANSWER_TAG_SIZE];
	struct answer_entry before;
	int64_t place;
	bool has_before = false;
	int rc = 0, side, at;

	answer_tag(ca->key.tag, "patient", ca->a->patient, sizeof tag, tag);
	place = w->tile;
	rc = entry_seek(w->c, w->keep, tag, &place, err);
	if (rc < 0)
		return rc;
	at = walk_load(w, place, err);
	place *= TREE_TILE;
	ca->first = -1;
	for (; at > 0; at = walk_next(w, err), place++) {
		const struct answer_entry *e = &w->entry[w->at];

		side = side_of(e, tag, ca->a);
		if (side >= 0 && ca->first < 0)
			ca->first = place;
		if (side > 0)
			break;
		if (side == 0)
			rc = entry_show(ca, e, err);
		else
			before = *e;
		has_before = has_before || side < 0;
		if (rc < 0)
			return rc;
	}
	if (at < 0)
		return at;
	if (ca->first < 0)
		ca->first = ca->count;
	if (has_before)
		json_object_set_new(ca->part, "before", entry_json(&before, true));
	if (at > 0)
		json_object_set_new(ca->part, "after", entry_json(&w->entry[w->at], true));
	return 0;
}

static int range_show(struct class_answer *ca, struct err *err)
{
	struct entry_tree tree = { ca->a->r->c, ca->keep };
	struct tree_source source = entry_source(&tree);
	struct answer_path path = { NULL, 0, 0 };
	int64_t from = ca->first - (ca->first > 0), end = ca->first + ca->shown;
	int rc = 0;

	end += end < ca->count;
	if (ca->count > 0)
		rc = answer_range_path(&source, (uint64_t)from, (uint64_t)(end - from),
				       (uint64_t)ca->count, &path, err);
	json_object_set_new(ca->part, "first", json_integer(ca->first));
	json_object_set_new(ca->part, "path",
			    path_json((const uint8_t(*)[HASH_SIZE])path.hash, path.count));
	answer_path_release(&path);
	return rc;
}

static int class_show(struct class_answer *ca, struct err *err)
{
	struct walk *w = calloc(1, sizeof *w);
	int rc = w ? 0 : err_nomem(err);

	if (rc == 0) {
		w->c = ca->a->r->c;
		w->keep = ca->keep;
		rc = entries_show(ca, w, err);
	}
	free(w);
	if (rc == 0)
		rc = range_show(ca, err);
	json_object_set_new(ca->part, "key", hex_json(ca->key.tag, sizeof ca->key.tag));
	json_object_set(ca->part, "entries", ca->entries);
	return rc;
}

static int class_disposed(struct answering *a, const char *keep, json_t *part, struct err *err)
{
	json_t *fact = NULL;
	int64_t seq;
	int rc = trail_fact_find(a->c, a->month, "dispose", keep, &seq, err);

	if (rc > 0) {
		rc = fact_json(a, seq, &fact, err);
		if (rc == 0)
			json_object_set_new(part, "disposed", fact);
		return rc < 0 ? rc : 1;
	}
	return rc;
}

static int class_answer(struct answering *a, const json_t *class, int64_t month_size, json_t *parts,
			struct err *err)
{
	struct class_answer ca = { .a = a,
				   .keep = json_str(class, "keep", ""),
				   .count = json_int(class, "count", 0),
				   .month_size = month_size,
				   .part = json_object(),
				   .entries = json_array() };
	int rc = class_disposed(a, ca.keep, ca.part, err);

	json_object_set_new(ca.part, "keep", json_string(ca.keep));
	if (rc == 0) {
		rc = evidence_key(a->s->evidence, a->month, ca.keep, false, &ca.key, err);
		if (rc == 0)
			rc = class_show(&ca, err);
	}
	json_decref(ca.entries);
	bytes_wipe(&ca.key, sizeof ca.key);
	if (json_array_append_new(parts, ca.part) != 0 && rc >= 0)
		rc = err_nomem(err);
	return rc < 0 ? rc : 0;
}

/* --- the whole ----------------------------------------------------------------------------------
 */

static int answer_make(struct answering *a, json_t *doc, struct err *err)
{
	json_t *close = NULL, *body = NULL, *parts = json_array(), *classes;
	int64_t seq = 0;
	size_t i;
	int rc = trail_fact_find(a->c, a->month, "close", NULL, &seq, err);

	json_object_set_new(doc, "parts", parts);
	if (rc == 0)
		return err_set(err, ERR_CONFLICT,
			       "%d年%d月はまだ締められていません。漏れのない回答は、月が終わって"
			       "から作れます",
			       a->month / 100, a->month % 100);
	if (rc > 0)
		rc = fact_json(a, seq, &close, err);
	if (close)
		json_object_set_new(doc, "close", close);
	if (rc == 0)
		rc = trail_fact_read(a->c, seq, &body, err);
	classes = json_object_get(body, "classes");
	for (i = 0; rc == 0 && i < json_array_size(classes); i++)
		rc = class_answer(a, json_array_get(classes, i), json_int(body, "size", 0), parts,
				  err);
	json_decref(body);
	return rc;
}

static int answer_begin(struct answering *a, struct err *err)
{
	int rc = store_checkpoint(a->s, &a->note, err);

	if (rc == 0)
		rc = checkpoint_peek(a->note.data, a->note.len, &a->head, err);
	if (rc == 0)
		rc = store_read_begin(a->s, &a->c, err);
	return rc < 0 ? rc : reader_begin(a->s->evidence, a->month, &a->r, err);
}

int evidence_answer(struct store *s, int month, const char *patient, int64_t from_us, int64_t to_us,
		    bool openings, struct buf *ret, struct err *err)
{
	struct answering a = { .s = s,
			       .month = month,
			       .patient = patient,
			       .from_us = from_us,
			       .to_us = to_us ? to_us : INT64_MAX,
			       .openings = openings };
	json_t *doc;
	int rc;

	if (!patient || !*patient || strlen(patient) > EVIDENCE_WHO_MAX)
		return err_set(err, ERR_INVALID, "患者を示してください");
	buf_init(&a.note, 0);
	doc = json_pack("{s:I,s:s,s:i,s:s,s:I,s:i}", "from", (json_int_t)from_us, "kind",
			"daicho trail answer", "month", month, "patient", patient, "to",
			(json_int_t)a.to_us, "v", 1);
	rc = doc ? answer_begin(&a, err) : err_nomem(err);
	if (rc == 0)
		rc = answer_make(&a, doc, err);
	if (rc == 0)
		rc = canon_write(doc, ret, err);
	json_decref(doc);
	reader_end(a.r);
	store_read_end(a.c);
	buf_release(&a.note);
	return rc == 0 && buf_failed(ret) ? err_nomem(err) : rc;
}
