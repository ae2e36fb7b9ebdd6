#include "cli/trail_print.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "report/xlsx.h"
#include "trail/question_text.h"

#define JAPAN_US (9LL * 3600 * 1000000)

int trail_print_known(const char *format, const char *out, struct err *err)
{
	static const char *const names[] = { "text", "json", "csv", "xlsx" };
	size_t i;

	if (!format)
		return 0;
	for (i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(names[i], format) == 0)
			return i == 3 && !out ? err_set(err, ERR_USAGE,
							"xlsx には --out FILE を付けてください")
					      : 0;
	return err_set(err, ERR_USAGE, "--format は text json csv xlsx のどれかです: %s", format);
}

/* "2026-11-20T14:05:00.123456+09:00" */
static void time_japan(int64_t us, char ret[40])
{
	char text[40];
	int64_t fraction = us % 1000000;

	time_rfc3339(us - fraction + JAPAN_US, text, sizeof text);
	text[19] = '\0';
	snprintf(ret, 40, "%.19s.%06d+09:00", text, (int)(fraction < 0 ? -fraction : fraction) % 1000000);
}

/* --- JSON ---------------------------------------------------------------------------------- */

static json_t *row_json(const struct question_row *row)
{
	const struct evidence_item *e = &row->item;
	char at[40], received[40];

	time_japan(e->at_us, at);
	time_japan(e->received_us, received);
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:I, s:b, s:s}",
			 "at", at, "received", received, "source", e->source, "system", row->source,
			 "action", e->class, "outcome", e->outcome, "user", e->user, "name",
			 row->person ? row->person->name : row->account ? row->account->name : "",
			 "department", row->person ? row->person->department : "", "patient",
			 e->patient, "terminal", e->terminal, "month", e->month, "seq",
			 (json_int_t)e->seq, "disposed", e->disposed, "clock", question_clock(e));
}

static json_t *count_json(const struct question_ask *ask, const struct question_count *n)
{
	char first[40], last[40];

	time_japan(n->first_us, first);
	time_japan(n->last_us, last);
	return json_pack("{s:s, s:s, s:I, s:s, s:s}",
			 ask->question == QUESTION_USER ? "patient" : "user", n->key, "name",
			 n->person ? n->person->name : "", "count", (json_int_t)n->count, "first",
			 first, "last", last);
}

static json_t *months_json(const struct question_answer *a)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < a->months; i++)
		json_array_append_new(
			list, json_pack("{s:i, s:b, s:I, s:I}", "month", a->month[i].month,
					"closed", a->month[i].closed, "events",
					(json_int_t)(a->month[i].size - 1), "headed",
					(json_int_t)a->month[i].head_size));
	return list;
}

static int print_json(const struct question_ask *ask, const struct question_answer *a,
		      struct buf *b, struct err *err)
{
	json_t *events = json_array(), *counts = json_array(), *rules = json_array(), *all;
	char *text;
	size_t i;

	for (i = 0; i < a->row_count; i++)
		json_array_append_new(events, row_json(&a->row[i]));
	for (i = 0; i < a->counts; i++)
		json_array_append_new(counts, count_json(ask, &a->count[i]));
	for (i = 0; question_rules[i]; i++)
		json_array_append_new(rules, json_string(question_rules[i]));
	all = json_pack("{s:s, s:s, s:s, s:I, s:b, s:o, s:o, s:o, s:o}", "question",
			question_name(ask->question), "title", question_label(ask->question),
			"zone", "+09:00", "total", (json_int_t)a->total, "more", a->more, "events",
			events, "counts", counts, "months", months_json(a), "rules", rules);
	text = all ? json_dumps(all, JSON_INDENT(1)) : NULL;
	json_decref(all);
	if (!text)
		return err_nomem(err);
	buf_add(b, text, strlen(text));
	buf_putc(b, '\n');
	free(text);
	return 0;
}

/* --- XLSX ------------------------------------------------------------------------------------ */

static int xlsx_rows(struct xlsx *x, const struct question_answer *a, struct err *err)
{
	struct xlsx_column columns[QUESTION_COLUMNS];
	const char *cells[QUESTION_COLUMNS];
	struct question_texts t;
	size_t i;
	int r;

	for (i = 0; i < QUESTION_COLUMNS; i++)
		columns[i] = (struct xlsx_column){ .title = question_titles[i], .width = i ? 14 : 20 };
	r = xlsx_sheet(x, "記録", columns, QUESTION_COLUMNS, err);
	for (i = 0; r >= 0 && i < a->row_count; i++) {
		question_cells(&a->row[i], &t, cells);
		r = xlsx_row(x, cells, err);
	}
	return r;
}

static int xlsx_counts(struct xlsx *x, const struct question_ask *ask,
		       const struct question_answer *a, struct err *err)
{
	const struct xlsx_column columns[] = {
		{ .title = ask->question == QUESTION_USER ? "患者番号" : "利用者ID", .width = 20 },
		{ .title = "氏名", .width = 20 },
		{ .title = "回数", .type = XLSX_INT },
		{ .title = "最初", .width = 20 },
		{ .title = "最後", .width = 20 },
	};
	size_t i;
	int r = xlsx_sheet(x, "回数", columns, sizeof columns / sizeof columns[0], err);

	for (i = 0; r >= 0 && i < a->counts; i++) {
		const struct question_count *n = &a->count[i];
		char count[24], first[40], last[40];
		const char *cells[] = { n->person ? n->person->number : n->key,
					n->person ? n->person->name : "", count, first, last };

		snprintf(count, sizeof count, "%lld", (long long)n->count);
		time_text(n->first_us, true, first, sizeof first);
		time_text(n->last_us, true, last, sizeof last);
		r = xlsx_row(x, cells, err);
	}
	return r;
}

static int print_xlsx(struct data *d, const struct question_ask *ask,
		      const struct question_answer *a, const char *out, struct err *err)
{
	const struct xlsx_info info = { .title = question_label(ask->question),
					.facility = store_org_name(d->store),
					.created_us = clock_now_us() };
	size_t rules = 0;
	struct xlsx *x;
	int r = xlsx_new(out, &info, &x, err);

	if (r < 0)
		return r;
	while (question_rules[rules])
		rules++;
	r = xlsx_rows(x, a, err);
	if (r >= 0)
		r = xlsx_counts(x, ask, a, err);
	if (r >= 0)
		r = xlsx_notes(x, "数え方", question_rules, rules, err);
	if (r >= 0)
		r = xlsx_close(x, err);
	xlsx_free(x);
	return r < 0 ? r : 0;
}

/* --- text ------------------------------------------------------------------------------------- */

static void text_counts(const struct question_ask *ask, const struct question_answer *a,
			struct buf *b)
{
	size_t i;

	buf_printf(b, "\n%s\n", ask->question == QUESTION_USER ? "患者ごとの回数" : "人ごとの回数");
	for (i = 0; i < a->counts; i++) {
		const struct question_count *n = &a->count[i];
		const char *key = *n->key ? n->key : "（記載なし）";

		buf_printf(b, "%8lld  %s %s\n", (long long)n->count,
			   n->person ? n->person->number : key, n->person ? n->person->name : "");
	}
}

static void text_months(const struct question_answer *a, struct buf *b)
{
	size_t i;

	buf_printf(b, "\n証跡の月\n");
	for (i = 0; i < a->months; i++)
		buf_printf(b, "%04d-%02d  %lld件  %s\n", a->month[i].month / 100,
			   a->month[i].month % 100, (long long)a->month[i].size - 1,
			   a->month[i].closed
				   ? "閉じています。daicho trail proof で漏れのない証明を出せます"
				   : "開いています。まだ増えます");
}

static void print_text(const struct question_ask *ask, const struct question_answer *a,
		       struct buf *b)
{
	const char *cells[QUESTION_COLUMNS];
	struct question_texts t;
	size_t i;

	buf_printf(b, "%s\n全部で%lld件%s\n\n", question_label(ask->question), (long long)a->total,
		   a->more ? "（途中まで並べます）" : "");
	for (i = 0; i < a->row_count; i++) {
		question_cells(&a->row[i], &t, cells);
		buf_printf(b, "%s  %s  %s %s  %s %s  患者 %s  端末 %s\n", cells[0], cells[1],
			   cells[2], cells[3], cells[4], cells[5], cells[7], cells[8]);
	}
	text_counts(ask, a, b);
	text_months(a, b);
	buf_printf(b, "\n");
	for (i = 0; question_rules[i]; i++)
		buf_printf(b, "・%s\n", question_rules[i]);
}

int trail_print(struct data *d, const struct question_ask *ask, const struct question_answer *a,
		const char *format, const char *out, struct err *err)
{
	CLEANUP(buf_release) struct buf b;
	int r = 0;

	buf_init(&b, (size_t)2 * 1024 * 1024 * 1024);
	if (format && strcmp(format, "xlsx") == 0)
		return print_xlsx(d, ask, a, out, err);
	if (format && strcmp(format, "json") == 0)
		r = print_json(ask, a, &b, err);
	else if (format && strcmp(format, "csv") == 0)
		r = question_csv(a, &b, err);
	else
		print_text(ask, a, &b);
	if (r == 0 && buf_failed(&b))
		r = err_nomem(err);
	if (r < 0 || out)
		return r < 0 ? r : file_write(out, b.data, b.len, 0600, err);
	if (fwrite(b.data, 1, b.len, stdout) != b.len || fflush(stdout) != 0)
		return err_set(err, ERR_IO, "標準出力に書けません");
	return 0;
}
