/* The completeness trees of closed months. */
#include <stdlib.h>
#include <string.h>

#include "base/canon.h"
#include "store/evidence_audit.h"
#include "store/evidence_entry.h"

#define MONTH(m) (m)->month / 100, (m)->month % 100
#define CACHE_SLOTS 4096

/* Tags worked out last: a patient or user comes again soon. */
struct tag_slot {
	char value[48]; /* longer ones are worked out each time; "": free */
	uint8_t tag[ANSWER_TAG_SIZE];
};

struct tag_cache {
	struct tag_slot slot[2][CACHE_SLOTS];
};

void tag_cache_free(struct tag_cache *t)
{
	if (t)
		bytes_wipe(t, sizeof *t);
	free(t);
}

static void tag_of(struct trail_audit *a, struct audit_class *cl, int which, const char *value,
		   size_t size, uint8_t *ret)
{
	static const char *const word[2] = { "patient", "user" };
	size_t len = strlen(value);
	struct tag_slot *slot = &cl->tags->slot[which][audit_sum(a, value, len) % CACHE_SLOTS];

	if (len >= sizeof slot->value) {
		answer_tag(cl->month_key.tag, word[which], value, size, ret);
		return;
	}
	if (strcmp(slot->value, value) != 0) {
		memcpy(slot->value, value, len + 1);
		answer_tag(cl->month_key.tag, word[which], value, sizeof slot->tag, slot->tag);
	}
	memcpy(ret, slot->tag, size);
}

int audit_entry_add(struct trail_audit *a, struct audit_class *cl, int64_t seq,
		    const struct event_leaf *leaf, const struct event_who *who, struct err *err)
{
	struct answer_entry e = { .at_us = who->at_us ? who->at_us : leaf->at_us, .seq = seq };
	uint8_t bytes[ANSWER_ENTRY_SIZE];

	if (!who->patient[0])
		return 0;
	if (!cl->tags)
		cl->tags = calloc(1, sizeof *cl->tags);
	if (!cl->tags)
		return err_nomem(err);
	tag_of(a, cl, 0, who->patient, sizeof e.patient, e.patient);
	if (who->user[0])
		tag_of(a, cl, 1, who->user, sizeof e.user, e.user);
	answer_entry_write(&e, bytes);
	cl->entry_sum += audit_sum(a, bytes, sizeof bytes);
	cl->entries++;
	return 0;
}

/* --- what is stored ---------------------------------------------------------------------- */

struct stored {
	struct stack *stack;
	uint64_t sum;
	int64_t count;
	bool sorted;
};

static int stored_read(struct trail_audit *a, struct month_reader *r, const char *keep,
		       struct stored *s, struct err *err)
{
	struct answer_entry *e = calloc(TREE_TILE, sizeof *e), last;
	uint8_t bytes[ANSWER_ENTRY_SIZE], hash[HASH_SIZE];
	int64_t tile;
	int i, n = e ? TREE_TILE : err_nomem(err);

	for (tile = 0; n == TREE_TILE; tile++) {
		n = entry_tile(r->c, keep, tile, e, err);
		for (i = 0; i < n; i++) {
			answer_entry_write(&e[i], bytes);
			tree_leaf_hash(bytes, sizeof bytes, hash);
			if (stack_push(s->stack, hash, err) < 0)
				break;
			s->sum += audit_sum(a, bytes, sizeof bytes);
			s->sorted = s->sorted &&
				    (s->count == 0 || answer_entry_compare(&last, &e[i]) < 0);
			last = e[i];
			s->count++;
		}
	}
	free(e);
	return n == ERR_NOT_FOUND || n >= 0 ? 0 : n;
}

static bool class_fits(const json_t *class, const struct stored *s)
{
	uint8_t root[HASH_SIZE];
	char hex[HASH_HEX_SIZE];

	stack_root(s->stack, root);
	hex_encode(root, sizeof root, hex);
	return json_int(class, "count", -1) == s->count &&
	       strcmp(json_str(class, "root", ""), hex) == 0;
}

static int class_check(struct trail_audit *a, struct audit_month *m, struct month_reader *r,
		       const json_t *class, struct err *err)
{
	const char *keep = json_str(class, "keep", "");
	struct audit_class *cl = audit_class_of(m, keep, strlen(keep), err);
	struct stored s = { .sorted = true, .stack = malloc(sizeof *s.stack) };
	int rc;

	if (!cl || !s.stack) {
		free(s.stack);
		return err_nomem(err);
	}
	stack_init(s.stack);
	rc = stored_read(a, r, keep, &s, err);
	if (rc == 0 && cl->disposed && s.count > 0)
		trail_found(a, "disposal", m->month, -1,
			    "%d年%d月の証跡（%s）は廃棄が記録されていますが、並べ替えた一覧が"
			    "残っています",
			    MONTH(m), keep);
	else if (rc == 0 && !cl->disposed && (!class_fits(class, &s) || !s.sorted))
		trail_found(a, "entry", m->month, -1,
			    "%d年%d月の証跡（%s）の並べ替えた一覧が、締めた時の値と合いません。"
			    "漏れのない回答を作れません",
			    MONTH(m), keep);
	else if (rc == 0 && !cl->disposed && cl->key > 0 &&
		 (cl->entry_sum != s.sum || cl->entries != s.count))
		trail_found(
			a, "entry", m->month, -1,
			"%d年%d月の証跡（%s）の並べ替えた一覧（%lld件）が、証跡そのもの（%lld件）"
			"と合いません",
			MONTH(m), keep, (long long)s.count, (long long)cl->entries);
	free(s.stack);
	return rc;
}

int audit_entries(struct trail_audit *a, struct audit_month *m, struct month_reader *r,
		  struct err *err)
{
	const json_t *classes = json_object_get(m->close, "classes");
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < json_array_size(classes); i++)
		rc = class_check(a, m, r, json_array_get(classes, i), err);
	return rc;
}
