/* Runs of the index: writing and reading their pages. */
#ifndef DAICHO_STORE_EVIDENCE_RUN_H
#define DAICHO_STORE_EVIDENCE_RUN_H

#include "store/evidence_index.h"

#define RUN_PAGE_BYTES 3840  /* of entries; a page of SQLite then holds one of ours */
#define RUN_PAGE_ENTRIES 512 /* at most */

struct run_writer {
	struct conn *c;
	enum evidence_by order;
	int64_t id, count, first_at, last_at, pages;
	struct index_entry last;
	int64_t page_key, page_at, page_count;
	struct buf page;
};

/* Begins a run that is not ready yet. */
int run_write_begin(struct run_writer *w, struct conn *c, enum evidence_by order, int level,
		    struct err *err);
/* Entries in order. */
int run_write(struct run_writer *w, const struct index_entry *e, struct err *err);
/* Writes what is left; the run still has to be made ready. */
int run_write_end(struct run_writer *w, struct err *err);
void run_write_release(struct run_writer *w);

struct run_reader {
	struct conn *c;
	enum evidence_by order;
	int64_t run, page, page_key, page_at; /* page: its id, 0: none */
	size_t count, at;
	struct index_entry entry[RUN_PAGE_ENTRIES];
};

/* Large: keep it on the heap. */
void run_read_init(struct run_reader *r, struct conn *c, enum evidence_by order, int64_t run);
/* To the first entry with (key, time) at or after the ones given. 1 if there is one. */
int run_seek(struct run_reader *r, int64_t key, int64_t at_us, struct err *err);
/* To the last entry with (key, time) before the ones given. 1 if there is one. */
int run_seek_last(struct run_reader *r, int64_t key, int64_t at_us, struct err *err);
/* To the very first entry. */
int run_first(struct run_reader *r, struct err *err);
/* 1 if there is a next or previous one. */
int run_next(struct run_reader *r, struct err *err);
int run_previous(struct run_reader *r, struct err *err);

static inline const struct index_entry *run_entry(const struct run_reader *r)
{
	return &r->entry[r->at];
}

/* Runs of an order that are ready, oldest first, with times within from <= t < to. */
struct run_row {
	int64_t id, count, first_at, last_at;
	int level;
};

#define RUNS_MAX 512

int run_list(struct conn *c, enum evidence_by order, int64_t from_us, int64_t to_us,
	     struct run_row ret[RUNS_MAX], struct err *err);

#endif
