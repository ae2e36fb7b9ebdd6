#include "report/csv.h"

#include <stdio.h>
#include <string.h>

#include "base/fold.h"

#define GETA "\x81\xAC" /* 〓 in CP932 */

/* What a spreadsheet could take for the start of a formula. */
static bool is_formula_start(const char *s)
{
	static const char *const starts[] = { "=",  "+",  "-",	"@",  "\t", "\r",
					      "\n", "＝", "＋", "－", "＠", "−" };
	size_t i;

	for (i = 0; i < sizeof starts / sizeof starts[0]; i++)
		if (strncmp(s, starts[i], strlen(starts[i])) == 0)
			return true;
	return false;
}

/* True for apostrophes followed by a formula character. */
static bool is_dangerous(const char *cell)
{
	return is_formula_start(cell + strspn(cell, "'"));
}

void csv_protect(const char *cell, struct buf *out)
{
	if (is_dangerous(cell))
		buf_putc(out, '\'');
	buf_puts(out, cell);
}

const char *csv_unprotect(const char *cell)
{
	return *cell == '\'' && is_dangerous(cell) ? cell + 1 : cell;
}

void csv_init(struct csv *c, const struct csv_options *opt)
{
	memset(c, 0, sizeof *c);
	c->opt = *opt;
	buf_init(&c->line, 0);
	buf_init(&c->out, 0);
}

void csv_release(struct csv *c)
{
	buf_release(&c->line);
	buf_release(&c->out);
}

int csv_to_buf(void *ctx, const void *data, size_t len, struct err *err)
{
	struct buf *b = ctx;

	buf_add(b, data, len);
	return buf_failed(b) ? err_nomem(err) : 0;
}

/* Appends one cell, quoted where it must be (RFC 4180, and spaces at its ends,
 * which some readers drop). */
static void add_cell(struct buf *line, const char *cell)
{
	size_t len = strlen(cell), i;
	bool quote =
		strpbrk(cell, "\",\r\n\t") || (len && (cell[0] == ' ' || cell[len - 1] == ' '));

	if (quote)
		buf_putc(line, '"');
	if (is_dangerous(cell))
		buf_putc(line, '\'');
	for (i = 0; i < len; i++) {
		if (cell[i] == '"')
			buf_putc(line, '"');
		buf_putc(line, cell[i]);
	}
	if (quote)
		buf_putc(line, '"');
}

static void note_loss(struct csv *c, size_t column, uint32_t ch)
{
	if (c->loss_count < CSV_LOSS_MAX)
		c->loss[c->loss_count] = (struct csv_loss){ c->row, column, ch };
	c->loss_count++;
}

/* Notes each character of a cell that CP932 cannot hold. */
static void find_losses(struct csv *c, const char *cell, size_t column)
{
	size_t len = strlen(cell), done = 0, bad;
	struct buf drop;
	uint32_t ch;

	buf_init(&drop, 0);
	while (done < len && !cp932_encode(cell + done, len - done, &drop, &bad)) {
		done += bad;
		done += utf8_decode(cell + done, &ch);
		note_loss(c, column, ch);
		buf_clear(&drop);
	}
	buf_release(&drop);
}

/* The line in CP932 with 〓 for what it cannot hold. */
static void encode_line(struct csv *c)
{
	size_t done = 0, bad;
	uint32_t ch;

	while (done < c->line.len &&
	       !cp932_encode(c->line.data + done, c->line.len - done, &c->out, &bad)) {
		done += bad;
		done += utf8_decode(c->line.data + done, &ch);
		buf_puts(&c->out, GETA);
	}
}

static int send(struct csv *c, const struct buf *b, struct err *err)
{
	if (buf_failed(b))
		return err_nomem(err);
	if (!c->opt.write || !b->len)
		return 0;
	return c->opt.write(c->opt.ctx, b->data, b->len, err);
}

static int send_cp932(struct csv *c, const char *const *cells, size_t count, struct err *err)
{
	size_t i, bad;

	buf_clear(&c->out);
	if (cp932_encode(c->line.data, c->line.len, &c->out, &bad)) {
		/* After a loss the file is going to be refused anyway. */
		return c->loss_count && !c->opt.substitute ? 0 : send(c, &c->out, err);
	}
	for (i = 0; i < count; i++)
		if (cells[i])
			find_losses(c, cells[i], i + 1);
	if (!c->opt.substitute)
		return 0;
	buf_clear(&c->out);
	encode_line(c);
	return send(c, &c->out, err);
}

int csv_row(struct csv *c, const char *const *cells, size_t count, struct err *err)
{
	size_t i;

	buf_clear(&c->line);
	if (c->opt.encoding == CSV_UTF8 && c->row == 0)
		buf_puts(&c->line, "\xEF\xBB\xBF");
	c->row++;
	for (i = 0; i < count; i++) {
		const char *cell = cells[i] ? cells[i] : "";

		if (!utf8_valid(cell, strlen(cell), NULL))
			return err_set(err, ERR_INVALID,
				       "%zu行目%zu列目の文字が壊れているため、CSVに書き出せません。"
				       "その項目を入力し直してください。",
				       c->row, i + 1);
		if (i)
			buf_putc(&c->line, ',');
		add_cell(&c->line, cell);
	}
	buf_puts(&c->line, c->opt.newline_lf ? "\n" : "\r\n");
	if (buf_failed(&c->line))
		return err_nomem(err);
	if (c->opt.encoding == CSV_CP932)
		return send_cp932(c, cells, count, err);
	return send(c, &c->line, err);
}

int csv_end(struct csv *c, struct err *err)
{
	const struct csv_loss *first = &c->loss[0];

	if (!c->loss_count || c->opt.substitute)
		return 0;
	return err_set(err, ERR_INVALID,
		       "Shift_JIS（CP932）では書けない文字が%zuか所あります（最初は%zu行目%zu列目、"
		       "文字番号 U+%04X）。UTF-8で書き出すか、〓に置き換えることを選んでください。",
		       c->loss_count, first->row, first->column, (unsigned)first->ch);
}
