#include "trail/intake.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/canon.h"
#include "base/clock.h"
#include "base/hash.h"
#include "message/message.h"
#include "store/evidence.h"
#include "trail/intake_gate.h"
#include "trail/source.h"
#include "trail/who.h"

#define LOOK_US 2000000 /* how old the list of sources may be */
#define CALL_BYTES ((size_t)4 * 1024 * 1024)
#define INPUT_BYTES ((size_t)4 * 1024 * 1024)

struct intake {
	struct ledgers *l;
	struct who *who;
	pthread_mutex_t lock; /* of the list */
	struct source_list *sources;
	int64_t read_us;
	struct gate gate[LISTEN_WAYS]; /* to the parsers: ways do not wait for each other */
	struct parser *parser[LISTEN_WAYS];
};

int intake_open(struct ledgers *l, struct intake **ret, struct err *err)
{
	struct intake *in = calloc(1, sizeof *in);
	int i, rc;

	if (!in)
		return err_nomem(err);
	in->l = l;
	pthread_mutex_init(&in->lock, NULL);
	for (i = 0; i < LISTEN_WAYS; i++)
		gate_init(&in->gate[i]);
	rc = who_open(l, &in->who, err);
	for (i = 0; rc == 0 && i < LISTEN_WAYS; i++)
		rc = parser_new(&in->parser[i], err);
	if (rc < 0)
		intake_free(in);
	else
		*ret = in;
	return rc;
}

void intake_free(struct intake *in)
{
	int i;

	if (!in)
		return;
	for (i = 0; i < LISTEN_WAYS; i++) {
		parser_free(in->parser[i]);
		gate_destroy(&in->gate[i]);
	}
	who_free(in->who);
	source_list_free(in->sources);
	pthread_mutex_destroy(&in->lock);
	free(in);
}

/* --- one batch ------------------------------------------------------------------------------ */

struct batch {
	struct intake *in;
	const struct listen_peer *peer;
	struct arena arena;
	struct who_list *who;
	struct evidence_event *event;
	size_t count, alloc, bytes;
	const struct listen_item *item; /* the one that is being put, */
	int64_t part;			/* and which message of it */
	size_t run;			/* items of the last turn at the parser */
};

/* Under the lock of the list, since it is exchanged. */
static int sources_fresh(struct intake *in, struct err *err)
{
	int64_t now = clock_mono_us();
	struct source_list *list;
	struct conn *c = NULL;
	int rc;

	if (in->sources && now - in->read_us < LOOK_US)
		return 0;
	rc = store_read_begin(ledgers_store(in->l), &c, err);
	if (rc == 0)
		rc = source_list_read(in->l, c, &list, err);
	store_read_end(c);
	if (rc < 0)
		return rc;
	source_list_free(in->sources);
	in->sources = list;
	in->read_us = now;
	return 0;
}

/* The source as a copy that lives as long as the batch; its id is "unknown" if there is none. */
static int source_of(struct batch *b, const char *host, const char *code, struct source *ret,
		     struct err *err)
{
	struct source_signs signs = { b->peer->name, b->peer->address, host, code };
	const struct source *s;
	int rc;

	*ret = (struct source){ .id = SOURCE_UNKNOWN, .keep = "standard" };
	pthread_mutex_lock(&b->in->lock);
	rc = sources_fresh(b->in, err);
	s = rc == 0 ? source_recognise(b->in->sources, &signs) : NULL;
	if (s) {
		ret->id = arena_strdup(&b->arena, s->id);
		ret->keep = arena_strdup(&b->arena, s->keep);
		ret->patient_digits = s->patient_digits;
	}
	pthread_mutex_unlock(&b->in->lock);
	return rc == 0 && arena_failed(&b->arena) ? err_nomem(err) : rc;
}

static int flush(struct batch *b, struct err *err)
{
	int rc = b->count ? evidence_append(ledgers_store(b->in->l), b->event, b->count, NULL, err)
			  : 0;

	b->count = b->bytes = 0;
	return rc;
}

static int event_put(struct batch *b, const struct evidence_event *e, struct err *err)
{
	size_t size = e->detail_len + e->raw_len;
	int rc = 0;

	if (b->count == b->alloc || b->bytes + size > CALL_BYTES)
		rc = flush(b, err);
	b->event[b->count++] = *e;
	b->bytes += size;
	return rc;
}

/* --- detail ----------------------------------------------------------------------------------- */

static json_t *received(const struct listen_peer *peer)
{
	return json_pack("{s:s,s:s,s:s}", "address", peer->address, "certificate", peer->name,
			 "way", listen_way_name(peer->way));
}

/* Takes the reference to `o`, and adds how the message came. Without a time and a counter of its
 * own an event is told from the next one with the same bytes by when and as what it came. */
static int detail_put(struct batch *b, json_t *o, struct evidence_event *e, struct err *err)
{
	json_t *how = received(b->peer);
	struct buf text;
	int rc = 0;

	if (how && e->counter < 0 && e->at_us == 0) {
		json_object_set_new(how, "at", json_integer(b->item->at_us));
		json_object_set_new(how, "number", json_integer(b->item->number));
		json_object_set_new(how, "part", json_integer(b->part));
	}
	buf_init(&text, 0);
	if (json_object_set_new(o, "received", how) != 0)
		rc = err_nomem(err);
	else
		rc = canon_write(o, &text, err);
	json_decref(o);
	if (rc == 0) {
		e->detail = arena_memdup(&b->arena, text.data, text.len);
		e->detail_len = text.len;
		if (!e->detail)
			rc = err_nomem(err);
	}
	buf_release(&text);
	return rc;
}

/* --- messages ------------------------------------------------------------------------------------ */

static const char *user_of(struct batch *b, const struct source *s, const char *login)
{
	const char *staff = *login ? who_of(b->who, s->id, login) : NULL;
	char key[WHO_LOGIN_SIZE];

	if (staff)
		return arena_strdup(&b->arena, staff);
	who_fold(login, key);
	return arena_strdup(&b->arena, key);
}

static const char *patient_of(struct batch *b, const struct source *s, const char *given)
{
	char key[SOURCE_PATIENT_SIZE];

	source_patient(s, given, key);
	return arena_strdup(&b->arena, key);
}

static const char *terminal_of(struct batch *b, const char *given)
{
	char key[WHO_LOGIN_SIZE];

	who_fold(*given ? given : b->peer->address, key);
	return arena_strdup(&b->arena, key);
}

/* The same deed on a further patient: an event of its own, without the bytes and without all that
 * the first one tells: a message of many patients must not fill the disk. `of` is the hash of the
 * first one's bytes. */
static int further_put(struct batch *b, const struct source *s, struct evidence_event e,
		       const json_t *detail, const char *of, const char *patient, struct err *err)
{
	json_t *o = json_pack("{s:O?,s:s,s:{s:I,s:I,s:s}}", "format",
			      json_object_get(detail, "format"), "further_patient", patient,
			      "of_message", "at", (json_int_t)e.at_us, "counter",
			      (json_int_t)e.counter, "sha256", of);
	int rc;

	e.patient = patient_of(b, s, patient);
	e.counter = -1;
	e.raw = NULL;
	e.raw_len = 0;
	rc = detail_put(b, o, &e, err);
	return rc == 0 ? event_put(b, &e, err) : rc;
}

/* What the message says as an object. What cannot be kept as one is an event all the same, with
 * the reason: sent again it would be no better, and all behind it would wait. */
static int detail_of(const struct message *m, struct evidence_event *e, json_t **ret,
		     struct err *err)
{
	int rc = json_read(m->detail, m->detail_len, ret, err);

	if (rc != ERR_INVALID && rc != ERR_LIMIT)
		return rc;
	e->class = message_action_name(MESSAGE_UNPARSED);
	e->outcome = message_outcome_name(MESSAGE_UNKNOWN);
	*ret = json_pack("{s:s}", "fault", err->text);
	return *ret ? 0 : err_nomem(err);
}

static int message_put(struct batch *b, const struct message *m, const struct listen_item *item,
		       struct err *err)
{
	struct source s;
	struct evidence_event e = { .counter = m->counter,
				    .at_us = m->at_us,
				    .no_zone = m->no_zone,
				    .class = message_action_name(m->action),
				    .outcome = message_outcome_name(m->outcome),
				    .raw = item->bytes + m->from,
				    .raw_len = m->to - m->from };
	uint8_t hash[HASH_SIZE];
	char of[HASH_HEX_SIZE];
	json_t *detail = NULL;
	size_t i;
	int rc = source_of(b, m->host, m->source_id, &s, err);

	if (rc == 0)
		rc = detail_of(m, &e, &detail, err);
	if (rc < 0)
		return rc;
	e.source = s.id;
	e.keep = s.keep;
	e.user = user_of(b, &s, m->user);
	e.patient = patient_of(b, &s, m->patient);
	e.terminal = terminal_of(b, m->terminal);
	rc = detail_put(b, json_copy(detail), &e, err);
	if (rc == 0)
		rc = event_put(b, &e, err);
	if (m->more_count) {
		hash_bytes(e.raw, e.raw_len, hash);
		hex_encode(hash, sizeof hash, of);
	}
	for (i = 0; rc == 0 && i < m->more_count; i++)
		rc = further_put(b, &s, e, detail, of, m->more_patients[i], err);
	json_decref(detail);
	return rc == 0 && arena_failed(&b->arena) ? err_nomem(err) : rc;
}

/* Messages from..to of the items, which hold no fault. */
static int run_put(struct batch *b, const struct listen_item *items, size_t count, struct err *err)
{
	struct message_input *input = arena_calloc(&b->arena, count, sizeof *input);
	struct message *m = NULL;
	struct gate *gate = &b->in->gate[b->peer->way];
	size_t found = 0, i;
	int64_t began_us;
	int rc;

	if (!input)
		return err_nomem(err);
	for (i = 0; i < count; i++)
		input[i] = (struct message_input){ MESSAGE_AUTO, items[i].bytes, items[i].len };
	gate_enter(gate, b->peer->address);
	began_us = clock_mono_us();
	rc = parser_run(b->in->parser[b->peer->way], input, count, &b->arena, &m, &found, err);
	gate_leave(gate, b->peer->address, clock_mono_us() - began_us);
	for (i = 0; rc == 0 && i < found; i++) {
		const struct listen_item *item = &items[m[i].input];

		b->part = item == b->item ? b->part + 1 : 0;
		b->item = item;
		rc = message_put(b, &m[i], item, err);
	}
	return rc;
}

/* --- what went wrong ------------------------------------------------------------------------------- */

static int fault_put(struct batch *b, const struct listen_item *item, struct err *err)
{
	struct evidence_event e = { .counter = -1,
				    .class = item->lost ? "lost" : "fault",
				    .outcome = "failed",
				    .terminal = terminal_of(b, ""),
				    .raw = item->bytes,
				    .raw_len = item->len };
	struct source s;
	json_t *o = json_object();
	int rc = source_of(b, "", "", &s, err);

	b->item = item;
	b->part = 0;
	e.source = s.id;
	e.keep = s.keep;
	if (item->lost)
		json_object_set_new(o, "lost", json_integer(item->lost));
	else
		json_object_set_new(o, "fault", json_string(item->fault));
	if (item->times)
		json_object_set_new(o, "times", json_integer(item->times));
	json_object_set_new(o, "seen_at", json_integer(item->at_us));
	if (rc < 0)
		json_decref(o);
	else
		rc = detail_put(b, o, &e, err);
	return rc == 0 ? event_put(b, &e, err) : rc;
}

/* --- all of them --------------------------------------------------------------------------------------- */

/* How many items from `at` on can be parsed in one call, at most `most`. */
static size_t run_length(const struct listen_item *items, size_t at, size_t count, size_t most)
{
	size_t bytes = 0, n;

	for (n = 0; at + n < count && n < most; n++) {
		const struct listen_item *item = &items[at + n];

		bytes += item->len;
		if (item->fault || item->lost || (n > 0 && bytes > INPUT_BYTES))
			break;
	}
	return n;
}

static int items_put(struct batch *b, const struct listen_item *items, size_t count,
		     struct err *err)
{
	size_t at = 0;
	int rc = 0;

	while (rc == 0 && at < count) {
		size_t most = gate_most(&b->in->gate[b->peer->way], b->peer->address, b->run);
		size_t n = run_length(items, at, count, most);

		b->run = n ? n : b->run;
		rc = n ? run_put(b, items + at, n, err) : fault_put(b, &items[at], err);
		at += n ? n : 1;
	}
	return rc == 0 ? flush(b, err) : rc;
}

int intake_take(void *arg, const struct listen_peer *peer, const struct listen_item *items,
		size_t count, struct err *err)
{
	struct batch b = { .in = arg, .peer = peer, .alloc = 1024 };
	int rc;

	arena_init(&b.arena, (size_t)512 * 1024 * 1024);
	b.event = arena_calloc(&b.arena, b.alloc, sizeof *b.event);
	rc = b.event ? who_take(b.in->who, &b.who, err) : err_nomem(err);
	if (rc == 0)
		rc = items_put(&b, items, count, err);
	who_drop(b.who);
	arena_release(&b.arena);
	return rc;
}
