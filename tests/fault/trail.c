#include "trail.h"

#include <stdio.h>
#include <string.h>

void trail_event(int source, int64_t number, struct trail_text *t, struct evidence_event *ret)
{
	static const char *const name[] = { "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7" };

	snprintf(t->user, sizeof t->user, "user%lld", (long long)number % 11);
	snprintf(t->patient, sizeof t->patient, "P%05lld", (long long)number % 97);
	snprintf(t->raw, sizeof t->raw, "source %d number %lld", source, (long long)number);
	*ret = (struct evidence_event){ .source = name[source % 8],
					.counter = number,
					.class = "view",
					.keep = number % 3 ? "standard" : "long",
					.outcome = "ok",
					.user = t->user,
					.patient = t->patient,
					.terminal = "t1",
					.raw = t->raw,
					.raw_len = strlen(t->raw) };
}

int trail_append(struct store *s, int source, int64_t number, struct evidence_receipt *ret,
		 struct err *err)
{
	struct evidence_event e;
	struct trail_text t;

	trail_event(source, number, &t, &e);
	return evidence_append(s, &e, 1, ret, err);
}

void trail_is(struct store *s, const struct evidence_receipt *r, int source, int64_t number)
{
	struct evidence_item item;
	struct evidence_event e;
	struct trail_text t;
	struct arena a;
	struct err err;

	arena_init(&a, 0);
	trail_event(source, number, &t, &e);
	if (evidence_get(s, r->month, r->seq, &a, &item, &err) < 0)
		die("acknowledged event %d/%lld is lost: %s", source, (long long)number, err.text);
	if (item.counter != number || strcmp(item.source, e.source) != 0 ||
	    item.raw_len != e.raw_len || memcmp(item.raw, e.raw, e.raw_len) != 0)
		die("acknowledged event %d/%lld is another one", source, (long long)number);
	arena_release(&a);
}

static void print_finding(void *arg, const struct evidence_finding *f)
{
	(void)arg;
	fprintf(stderr, "finding: %s %d %lld %s\n", f->kind, f->month, (long long)f->seq, f->text);
}

void trail_audit(struct store *s, const char *when)
{
	struct evidence_audit in = { .found = print_finding };
	struct evidence_result result;
	struct conn *c;
	struct err err;

	if (store_read_begin(s, &c, &err) < 0 || evidence_verify(s, c, &in, &result, &err) < 0)
		die("%s: cannot examine: %s", when, err.text);
	store_read_end(c);
	if (result.findings != 0)
		die("%s: the trail does not verify", when);
}
