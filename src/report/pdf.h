/*
 * PDF documents that flow: headings, text, tables and boxes go in, A4 pages
 * with bookmarks, page numbers and the checkpoint in each footer come out.
 *
 * Use: pdf_new, then the adding functions in reading order, then pdf_finish
 * once, then pdf_free. Adding only records; layout happens in pdf_finish, which
 * first runs through everything without drawing to learn the page numbers.
 *
 * All text is plain UTF-8 (never markup) and is copied: nothing handed in must
 * live on after the call. NULL text counts as "". Control characters,
 * malformed bytes and bidirectional overrides are shown as a replacement
 * character, a newline breaks the line. A paragraph is cut after 20,000
 * characters and a cell after 6,000, and says so. Lengths are in millimetres.
 *
 * Adding functions return nothing: the first failure (memory, size limit, a
 * wrong call) stays in the document and pdf_finish reports it.
 *
 * The same calls give the same bytes, run in a process of its own. A document
 * belongs to one thread. Nothing in here may run in a process that forks while
 * another thread is inside pango or fontconfig; the intended place is a short-
 * lived child.
 */
#ifndef DAICHO_REPORT_PDF_H
#define DAICHO_REPORT_PDF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct pdf;

struct pdf_info {
	const char *title;    /* header, metadata, screen title; required */
	const char *facility; /* header and author */
	const char *subject;  /* metadata only */
	int64_t created_us;   /* UTC; printed in the footer and in the metadata */
	/* One line about the state of the log: "origin size root16"; "" for none. */
	const char *footer_left;
	/* The whole signed checkpoint, put as a QR code into each footer; NULL or
	 * "" for none. At most 900 bytes, so that it can still be scanned. */
	const char *footer_note;
};

/* Starts a document in portrait. On success the caller owns *ret. ERR_INVALID
 * without a title, ERR_LIMIT for a footer_note too long for the footer. */
int pdf_new(const struct pdf_info *info, struct pdf **ret, struct err *err);
void pdf_free(struct pdf *p); /* NULL-safe */

/* Lays out and writes the document, appended to `out` or to a file (replaced
 * atomically, mode 0600). Call one of them, once. */
int pdf_finish(struct pdf *p, struct buf *out, struct err *err);
int pdf_finish_file(struct pdf *p, const char *path, struct err *err);
/* Number of pages; 0 before pdf_finish. */
int pdf_pages(const struct pdf *p);

/* ---- pages ---- */

enum pdf_orientation { PDF_PORTRAIT, PDF_LANDSCAPE };

/* What follows starts on a new page of that orientation (no empty page if the
 * current one has nothing on it yet). */
void pdf_section(struct pdf *p, enum pdf_orientation orientation);
void pdf_page_break(struct pdf *p);
/* Vertical space; dropped at the top of a page. */
void pdf_space(struct pdf *p, double mm);
/* Starts a new page if fewer than `mm` are left, to keep things together. */
void pdf_need(struct pdf *p, double mm);

/* ---- text ---- */

struct pdf_pair {
	const char *key, *value;
	const char *link; /* as in struct pdf_cell, or NULL */
};

struct pdf_cover {
	const char *kind;	      /* small line above the title: "立入検査 提出資料" */
	const char *title, *subtitle; /* subtitle may be NULL */
	const struct pdf_pair *pairs; /* facility, year, made by ... */
	size_t pair_count;
	const char *note; /* at the foot of the page, may be NULL */
};

/* A cover on a page of its own (without the page header). */
void pdf_cover(struct pdf *p, const struct pdf_cover *cover);

/* A heading of level 1 to 3, with a bookmark and an entry in the contents, kept
 * with what follows. `number` ("2-1") is printed before the text and may be
 * NULL; `anchor` names the place for links within the document (any text,
 * unique) and may be NULL. */
void pdf_heading(struct pdf *p, int level, const char *number, const char *text,
		 const char *anchor);
/* The table of contents, headings down to level `depth`, with page numbers and
 * links. Its title is not itself a heading. */
void pdf_contents(struct pdf *p, const char *title, int depth);

/* A paragraph; newlines break lines. Japanese without spaces is justified. */
void pdf_text(struct pdf *p, const char *text);
/* A paragraph of small grey type: sources, remarks, explanations. */
void pdf_remark(struct pdf *p, const char *text);
void pdf_bullets(struct pdf *p, const char *const *items, size_t count);
/* Key and value, one pair a line, keys in a column of their own. An empty value
 * is shown as "―". */
void pdf_pairs(struct pdf *p, const struct pdf_pair *pairs, size_t count);

enum pdf_note_kind { PDF_NOTE_INFO, PDF_NOTE_WARN };
/* A box that stands out; `title` may be NULL. Never told apart by colour only. */
void pdf_note(struct pdf *p, enum pdf_note_kind kind, const char *title, const char *text);

/* ---- tables ---- */

enum pdf_align { PDF_LEFT, PDF_CENTER, PDF_RIGHT };

struct pdf_column {
	const char *title;
	double share; /* of the width, relative to the other columns; > 0 */
	enum pdf_align align;
	bool one_line; /* cut with an ellipsis instead of wrapping */
	bool mono;     /* fixed-width type: serial numbers, addresses, hashes */
};

enum pdf_table_style {
	PDF_ZEBRA, /* every second row shaded, thin rules: long ledgers */
	PDF_GRID,  /* all cells ruled, as printed forms have it */
};

/* A mark is drawn as a shape before the text, so that it never depends on
 * colour: circle, cross, empty square, dash, triangle. */
enum pdf_mark {
	PDF_MARK_NONE,
	PDF_MARK_YES,	  /* はい */
	PDF_MARK_NO,	  /* いいえ */
	PDF_MARK_OPEN,	  /* 未確認 */
	PDF_MARK_NA,	  /* 対象外 */
	PDF_MARK_CAUTION, /* 要確認 */
	PDF_MARK_MAX
};

struct pdf_cell {
	const char *text; /* with a mark and NULL: the word given above */
	enum pdf_mark mark;
	bool strong, muted; /* bold; grey */
	/* "#anchor" leads to a heading of this document, "https://..." outside;
	 * NULL for none. An anchor nobody set is an error (ERR_BUG). */
	const char *link;
};

/* A table: begin, rows, end. The header row is repeated on each page; a row is
 * split only when it is taller than a page. At most 40 columns. */
void pdf_table_begin(struct pdf *p, const struct pdf_column *columns, size_t count,
		     enum pdf_table_style style);
/* One row of as many cells as there are columns. */
void pdf_row(struct pdf *p, const struct pdf_cell *cells);
/* The same for plain text. */
void pdf_row_text(struct pdf *p, const char *const *texts);
/* A row across the whole width that heads the rows after it and stays with
 * the first of them. */
void pdf_row_group(struct pdf *p, const char *text);
/* Ends the table; with no row at all `empty` is said instead ("登録はありません。"). */
void pdf_table_end(struct pdf *p, const char *empty);

/* ---- approval ---- */

struct pdf_approval {
	const char *role; /* "病院長" */
	const char *name; /* NULL or "": still open, an empty stamp is drawn */
	const char *date; /* "2026-11-20 14:05" */
	const char *hash; /* hex of what was approved, may be NULL */
	const char *word; /* in the stamp: "承認" (NULL), "確認", "作成" */
};

/* 決裁欄: a box for each, with a date stamp, name, time and hash. */
void pdf_approvals(struct pdf *p, const struct pdf_approval *list, size_t count);

/* Lines to be signed by hand: role, place for the name, place for the date. */
void pdf_signatures(struct pdf *p, const char *const *roles, size_t count);

#endif
