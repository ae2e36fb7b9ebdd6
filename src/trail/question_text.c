#include "trail/question_text.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/fold.h"
#include "message/message.h"
#include "report/csv.h"
#include "trail/source.h"

#define SUBJECT_BYTES 48

const char *const question_titles[QUESTION_COLUMNS] = {
	"時刻", "システム", "したこと", "結果", "利用者ID", "氏名",
	"所属", "患者番号", "端末",	"時計", "月",	    "番号"
};

/* What was asked after, cut to a few words; "" when the question has none or it cannot be shown. */
static int subject(const struct question_ask *ask, const char **ret)
{
	const char *typed = ask->question == QUESTION_USER	 ? ask->user
			    : ask->question == QUESTION_TERMINAL ? ask->terminal
								 : NULL;
	size_t len = typed ? strlen(typed) : 0;

	*ret = typed;
	if (!len || !utf8_valid(typed, len, NULL) || text_has_control(typed, false)) {
		*ret = "";
		return 0;
	}
	return (int)utf8_cut(typed, len < SUBJECT_BYTES ? len : SUBJECT_BYTES);
}

void question_note(struct store *s, const struct question_ask *ask, const char *what,
		   char ret[QUESTION_NOTE_SIZE])
{
	const char *after;
	int len = subject(ask, &after);

	if (ask->question == QUESTION_PATIENT && ask->patient && *ask->patient)
		snprintf(ret, QUESTION_NOTE_SIZE, "%s（患者の符号 %016llx）", what,
			 (unsigned long long)evidence_tag(s, EVIDENCE_BY_PATIENT, ask->patient));
	else
		snprintf(ret, QUESTION_NOTE_SIZE, "%s（%s%s%.*s）", what,
			 question_label(ask->question), len ? ": " : "", len, after);
}

const char *question_action(const char *class)
{
	int a = message_action_parse(class);

	return a < 0 ? class : message_action_label((enum message_action)a);
}

const char *question_clock(const struct evidence_item *e)
{
	return e->no_time ? "受け取った時刻" : e->no_zone ? "時間帯の記載なし" : "";
}

static const char *outcome(const struct evidence_item *e)
{
	static const struct {
		const char *word, *label;
	} rows[] = { { "ok", "成功" }, { "refused", "断られた" }, { "failed", "失敗" } };
	size_t i;

	if (e->disposed)
		return "廃棄済み";
	for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (strcmp(rows[i].word, e->outcome) == 0)
			return rows[i].label;
	return e->outcome;
}

void question_cells(const struct question_row *row, struct question_texts *t,
		    const char *cells[QUESTION_COLUMNS])
{
	const struct evidence_item *e = &row->item;

	time_text(e->at_us, true, t->at, sizeof t->at);
	snprintf(t->month, sizeof t->month, "%d", e->month);
	snprintf(t->seq, sizeof t->seq, "%lld", (long long)e->seq);
	cells[0] = t->at;
	cells[1] = strcmp(e->source, SOURCE_UNKNOWN) == 0 ? "未登録" : row->source;
	cells[2] = question_action(e->class);
	cells[3] = outcome(e);
	cells[4] = row->person ? row->person->number : e->user;
	cells[5] = row->person ? row->person->name : row->account ? row->account->name : "";
	cells[6] = row->person ? row->person->department : "";
	cells[7] = e->patient;
	cells[8] = e->terminal;
	cells[9] = question_clock(e);
	cells[10] = t->month;
	cells[11] = t->seq;
}

int question_csv(const struct question_answer *a, struct buf *b, struct err *err)
{
	const char *cells[QUESTION_COLUMNS];
	struct question_texts t;
	struct csv csv;
	size_t i;
	int r;

	csv_init(&csv, &(struct csv_options){ .write = csv_to_buf, .ctx = b });
	r = csv_row(&csv, question_titles, QUESTION_COLUMNS, err);
	for (i = 0; r >= 0 && i < a->row_count; i++) {
		question_cells(&a->row[i], &t, cells);
		r = csv_row(&csv, cells, QUESTION_COLUMNS, err);
	}
	if (r >= 0)
		r = csv_end(&csv, err);
	csv_release(&csv);
	return r < 0 ? r : 0;
}
