#include "ledger/export.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/fold.h"
#include "report/csv.h"
#include "report/xlsx.h"

/* Extra columns after the fields. */
static const char *const tail[] = { "記録の状態", "最終更新", "受付番号" };
#define TAIL_COUNT (sizeof tail / sizeof tail[0])

struct exporting {
	struct ledgers *l;
	struct conn *c;
	const struct ledger_def *def;
	struct sight sight; /* of who exports */
	int field[SIGHT_FIELDS_MAX]; /* indexes of the fields they may see */
	size_t field_count;
	struct arena arena; /* of one row */
	bool encrypted;	    /* the ledger has fields that the list does not hold */
	int fd;
	struct csv csv;
	struct xlsx *xlsx;
	bool first; /* JSON: no comma yet */
	/* Writes one row of `count` cells. */
	int (*write)(struct exporting *e, const struct list_row *row, const char *const *cells,
		     size_t count, struct err *err);
};

static void choose_fields(struct exporting *e)
{
	size_t i;

	for (i = 0; i < e->def->field_count; i++) {
		if (!sight_field(&e->sight, (int)i))
			continue;
		e->field[e->field_count++] = (int)i;
		e->encrypted |= e->def->field[i].class >= CLASS_PATIENT;
	}
}

/* The projection holds only tags of encrypted fields: their content comes from
 * the revision. */
static int full_values(struct exporting *e, const struct list_row *row, const char *const **ret,
		       struct err *err)
{
	struct entry entry;
	int r;

	*ret = row->value;
	if (!e->encrypted)
		return 0;
	r = entry_see(e->l, e->c, &e->sight, row->id, 0, &e->arena, &entry, err);
	if (r == 0)
		*ret = entry.value;
	return r;
}

static int each_row(void *arg, const struct list_row *row, struct err *err)
{
	struct exporting *e = arg;
	size_t count = e->field_count, i;
	const char *const *value;
	const char **cells;
	char date[DATE_SIZE];
	int r;

	arena_release(&e->arena);
	cells = arena_calloc(&e->arena, count + TAIL_COUNT, sizeof *cells);
	if (!cells)
		return err_nomem(err);
	r = full_values(e, row, &value, err);
	if (r < 0)
		return r;
	for (i = 0; i < count; i++) {
		int f = e->field[i];

		cells[i] = *value[f] ? entry_show(e->l, e->c, &e->def->field[f], value[f], &e->arena)
				     : "";
	}
	date_of_us(row->at_us, date);
	cells[count] = entry_state_label(row->state);
	cells[count + 1] = date;
	cells[count + 2] = arena_printf(&e->arena, "%lld", (long long)row->seq);
	return e->write(e, row, cells, count + TAIL_COUNT, err);
}

static int run(struct exporting *e, const struct list_query *q, struct err *err)
{
	struct list_query all = *q;

	all.limit = INT64_MAX;
	all.offset = 0;
	all.sight = &e->sight;
	return list_each(e->l, e->c, &all, each_row, e, err);
}

static const char **header_cells(struct exporting *e)
{
	size_t count = e->field_count, i;
	const char **cells = arena_calloc(&e->arena, count + TAIL_COUNT, sizeof *cells);

	for (i = 0; cells && i < count; i++)
		cells[i] = e->def->field[e->field[i]].label.ja;
	for (i = 0; cells && i < TAIL_COUNT; i++)
		cells[count + i] = tail[i];
	return cells;
}

static int write_bytes(int fd, const void *data, size_t len, struct err *err)
{
	const char *p = data;

	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(err, errno, "書き出し先に書けません");
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

/* --- CSV --------------------------------------------------------------------------------- */

static int csv_bytes(void *ctx, const void *data, size_t len, struct err *err)
{
	struct exporting *e = ctx;

	return write_bytes(e->fd, data, len, err);
}

static int csv_write(struct exporting *e, const struct list_row *row, const char *const *cells,
		     size_t count, struct err *err)
{
	(void)row;
	return csv_row(&e->csv, cells, count, err);
}

#define LOSSES_NAMED 10

/* Names what CP932 cannot hold and where it stands, so that people can look for it. */
static int losses_named(const struct exporting *e, struct err *err)
{
	CLEANUP(buf_release) struct buf b;
	size_t i, fields = e->field_count;

	buf_init(&b, 0);
	for (i = 0; i < e->csv.loss_count && i < LOSSES_NAMED; i++) {
		const struct csv_loss *loss = &e->csv.loss[i];

		buf_puts(&b, i ? "、「" : "「");
		utf8_append(&b, loss->ch);
		buf_printf(&b, "」（%zu行目の%s）", loss->row,
			   loss->column <= fields
				   ? e->def->field[e->field[loss->column - 1]].label.ja
				   : "");
	}
	if (buf_failed(&b))
		return err_nomem(err);
	return err_set(err, ERR_INVALID,
		       "Shift_JIS（CP932）では書けない文字が%zuか所あります: "
		       "%s%s。UTF-8で書き出すか、〓に置き換えることを選んでください",
		       e->csv.loss_count, b.data, e->csv.loss_count > LOSSES_NAMED ? "など" : "");
}

static int export_csv(struct exporting *e, const struct list_query *q, bool cp932, bool substitute,
		      struct err *err)
{
	const struct csv_options options = { .encoding = cp932 ? CSV_CP932 : CSV_UTF8,
					     .substitute = substitute,
					     .write = csv_bytes,
					     .ctx = e };
	const char **head;
	int r;

	csv_init(&e->csv, &options);
	e->write = csv_write;
	head = header_cells(e);
	r = head ? csv_row(&e->csv, head, e->field_count + TAIL_COUNT, err) : err_nomem(err);
	if (r == 0)
		r = run(e, q, err);
	if (r == 0)
		r = csv_end(&e->csv, err);
	if (r == ERR_INVALID && e->csv.loss_count)
		r = losses_named(e, err);
	csv_release(&e->csv);
	return r;
}

/* --- JSON ---------------------------------------------------------------------------------- */

static int json_write(struct exporting *e, const struct list_row *row, const char *const *cells,
		      size_t count, struct err *err)
{
	json_t *fields = json_object(), *all;
	const char *const *value;
	char *text;
	size_t i;
	int r = full_values(e, row, &value, err);

	(void)cells;
	(void)count;
	for (i = 0; r == 0 && i < e->field_count; i++)
		if (*value[e->field[i]])
			json_object_set_new(fields, e->def->field[e->field[i]].name,
					    json_string(value[e->field[i]]));
	all = json_pack("{s:s,s:s,s:I,s:I,s:o}", "entry", row->id, "state",
			entry_state_name(row->state), "rev", (json_int_t)row->rev, "receipt",
			(json_int_t)row->seq, "fields", fields);
	text = json_dumps(all, JSON_COMPACT);
	json_decref(all);
	if (r == 0 && !text)
		r = err_nomem(err);
	if (r == 0)
		r = write_bytes(e->fd, e->first ? "\n" : ",\n", e->first ? 1 : 2, err);
	if (r == 0)
		r = write_bytes(e->fd, text, strlen(text), err);
	e->first = false;
	free(text);
	return r;
}

static int export_json(struct exporting *e, const struct list_query *q, struct err *err)
{
	CLEANUP(buf_release) struct buf head;
	int r;

	buf_init(&head, 0);
	buf_printf(&head, "{\"ledger\":\"%s\",\"version\":%d,\"entries\":[", e->def->name,
		   e->def->version);
	e->write = json_write;
	e->first = true;
	r = buf_failed(&head) ? err_nomem(err) : write_bytes(e->fd, head.data, head.len, err);
	if (r == 0)
		r = run(e, q, err);
	return r < 0 ? r : write_bytes(e->fd, "\n]}\n", 4, err);
}

/* --- XLSX ---------------------------------------------------------------------------------- */

static int xlsx_write(struct exporting *e, const struct list_row *row, const char *const *cells,
		      size_t count, struct err *err)
{
	(void)row;
	(void)count;
	return xlsx_row(e->xlsx, cells, err);
}

static struct xlsx_column *xlsx_columns(struct exporting *e, struct arena *arena)
{
	size_t count = e->field_count, i;
	struct xlsx_column *c = arena_calloc(arena, count + TAIL_COUNT, sizeof *c);

	for (i = 0; c && i < count; i++) {
		const struct field_def *f = &e->def->field[e->field[i]];
		double width = (double)utf8_columns(f->label.ja) + 4;

		c[i].title = f->label.ja;
		c[i].type = f->type == FIELD_INT    ? XLSX_INT
			    : f->type == FIELD_DATE ? XLSX_DATE
						    : XLSX_TEXT;
		c[i].wrap = f->type == FIELD_LONGTEXT;
		c[i].width = f->type == FIELD_LONGTEXT ? 40 : width < 12 ? 12 : width;
	}
	for (i = 0; c && i < TAIL_COUNT; i++)
		c[count + i].title = tail[i];
	return c;
}

static int export_xlsx(struct exporting *e, const struct list_query *q, const char *path,
		       struct err *err)
{
	const struct xlsx_info info = { .title = e->def->title.ja,
					.facility = store_org_name(ledgers_store(e->l)),
					.created_us = clock_now_us() };
	struct xlsx_column *columns = xlsx_columns(e, &e->arena);
	int r = columns ? xlsx_new(path, &info, &e->xlsx, err) : err_nomem(err);

	if (r < 0)
		return r;
	e->write = xlsx_write;
	r = xlsx_sheet(e->xlsx, e->def->title.ja, columns, e->field_count + TAIL_COUNT, err);
	if (r == 0)
		r = run(e, q, err);
	if (r == 0)
		r = xlsx_close(e->xlsx, err);
	xlsx_free(e->xlsx);
	return r;
}

/* --- all formats ----------------------------------------------------------------------------- */

static int to_file(struct exporting *e, const struct list_query *q, enum export_format format,
		   bool substitute, const char *path, struct err *err)
{
	int r;

	e->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (e->fd < 0)
		return err_errno(err, errno, "%s に書き出せません", path);
	r = format == EXPORT_JSON ? export_json(e, q, err)
				  : export_csv(e, q, format == EXPORT_CSV_CP932, substitute, err);
	if (close(e->fd) != 0 && r == 0)
		r = err_errno(err, errno, "%s に書き出せません", path);
	/* Half a file must not pass for a whole one. */
	if (r < 0)
		(void)unlink(path);
	return r;
}

int export_ledger(struct ledgers *l, struct conn *c, const struct actor *who,
		  const struct list_query *q, enum export_format format, bool substitute,
		  const char *path, struct err *err)
{
	struct exporting e = { .l = l, .c = c, .def = q->def, .fd = -1 };
	int r = permit(who, PERM_LEDGER_EXPORT, q->def, err);

	if (r < 0)
		return r;
	sight_of(who, q->def, &e.sight);
	choose_fields(&e);
	arena_init(&e.arena, 0);
	r = format == EXPORT_XLSX ? export_xlsx(&e, q, path, err)
				  : to_file(&e, q, format, substitute, path, err);
	arena_release(&e.arena);
	return r;
}
