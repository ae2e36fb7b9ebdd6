/* The filled checklist of a round, in PDF and XLSX; private to pack. */
#ifndef DAICHO_PACK_SHEET_H
#define DAICHO_PACK_SHEET_H

#include "pack/gather.h"
#include "round/round.h"

/* The whole sheet as one table, grouped by section, as the form prints it. */
void sheet_pdf_table(const struct round_view *v, struct pdf *p);
/* What is not asked, why, and what was answered before; nothing when all is asked. */
void sheet_pdf_excluded(struct gather *g, const struct round_view *v, struct pdf *p);
/* One block per item: what it asks, answers, evidence. */
int sheet_pdf_items(struct gather *g, const struct round_view *v, struct pdf *p, struct err *err);
/* Who approved what, with the digest; empty boxes where it is still open. */
int sheet_pdf_approval(struct gather *g, const struct round_view *v, struct pdf *p,
		       struct err *err);
/* What the sheet is called: チェックリスト, or 回答 for other kinds. */
const char *sheet_name(const struct round_view *v);
int sheet_xlsx(struct gather *g, const struct round_view *v, struct xlsx *x, struct err *err);

#endif
