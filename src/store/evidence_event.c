/* What the caller's thread does with its events before they queue. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/fold.h"
#include "store/evidence_core.h"
#include "store/evidence_who.h"

#define TIME_MAX 253402300799999999LL /* the end of the year 9999 */

static int event_wrong(struct err *err, size_t i, const char *field, const char *what)
{
	return err_field(err, ERR_INVALID, field, "証跡の%zu件目: %s。何も取り込んでいません",
			 i + 1, what);
}

static bool who_valid(const char *s)
{
	size_t len = s ? strlen(s) : 0;

	return len <= EVIDENCE_WHO_MAX && (len == 0 || utf8_valid(s, len, NULL));
}

static int event_check(const struct evidence_event *e, size_t i, struct err *err)
{
	if (!e->source || !event_name_valid(e->source))
		return event_wrong(err, i, "source", "出所の名前が正しくありません");
	if (!e->class || !event_name_valid(e->class))
		return event_wrong(err, i, "class", "操作の種類が正しくありません");
	if (!e->keep || !event_name_valid(e->keep))
		return event_wrong(err, i, "keep", "保存区分が正しくありません");
	if (e->outcome && *e->outcome && !event_name_valid(e->outcome))
		return event_wrong(err, i, "outcome", "結果の書き方が正しくありません");
	if (e->at_us < 0 || e->at_us > TIME_MAX || e->counter < -1)
		return event_wrong(err, i, "at", "時刻か番号が範囲の外です");
	if (!who_valid(e->user) || !who_valid(e->patient) || !who_valid(e->terminal))
		return event_wrong(err, i, "who",
				   "利用者・患者・端末の名前が長すぎるか、UTF-8ではありません");
	return 0;
}

/* --- tags --------------------------------------------------------------------------- */

uint64_t evidence_tag(struct store *s, enum evidence_by by, const char *value)
{
	struct evidence *ev = s->evidence;
	uint64_t tag;

	if (!value || !*value || by > EVIDENCE_BY_TERMINAL)
		return 0;
	crypto_shorthash_siphash24((uint8_t *)&tag, (const uint8_t *)value, strlen(value),
				   ev->tag_key[by]);
	return tag ? tag : 1;
}


static int events_write(struct evidence_request *r, struct err *err)
{
	size_t i;

	for (i = 0; i < r->count; i++) {
		const struct evidence_event *e = &r->event[i];
		int rc = event_check(e, i, err);

		if (rc < 0)
			return rc;
		r->prepared[i].who = r->text.len;
		event_who_write(e, &r->text);
		r->prepared[i].who_len = r->text.len - r->prepared[i].who;
		r->bytes += r->prepared[i].who_len + e->detail_len + e->raw_len;
		if (r->bytes > EVIDENCE_BYTES_MAX + r->text.len)
			return err_set(err, ERR_LIMIT,
				       "一度に取り込める証跡は%dバイトまでです。分けてください"
				       "（何も取り込んでいません）",
				       EVIDENCE_BYTES_MAX);
	}
	return buf_failed(&r->text) ? err_nomem(err) : 0;
}

int request_prepare(struct evidence *ev, struct evidence_request *r, struct err *err)
{
	size_t i;
	int rc;

	buf_init(&r->text, 0);
	if (r->count > EVIDENCE_BATCH_MAX)
		return err_set(err, ERR_LIMIT,
			       "一度に取り込める証跡は%d件までです。分けてください"
			       "（何も取り込んでいません）",
			       EVIDENCE_BATCH_MAX);
	r->prepared = calloc(r->count, sizeof *r->prepared);
	r->ret = calloc(r->count, sizeof *r->ret);
	if (!r->prepared || !r->ret)
		return err_nomem(err);
	rc = events_write(r, err);
	for (i = 0; rc == 0 && i < r->count; i++) {
		const struct evidence_event *e = &r->event[i];
		struct prepared *p = &r->prepared[i];
		const struct hash_part parts[EVENT_PARTS] = {
			[EVENT_WHO] = { r->text.data + p->who, p->who_len },
			[EVENT_DETAIL] = { e->detail, e->detail_len },
			[EVENT_RAW] = { e->raw, e->raw_len },
		};

		window_key_make(ev->window_key, e->source, strlen(e->source), e->counter,
				e->at_us == 0, parts, &p->key);
		p->patient = evidence_tag(ev->s, EVIDENCE_BY_PATIENT, e->patient);
		p->user = evidence_tag(ev->s, EVIDENCE_BY_USER, e->user);
		p->terminal = evidence_tag(ev->s, EVIDENCE_BY_TERMINAL, e->terminal);
	}
	return rc;
}

void request_release(struct evidence_request *r)
{
	if (r->text.data)
		bytes_wipe(r->text.data, r->text.alloc);
	buf_release(&r->text);
	free(r->prepared);
	free(r->ret);
	r->prepared = NULL;
	r->ret = NULL;
}
