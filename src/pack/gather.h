/* Rows of ledgers as readable text, for tables of a document; private to pack. */
#ifndef DAICHO_PACK_GATHER_H
#define DAICHO_PACK_GATHER_H

#include "ledger/entry.h"
#include "report/pdf.h"
#include "report/xlsx.h"

struct gather {
	struct ledgers *l;
	struct conn *c;
	struct arena *arena; /* of the whole document */
	struct log_head head;
	const struct actor *who; /* who sees the rows; NULL: the program itself */
	const char *footer;	 /* "origin size root16 date" */
	int64_t now_us;
};

int gather_init(struct gather *g, struct ledgers *l, struct conn *c, struct arena *arena,
		struct err *err);
/* "daicho/01j… 42件 3f2a…" for footers. */
struct pdf_info gather_pdf_info(const struct gather *g, const char *title);
struct xlsx_info gather_xlsx_info(const struct gather *g, const char *title);

/* The report columns of a ledger as a PDF table of its entries (voided ones left
 * out), and as an XLSX sheet. */
int gather_pdf_table(struct gather *g, const char *ledger, struct pdf *p, struct err *err);
int gather_xlsx_sheet(struct gather *g, const char *ledger, struct xlsx *x, struct err *err);

/* Calls row() for each entry that is not voided. */
int gather_each(struct gather *g, const char *ledger,
		int (*row)(struct gather *g, const struct ledger_def *def, const struct list_row *r,
			   void *arg, struct err *err),
		void *arg, struct err *err);
/* Readable text of a field; "" if there is no such field. */
const char *gather_text(struct gather *g, const struct ledger_def *def, const struct list_row *r,
			const char *field);

#endif
