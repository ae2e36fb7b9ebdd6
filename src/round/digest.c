/*
 * What an approval is bound to: SHA-256 over the canonical JSON (base/canon.h) of everything
 * that is answered and applies. Written straight in canonical order, as every view needs it.
 */
#include <string.h>

#include "base/canon.h"
#include "base/cleanup.h"
#include "round/answers.h"

static void text(struct buf *b, const char *s)
{
	canon_string(s, strlen(s), b);
}

static void member(struct buf *b, const char *before, const char *key, const char *value)
{
	buf_puts(b, before);
	text(b, key);
	buf_putc(b, ':');
	text(b, value);
}

/* One member of an answer, in the order of the bytes of their names. */
struct part {
	const char *key, *value;
	bool always; /* the others are left out while empty, so that what was approved before
		      * they existed stays so */
};

static void write_answer(struct buf *b, const struct stored_answer *s)
{
	const struct answer *a = &s->answer;
	const struct part parts[] = {
		{ "answered_by", a->answered_by, false },
		{ "column", s->column, true },
		{ "completed_on", a->completed_on, false },
		{ "confirmed_on", a->confirmed_on, true },
		{ "doer", doer_name(a->doer), false },
		{ "evidence_files", s->evidence_files, true },
		{ "evidence_refs", s->evidence_refs, true },
		{ "given", a->given, false },
		{ "item", s->item, true },
		{ "note", a->note, true },
		{ "open_points", a->open_points, false },
		{ "responsible", a->responsible, false },
		{ "responsible_name", s->responsible_text, false },
		{ "statements", a->statements, false },
		{ "target_on", a->target_on, true },
		{ "value", answer_name(a->value), true },
	};
	const char *before = "{";
	size_t i;

	for (i = 0; i < sizeof parts / sizeof parts[0]; i++)
		if (parts[i].always || *parts[i].value) {
			member(b, before, parts[i].key, parts[i].value);
			before = ",";
		}
	buf_putc(b, '}');
}

/* In the order of the catalogue, whatever order the rows came in. */
static void write_answers(struct buf *b, const struct catalogue *c, const struct stored_answers *a,
			  const struct exclusions *excluded)
{
	size_t i, n, count, written = 0;

	for (i = 0; i < c->item_count; i++) {
		const struct stored_answer *s =
			excluded->reason[i] ? NULL : answers_of(a, c->item[i].id, &count);

		for (n = 0; s && n < count; n++) {
			if (written++)
				buf_putc(b, ',');
			write_answer(b, &s[n]);
		}
	}
}

static void write_excluded(struct buf *b, const struct catalogue *c,
			   const struct exclusions *excluded)
{
	size_t i, n = 0;

	if (!excluded->count)
		return;
	buf_puts(b, ",\"excluded\":[");
	for (i = 0; i < c->item_count; i++)
		if (excluded->reason[i]) {
			if (n++)
				buf_putc(b, ',');
			text(b, c->item[i].id);
		}
	buf_putc(b, ']');
}

int answers_digest(const struct round *round, const struct stored_answers *a,
		   const struct exclusions *excluded, char ret[HASH_HEX_SIZE], struct err *err)
{
	const struct catalogue *c = round->catalogue;
	CLEANUP(buf_release) struct buf b;
	uint8_t hash[HASH_SIZE];

	buf_init(&b, 0);
	buf_puts(&b, "{\"answers\":[");
	write_answers(&b, c, a, excluded);
	member(&b, "],", "catalogue", c->id);
	member(&b, ",", "catalogue_digest", c->digest);
	write_excluded(&b, c, excluded);
	member(&b, ",", "round", round->id);
	member(&b, ",", "scope", round->scope);
	buf_printf(&b, ",\"year\":%d}", round->year);
	if (buf_failed(&b))
		return err_nomem(err);
	hash_bytes(b.data, b.len, hash);
	hex_encode(hash, sizeof hash, ret);
	return 0;
}
