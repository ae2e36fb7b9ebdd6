#include "pack/gather.h"

#include <string.h>

#include "base/clock.h"
#include "base/fold.h"

int gather_init(struct gather *g, struct ledgers *l, struct conn *c, struct arena *arena,
		struct err *err)
{
	int r;

	memset(g, 0, sizeof *g);
	g->l = l;
	g->c = c;
	g->arena = arena;
	g->now_us = clock_now_us();
	r = store_head(ledgers_store(l), &g->head, err);
	if (r < 0)
		return r;
	g->footer = arena_printf(arena, "%s  %lld  %.16s  %s", g->head.origin,
				 (long long)g->head.size, g->head.root_hex, g->head.date);
	return g->footer ? 0 : err_nomem(err);
}

struct pdf_info gather_pdf_info(const struct gather *g, const char *title)
{
	return (struct pdf_info){ .title = title,
				  .facility = store_org_name(ledgers_store(g->l)),
				  .subject = title,
				  .created_us = g->now_us,
				  .footer_left = g->footer,
				  .footer_note = g->head.note };
}

struct xlsx_info gather_xlsx_info(const struct gather *g, const char *title)
{
	return (struct xlsx_info){ .title = title,
				   .facility = store_org_name(ledgers_store(g->l)),
				   .footer = g->footer,
				   .created_us = g->now_us };
}

/* --- rows ------------------------------------------------------------------------------- */

struct walking {
	struct gather *g;
	const struct ledger_def *def;
	int (*row)(struct gather *g, const struct ledger_def *def, const struct list_row *r,
		   void *arg, struct err *err);
	void *arg;
};

static int walk_row(void *arg, const struct list_row *r, struct err *err)
{
	struct walking *w = arg;

	return w->row(w->g, w->def, r, w->arg, err);
}

int gather_each(struct gather *g, const char *ledger,
		int (*row)(struct gather *g, const struct ledger_def *def, const struct list_row *r,
			   void *arg, struct err *err),
		void *arg, struct err *err)
{
	struct walking w = { .g = g, .row = row, .arg = arg };
	struct list_query q = { .sort = -1, .limit = INT64_MAX };
	struct sight sight;
	int r = ledgers_find(g->l, ledger, &w.def, err);

	if (r < 0)
		return r;
	q.def = w.def;
	if (g->who) {
		sight_of(g->who, w.def, &sight);
		q.sight = &sight;
	}
	return list_each(g->l, g->c, &q, walk_row, &w, err);
}

const char *gather_text(struct gather *g, const struct ledger_def *def, const struct list_row *r,
			const char *field)
{
	int i = ledger_field(def, field);
	const char *shown;

	if (i < 0 || !*r->value[i])
		return "";
	shown = entry_show(g->l, g->c, &def->field[i], r->value[i], g->arena);
	return shown ? shown : "";
}

static const char *shown_at(struct gather *g, const struct ledger_def *def,
			    const struct list_row *r, int field)
{
	const char *text = *r->value[field] ? entry_show(g->l, g->c, &def->field[field],
							 r->value[field], g->arena)
					    : "";

	return text ? text : "";
}

/* --- PDF ---------------------------------------------------------------------------------- */

static bool is_code(const struct field_def *f)
{
	return f->check == CHECK_IP || f->check == CHECK_IP_LIST || f->check == CHECK_MAC;
}

/* A column's share of the page follows what it is likely to hold. */
static double share_of(const struct field_def *f)
{
	double head = (double)utf8_columns(f->label.ja);

	switch (f->type) {
	case FIELD_DATE: return 11;
	case FIELD_BOOL:
	case FIELD_INT: return head > 8 ? head : 8;
	case FIELD_ENUM: return head > 12 ? head : 12;
	case FIELD_LONGTEXT: return 24;
	default: return head > 14 ? head : 14;
	}
}

static int pdf_table_row(struct gather *g, const struct ledger_def *def, const struct list_row *r,
			 void *arg, struct err *err)
{
	const char **cells = arena_calloc(g->arena, def->report_column_count, sizeof *cells);
	size_t i;

	if (!cells)
		return err_nomem(err);
	for (i = 0; i < def->report_column_count; i++)
		cells[i] = shown_at(g, def, r, def->report_column[i]);
	pdf_row_text(arg, cells);
	return 0;
}

int gather_pdf_table(struct gather *g, const char *ledger, struct pdf *p, struct err *err)
{
	const struct ledger_def *def;
	struct pdf_column *columns;
	size_t i;
	int r = ledgers_find(g->l, ledger, &def, err);

	if (r < 0)
		return r;
	columns = arena_calloc(g->arena, def->report_column_count + 1, sizeof *columns);
	if (!columns)
		return err_nomem(err);
	for (i = 0; i < def->report_column_count; i++) {
		const struct field_def *f = &def->field[def->report_column[i]];

		columns[i] = (struct pdf_column){ .title = f->label.ja,
						  .share = share_of(f),
						  .mono = is_code(f) };
	}
	pdf_table_begin(p, columns, def->report_column_count, PDF_ZEBRA);
	r = gather_each(g, ledger, pdf_table_row, p, err);
	pdf_table_end(p, "登録はありません。");
	return r;
}

/* --- XLSX ----------------------------------------------------------------------------------- */

static int xlsx_sheet_row(struct gather *g, const struct ledger_def *def, const struct list_row *r,
			  void *arg, struct err *err)
{
	const char **cells = arena_calloc(g->arena, def->field_count + 1, sizeof *cells);
	size_t i;

	if (!cells)
		return err_nomem(err);
	for (i = 0; i < def->field_count; i++)
		cells[i] = shown_at(g, def, r, (int)i);
	return xlsx_row(arg, cells, err);
}

int gather_xlsx_sheet(struct gather *g, const char *ledger, struct xlsx *x, struct err *err)
{
	const struct ledger_def *def;
	struct xlsx_column *columns;
	size_t i;
	int r = ledgers_find(g->l, ledger, &def, err);

	if (r < 0)
		return r;
	columns = arena_calloc(g->arena, def->field_count + 1, sizeof *columns);
	if (!columns)
		return err_nomem(err);
	for (i = 0; i < def->field_count; i++) {
		const struct field_def *f = &def->field[i];

		columns[i].title = f->label.ja;
		columns[i].width = share_of(f) + 4;
		columns[i].type = f->type == FIELD_DATE	 ? XLSX_DATE
				  : f->type == FIELD_INT ? XLSX_INT
							 : XLSX_TEXT;
		columns[i].wrap = f->type == FIELD_LONGTEXT;
	}
	r = xlsx_sheet(x, def->title.ja, columns, def->field_count, err);
	return r < 0 ? r : gather_each(g, ledger, xlsx_sheet_row, x, err);
}
