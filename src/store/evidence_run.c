#include "store/evidence_run.h"

#include <string.h>

#include "base/cleanup.h"

/* Which fields equal those of the entry before, or of the first: zero. */
enum {
	NEW_KEY = 1,
	NEW_MONTH = 2,
	NEW_USER = 4,
	NEW_TERMINAL = 8,
	NEW_SOURCE = 16,
	NEW_CLASS = 32,
	NEW_OUTCOME = 64
};

bool index_holds(enum evidence_by order, enum index_field field)
{
	static const bool holds[INDEX_ORDERS][5] = {
		[EVIDENCE_BY_PATIENT] = { false, true, true, true, true },
		[EVIDENCE_BY_USER] = { true, false, true, true, true },
		[EVIDENCE_BY_TERMINAL] = { true, true, false, true, true },
		[EVIDENCE_BY_CLASS] = { false, true, true, true, false },
		[EVIDENCE_BY_SOURCE] = { false, true, true, false, true },
	};

	return holds[order][field];
}

int index_compare(const struct index_entry *a, const struct index_entry *b)
{
	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	if (a->at_us != b->at_us)
		return a->at_us < b->at_us ? -1 : 1;
	if (a->month != b->month)
		return a->month < b->month ? -1 : 1;
	return a->seq < b->seq ? -1 : a->seq > b->seq;
}

/* --- coding -------------------------------------------------------------------------- */

static uint64_t zigzag(int64_t v)
{
	return ((uint64_t)v << 1) ^ (uint64_t)(v >> 63);
}

static int64_t unzigzag(uint64_t v)
{
	return (int64_t)(v >> 1) ^ -(int64_t)(v & 1);
}

struct coder {
	uint8_t *p;
};

static void put(struct coder *c, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		*c->p++ = (uint8_t)(v | 0x80);
	*c->p++ = (uint8_t)v;
}

static void put_raw(struct coder *c, uint64_t v)
{
	memcpy(c->p, &v, sizeof v);
	c->p += sizeof v;
}

static unsigned changes(enum evidence_by order, const struct index_entry *e,
			const struct index_entry *last)
{
	unsigned flags = 0;

	flags |= e->key != last->key ? NEW_KEY : 0;
	flags |= e->month != last->month ? NEW_MONTH : 0;
	flags |= index_holds(order, FIELD_USER) && e->user != last->user ? NEW_USER : 0;
	flags |= index_holds(order, FIELD_TERMINAL) && e->terminal != last->terminal ? NEW_TERMINAL
										     : 0;
	flags |= index_holds(order, FIELD_SOURCE) && e->source != last->source ? NEW_SOURCE : 0;
	flags |= index_holds(order, FIELD_CLASS) && e->class != last->class ? NEW_CLASS : 0;
	flags |= e->outcome != last->outcome ? NEW_OUTCOME : 0;
	return flags;
}

#define ENTRY_BYTES_MAX 96

/* Returns the bytes used. */
static size_t encode(enum evidence_by order, const struct index_entry *e,
		     const struct index_entry *last, uint8_t *ret)
{
	unsigned flags = changes(order, e, last);
	struct coder c = { ret };

	put(&c, flags);
	if (flags & NEW_KEY)
		put_raw(&c, (uint64_t)e->key);
	put(&c,
	    flags & NEW_KEY ? zigzag(e->at_us - last->at_us) : (uint64_t)(e->at_us - last->at_us));
	if (flags & NEW_MONTH)
		put(&c, (uint64_t)e->month);
	put(&c, zigzag(e->seq - last->seq));
	if (index_holds(order, FIELD_PATIENT))
		put_raw(&c, e->patient);
	if (flags & NEW_USER)
		put(&c, e->user);
	if (flags & NEW_TERMINAL)
		put(&c, e->terminal);
	if (flags & NEW_SOURCE)
		put(&c, e->source);
	if (flags & NEW_CLASS)
		put(&c, e->class);
	if (flags & NEW_OUTCOME)
		put(&c, e->outcome);
	return (size_t)(c.p - ret);
}

struct decoder {
	const uint8_t *p, *end;
	bool bad;
};

static uint64_t get(struct decoder *d)
{
	uint64_t v = 0;
	unsigned shift;

	for (shift = 0; shift < 64 && d->p < d->end; shift += 7) {
		v |= (uint64_t)(*d->p & 0x7f) << shift;
		if (!(*d->p++ & 0x80))
			return v;
	}
	d->bad = true;
	return 0;
}

static uint64_t get_raw(struct decoder *d)
{
	uint64_t v = 0;

	if (d->end - d->p < (long)sizeof v) {
		d->bad = true;
		return 0;
	}
	memcpy(&v, d->p, sizeof v);
	d->p += sizeof v;
	return v;
}

static void decode(enum evidence_by order, struct decoder *d, struct index_entry *e)
{
	uint64_t flags = get(d), at;

	if (flags & NEW_KEY)
		e->key = (int64_t)get_raw(d);
	at = get(d);
	e->at_us += flags & NEW_KEY ? unzigzag(at) : (int64_t)at;
	if (flags & NEW_MONTH)
		e->month = (int)get(d);
	e->seq += unzigzag(get(d));
	if (index_holds(order, FIELD_PATIENT))
		e->patient = get_raw(d);
	if (flags & NEW_USER)
		e->user = (uint32_t)get(d);
	if (flags & NEW_TERMINAL)
		e->terminal = (uint32_t)get(d);
	if (flags & NEW_SOURCE)
		e->source = (uint32_t)get(d);
	if (flags & NEW_CLASS)
		e->class = (uint32_t)get(d);
	if (flags & NEW_OUTCOME)
		e->outcome = (uint32_t)get(d);
}

/* --- writing -------------------------------------------------------------------------- */

int run_write_begin(struct run_writer *w, struct conn *c, enum evidence_by order, int level,
		    struct err *err)
{
	struct stmt *st;
	int rc = stmt_begin(c, STMT_RUN_ADD, &st, err);

	memset(w, 0, sizeof *w);
	w->c = c;
	w->order = order;
	buf_init(&w->page, 0);
	if (rc < 0)
		return rc;
	stmt_int(st, 1, order);
	stmt_int(st, 2, level);
	rc = stmt_run(st, err);
	w->id = sqlite3_last_insert_rowid(c->db);
	return rc;
}

static int page_end(struct run_writer *w, struct err *err)
{
	struct stmt *st;
	int rc;

	if (w->page_count == 0)
		return 0;
	rc = stmt_begin(w->c, STMT_PAGE_ADD, &st, err);
	if (rc < 0)
		return rc;
	stmt_int(st, 1, w->id);
	stmt_int(st, 2, w->page_key);
	stmt_int(st, 3, w->page_at);
	stmt_int(st, 4, w->page_count);
	stmt_blob(st, 5, w->page.data, w->page.len);
	rc = stmt_run(st, err);
	buf_clear(&w->page);
	memset(&w->last, 0, sizeof w->last);
	w->page_count = 0;
	w->pages++;
	return rc;
}

int run_write(struct run_writer *w, const struct index_entry *e, struct err *err)
{
	uint8_t bytes[ENTRY_BYTES_MAX];
	size_t len = encode(w->order, e, &w->last, bytes);
	int rc = 0;

	if (w->page.len + len > RUN_PAGE_BYTES || w->page_count == RUN_PAGE_ENTRIES) {
		rc = page_end(w, err);
		len = encode(w->order, e, &w->last, bytes);
	}
	if (rc < 0)
		return rc;
	if (w->page_count++ == 0) {
		w->page_key = e->key;
		w->page_at = e->at_us;
	}
	buf_add(&w->page, bytes, len);
	w->last = *e;
	w->first_at = w->count == 0 || e->at_us < w->first_at ? e->at_us : w->first_at;
	w->last_at = w->count == 0 || e->at_us > w->last_at ? e->at_us : w->last_at;
	w->count++;
	return buf_failed(&w->page) ? err_nomem(err) : 0;
}

int run_write_end(struct run_writer *w, struct err *err)
{
	struct stmt *st;
	int rc = page_end(w, err);

	if (rc == 0)
		rc = stmt_begin(w->c, STMT_RUN_READY, &st, err);
	if (rc < 0)
		return rc;
	stmt_int(st, 1, w->id);
	stmt_int(st, 2, w->count);
	stmt_int(st, 3, w->first_at);
	stmt_int(st, 4, w->last_at);
	return stmt_run(st, err);
}

void run_write_release(struct run_writer *w)
{
	buf_release(&w->page);
}

/* --- reading ------------------------------------------------------------------------------ */

void run_read_init(struct run_reader *r, struct conn *c, enum evidence_by order, int64_t run)
{
	r->c = c;
	r->order = order;
	r->run = run;
	r->page = 0;
	r->count = r->at = 0;
}

static int page_broken(struct err *err)
{
	return err_set(err, ERR_CORRUPT,
		       "証跡の索引が壊れています。作り直します（証跡そのものは無事です）");
}

/* Takes the row the statement stands on: id, key, time, count, body. */
static int page_take(struct run_reader *r, struct stmt *st, struct err *err)
{
	struct index_entry e = { 0 };
	struct decoder d = { .bad = false };
	int64_t count = col_int(st, 3);
	size_t len, i;

	d.p = col_blob(st, 4, &len);
	d.end = d.p + len;
	if (count < 1 || count > RUN_PAGE_ENTRIES)
		return page_broken(err);
	for (i = 0; i < (size_t)count; i++) {
		decode(r->order, &d, &e);
		r->entry[i] = e;
	}
	if (d.bad || d.p != d.end)
		return page_broken(err);
	r->page = col_int(st, 0);
	r->page_key = col_int(st, 1);
	r->page_at = col_int(st, 2);
	r->count = (size_t)count;
	return 1;
}

/* Loads the page that the statement finds for (run, key, time, page). */
static int page_load(struct run_reader *r, enum stmt_id id, int64_t key, int64_t at_us,
		     int64_t page, struct err *err)
{
	STMT_CLEANUP *st = NULL;
	int rc = stmt_begin(r->c, id, &st, err);

	if (rc < 0)
		return rc;
	stmt_int(st, 1, r->run);
	if (id != STMT_PAGE_FIRST) {
		stmt_int(st, 2, key);
		stmt_int(st, 3, at_us);
	}
	if (id == STMT_PAGE_AFTER || id == STMT_PAGE_BEFORE)
		stmt_int(st, 4, page);
	rc = stmt_step(st, err);
	return rc <= 0 ? rc : page_take(r, st, err);
}

static bool before(const struct index_entry *e, int64_t key, int64_t at_us)
{
	return e->key < key || (e->key == key && e->at_us < at_us);
}

/* Number of entries of the page at hand before (key, time). */
static size_t count_before(const struct run_reader *r, int64_t key, int64_t at_us)
{
	size_t low = 0, high = r->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (before(&r->entry[middle], key, at_us))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

int run_first(struct run_reader *r, struct err *err)
{
	r->at = 0;
	return page_load(r, STMT_PAGE_FIRST, 0, 0, 0, err);
}

int run_next(struct run_reader *r, struct err *err)
{
	if (++r->at < r->count)
		return 1;
	r->at = 0;
	return page_load(r, STMT_PAGE_AFTER, r->page_key, r->page_at, r->page, err);
}

int run_previous(struct run_reader *r, struct err *err)
{
	int rc;

	if (r->at > 0) {
		r->at--;
		return 1;
	}
	rc = page_load(r, STMT_PAGE_BEFORE, r->page_key, r->page_at, r->page, err);
	r->at = rc > 0 ? r->count - 1 : 0;
	return rc;
}

/* A page that begins before the place may hold it; else it is the run's first. */
int run_seek(struct run_reader *r, int64_t key, int64_t at_us, struct err *err)
{
	int rc = page_load(r, STMT_PAGE_SEEK, key, at_us, 0, err);

	if (rc < 0)
		return rc;
	if (rc == 0)
		return run_first(r, err);
	r->at = count_before(r, key, at_us);
	if (r->at < r->count)
		return 1;
	r->at--;
	return run_next(r, err);
}

int run_seek_last(struct run_reader *r, int64_t key, int64_t at_us, struct err *err)
{
	int rc = page_load(r, STMT_PAGE_SEEK, key, at_us, 0, err);

	if (rc <= 0)
		return rc;
	r->at = count_before(r, key, at_us);
	if (r->at == 0)
		return 0; /* cannot be: the page begins before the place */
	r->at--;
	return 1;
}

int run_list(struct conn *c, enum evidence_by order, int64_t from_us, int64_t to_us,
	     struct run_row ret[RUNS_MAX], struct err *err)
{
	STMT_CLEANUP *st = NULL;
	int n = 0, rc = stmt_begin(c, STMT_RUN_LIST, &st, err);

	if (rc < 0)
		return rc;
	stmt_int(st, 1, order);
	stmt_int(st, 2, from_us);
	stmt_int(st, 3, to_us);
	while (n < RUNS_MAX && (rc = stmt_step(st, err)) > 0)
		ret[n++] = (struct run_row){ col_int(st, 0), col_int(st, 1), col_int(st, 2),
					     col_int(st, 3), (int)col_int(st, 4) };
	return rc < 0 ? rc : n;
}
