#include "vendor/take.h"

#include <string.h>

#include "base/clock.h"
#include "define/value.h"
#include "ledger/receipt.h"
#include "vendor/replying.h"
#include "vendor/taking.h"

static const struct {
	const char *name, *label;
} statuses[TAKE_MAX] = {
	[TAKE_NEW] = { "new", "新しい答え" },	    [TAKE_CHANGED] = { "changed", "変わる答え" },
	[TAKE_UNCHANGED] = { "unchanged", "同じ" }, [TAKE_EMPTY] = { "empty", "未記入" },
	[TAKE_ERROR] = { "error", "誤り" },
};

const char *take_status_name(enum take_status s)
{
	return statuses[s].name;
}

const char *take_status_label(enum take_status s)
{
	return statuses[s].label;
}

struct taking {
	struct ledgers *l;
	struct conn *c;
	const struct actor *who;
	struct arena *arena;
	struct take *take;
	struct read_sheet sheet;
	struct batch *batch; /* NULL: only looks */
	const char *by;	     /* who answered, as written there */
	int64_t written;
};

static void fault(struct taking *k, struct take_row *row, const char *field, const char *text)
{
	row->status = TAKE_ERROR;
	if (!text)
		text = arena_failed(k->arena) ? "メモリが足りません" : "";
	if (row->fault_count < TAKE_FAULTS_MAX)
		(void)err_field(&row->fault[row->fault_count++], ERR_INVALID, field, "%s", text);
}

/* --- whose sheet it is ------------------------------------------------------------------- */

static const char *word_at(const char *text, size_t n, struct arena *arena)
{
	while (n-- && *text) {
		text += strcspn(text, " ");
		text += *text == ' ';
	}
	return arena_strndup(arena, text, strcspn(text, " "));
}

/* The title of another round the sheet belongs to, or NULL. */
static const char *other_title(struct taking *k, const char *id)
{
	struct round round;

	return round_find(k->l, k->c, id, k->arena, &round, NULL) == 0 &&
			       strcmp(round.id, id) == 0 &&
			       sight_round(k->who, round.id, round.scope)
		       ? round.title
		       : NULL;
}

static int check_head(struct taking *k, struct err *err)
{
	const struct round *round = &k->take->asked.view.round;
	const char *head = k->sheet.head.text[SHEET_LINE_MARK], *want, *id, *title;

	want = sheet_head(round, k->arena);
	id = word_at(head, 1, k->arena);
	if (!want || !id)
		return err_nomem(err);
	if (strcmp(head, want) == 0)
		return 0;
	if (strncmp(head, SHEET_FORMAT " ", sizeof SHEET_FORMAT) != 0)
		return err_set(
			err, ERR_INVALID,
			"渡した表ではありません（表の上の「照合」の行がないか、変わっています）。渡"
			"した表に書いて送ってもらってください");
	title = other_title(k, id);
	if (strcmp(id, round->id) != 0)
		return err_set(
			err, ERR_INVALID, "これは別の点検の表です%s%s%s。「%s」には取り込めません",
			title ? "（「" : "", title ? title : "", title ? "」）" : "", round->title);
	return err_set(
		err, ERR_INVALID,
		"この表は、別の版の基準で作られています。今の点検から表を作り直して、書き直しても"
		"らってください");
}

/* --- rows -------------------------------------------------------------------------------- */

/* The line a row belongs to, by its mark; what the row says of itself must agree. */
static const struct round_line *line_of(struct taking *k, const struct read_row *from,
					struct take_row *row)
{
	const struct asked *a = &k->take->asked;
	char mark[SHEET_MARK_SIZE];
	size_t i;

	for (i = 0; i < a->count; i++) {
		const struct round_line *line = a->line[i];
		const char *column = line->column ? line->column->label : "";

		sheet_mark(ledgers_store(k->l), &a->view.round, line, mark);
		if (strcmp(mark, from->text[SHEET_MARK]) != 0)
			continue;
		if (strcmp(line->item->id, from->text[SHEET_ITEM]) == 0 &&
		    (!*from->text[SHEET_COLUMN] || strcmp(column, from->text[SHEET_COLUMN]) == 0))
			return line;
		fault(k, row, "",
		      arena_printf(
			      k->arena,
			      "項番か欄が書き換えられています（もとは %s）。渡した表の行に書いて"
			      "もらってください",
			      asked_name(line, k->arena)));
		return NULL;
	}
	fault(k, row, "",
	      *from->text[SHEET_MARK]
		      ? "この点検の行ではありません（ほかの表から写した行か、「照合」の列が変わって"
			"いま"
			"す）"
		      : "この点検の行ではありません（足された行か、「照合」の列が消えています）");
	return NULL;
}

static bool is_double(const struct take *t, const struct round_line *line, size_t before,
		      uint32_t *ret_row)
{
	size_t i;

	for (i = 0; i < before; i++)
		if (t->row[i].line == line) {
			*ret_row = t->row[i].row;
			return true;
		}
	return false;
}

/* Marks of statements may stand in one line. */
static const char *as_lines(const char *text, struct arena *arena)
{
	char *all = arena_strdup(arena, text), *p;

	for (p = all; p && *p; p++)
		if (strchr(" \t,;", *p))
			*p = '\n';
	return all;
}

static void take_cells(struct taking *k, const struct read_row *from, struct take_row *row)
{
	int f;

	for (f = 0; f < ASKED_MAX; f++) {
		row->typed.text[f] = from->text[SHEET_ANSWER + f];
		if (from->broken[SHEET_ANSWER + f])
			fault(k, row, asked_field_name((enum asked_field)f),
			      "計算式の誤りが入っています。値を書き直してもらってください");
	}
	row->typed.text[ASKED_STATEMENTS] = as_lines(row->typed.text[ASKED_STATEMENTS], k->arena);
}

/* The answers as they would become; 1 if something would be written. */
static int compare(struct taking *k, struct take_row *row, struct err *err)
{
	struct faults faults = { .count = 0 }, more = { .count = 0 };
	struct answer_change change;
	size_t i;
	int r = typed_change(k->l, &k->take->asked, row->line, &row->typed, k->by, k->arena,
			     &change, &faults, err);

	if (r == 0 && !faults.count)
		r = round_answer_add(k->l, k->c, k->who, &k->take->asked.view, &change, k->batch,
				     k->arena, &more, err);
	if (r == ERR_INVALID && !more.count)
		more.item[more.count++] = *err;
	for (i = 0; i < faults.count; i++)
		fault(k, row, faults.item[i].field, arena_strdup(k->arena, faults.item[i].text));
	for (i = 0; i < more.count; i++)
		fault(k, row, more.item[i].field, arena_strdup(k->arena, more.item[i].text));
	return r == ERR_INVALID ? 0 : r;
}

static int take_row(struct taking *k, const struct read_row *from, struct take_row *row,
		    size_t index, struct err *err)
{
	uint32_t twice;
	int r;

	row->row = from->number;
	row->item = from->text[SHEET_ITEM];
	row->status = TAKE_EMPTY;
	row->line = line_of(k, from, row);
	take_cells(k, from, row);
	if (row->line && is_double(k->take, row->line, index, &twice))
		fault(k, row, "",
		      arena_printf(k->arena, "同じ行が%u行目にもあります。どちらかを消してください",
				   twice));
	if (row->status == TAKE_ERROR || typed_empty(&row->typed))
		return arena_failed(k->arena) ? err_nomem(err) : 0;
	r = compare(k, row, err);
	if (r < 0 || row->status == TAKE_ERROR)
		return r < 0 ? r : 0;
	row->status = r == 0					   ? TAKE_UNCHANGED
		      : row->line->now.value == ANSWER_UNCONFIRMED ? TAKE_NEW
								   : TAKE_CHANGED;
	k->written += r > 0;
	return 0;
}

static int take_rows(struct taking *k, struct err *err)
{
	struct take *t = k->take;
	size_t i;
	int r = 0;

	t->row = arena_calloc(k->arena, k->sheet.count + 1, sizeof *t->row);
	if (!t->row)
		return err_nomem(err);
	for (i = 0; r == 0 && i < k->sheet.count; i++) {
		r = take_row(k, &k->sheet.row[i], &t->row[i], i, err);
		t->in[t->row[i].status]++;
		t->row_count++;
	}
	return r;
}

static int note_missing(struct taking *k, struct err *err)
{
	struct take *t = k->take;
	uint32_t row;
	size_t i;

	t->missing = arena_calloc(k->arena, t->asked.count + 1, sizeof(*t->missing));
	if (!t->missing)
		return err_nomem(err);
	for (i = 0; i < t->asked.count; i++)
		if (!is_double(t, t->asked.line[i], t->row_count, &row))
			t->missing[t->missing_count++] = t->asked.line[i];
	return 0;
}

/* --- the whole ---------------------------------------------------------------------------- */

static int head_text(struct taking *k, const struct ledger_def *def, const char *field,
		     enum sheet_line line, const char **ret, struct err *err)
{
	int i = ledger_field(def, field), r = 0;

	*ret = "";
	if (i >= 0)
		r = value_parse(&def->field[i], k->sheet.head.text[line], k->arena, ret, err);
	if (r == ERR_INVALID && !k->take->refused.code)
		k->take->refused = *err;
	return r == ERR_INVALID ? 0 : r;
}

static int read_head(struct taking *k, struct err *err)
{
	const struct ledger_def *def;
	struct take *t = k->take;
	int r = ledgers_find(k->l, "round_replies", &def, err);

	if (r == 0)
		r = head_text(k, def, "name", SHEET_LINE_NAME, &t->name, err);
	if (r == 0)
		r = head_text(k, def, "post", SHEET_LINE_POST, &t->post, err);
	if (r == 0)
		r = head_text(k, def, "remarks", SHEET_LINE_REMARKS, &t->remarks, err);
	if (r == 0 && !*t->name && !t->refused.code)
		(void)err_field(
			&t->refused, ERR_INVALID, "name",
			"%d行目の「回答した人の氏名」が空です。だれの答えか分からないため取り込め"
			"ません",
			SHEET_LINE_NAME + 2);
	k->by = r == 0 ? reply_person(t->name, t->post, k->arena) : "";
	return r < 0 || k->by ? r : err_nomem(err);
}

static int may_take(const struct actor *who, struct err *err)
{
	return permit(who, who->role == ROLE_VENDOR ? PERM_ROUND_REPLY : PERM_ROUND_ANSWER, NULL,
		      err);
}

static int look(struct taking *k, const char *round, const char *path, struct err *err)
{
	int r = may_take(k->who, err);

	memset(k->take, 0, sizeof *k->take);
	if (r == 0)
		r = asked_read(k->l, k->c, k->who, round, k->arena, &k->take->asked, err);
	if (r == 0)
		r = take_read(path, &k->take->asked, k->arena, &k->sheet, err);
	if (r == 0)
		r = check_head(k, err);
	if (r == 0)
		r = read_head(k, err);
	if (r == 0)
		r = take_rows(k, err);
	return r < 0 ? r : note_missing(k, err);
}

int take_look(struct ledgers *l, const struct actor *who, const char *round, const char *path,
	      struct arena *arena, struct take *ret, struct err *err)
{
	struct taking k = { .l = l, .who = who, .arena = arena, .take = ret };
	int r = store_read_begin(ledgers_store(l), &k.c, err);

	if (r == 0)
		r = look(&k, round, path, err);
	store_read_end(k.c);
	return r;
}

/* Who sent it in, and how: beside the answers. */
static int add_reply(struct taking *k, struct faults *faults, struct err *err)
{
	const struct round *round = &k->take->asked.view.round;
	const struct ledger_def *def;
	struct reply reply = { .through = REPLY_SHEET,
			       .name = k->take->name,
			       .post = k->take->post,
			       .remarks = k->take->remarks,
			       .files = "",
			       .body = "",
			       .sent = true,
			       .answers = k->written };
	char today[DATE_SIZE];
	const char **value;
	int r = ledgers_find(k->l, "round_replies", &def, err);

	date_today(today);
	reply.sent_on = today;
	if (r == 0)
		r = reply_values(def, round, &reply,
				 reply_slot(k->who, round->id, REPLY_SHEET, k->arena), k->arena,
				 &value, err);
	return r < 0 ? r
		     : batch_add(k->batch,
				 &(struct change){ .def = def,
						   .op = OP_SAVE,
						   .confirm = true,
						   .value = value,
						   .reason = "" },
				 NULL, faults, err);
}

static int refused(const struct take *t, struct err *err)
{
	if (t->refused.code) {
		if (err)
			*err = t->refused;
		return t->refused.code;
	}
	if (t->in[TAKE_ERROR])
		return err_set(err, ERR_INVALID,
			       "誤りのある行が%"
			       "zu行あるため、何も取り込みませんでした。直したものをもう一度"
			       "取り込んでください",
			       t->in[TAKE_ERROR]);
	return 0;
}

static int commit(struct taking *k, const char *key, struct receipt *receipt, struct err *err)
{
	struct faults faults = { .count = 0 };
	int r = refused(k->take, err);

	*receipt = (struct receipt){ .seq = -1 };
	/* A form sent twice has nothing left to write: it gets the receipt of the first time. */
	if (r == 0 && !k->written)
		r = receipt_known(k->l, key, receipt, NULL, err);
	if (r < 0 || !k->written)
		return r < 0 ? r : 0;
	r = add_reply(k, &faults, err);
	return r < 0 ? r : batch_commit(k->batch, receipt, NULL, &faults, err);
}

int take_commit(struct ledgers *l, const struct actor *who, const char *round, const char *path,
		const char *key, struct arena *arena, struct take *ret, struct receipt *receipt,
		struct err *err)
{
	struct taking k = { .l = l, .who = who, .arena = arena, .take = ret };
	int r = batch_new(l, who, key, &k.batch, err);

	if (r == 0)
		r = store_read_begin(ledgers_store(l), &k.c, err);
	if (r == 0)
		r = look(&k, round, path, err);
	store_read_end(k.c);
	if (r == 0)
		r = commit(&k, key, receipt, err);
	batch_free(k.batch);
	return r;
}
