/* A form filled in: sheets rewritten, the rest of the package as it was. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "reader/fill_job.h"
#include "reader/filetype.h"
#include "reader/package.h"
#include "reader/workbook.h"

#define PART_MAX ((size_t)64 << 20) /* of one sheet unpacked */
#define SHEETS_MAX 64		    /* that are written to */

struct writing {
	struct workbook book;
	struct arena arena;
	struct package_change change[SHEETS_MAX + 1];
	size_t count;
	bool formulas;
	struct fault *fault;
};

static void release(struct writing *w)
{
	workbook_release(&w->book);
	arena_release(&w->arena);
	for (size_t i = 0; i < w->count; i++)
		free((void *)(uintptr_t)w->change[i].bytes);
}

/* Keeps what a part becomes. */
static int keep(struct writing *w, const char *name, struct buf *b)
{
	size_t len;
	char *bytes = buf_take(b, &len);

	if (!bytes)
		return fault_set(w->fault, FAULT_NOMEM, 0, 0);
	w->change[w->count++] = (struct package_change){ name, bytes, len };
	return 0;
}

static const char *part_of(const struct writing *w, const char *sheet)
{
	for (size_t i = 0; i < w->book.sheet_count; i++)
		if (!*sheet || strcmp(w->book.sheets[i].name, sheet) == 0)
			return w->book.sheets[i].part;
	return NULL;
}

static bool is_kept(const struct writing *w, const char *part)
{
	for (size_t i = 0; i < w->count; i++)
		if (strcmp(w->change[i].name, part) == 0)
			return true;
	return false;
}

static int fill_one(struct writing *w, const struct fill_edit *edits, size_t count)
{
	const char *part = part_of(w, edits[0].sheet);
	CLEANUP(buf_release) struct buf xml, out;
	bool formulas = false;
	int rc;

	buf_init(&xml, PART_MAX + 1);
	buf_init(&out, PART_MAX * 2);
	if (!part)
		return fault_text(w->fault, FAULT_FILL_SHEET, edits[0].sheet);
	if (w->count == SHEETS_MAX)
		return fault_text(w->fault, FAULT_SHEET_COMPLEX, edits[0].sheet);
	/* One sheet under two names ("" and its own) would be written twice. */
	if (is_kept(w, part))
		return fill_fault(w->fault, FAULT_FILL_TWICE, &edits[0]);
	rc = package_slurp(w->book.package, part, PART_MAX, &xml, w->fault);
	if (rc >= 0)
		rc = fill_sheet(xml.data ? xml.data : "", xml.len, part, edits, count, &out,
				&formulas, w->fault);
	if (rc >= 0)
		rc = keep(w, part, &out);
	w->formulas |= formulas;
	return rc;
}

static int fill_sheets(struct writing *w, const struct fill_job *job)
{
	size_t i = 0, n;
	int rc = 0;

	for (; i < job->count && rc >= 0; i += n) {
		for (n = 1;
		     i + n < job->count && strcmp(job->edit[i + n].sheet, job->edit[i].sheet) == 0;
		     n++)
			;
		rc = fill_one(w, &job->edit[i], n);
	}
	return rc;
}

/* "<f>" or "<x:f ": a formula, as far as bytes tell. Saying so of a text does no harm. */
static bool has_formula(const struct buf *xml)
{
	static const char *const signs[] = { "<f>", "<f ", ":f>", ":f " };

	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
		if (xml->len && memmem(xml->data, xml->len, signs[i], strlen(signs[i])))
			return true;
	return false;
}

/* Formulas on a sheet that was not written to may look at what was. */
static int forget_results(struct writing *w, const char *part)
{
	CLEANUP(buf_release) struct buf xml, out;
	bool formulas = false;
	int rc;

	buf_init(&xml, PART_MAX + 1);
	buf_init(&out, PART_MAX * 2);
	rc = package_slurp(w->book.package, part, PART_MAX, &xml, w->fault);
	if (rc < 0 || !has_formula(&xml))
		return rc;
	rc = fill_sheet(xml.data, xml.len, part, NULL, 0, &out, &formulas, w->fault);
	w->formulas |= formulas;
	if (rc < 0 || !formulas)
		return rc;
	if (w->count == SHEETS_MAX)
		return fault_text(w->fault, FAULT_SHEET_COMPLEX, part);
	return keep(w, part, &out);
}

static int look_for_formulas(struct writing *w)
{
	int rc = 0;

	w->formulas |= package_has(w->book.package, "xl/calcChain.xml");
	for (size_t i = 0; i < w->book.sheet_count && rc >= 0; i++)
		if (!is_kept(w, w->book.sheets[i].part))
			rc = forget_results(w, w->book.sheets[i].part);
	return rc;
}

static int mark_book(struct writing *w)
{
	CLEANUP(buf_release) struct buf xml, out;
	int rc = look_for_formulas(w);

	buf_init(&xml, PART_MAX + 1);
	buf_init(&out, PART_MAX * 2);
	if (rc < 0 || !w->formulas)
		return rc;
	rc = package_slurp(w->book.package, w->book.book_part, PART_MAX, &xml, w->fault);
	if (rc >= 0)
		rc = fill_book(xml.data ? xml.data : "", xml.len, w->book.book_part, &out,
			       w->fault);
	if (rc >= 0 && (out.len != xml.len || memcmp(out.data, xml.data, xml.len) != 0))
		rc = keep(w, w->book.book_part, &out);
	return rc;
}

/* As table_read says it of files that are no workbooks. */
static int check_kind(const char *data, size_t len, struct fault *f)
{
	struct filetype t = filetype_detect(data, len, "form.xlsx");

	if (len < 4 || memcmp(data, "PK", 2) != 0)
		return strcmp(t.mime, "application/vnd.ms-excel") == 0
			       ? fault_set(f, FAULT_XLS, 0, 0)
			       : fault_text(f, FAULT_FORMAT, t.label);
	return 0;
}

int fill_write(const char *data, size_t len, const struct sheet_limits *limits,
	       struct frame_writer *fw, struct fault *f)
{
	CLEANUP(release) struct writing w = { .fault = f };
	CLEANUP(buf_release) struct buf out;
	struct fill_job job;

	*f = (struct fault){ 0 };
	arena_init(&w.arena, (size_t)32 << 20);
	buf_init(&out, 0);
	if (fill_job_read(data, len, &w.arena, &job, f) < 0 ||
	    check_kind(job.form, job.form_len, f) < 0 ||
	    workbook_open(&w.book, job.form, job.form_len, limits, f) < 0 ||
	    fill_sheets(&w, &job) < 0 || mark_book(&w) < 0 ||
	    package_rewrite(job.form, job.form_len, w.change, w.count, &out, f) < 0)
		return ERR_INVALID;
	return frame_write_bytes(fw, out.data ? out.data : "", out.len);
}
