#include "store/evidence_load.h"

#include <string.h>

#include "store/evidence_who.h"

/* --- rows -------------------------------------------------------------------------- */

int load_row(struct evidence *ev, const struct scan *sc, struct tail_row *ret, struct err *err)
{
	const struct event_leaf *leaf = &sc->leaf;
	struct event_who who = { .at_us = 0 };
	int rc = 0;

	if (sc->payload)
		rc = event_who_read(sc->part[EVENT_WHO].data, sc->part[EVENT_WHO].len, &who, err);
	if (rc < 0)
		return rc;
	*ret = (struct tail_row){ .at_us = who.at_us ? who.at_us : leaf->at_us,
				  .seq = sc->seq,
				  .received_us = leaf->at_us,
				  .counter = leaf->counter,
				  .patient = evidence_tag(ev->s, EVIDENCE_BY_PATIENT, who.patient),
				  .user = evidence_tag(ev->s, EVIDENCE_BY_USER, who.user),
				  .terminal =
					  evidence_tag(ev->s, EVIDENCE_BY_TERMINAL, who.terminal),
				  .month = sc->r->month,
				  .gone = !sc->payload };
	rc = words_number(&ev->words, leaf->source.data, leaf->source.len, &ret->source, err);
	if (rc == 0)
		rc = words_number(&ev->words, leaf->class.data, leaf->class.len, &ret->class, err);
	if (rc == 0)
		rc = words_number(&ev->words, who.outcome, strlen(who.outcome), &ret->outcome, err);
	return rc;
}

static int month_rows(struct evidence *ev, int month, int64_t from, int64_t last,
		      int (*each)(void *arg, const struct tail_row *row, struct err *err),
		      void *arg, struct err *err)
{
	struct month_reader *r = NULL;
	struct scan sc = { 0 };
	struct tail_row row;
	int rc = reader_begin(ev, month, &r, err), stop = 0;

	if (rc == 0)
		rc = scan_begin(&sc, r, from, err);
	while (rc == 0 && stop == 0 && (rc = scan_next(&sc, err)) > 0 && sc.seq <= last) {
		rc = load_row(ev, &sc, &row, err);
		if (rc == 0)
			stop = each(arg, &row, err);
	}
	scan_end(&sc);
	reader_end(r);
	return rc < 0 ? rc : stop;
}

int load_rows(struct evidence *ev, struct mark after, struct mark end,
	      int (*each)(void *arg, const struct tail_row *row, struct err *err), void *arg,
	      struct err *err)
{
	int months[MONTHS_MAX], count = month_list(ev->s, months, err), i, rc = 0;

	if (count < 0)
		return count;
	for (i = 0; rc == 0 && i < count; i++) {
		int64_t from = months[i] == after.month ? after.seq + 1 : 1;
		int64_t last = months[i] == end.month ? end.seq : INT64_MAX;

		if (months[i] < after.month || (end.month && months[i] > end.month))
			continue;
		rc = month_rows(ev, months[i], from, last, each, arg, err);
	}
	return rc;
}

int load_end(struct evidence *ev, struct mark *ret, struct err *err)
{
	int months[MONTHS_MAX], count = month_list(ev->s, months, err), rc;
	struct month_reader *r = NULL;

	*ret = (struct mark){ 0, 0 };
	if (count <= 0)
		return count;
	rc = reader_begin(ev, months[count - 1], &r, err);
	if (rc == 0)
		*ret = (struct mark){ months[count - 1], r->size - 1 };
	reader_end(r);
	return rc;
}

/* --- deliveries ----------------------------------------------------------------------- */

static int window_month(struct evidence *ev, int month, int64_t from, struct err *err)
{
	struct month_reader *r = NULL;
	struct scan sc = { 0 };
	int rc = reader_begin(ev, month, &r, err);

	if (rc == 0)
		rc = scan_begin(&sc, r, from, err);
	while (rc == 0 && (rc = scan_next(&sc, err)) > 0) {
		struct window_slot slot = { .seq = sc.seq,
					    .at_us = sc.leaf.at_us,
					    .month = month,
					    .clash = sc.leaf.clash };
		struct event_who who = { 0 };

		rc = 0;
		if (!sc.payload)
			continue;
		rc = event_who_read(sc.part[EVENT_WHO].data, sc.part[EVENT_WHO].len, &who, err);
		if (rc < 0)
			break;
		window_key_make(ev->window_key, sc.leaf.source.data, sc.leaf.source.len,
				sc.leaf.counter, who.at_us == 0, sc.part, &slot.key);
		rc = window_add(&ev->window, &slot, err);
	}
	scan_end(&sc);
	reader_end(r);
	return rc;
}

int evidence_load_window(struct evidence *ev, struct err *err)
{
	int months[MONTHS_MAX], count = month_list(ev->s, months, err), rc = 0;
	int64_t want = WINDOW_EVENTS, have = (int64_t)ev->edge.size;

	if (count < 0)
		return count;
	window_release(&ev->window);
	if (count > 1 && have < want) {
		struct month_reader *r = NULL;
		int64_t size = 0;

		rc = reader_begin(ev, months[count - 2], &r, err);
		if (rc == 0)
			size = r->size;
		reader_end(r);
		if (rc == 0)
			rc = window_month(ev, months[count - 2], size - (want - have), err);
		/* An older month that cannot be read must not stop the new one. */
		if (rc == ERR_CORRUPT || rc == ERR_NOT_FOUND)
			rc = 0;
	}
	if (rc == 0 && count > 0)
		rc = window_month(ev, months[count - 1], have - want, err);
	ev->window_loaded = rc == 0;
	return rc;
}
