#include "round/words.h"

#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "round/inherit.h"

#define NAMED_MAX 3 /* pieces of evidence, and answers, that one sentence names */

static const char *text_of(const struct words *w, struct buf *b)
{
	if (buf_failed(b))
		return NULL;
	return b->len ? arena_strndup(w->known->arena, b->data, b->len) : "";
}

static const struct item_def *item_of(const struct words *w, const struct implied_source *s)
{
	return &w->known->catalogue[s->catalogue]->item[s->item];
}

/* --- sources ---------------------------------------------------------------------------- */

static bool is_listed(const struct words *w, const struct inherited *in,
		      const struct implied_source *s)
{
	size_t i;

	for (i = 0; i < in->source_count; i++)
		if (in->source[i].item == item_of(w, s))
			return true;
	return false;
}

int words_sources(const struct words *w, const struct implied *from, struct inherited *ret,
		  struct err *err)
{
	CLEANUP(buf_release) struct buf b;
	const struct implied_source *s;
	struct inherited_source *list;
	size_t count = 0;

	buf_init(&b, 0);
	for (s = from->source; s; s = s->next)
		count++;
	list = arena_calloc(w->known->arena, count + 1, sizeof *list);
	if (!list)
		return err_nomem(err);
	ret->source = list;
	for (s = from->source; s; s = s->next) {
		if (is_listed(w, ret, s))
			continue;
		list[ret->source_count++] =
			(struct inherited_source){ w->known->catalogue[s->catalogue], item_of(w, s),
						   s->answer ? s->answer->round : NULL };
		buf_printf(&b, "%s%s %s", b.len ? "、" : "", w->known->catalogue[s->catalogue]->id,
			   item_of(w, s)->id);
	}
	ret->from = text_of(w, &b);
	return ret->from ? 0 : err_nomem(err);
}

/* --- the answer ---------------------------------------------------------------------------- */

static void say_evidence(const struct words *w, const struct known_answer *a, struct buf *b)
{
	struct answer read = { 0 };
	size_t i;

	if (evidence_read(w->l, w->c, a->evidence_refs, a->evidence_files,
			  w->names ? 0 : ROUND_UNNAMED, w->known->arena, &read, NULL) < 0 ||
	    !read.evidence_count) {
		buf_puts(b, "証拠なし");
		return;
	}
	buf_printf(b, "証拠%zu件", read.evidence_count);
	for (i = 0; w->names && i < read.evidence_count && i < NAMED_MAX; i++)
		buf_printf(b, "%s%s", i ? "、" : ": ", read.evidence[i].name);
	if (w->names && read.evidence_count > NAMED_MAX)
		buf_puts(b, "ほか");
}

/* 企画管理編（第6.0版） 9② に「はい」（令和8年5月7日、証拠なし） */
static void say_answer(const struct words *w, const struct implied_source *s, struct buf *b)
{
	const struct catalogue *c = w->known->catalogue[s->catalogue];
	const struct item_def *item = item_of(w, s);
	const struct known_answer *a = s->answer;
	const char *place = item_place(c, item, w->known->arena);
	char date[40];

	if (!place || !a)
		return;
	date_wareki(a->confirmed_on, date, sizeof date);
	buf_printf(b, "%s に「%s」（%s、", place, answer_label(a->value), date);
	if (s->statement >= 0)
		buf_printf(b, "文 %s も、", item->statement[s->statement].id);
	if (a->value == ANSWER_NO && *a->target_on) {
		date_wareki(a->target_on, date, sizeof date);
		buf_printf(b, "目標日 %s）", date);
		return;
	}
	say_evidence(w, a, b);
	buf_puts(b, "）");
}

static void say_answers(const struct words *w, const struct implied *from, struct buf *b)
{
	const struct implied_source *s, *earlier;
	size_t said = 0, more = 0;

	for (s = from->source; s; s = s->next) {
		for (earlier = from->source; earlier != s; earlier = earlier->next)
			if (earlier->catalogue == s->catalogue && earlier->item == s->item)
				break;
		if (earlier != s)
			continue;
		if (said == NAMED_MAX) {
			more++;
			continue;
		}
		if (said++)
			buf_puts(b, "、");
		say_answer(w, s, b);
	}
	if (more)
		buf_printf(b, "、ほか%zu項目", more);
}

/* --- the way from there to here -----------------------------------------------------------------
 */

/* The first step comes first: the steps hang the other way round. */
static void say_steps(const struct words *w, const struct implied_step *step, struct buf *b)
{
	const struct catalogue *c;
	const char *place;

	if (!step)
		return;
	say_steps(w, step->before, b);
	c = w->known->catalogue[step->by.other.catalogue];
	place = end_place(c, step->by.other.end, w->known->arena);
	if (place)
		buf_printf(b, "%s →（%s）→ ", place, step->by.reason);
}

static void say_target(const struct words *w, const struct bearing *by, struct buf *b)
{
	const struct pair_end *own = by ? by->own.end : NULL;
	const struct catalogue *c = by ? w->known->catalogue[by->own.catalogue] : NULL;

	buf_puts(b, "この項目");
	if (own && own->statement >= 0)
		buf_printf(b, "の文 %s", c->item[own->item[0]].statement[own->statement].id);
}

/* A sentence of somebody else, ended once. */
static void say_sentence(const char *text, struct buf *b)
{
	size_t len = strlen(text), stop = strlen("。");

	buf_printf(b, "%s%s", text,
		   len >= stop && strcmp(text + len - stop, "。") == 0 ? "" : "。");
}

/* One step from an item answered as a whole needs no way, only its reason. */
static bool is_direct(const struct bearing *by, const struct implied *from)
{
	return by && from->source && !from->source->steps && by->other.end->item_count == 1 &&
	       by->other.end->statement < 0;
}

/* One way for each different chain; they are many where a group was needed. */
static void say_ways(const struct words *w, const struct bearing *by, const struct implied *from,
		     struct buf *b)
{
	const struct implied_source *s = from->source;
	const char *place = by ? end_place(w->known->catalogue[by->other.catalogue], by->other.end,
					   w->known->arena)
			       : NULL;
	size_t said = 0;

	if (is_direct(by, from)) {
		buf_puts(b, "理由: ");
		say_sentence(by->reason, b);
		s = NULL;
	}
	for (; s && said < NAMED_MAX; s = s->next) {
		if (by && !s->steps && said)
			continue;
		buf_puts(b, said++ ? "、" : "つながり: ");
		say_steps(w, s->steps, b);
		if (place)
			buf_printf(b, "%s →（%s）→ ", place, by->reason);
		say_target(w, by ? by : s->steps ? &s->steps->by : NULL, b);
	}
	if (said)
		buf_puts(b, "。");
	if (from->confidence == CONFIDENCE_MEDIUM || (by && by->confidence == CONFIDENCE_MEDIUM))
		buf_puts(b, "対応は「ほぼ確か」です。");
}

static void say_remains(const char *remains, struct buf *b)
{
	buf_puts(b, "まだ残ること: ");
	say_sentence(*remains ? remains : "ありません", b);
}

const char *words_chain(const struct words *w, enum inherited_value value, const struct bearing *by,
			const struct implied *from, const char *remains)
{
	static const char *const ends[INHERITED_MAX] = {
		"と答えているため、「はい」にはなりません。", "と答えているため。",
		"と答えているため、一部は済んでいます。",
		"と答えています。求めることが一部重なります。"
	};
	CLEANUP(buf_release) struct buf b;

	buf_init(&b, 0);
	say_answers(w, from, &b);
	buf_puts(&b, ends[value]);
	say_ways(w, by, from, &b);
	if (value != INHERITED_NO)
		say_remains(remains, &b);
	return text_of(w, &b);
}

/* --- what is missing ------------------------------------------------------------------ */

const char *words_missing_items(const struct words *w, const struct implied_end *group,
				const struct implied *from)
{
	const struct catalogue *c = w->known->catalogue[group->catalogue];
	CLEANUP(buf_release) struct buf b;
	struct implying x = { .known = w->known, .column = "" };
	size_t i, missing = 0;

	buf_init(&b, 0);
	buf_printf(&b, "%zu項目のうち%zu項目に「はい」。残り: ", from->needed, from->met);
	for (i = 0; i < group->end->item_count; i++) {
		int item = group->end->item[i];

		if (known_standing(x.known, group->catalogue, item, "") == STANDING_MET)
			continue;
		if (missing++ < NAMED_MAX)
			buf_printf(&b, "%s%s %s", missing > 1 ? "、" : "", c->item[item].id,
				   c->item[item].topic);
	}
	if (missing > NAMED_MAX)
		buf_printf(&b, "、ほか%zu項目", missing - NAMED_MAX);
	return text_of(w, &b);
}

const char *words_missing_statements(const struct words *w, const struct item_def *item,
				     const bool *covered)
{
	CLEANUP(buf_release) struct buf b;
	size_t i;

	buf_init(&b, 0);
	for (i = 0; i < item->statement_count; i++)
		if (!covered[i])
			buf_printf(&b, "（%s）%s", item->statement[i].id, item->statement[i].says);
	return text_of(w, &b);
}
