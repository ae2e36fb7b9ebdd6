#include "store/table_sql.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fold.h"

static int definition_bug(struct err *err, const char *name)
{
	return err_set(
		err, ERR_BUG,
		"台帳「%.60s」の表の定義が正しくありません。この文面を開発元に知らせてください",
		name);
}

int table_name_check(const struct table *t, struct err *err)
{
	const char *name = t->name;
	size_t i, len = name ? strlen(name) : 0;

	/* "_fts" is how the tables of the index are told apart. */
	if (len == 0 || len > TABLE_NAME_MAX || name[0] < 'a' || name[0] > 'z' ||
	    strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != len || strstr(name, "_fts") ||
	    strstr(name, "_i_") || t->column_count > TABLE_COLUMNS_MAX)
		return definition_bug(err, name ? name : "");
	for (i = 0; i < t->column_count; i++)
		if (t->column[i].id <= 0)
			return definition_bug(err, name);
	return 0;
}

void table_sql_init(struct table_sql *q)
{
	memset(q, 0, sizeof *q);
	buf_init(&q->text, 0);
	buf_init(&q->match, 0);
}

void table_sql_release(struct table_sql *q)
{
	buf_release(&q->text);
	buf_release(&q->match);
}

int table_column_name(const struct table *t, int column, char ret[16], bool *ret_integer,
		      struct err *err)
{
	static const struct {
		int column;
		const char *name;
		bool integer;
	} fixed[] = { { TABLE_STATE, "state", false }, { TABLE_SEQ, "seq", true },
		      { TABLE_AT, "at_us", true },     { TABLE_ENTRY, "entry", false },
		      { TABLE_ACTOR, "actor", false }, { TABLE_BEHALF, "behalf", false } };
	size_t i;

	for (i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
		if (fixed[i].column == column) {
			snprintf(ret, 16, "%s", fixed[i].name);
			*ret_integer = fixed[i].integer;
			return 0;
		}
	for (i = 0; i < t->column_count; i++)
		if (column > 0 && t->column[i].id == column) {
			snprintf(ret, 16, "f%d", column);
			*ret_integer = t->column[i].integer;
			return 0;
		}
	return definition_bug(err, t->name);
}

static int bind_add(struct table_sql *q, struct table_bind bind, struct err *err)
{
	if (q->bind_count == TABLE_BINDS_MAX)
		return err_set(err, ERR_LIMIT,
			       "絞り込みの条件が多すぎます（%d個まで）。条件を減らしてください",
			       TABLE_BINDS_MAX - 4);
	q->bind[q->bind_count++] = bind;
	buf_printf(&q->text, "?%d", q->bind_count);
	return 0;
}

int table_sql_number(struct table_sql *q, int64_t value, struct err *err)
{
	return bind_add(q, (struct table_bind){ .integer = true, .number = value }, err);
}

static int bind_value(struct table_sql *q, const char *value, bool integer, struct err *err)
{
	char *end;
	long long number;

	if (!integer)
		return bind_add(q, (struct table_bind){ .text = value }, err);
	errno = 0;
	number = strtoll(value, &end, 10);
	if (errno != 0 || *end != '\0')
		return err_set(err, ERR_INVALID,
			       "絞り込みの値「%.60s」は数ではありません。数字で指定してください",
			       value);
	return table_sql_number(q, number, err);
}

static int filter_write(struct table_sql *q, const struct table *t, const struct table_filter *f,
			struct err *err)
{
	static const char *const operator[] = {
		[TABLE_EQ] = "=",  [TABLE_NE] = "<>", [TABLE_LT] = "<",
		[TABLE_LE] = "<=", [TABLE_GT] = ">",  [TABLE_GE] = ">="
	};
	bool integer, empty = !f->value || !*f->value;
	char name[16];
	int rc = table_column_name(t, f->column, name, &integer, err);

	if (rc < 0)
		return rc;
	if (f->op == TABLE_EMPTY || (f->op == TABLE_EQ && empty)) {
		buf_printf(&q->text, "%s IS NULL", name);
		return 0;
	}
	if (f->op == TABLE_FILLED || (f->op == TABLE_NE && empty)) {
		buf_printf(&q->text, "%s IS NOT NULL", name);
		return 0;
	}
	if (empty || (unsigned)f->op > TABLE_GE)
		return definition_bug(err, t->name);
	buf_printf(&q->text, f->op == TABLE_NE ? "(%s %s " : "%s %s ", name, operator[f->op]);
	rc = bind_value(q, f->value, integer, err);
	if (f->op == TABLE_NE)
		buf_printf(&q->text, " OR %s IS NULL)", name);
	return rc;
}

/* One word as a phrase of bigrams; a single character finds all that begin so. */
static void match_word(struct buf *match, const char *word, size_t len)
{
	CLEANUP(buf_release) struct buf one, grams;
	size_t i;

	buf_init(&one, 0);
	buf_init(&grams, 0);
	buf_add(&one, word, len);
	if (!buf_failed(&one))
		fold_bigrams(one.data, false, &grams);
	if (buf_failed(&one) || buf_failed(&grams)) {
		match->failed = true;
		return;
	}
	if (grams.len == 0)
		return;
	buf_puts(match, match->len ? " AND \"" : "\"");
	for (i = 0; i < grams.len; i++) {
		if (grams.data[i] == '"')
			buf_putc(match, '"');
		buf_putc(match, grams.data[i]);
	}
	buf_puts(match, utf8_length(one.data) == 1 ? "\" *" : "\"");
}

static int match_write(struct buf *match, const char *search, struct err *err)
{
	CLEANUP(buf_release) struct buf folded;
	const char *word;

	buf_init(&folded, 0);
	if (!fold_text(search, &folded))
		return err_set(err, ERR_INVALID,
			       "検索の言葉に使えない文字があります。入れ直してください");
	for (word = folded.data; word && *word;) {
		size_t len = strcspn(word, " ");

		if (len)
			match_word(match, word, len);
		word += len + (word[len] == ' ');
	}
	return buf_failed(&folded) || buf_failed(match) ? err_nomem(err) : 0;
}

static int search_write(struct table_sql *q, const struct table *t, struct err *err)
{
	buf_printf(&q->text, "id IN (SELECT rowid FROM l_%s_fts WHERE l_%s_fts MATCH ", t->name,
		   t->name);
	if (bind_add(q, (struct table_bind){ .text = q->match.data }, err) < 0)
		return ERR_LIMIT;
	buf_putc(&q->text, ')');
	return 0;
}

static int any_write(struct table_sql *q, const struct table *t, const struct table_any *any,
		     struct err *err)
{
	size_t i;
	int rc = any->count ? 0 : definition_bug(err, t->name);

	for (i = 0; rc == 0 && i < any->count; i++) {
		buf_puts(&q->text, i ? " OR " : "(");
		rc = filter_write(q, t, &any->filter[i], err);
	}
	buf_putc(&q->text, ')');
	return rc;
}

int table_sql_where(struct table_sql *q, const struct table *t, const struct table_query *query,
		    struct err *err)
{
	const char *joint = " WHERE ";
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < query->filter_count; i++) {
		buf_puts(&q->text, joint);
		joint = " AND ";
		rc = filter_write(q, t, &query->filter[i], err);
	}
	for (i = 0; rc == 0 && i < query->any_count; i++) {
		buf_puts(&q->text, joint);
		joint = " AND ";
		rc = any_write(q, t, &query->any[i], err);
	}
	if (rc == 0 && query->search)
		rc = match_write(&q->match, query->search, err);
	if (rc == 0 && q->match.len) {
		buf_puts(&q->text, joint);
		rc = search_write(q, t, err);
	}
	return rc;
}

/* The column that follows `sort` in its index, 0 when none does. Ordering rows of
 * equal value by it makes the index give the page as it is; by another, all rows of
 * that value would be sorted first. */
static int tie_column(const struct table *t, int sort)
{
	int tie = 0;
	size_t i;

	for (i = 0; i < t->index_count; i++) {
		if (t->index[i].column[0] != sort)
			continue;
		if (t->index[i].column[1] == 0)
			return 0;
		tie = t->index[i].column[1];
	}
	return tie;
}

int table_order(const struct table *t, int sort, int ret_column[2])
{
	/* Time never goes back along the log, so its order is that of seq. */
	if (sort == 0 || sort == TABLE_AT)
		sort = TABLE_SEQ;
	ret_column[0] = sort;
	ret_column[1] = tie_column(t, sort);
	return ret_column[1] ? 2 : 1;
}

bool table_indexed(const struct table *t, int first, int second)
{
	size_t i;

	if (first == TABLE_STATE && second == TABLE_SEQ)
		return true;
	for (i = 0; i < t->index_count; i++)
		if (t->index[i].column[0] == first &&
		    (!second || t->index[i].column[1] == second))
			return true;
	return !second && (first == TABLE_SEQ || first == TABLE_STATE || first == TABLE_ENTRY);
}

static int order_write(struct table_sql *sql, const struct table *t, const struct table_query *q,
		       struct err *err)
{
	const char *way = q->descending ? " DESC" : "";
	int column[2], count = table_order(t, q->sort, column), i, rc = 0;
	char name[16];
	bool integer;

	buf_puts(&sql->text, " ORDER BY ");
	for (i = 0; rc == 0 && i < count; i++) {
		rc = table_column_name(t, column[i], name, &integer, err);
		buf_printf(&sql->text, "%s%s, ", name, way);
	}
	buf_printf(&sql->text, "id%s", way);
	return rc;
}

static int limit_write(struct table_sql *sql, const struct table_query *q, struct err *err)
{
	int rc = 0;

	if (q->limit <= 0 && q->offset <= 0)
		return 0;
	buf_puts(&sql->text, " LIMIT ");
	rc = table_sql_number(sql, q->limit > 0 ? q->limit : INT64_MAX, err);
	if (rc == 0 && q->offset > 0) {
		buf_puts(&sql->text, " OFFSET ");
		rc = table_sql_number(sql, q->offset, err);
	}
	return rc;
}

void table_sql_numbered(struct buf *b, const char *text, size_t n)
{
	char digits[24];
	size_t i = sizeof digits;

	do {
		digits[--i] = (char)('0' + n % 10);
		n /= 10;
	} while (n);
	buf_puts(b, text);
	buf_add(b, digits + i, sizeof digits - i);
}

static int rows_write(struct table_sql *sql, const struct table *t, struct err *err)
{
	size_t i;
	int rc = table_name_check(t, err);

	buf_puts(&sql->text, "SELECT "
			     "entry, rev, state, seq, at_us, actor, behalf, search");
	for (i = 0; rc == 0 && i < t->column_count; i++)
		table_sql_numbered(&sql->text, ", f", (size_t)t->column[i].id);
	if (rc == 0)
		buf_printf(&sql->text, " FROM l_%s", t->name);
	return rc;
}

int table_sql_row(struct table_sql *sql, const struct table *t, struct err *err)
{
	int rc = rows_write(sql, t, err);

	buf_puts(&sql->text, " WHERE id = ?1");
	return rc;
}

int table_sql_query(struct table_sql *sql, const struct table *t, const struct table_query *q,
		    struct err *err)
{
	int rc = rows_write(sql, t, err);

	if (rc == 0)
		rc = table_sql_where(sql, t, q, err);
	if (rc == 0)
		rc = order_write(sql, t, q, err);
	return rc == 0 ? limit_write(sql, q, err) : rc;
}

int table_sql_count(struct table_sql *sql, const struct table *t, const struct table_query *q,
		    int64_t cap, struct err *err)
{
	int rc = table_name_check(t, err);

	if (rc < 0)
		return rc;
	buf_printf(&sql->text, "SELECT COUNT(*) FROM (SELECT 1 FROM l_%s", t->name);
	rc = table_sql_where(sql, t, q, err);
	if (rc == 0 && cap > 0) {
		buf_puts(&sql->text, " LIMIT ");
		rc = table_sql_number(sql, cap, err);
	}
	buf_puts(&sql->text, ") AS found");
	return rc;
}

int table_sql_group(struct table_sql *sql, const struct table *t, const struct table_query *q,
		    int column, int64_t limit, struct err *err)
{
	char name[16];
	bool integer;
	int rc = table_name_check(t, err);

	if (rc == 0)
		rc = table_column_name(t, column, name, &integer, err);
	if (rc < 0)
		return rc;
	buf_printf(&sql->text, "SELECT %s, COUNT(*) FROM l_%s", name, t->name);
	rc = table_sql_where(sql, t, q, err);
	buf_printf(&sql->text, " GROUP BY %s ORDER BY 2 DESC, 1", name);
	if (rc == 0 && limit > 0) {
		buf_puts(&sql->text, " LIMIT ");
		rc = table_sql_number(sql, limit, err);
	}
	return rc;
}

/* As a value of a row of the table; a search has been put in words before. */
static int cond_write(struct table_sql *sql, const struct table *t, const struct table_cond *cond,
		      struct err *err)
{
	int rc;

	if (cond->filter)
		return filter_write(sql, t, cond->filter, err);
	if (cond->any)
		return any_write(sql, t, cond->any, err);
	if (sql->match.len == 0) {
		buf_putc(&sql->text, '1');
		return 0;
	}
	buf_printf(&sql->text, "EXISTS (SELECT 1 FROM l_%s_fts WHERE l_%s_fts MATCH ", t->name,
		   t->name);
	rc = bind_add(sql, (struct table_bind){ .text = sql->match.data }, err);
	buf_printf(&sql->text, " AND rowid = l_%s.id)", t->name);
	return rc;
}

int table_sql_set(struct table_sql *sql, const struct table *t, const struct table_cond *cond,
		  struct err *err)
{
	int rc = table_name_check(t, err);

	if (rc == 0 && cond->search)
		rc = match_write(&sql->match, cond->search, err);
	if (rc < 0)
		return rc;
	if (sql->match.len == 0) {
		buf_printf(&sql->text, "SELECT id FROM l_%s WHERE ", t->name);
		return cond_write(sql, t, cond, err);
	}
	/* Not by way of the rows, which would each be looked at. */
	buf_printf(&sql->text, "SELECT rowid FROM l_%s_fts WHERE l_%s_fts MATCH ", t->name, t->name);
	return bind_add(sql, (struct table_bind){ .text = sql->match.data }, err);
}

int table_sql_changed(struct table_sql *sql, const struct table *t, const struct table_cond *cond,
		      int64_t since, struct err *err)
{
	int rc = table_name_check(t, err);

	if (rc == 0 && cond->search)
		rc = match_write(&sql->match, cond->search, err);
	if (rc < 0)
		return rc;
	buf_puts(&sql->text, "SELECT id, ");
	rc = cond_write(sql, t, cond, err);
	buf_printf(&sql->text, " FROM l_%s WHERE seq > ", t->name);
	return rc == 0 ? table_sql_number(sql, since, err) : rc;
}

int table_sql_newest(struct table_sql *sql, const char *name, struct err *err)
{
	struct table t = { .name = name };
	int rc = table_name_check(&t, err);

	if (rc == 0)
		buf_printf(&sql->text,
			   "SELECT (SELECT COALESCE(MAX(seq), -1) FROM l_%s),"
			   " (SELECT COALESCE(MAX(id), 0) FROM l_%s)",
			   name, name);
	return rc;
}

int table_sql_rows_count(struct table_sql *sql, const struct table *t, struct err *err)
{
	int rc = table_name_check(t, err);

	if (rc == 0)
		buf_printf(&sql->text, "SELECT COUNT(*) FROM l_%s", t->name);
	return rc;
}

int table_sql_ids(struct table_sql *sql, const struct table *t, const struct table_query *q,
		  struct err *err)
{
	int rc = table_name_check(t, err);

	if (rc < 0)
		return rc;
	buf_printf(&sql->text, "SELECT id FROM l_%s", t->name);
	rc = table_sql_where(sql, t, q, err);
	return rc == 0 ? order_write(sql, t, q, err) : rc;
}

int table_sql_keys(struct table_sql *sql, const struct table *t, const struct table_query *q,
		   struct err *err)
{
	int column[2], count = table_order(t, q->sort, column), i, rc = table_name_check(t, err);
	char name[16];
	bool integer;

	buf_puts(&sql->text, "SELECT ");
	for (i = 0; rc == 0 && i < count; i++) {
		rc = table_column_name(t, column[i], name, &integer, err);
		buf_printf(&sql->text, "%s%s", i ? ", " : "", name);
	}
	if (rc == 0)
		buf_printf(&sql->text, " FROM l_%s WHERE id = ?1", t->name);
	return rc;
}

void table_sql_rows(struct buf *text, const struct table *t)
{
	buf_printf(text, "SELECT id, search FROM l_%s", t->name);
}

void table_sql_words(struct buf *text, const char *index)
{
	buf_printf(text, "CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, '%s', instance)",
		   index);
}

int table_sql_begin(struct conn *c, struct table_sql *q, struct stmt **ret, struct err *err)
{
	int i, rc;

	if (buf_failed(&q->text))
		return err_nomem(err);
	rc = stmt_make(c, q->text.data, ret, err);
	for (i = 0; rc == 0 && i < q->bind_count; i++) {
		if (q->bind[i].integer)
			stmt_int(*ret, i + 1, q->bind[i].number);
		else
			stmt_text(*ret, i + 1, q->bind[i].text);
	}
	return rc;
}
