#include "report/xlsx.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/fold.h"
#include "report/xlsx_inside.h"

#define FONT "游ゴシック"
#define TEXT_CHARS 32700
#define COLUMNS_MAX 1000
#define CUT "……（長いため以下を省きました）"

/* ---- opening ---- */

lxw_format *xlsx_format(lxw_workbook *book, bool wrap, const char *number)
{
	lxw_format *f = workbook_add_format(book);

	if (!f)
		return NULL;
	format_set_font_name(f, FONT);
	format_set_font_size(f, 10);
	format_set_align(f, LXW_ALIGN_VERTICAL_TOP);
	if (wrap)
		format_set_text_wrap(f);
	if (number)
		format_set_num_format(f, number);
	return f;
}

/* What may be filled in is seen by its colour and its lines. */
static void fill_format(lxw_format *f)
{
	format_set_unlocked(f);
	format_set_align(f, LXW_ALIGN_LEFT);
	format_set_bg_color(f, 0xFFF9E5);
	format_set_border(f, LXW_BORDER_THIN);
	format_set_border_color(f, 0xB0B0B0);
}

static bool make_formats(struct xlsx *x)
{
	x->head = xlsx_format(x->book, true, NULL);
	x->text = xlsx_format(x->book, false, "@");
	x->wrap = xlsx_format(x->book, true, "@");
	x->integer = xlsx_format(x->book, false, "0");
	x->date = xlsx_format(x->book, false, "yyyy-mm-dd");
	x->note = xlsx_format(x->book, true, NULL);
	x->note_head = xlsx_format(x->book, true, NULL);
	x->form_title = xlsx_format(x->book, false, NULL);
	x->fill_text = xlsx_format(x->book, true, "@");
	x->fill_date = xlsx_format(x->book, false, "yyyy-mm-dd");
	if (!x->head || !x->text || !x->wrap || !x->integer || !x->date || !x->note ||
	    !x->note_head || !x->form_title || !x->fill_text || !x->fill_date)
		return false;
	format_set_bold(x->form_title);
	format_set_font_size(x->form_title, 12);
	fill_format(x->fill_text);
	fill_format(x->fill_date);
	format_set_align(x->date, LXW_ALIGN_LEFT);
	format_set_bold(x->head);
	format_set_bg_color(x->head, 0xE6EBF2);
	format_set_bottom(x->head, LXW_BORDER_THIN);
	format_set_align(x->head, LXW_ALIGN_VERTICAL_CENTER);
	format_set_bold(x->note_head);
	format_set_font_size(x->note_head, 12);
	return true;
}

/* Appends text for a page header: at most `max` characters, & doubled, since
 * it begins a code there. */
static void add_header_text(struct buf *b, const char *text, size_t max)
{
	size_t len = text ? strlen(text) : 0, done = 0, n;
	uint32_t ch;

	if (!len || !utf8_valid(text, len, NULL))
		return;
	for (; done < len && max > 0; done += n, max--) {
		n = utf8_decode(text + done, &ch);
		if (ch == '&')
			buf_putc(b, '&');
		if (ch < 0x20)
			buf_putc(b, ' ');
		else
			buf_add(b, text + done, n);
	}
}

static bool make_page_texts(struct xlsx *x, const struct xlsx_info *info)
{
	struct buf b;

	buf_init(&b, 0);
	buf_puts(&b, "&L");
	add_header_text(&b, info->facility, 50);
	buf_puts(&b, "&C");
	add_header_text(&b, info->title, 60);
	buf_puts(&b, "&R&A");
	x->header = buf_take(&b, NULL);
	buf_init(&b, 0);
	buf_puts(&b, "&L");
	add_header_text(&b, info->footer, 90);
	buf_puts(&b, "&R&P / &N");
	x->footer = buf_take(&b, NULL);
	return x->header && x->footer;
}

static void set_properties(struct xlsx *x, const struct xlsx_info *info)
{
	lxw_doc_properties properties = { 0 };

	/* The library copies all of them and takes char *. */
	properties.title = (char *)(uintptr_t)info->title;
	properties.author = (char *)(uintptr_t)info->facility;
	properties.created = (time_t)(info->created_us / 1000000);
	workbook_set_properties(x->book, &properties);
}

/* The file is made beside its place and renamed at the end; its name is
 * reserved here, so that a folder that cannot be written shows at once. */
static int reserve(struct xlsx *x, const char *path, struct err *err)
{
	size_t size = strlen(path) + 8;
	int fd;

	x->path = strdup(path);
	x->temp = malloc(size);
	if (!x->path || !x->temp)
		return err_nomem(err);
	snprintf(x->temp, size, "%s.XXXXXX", path);
	fd = mkstemp(x->temp);
	if (fd < 0) {
		int errnum = errno;

		free(x->temp);
		x->temp = NULL;
		return err_errno(err, errnum, "「%s」に書き込めません", path);
	}
	close(fd);
	return 0;
}

/* The folder the file goes to also takes the rows on their way. */
static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return strdup(".");
	return strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

int xlsx_new(const char *path, const struct xlsx_info *info, struct xlsx **ret, struct err *err)
{
	struct xlsx *x = calloc(1, sizeof *x);
	char *folder = folder_of(path);
	int r = 0;

	if (!x || !folder)
		r = err_nomem(err);
	if (r == 0)
		r = reserve(x, path, err);
	if (r == 0) {
		lxw_workbook_options options = { .constant_memory = LXW_TRUE, .tmpdir = folder };

		x->book = workbook_new_opt(x->temp, &options);
		if (!x->book || !make_formats(x) || !make_page_texts(x, info))
			r = err_nomem(err);
	}
	free(folder);
	if (r < 0) {
		xlsx_free(x);
		return r;
	}
	set_properties(x, info);
	*ret = x;
	return 0;
}

/* ---- sheets ---- */

static const char *sheet_char(uint32_t ch, const char *s)
{
	if (ch < 0x20 || strchr("[]:*?/\\", (int)(ch < 0x80 ? ch : 'x')) || ch == '\'')
		return "_";
	return s;
}

/* The wanted name made acceptable, with " (n)" behind it from the second try. */
static void make_name(char *ret, size_t size, const char *name, int try)
{
	char tail[16] = "";
	size_t len = strlen(name), done = 0, out = 0, chars = 0, most = XLSX_NAME_CHARS, n;
	uint32_t ch;

	if (try > 1)
		most -= (size_t)snprintf(tail, sizeof tail, " (%d)", try);
	if (!utf8_valid(name, len, NULL))
		len = 0;
	for (; done < len && chars < most && out + 4 < size; done += n) {
		const char *s;

		n = utf8_decode(name + done, &ch);
		s = sheet_char(ch, name + done);
		chars += ch > 0xFFFF ? 2 : 1; /* Excel counts UTF-16 */
		if (chars > most)
			break;
		memcpy(ret + out, s, s == name + done ? n : 1);
		out += s == name + done ? n : 1;
	}
	snprintf(ret + out, size - out, "%s%s", out ? "" : "シート", tail);
}

int xlsx_begin_sheet(struct xlsx *x, const char *name, struct err *err)
{
	int try;

	for (try = 1; try < 1000; try++) {
		make_name(x->sheet_name, sizeof x->sheet_name, name, try);
		if (workbook_validate_sheet_name(x->book, x->sheet_name) == LXW_NO_ERROR)
			break;
	}
	x->sheet = workbook_add_worksheet(x->book, x->sheet_name);
	if (!x->sheet)
		return err_nomem(err);
	worksheet_set_paper(x->sheet, 9); /* A4 */
	worksheet_set_landscape(x->sheet);
	worksheet_fit_to_pages(x->sheet, 1, 0);
	worksheet_set_margins(x->sheet, 0.5, 0.5, 0.8, 0.7);
	worksheet_set_header(x->sheet, x->header);
	worksheet_set_footer(x->sheet, x->footer);
	x->rows = x->head_row = 0;
	return 0;
}

/* The header's filter covers the rows that were written. */
void xlsx_end_sheet(struct xlsx *x)
{
	if (x->sheet && x->column_count)
		worksheet_autofilter(x->sheet, x->head_row, 0, x->rows,
				     (lxw_col_t)(x->column_count - 1));
	free(x->columns);
	free(x->fill);
	x->columns = NULL;
	x->fill = NULL;
	x->form = false;
	x->column_count = 0;
	x->sheet = NULL;
}

/* Excel keeps the list in one text with commas, at most 255 characters. */
void xlsx_offer(struct xlsx *x, lxw_row_t first, lxw_col_t column, const struct xlsx_column *c)
{
	char **list = calloc(c->choice_count + 1, sizeof *list);
	lxw_data_validation v = { 0 };
	size_t chars = 0, i;
	bool ok = list != NULL;

	for (i = 0; ok && i < c->choice_count; i++) {
		list[i] = (char *)(uintptr_t)c->choices[i];
		chars += utf8_length(c->choices[i]) + 1;
		ok = !strpbrk(c->choices[i], ",\"");
	}
	if (ok && chars <= 250 && c->choice_count) {
		v.validate = LXW_VALIDATION_TYPE_LIST;
		v.value_list = list;
		v.error_type = LXW_VALIDATION_ERROR_TYPE_WARNING;
		worksheet_data_validation_range(x->sheet, first, column, XLSX_ROWS_MAX, column, &v);
	}
	free(list);
}

int xlsx_sheet(struct xlsx *x, const char *name, const struct xlsx_column *columns, size_t count,
	       struct err *err)
{
	size_t i;
	int r;

	if (!count || count > COLUMNS_MAX)
		return err_set(err, ERR_LIMIT,
			       "表計算ファイルに書ける列は%dまでです（%zu列あります）。",
			       COLUMNS_MAX, count);
	xlsx_end_sheet(x);
	r = xlsx_begin_sheet(x, name, err);
	if (r < 0)
		return r;
	x->columns = calloc(count, sizeof *columns);
	if (!x->columns)
		return err_nomem(err);
	memcpy(x->columns, columns, count * sizeof *columns);
	x->column_count = count;
	for (i = 0; i < count; i++) {
		lxw_col_t c = (lxw_col_t)i;
		bool wrap = columns[i].wrap;

		worksheet_set_column(x->sheet, c, c, columns[i].width > 0 ? columns[i].width : 12,
				     columns[i].type == XLSX_INT    ? x->integer
				     : columns[i].type == XLSX_DATE ? x->date
				     : wrap			    ? x->wrap
								    : x->text);
		if (columns[i].choices)
			xlsx_offer(x, 1, c, &columns[i]);
		x->columns[i].title = NULL;
		x->columns[i].choices = NULL;
	}
	worksheet_set_row(x->sheet, 0, 24, x->head);
	for (i = 0; i < count; i++)
		worksheet_write_string(x->sheet, 0, (lxw_col_t)i,
				       columns[i].title ? columns[i].title : "", x->head);
	worksheet_freeze_panes(x->sheet, 1, 0);
	worksheet_repeat_rows(x->sheet, 0, 0);
	return 0;
}

/* ---- cells ---- */

static bool read_integer(const char *s, double *ret)
{
	const char *digits = s + (*s == '-');
	size_t len = strspn(digits, "0123456789");

	if (!len || len > 15 || digits[len] || (digits[0] == '0' && len > 1))
		return false;
	*ret = (double)strtoll(s, NULL, 10);
	return true;
}

/* Excel knows no date before 1900, and 1900 itself with one day too many. */
static bool read_date(const char *s, lxw_datetime *ret)
{
	if (!date_valid(s) || strcmp(s, "1901-01-01") < 0)
		return false;
	memset(ret, 0, sizeof *ret);
	ret->year = (int)strtol(s, NULL, 10);
	ret->month = (int)strtol(s + 5, NULL, 10);
	ret->day = (int)strtol(s + 8, NULL, 10);
	return true;
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* "_x0041_" would be read as "A": its first character is written as a code. */
static bool is_code(const char *s)
{
	return s[0] == '_' && s[1] == 'x' && is_hex(s[2]) && is_hex(s[3]) && is_hex(s[4]) &&
	       is_hex(s[5]) && s[6] == '_';
}

/* The text as a cell can hold it; NULL when memory ran out. The caller frees. */
static char *cell_text(const char *text)
{
	size_t len = strlen(text), done = 0, chars = 0, n;
	struct buf b;
	uint32_t ch;

	buf_init(&b, 0);
	for (; done < len && chars < TEXT_CHARS; done += n) {
		n = utf8_decode(text + done, &ch);
		chars += ch > 0xFFFF ? 2 : 1;
		if (is_code(text + done)) {
			buf_puts(&b, "_x005F_");
			chars += 6;
		} else {
			buf_add(&b, text + done, n);
		}
	}
	if (done < len)
		buf_puts(&b, CUT);
	return buf_take(&b, NULL);
}

int xlsx_write_text(struct xlsx *x, lxw_row_t row, lxw_col_t column, const char *text,
		    lxw_format *format, struct err *err)
{
	char *held = NULL;
	lxw_error code;

	if (!utf8_valid(text, strlen(text), NULL))
		return err_set(err, ERR_INVALID,
			       "シート「%s」の%u行目%u列目の文字が壊れているため、書き出せません。"
			       "その項目を入力し直してください。",
			       x->sheet_name, row + 1, column + 1u);
	if (strlen(text) > TEXT_CHARS || strstr(text, "_x")) {
		held = cell_text(text);
		if (!held)
			return err_nomem(err);
	}
	code = worksheet_write_string(x->sheet, row, column, held ? held : text, format);
	free(held);
	if (code != LXW_NO_ERROR)
		return err_set(err, ERR_IO,
			       "シート「%s」の%u行目を書けませんでした（%"
			       "s）。空き容量を確かめてください。",
			       x->sheet_name, row + 1, lxw_strerror(code));
	return 0;
}

static int write_cell(struct xlsx *x, lxw_col_t column, const char *text, struct err *err)
{
	const struct xlsx_column *c = &x->columns[column];
	bool fill = x->form && x->fill[column];
	lxw_datetime date;
	double number;

	if (!text || !*text) {
		if (fill)
			worksheet_write_blank(x->sheet, x->rows, column,
					      c->type == XLSX_DATE ? x->fill_date : x->fill_text);
		return 0;
	}
	if (fill && c->type == XLSX_DATE && read_date(text, &date)) {
		worksheet_write_datetime(x->sheet, x->rows, column, &date, x->fill_date);
		return 0;
	}
	if (fill)
		return xlsx_write_text(x, x->rows, column, text, x->fill_text, err);
	if (c->type == XLSX_INT && read_integer(text, &number))
		worksheet_write_number(x->sheet, x->rows, column, number, x->integer);
	else if (c->type == XLSX_DATE && read_date(text, &date))
		worksheet_write_datetime(x->sheet, x->rows, column, &date, x->date);
	else
		return xlsx_write_text(x, x->rows, column, text,
				       c->wrap || strchr(text, '\n') ? x->wrap : x->text, err);
	return 0;
}

/* Lines a text takes in a column of that width. */
size_t xlsx_lines(const struct xlsx_column *c, const char *text)
{
	size_t width = (size_t)(c->width > 2 ? c->width : 12), lines = 0;

	while (text) {
		const char *end = strchr(text, '\n');
		size_t len = end ? (size_t)(end - text) : strlen(text);
		size_t columns = 0, done = 0;

		while (done < len) {
			uint32_t ch;

			done += utf8_decode(text + done, &ch);
			columns += ch < 0x80 ? 1 : 2;
		}
		lines += c->wrap && columns > width ? (columns + width - 1) / width : 1;
		text = end ? end + 1 : NULL;
	}
	return lines;
}

/* Not every program finds the height of wrapped text by itself. */
void xlsx_set_height(struct xlsx *x, lxw_row_t row, size_t lines)
{
	if (lines > 1)
		worksheet_set_row(x->sheet, row, lines > 24 ? 400 : 3 + 16.5 * (double)lines, NULL);
}

static size_t tallest(const struct xlsx *x, const char *const *cells)
{
	size_t most = 1, i;

	for (i = 0; i < x->column_count; i++) {
		const struct xlsx_column *c = &x->columns[i];

		if (cells[i] && utf8_valid(cells[i], strlen(cells[i]), NULL) &&
		    (c->wrap || strchr(cells[i], '\n'))) {
			size_t lines = xlsx_lines(c, cells[i]);

			most = lines > most ? lines : most;
		}
	}
	return most;
}

int xlsx_row(struct xlsx *x, const char *const *cells, struct err *err)
{
	size_t i;
	int r = 0;

	if (!x->sheet || !x->column_count)
		return err_set(
			err, ERR_BUG,
			"表計算ファイルの組み立て順が誤っています。開発元に連絡してください。");
	if (x->rows >= XLSX_ROWS_MAX)
		return err_set(err, ERR_LIMIT,
			       "1枚のシートに書ける行数（1,048,575行）を超えました。"
			       "対象を絞るか、CSVで書き出してください。");
	x->rows++;
	xlsx_set_height(x, x->rows, tallest(x, cells));
	for (i = 0; i < x->column_count && r == 0; i++)
		r = write_cell(x, (lxw_col_t)i, cells[i], err);
	return r;
}

int xlsx_notes(struct xlsx *x, const char *name, const char *const *lines, size_t count,
	       struct err *err)
{
	static const struct xlsx_column column = { .width = 110, .wrap = true };
	size_t i;
	int r;

	xlsx_end_sheet(x);
	r = xlsx_begin_sheet(x, name, err);
	if (r < 0)
		return r;
	worksheet_set_column(x->sheet, 0, 0, column.width, x->note);
	for (i = 0; i < count && r == 0; i++) {
		bool head = strncmp(lines[i], "# ", 2) == 0;

		if (utf8_valid(lines[i], strlen(lines[i]), NULL))
			xlsx_set_height(x, (lxw_row_t)i, xlsx_lines(&column, lines[i]));
		if (*lines[i])
			r = xlsx_write_text(x, (lxw_row_t)i, 0, lines[i] + (head ? 2 : 0),
					    head ? x->note_head : x->note, err);
	}
	return r;
}

/* ---- closing ---- */

static int sync_file(const char *path, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int r = 0;

	if (fd < 0 || fsync(fd) < 0)
		r = err_errno(err, errno, "「%s」を保存できません", path);
	if (fd >= 0)
		close(fd);
	return r;
}

int xlsx_close(struct xlsx *x, struct err *err)
{
	lxw_error code;
	int r;

	if (!x->book || !x->sheet)
		return err_set(err, ERR_BUG,
			       "表計算ファイルにシートがありません。開発元に連絡してください。");
	xlsx_end_sheet(x);
	code = workbook_close(x->book);
	x->book = NULL;
	if (code != LXW_NO_ERROR)
		return err_set(err, ERR_IO,
			       "「%s」を保存できませんでした（%"
			       "s）。空き容量と書き込みの権限を確かめてください。",
			       x->path, lxw_strerror(code));
	r = sync_file(x->temp, err);
	if (r < 0)
		return r;
	if (rename(x->temp, x->path) < 0)
		return err_errno(err, errno, "「%s」を保存できません", x->path);
	free(x->temp);
	x->temp = NULL;
	return 0;
}

void xlsx_free(struct xlsx *x)
{
	if (!x)
		return;
	if (x->book) {
		/* Only closing releases the library's own temporary files. */
		if (!x->sheet)
			workbook_add_worksheet(x->book, NULL);
		xlsx_end_sheet(x);
		workbook_close(x->book);
	}
	if (x->temp)
		unlink(x->temp);
	free(x->columns);
	free(x->fill);
	free(x->path);
	free(x->temp);
	free(x->header);
	free(x->footer);
	free(x);
}
