#include "reader/ldif.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fold.h"
#include "base/hash.h"
#include "reader/encoding.h"

#define NAME_MAX_BYTES 64

/* The text, a logical line at a time. */
struct lines {
	const char *at, *end;
	uint32_t number;    /* physical lines read */
	uint32_t line;	    /* where the logical line began */
	struct buf logical; /* unfolded */
};

struct attribute {
	char name[NAME_MAX_BYTES];
	struct buf value;
	bool filled; /* a value was given in the record in hand */
};

struct ldif {
	struct lines in;
	struct attribute *attribute; /* attribute[0] is the dn */
	size_t count;
	struct grid *grid;	/* NULL: only the names are gathered */
	uint32_t records, line; /* line: of the record in hand */
	bool in_record, skipping;
	struct fault *f;
};

/* --- is it one? ----------------------------------------------------------------- */

/* The first bytes without byte order mark and the zeros of UTF-16. */
static size_t plain_start(const char *data, size_t len, char *ret, size_t size)
{
	size_t n = 0, i;

	for (i = 0; i < len && n < size; i++)
		if (data[i] != '\0' && !memchr("\xEF\xBB\xBF\xFF\xFE", data[i], 5))
			ret[n++] = data[i];
	return n;
}

bool ldif_is(const char *data, size_t len)
{
	char start[4096];
	size_t n = plain_start(data, len, start, sizeof start), i = 0;

	while (i < n) {
		const char *nl = memchr(start + i, '\n', n - i);

		if (start[i] != '#' && start[i] != '\r' && start[i] != '\n' && start[i] != ' ')
			return (n - i > 3 && strncasecmp(start + i, "dn:", 3) == 0) ||
			       (n - i > 8 && strncasecmp(start + i, "version:", 8) == 0);
		if (!nl)
			return false;
		i = (size_t)(nl - start) + 1;
	}
	return false;
}

/* --- lines ------------------------------------------------------------------------ */

static void take_physical(struct lines *in, bool folded)
{
	const char *nl = memchr(in->at, '\n', (size_t)(in->end - in->at));
	const char *stop = nl ? nl : in->end;
	size_t len;

	in->at += folded; /* the space that marks a continued line */
	len = (size_t)(stop - in->at);
	if (len && in->at[len - 1] == '\r')
		len--;
	buf_add(&in->logical, in->at, len);
	in->at = nl ? nl + 1 : in->end;
	in->number++;
}

/* 1 with the next logical line in in->logical, comments left out; 0 at the end. */
static int next_line(struct lines *in)
{
	while (in->at < in->end) {
		buf_clear(&in->logical);
		in->line = in->number + 1;
		take_physical(in, false);
		while (in->at < in->end && *in->at == ' ' && in->logical.len)
			take_physical(in, true);
		if (!in->logical.len || in->logical.data[0] != '#')
			return 1;
	}
	return 0;
}

/* --- values ------------------------------------------------------------------------ */

static bool is_name(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.;_=",
			    s[i]) ||
		    s[i] == '\0')
			return false;
	return len > 0;
}

/* Index of an attribute, made when it is new. Its options (";lang-ja", ";range=0-9")
 * name no other attribute. -1 with the fault set when there are too many. */
static long find_attribute(struct ldif *d, const char *name, size_t len)
{
	const char *option = memchr(name, ';', len);
	struct attribute *a;
	size_t i;

	if (option)
		len = (size_t)(option - name);
	if (len == 0 || len >= NAME_MAX_BYTES)
		return fault_set(d->f, FAULT_LDIF_LINE, d->in.line, 0);
	for (i = 0; i < d->count; i++)
		if (strncasecmp(d->attribute[i].name, name, len) == 0 &&
		    d->attribute[i].name[len] == '\0')
			return (long)i;
	if (d->count == LDIF_ATTRIBUTES_MAX)
		return fault_number(d->f, FAULT_COLUMNS, d->in.line, 0, LDIF_ATTRIBUTES_MAX, 0);
	a = &d->attribute[d->count];
	memcpy(a->name, name, len);
	a->name[len] = '\0';
	buf_init(&a->value, LIMIT_ROW_BYTES);
	return (long)d->count++;
}

/* Members of groups are thousands and say nothing about an account. */
static bool is_left_out(const char *name)
{
	static const char *const names[] = { "member", "uniqueMember", "memberUid" };
	size_t i;

	for (i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcasecmp(names[i], name) == 0)
			return true;
	return false;
}

static void add_value(struct attribute *a, const char *s, size_t len)
{
	if (is_left_out(a->name) || !utf8_valid(s, len, NULL))
		return;
	if (a->filled)
		buf_putc(&a->value, '\n');
	buf_add(&a->value, s, len);
	a->filled = true;
}

static int add_base64(struct ldif *d, struct attribute *a, const char *s, size_t len)
{
	char *bytes;
	long n;

	while (len && s[len - 1] == ' ')
		len--;
	bytes = malloc(len + 1);
	if (!bytes)
		return fault_set(d->f, FAULT_NOMEM, 0, 0);
	n = base64_decode(s, len, bytes, len + 1);
	if (n >= 0)
		add_value(a, bytes, (size_t)n);
	free(bytes);
	return n < 0 ? fault_set(d->f, FAULT_LDIF_BASE64, d->in.line, 0) : 0;
}

/* "name: text", "name:: base64"; `s` begins after the first colon. */
static int take_value(struct ldif *d, struct attribute *a, const char *s, size_t len)
{
	bool base64 = len && *s == ':';

	if (len && *s == '<')
		return fault_set(d->f, FAULT_LDIF_URL, d->in.line, 0);
	s += base64;
	len -= base64;
	while (len && *s == ' ') {
		s++;
		len--;
	}
	if (!d->grid && !base64)
		return 0;
	if (base64)
		return add_base64(d, a, s, len);
	add_value(a, s, len);
	return 0;
}

/* --- records ------------------------------------------------------------------------ */

static int show_header(struct ldif *d)
{
	size_t i;
	int rc = grid_row_begin(d->grid, 1, 1, d->f);

	for (i = 0; rc >= 0 && i < d->count; i++)
		rc = grid_cell(d->grid, SHEET_CELL_TEXT, d->attribute[i].name,
			       strlen(d->attribute[i].name), NULL, 0, d->f);
	return rc < 0 ? rc : grid_row_end(d->grid, d->f);
}

static int show_record(struct ldif *d)
{
	size_t i;
	int rc = grid_row_begin(d->grid, d->records + 1, d->line, d->f);

	for (i = 0; rc >= 0 && i < d->count; i++) {
		const struct buf *v = &d->attribute[i].value;

		if (buf_failed(v))
			return fault_number(d->f, FAULT_ROW_LONG, d->records + 1, 0,
					    LIMIT_ROW_BYTES, 0);
		rc = grid_cell(d->grid, SHEET_CELL_TEXT, v->data ? v->data : "", v->len, NULL, 0,
			       d->f);
	}
	return rc < 0 ? rc : grid_row_end(d->grid, d->f);
}

static int end_record(struct ldif *d)
{
	int rc = 0;
	size_t i;

	if (d->in_record) {
		d->records++;
		if (d->grid)
			rc = show_record(d);
	}
	for (i = 0; i < d->count; i++) {
		buf_clear(&d->attribute[i].value);
		d->attribute[i].filled = false;
	}
	d->in_record = d->skipping = false;
	return rc;
}

/* The first line of a record. ldapsearch ends with "search: 2 / result: 0 Success"
 * and writes "ref: ldap://..." for what lies on other servers. */
static int begin_record(struct ldif *d, const char *name, size_t len)
{
	static const char *const others[] = { "version", "search", "result", "ref" };
	size_t i;

	for (i = 0; i < sizeof others / sizeof others[0]; i++)
		if (len == strlen(others[i]) && strncasecmp(name, others[i], len) == 0) {
			d->skipping = i > 0;
			return 0;
		}
	if (len != 2 || strncasecmp(name, "dn", 2) != 0)
		return fault_set(d->f, FAULT_LDIF_LINE, d->in.line, 0);
	d->in_record = true;
	d->line = d->in.line;
	return 0;
}

static bool is_change(const char *name, size_t len)
{
	return (len == 10 && strncasecmp(name, "changetype", 10) == 0) ||
	       (len == 7 && strncasecmp(name, "control", 7) == 0);
}

static int take_line(struct ldif *d)
{
	const char *s = d->in.logical.data, *colon = memchr(s, ':', d->in.logical.len);
	size_t len = colon ? (size_t)(colon - s) : 0;
	bool first = !d->in_record;
	long at;

	if (!is_name(s, len))
		return fault_set(d->f, FAULT_LDIF_LINE, d->in.line, 0);
	if (is_change(s, len))
		return fault_set(d->f, FAULT_LDIF_CHANGE, d->in.line, 0);
	if (first && begin_record(d, s, len) < 0)
		return ERR_INVALID;
	if (!d->in_record)
		return 0;
	at = find_attribute(d, s, len);
	if (at < 0)
		return ERR_INVALID;
	if (at == 0 && !first)
		return fault_set(d->f, FAULT_LDIF_LINE, d->in.line, 0);
	return take_value(d, &d->attribute[at], colon + 1, d->in.logical.len - len - 1);
}

/* One pass: without a grid it gathers the names, with one it hands on the rows. */
static int pass(struct ldif *d, const struct buf *text, struct grid *grid)
{
	int rc = 0;

	d->in.at = text->data;
	d->in.end = text->data + text->len;
	d->in.number = 0;
	d->records = 0;
	d->grid = grid;
	while (rc >= 0 && next_line(&d->in)) {
		if (buf_failed(&d->in.logical))
			return fault_number(d->f, FAULT_ROW_LONG, d->in.line, 0, LIMIT_ROW_BYTES,
					    0);
		if (!d->in.logical.len)
			rc = end_record(d);
		else if (!d->skipping)
			rc = take_line(d);
	}
	return rc < 0 ? rc : end_record(d);
}

/* --- the whole file ------------------------------------------------------------------ */

static int decode(const char *data, size_t len, enum sheet_encoding *encoding, struct buf *text,
		  struct fault *f)
{
	CLEANUP(encoding_release) struct encoding_stream s = { 0 };
	const char *piece;
	size_t n, i;
	uint32_t line = 1;
	int rc;

	if (*encoding == SHEET_ENCODING_AUTO && encoding_detect(data, len, encoding, f) < 0)
		return ERR_INVALID;
	encoding_start(&s, *encoding, data, len);
	while ((rc = encoding_next(&s, &piece, &n)) > 0)
		buf_add(text, piece, n);
	if (buf_failed(text) || (rc < 0 && !s.bad))
		return fault_set(f, FAULT_NOMEM, 0, 0);
	if (rc >= 0)
		return 0;
	for (i = 0; i < text->len; i++)
		line += text->data[i] == '\n';
	fault_text(f, FAULT_ENCODING, sheet_encoding_name(*encoding));
	f->row = line;
	f->column = 1;
	f->a = s.at + 1;
	return ERR_INVALID;
}

static void ldif_release(struct ldif *d)
{
	size_t i;

	for (i = 0; i < d->count; i++)
		buf_release(&d->attribute[i].value);
	free(d->attribute);
	buf_release(&d->in.logical);
}

int ldif_read(const char *data, size_t len, enum sheet_encoding *encoding, struct grid *grid,
	      struct fault *f)
{
	CLEANUP(ldif_release) struct ldif d = { .f = f };
	CLEANUP(buf_release) struct buf text;
	int rc;

	buf_init(&text, 0);
	buf_init(&d.in.logical, LIMIT_ROW_BYTES);
	d.attribute = calloc(LDIF_ATTRIBUTES_MAX, sizeof *d.attribute);
	if (!d.attribute)
		return fault_set(f, FAULT_NOMEM, 0, 0);
	rc = decode(data, len, encoding, &text, f);
	if (rc < 0)
		return rc;
	if (!text.len)
		return fault_set(f, FAULT_EMPTY, 0, 0);
	if (find_attribute(&d, "dn", 2) < 0)
		return ERR_INVALID;
	grid->header_wanted = 1;
	rc = pass(&d, &text, NULL);
	if (rc >= 0 && !d.records)
		return fault_set(f, FAULT_EMPTY, 0, 0);
	if (rc < 0)
		return rc;
	d.grid = grid;
	rc = show_header(&d);
	if (rc >= 0)
		rc = pass(&d, &text, grid);
	return rc < 0 ? rc : grid_end(grid, f);
}
