/* One ledger as it stands, to print or to send. */
#include <limits.h>
#include <stdio.h>

#include "base/file.h"
#include "pack/gather.h"
#include "pack/pack.h"

static int write_pdf(struct gather *g, const struct ledger_def *def, const char *dir,
		     struct err *err)
{
	const struct pdf_info info = gather_pdf_info(g, def->title.ja);
	char path[PATH_MAX];
	struct pdf *pdf;
	int r;

	if (snprintf(path, sizeof path, "%s/%s.pdf", dir, def->name) >= (int)sizeof path)
		return err_set(err, ERR_LIMIT, "パスが長すぎます: %.200s", dir);
	r = pdf_new(&info, &pdf, err);
	if (r < 0)
		return r;
	pdf_section(pdf, def->report_landscape ? PDF_LANDSCAPE : PDF_PORTRAIT);
	pdf_heading(pdf, 1, NULL, def->title.ja, NULL);
	pdf_text(pdf, def->purpose.ja);
	r = gather_pdf_table(g, def->name, pdf, err);
	if (r == 0)
		r = pdf_finish_file(pdf, path, err);
	pdf_free(pdf);
	return r;
}

static int write_xlsx(struct gather *g, const struct ledger_def *def, const char *dir,
		      struct err *err)
{
	const struct xlsx_info info = gather_xlsx_info(g, def->title.ja);
	char path[PATH_MAX];
	struct xlsx *x;
	int r;

	if (snprintf(path, sizeof path, "%s/%s.xlsx", dir, def->name) >= (int)sizeof path)
		return err_set(err, ERR_LIMIT, "パスが長すぎます: %.200s", dir);
	r = xlsx_new(path, &info, &x, err);
	if (r < 0)
		return r;
	r = gather_xlsx_sheet(g, def->name, x, err);
	if (r == 0)
		r = xlsx_close(x, err);
	xlsx_free(x);
	return r;
}

int pack_ledger(struct ledgers *l, const struct actor *who, const char *ledger, const char *dir,
		struct err *err)
{
	const struct ledger_def *def;
	struct arena arena;
	struct gather g;
	struct conn *c;
	int r = ledgers_find(l, ledger, &def, err);

	if (r == 0)
		r = permit(who, PERM_LEDGER_EXPORT, def, err);
	if (r == 0)
		r = dir_make(dir, 0700, err);
	if (r == 0)
		r = store_read_begin(ledgers_store(l), &c, err);
	if (r < 0)
		return r;
	arena_init(&arena, (size_t)256 * 1024 * 1024);
	r = gather_init(&g, l, c, &arena, err);
	g.who = who;
	if (r == 0)
		r = write_pdf(&g, def, dir, err);
	if (r == 0)
		r = write_xlsx(&g, def, dir, err);
	store_read_end(c);
	arena_release(&arena);
	return r;
}
