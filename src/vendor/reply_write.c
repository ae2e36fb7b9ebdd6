/* Keeping what is being written, and sending it in. */
#include <string.h>

#include "base/clock.h"
#include "base/fold.h"
#include "define/value.h"
#include "ledger/receipt.h"
#include "vendor/replying.h"

struct writing {
	struct ledgers *l;
	const struct actor *who;
	const struct ledger_def *def;
	struct arena *arena;
	struct reply_view view;
	const char *slot;
};

/* A vendor writes for itself; nobody else sends in a reply as one. */
static int begin(struct writing *w, struct ledgers *l, const struct actor *who, struct arena *arena,
		 struct err *err)
{
	int r = permit(who, PERM_ROUND_REPLY, NULL, err);

	memset(w, 0, sizeof *w);
	w->l = l;
	w->who = who;
	w->arena = arena;
	return r < 0 ? r : ledgers_find(l, "round_replies", &w->def, err);
}

static int read_view(struct writing *w, struct conn *c, const char *round,
		     enum reply_through through, struct err *err)
{
	int r = reply_read(w->l, c, w->who, round, through, w->arena, &w->view, err);

	if (r < 0)
		return r;
	w->slot = reply_slot(w->who, w->view.asked.view.round.id, through, w->arena);
	if (!w->slot)
		return err_nomem(err);
	return w->view.locked ? err_set(err, ERR_CONFLICT,
					"もう提出されています。直したいときは、医療機関の担当者に新"
					"しい回答ペ"
					"ージを頼んでください")
			      : 0;
}

/* --- keeping ------------------------------------------------------------------------- */

static int check_typed(const struct typed_answer *t, struct err *err)
{
	int f;

	for (f = 0; f < ASKED_MAX; f++) {
		const char *text = t->text[f];

		if (utf8_length(text) > REPLY_TEXT_MAX)
			return err_field(err, ERR_LIMIT, asked_field_name((enum asked_field)f),
					 "1つの欄に書けるのは%d文字までです。長い説明は添付してくだ"
					 "さい",
					 REPLY_TEXT_MAX);
		if (text_has_control(text, true))
			return err_field(err, ERR_INVALID, asked_field_name((enum asked_field)f),
					 "使えない文字があります。入力し直してください");
	}
	return 0;
}

static int take_lines(struct writing *w, const struct reply_edit *edit, struct err *err)
{
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < edit->count; i++) {
		if (edit->line[i] >= w->view.asked.count)
			return err_set(err, ERR_INVALID,
				       "その項目はありません。画面を開き直してください");
		r = check_typed(&edit->typed[i], err);
		w->view.typed[edit->line[i]] = edit->typed[i];
	}
	return r;
}

static int take_text(struct writing *w, const char *field, const char *typed, const char **to,
		     struct faults *faults, struct err *err)
{
	int i = ledger_field(w->def, field), r;

	if (!typed || i < 0)
		return 0;
	r = value_parse(&w->def->field[i], typed, w->arena, to, err);
	if (r == ERR_INVALID && faults->count < sizeof faults->item / sizeof faults->item[0])
		faults->item[faults->count++] = *err;
	return r == ERR_INVALID ? 0 : r;
}

static int take_texts(struct writing *w, const struct reply_edit *edit, struct faults *faults,
		      struct err *err)
{
	struct reply *reply = &w->view.reply;
	int r = take_text(w, "name", edit->name, &reply->name, faults, err);

	if (r == 0)
		r = take_text(w, "post", edit->post, &reply->post, faults, err);
	if (r == 0)
		r = take_text(w, "remarks", edit->remarks, &reply->remarks, faults, err);
	if (edit->files)
		reply->files = edit->files;
	if (r == 0 && faults->count)
		r = err_set(err, ERR_INVALID, "%s", faults->item[0].text);
	return r;
}

static int prepare(struct writing *w, const struct reply_edit *edit, struct faults *faults,
		   struct err *err)
{
	struct conn *c = NULL;
	int r = store_read_begin(ledgers_store(w->l), &c, err);

	if (r == 0)
		r = read_view(w, c, edit->round, edit->through, err);
	store_read_end(c);
	if (r == 0)
		r = take_lines(w, edit, err);
	if (r == 0)
		r = take_texts(w, edit, faults, err);
	/* Whoever mends what was sent in begins from the answers as they stand. */
	w->view.reply.sent = false;
	return r < 0 ? r
		     : reply_body_write(&w->view.asked, w->view.typed, w->arena,
					&w->view.reply.body, err);
}

int reply_save(struct ledgers *l, const struct actor *who, const struct reply_edit *edit,
	       struct receipt *ret, struct faults *faults, struct err *err)
{
	struct arena arena;
	struct writing w;
	const char **value;
	int r;

	faults->count = 0;
	arena_init(&arena, 0);
	r = begin(&w, l, who, &arena, err);
	if (r == 0)
		r = prepare(&w, edit, faults, err);
	if (r == 0)
		r = reply_values(w.def, &w.view.asked.view.round, &w.view.reply, w.slot, &arena,
				 &value, err);
	if (r == 0)
		r = entry_change(
			l, who,
			&(struct change){ .def = w.def,
					  .entry = *w.view.reply.id ? w.view.reply.id : NULL,
					  .base_rev = edit->base_rev,
					  .op = OP_SAVE,
					  .confirm = true,
					  .value = value,
					  .reason = "",
					  .key = edit->key },
			NULL, ret, faults, err);
	arena_release(&arena);
	/* Two pages opened at once have both begun: the slot is the second one's only fault. */
	if (r == ERR_INVALID && faults->count == 1 && strcmp(faults->item[0].field, "slot") == 0)
		return err_set(
			err, ERR_CONFLICT,
			"ほかの画面で先に保存されています。開き直して、続きを書いてください");
	return r;
}

/* --- sending in ---------------------------------------------------------------------- */

static void note_fault(struct reply_check *check, size_t line, const struct err *err)
{
	check->item[check->count++] = (struct reply_fault){ line, *err };
}

/* Adds one line to the batch (NULL: only looks); its mistakes go to `check`. */
static int send_line(struct ledgers *l, struct conn *c, const struct actor *who,
		     const struct reply_view *v, size_t i, struct batch *batch, struct arena *arena,
		     struct reply_check *check, struct err *err)
{
	const char *by = reply_person(v->reply.name, v->reply.post, arena);
	struct faults faults = { .count = 0 }, more = { .count = 0 };
	struct answer_change change;
	size_t f;
	int r = by ? typed_change(l, &v->asked, v->asked.line[i], &v->typed[i], by, arena, &change,
				  &faults, err)
		   : err_nomem(err);

	if (r == 0 && !faults.count)
		r = round_answer_add(l, c, who, &v->asked.view, &change, batch, arena, &more, err);
	if (r == ERR_INVALID && !more.count)
		more.item[more.count++] = *err;
	for (f = 0; f < faults.count; f++)
		note_fault(check, i, &faults.item[f]);
	for (f = 0; f < more.count; f++)
		note_fault(check, i, &more.item[f]);
	return r == ERR_INVALID ? 0 : r;
}

static int send_lines(struct ledgers *l, struct conn *c, const struct actor *who,
		      const struct reply_view *v, struct batch *batch, struct arena *arena,
		      struct reply_check *ret, int64_t *ret_written, struct err *err)
{
	size_t i;
	int r = 0;

	memset(ret, 0, sizeof *ret);
	*ret_written = 0;
	/* At most a fault for each field and one for the whole. */
	ret->item = arena_calloc(arena, v->asked.count * (ASKED_MAX + 4) + 1, sizeof *ret->item);
	if (!ret->item)
		return err_nomem(err);
	ret->nameless = !*v->reply.name || !*v->reply.post;
	for (i = 0; r >= 0 && i < v->asked.count; i++) {
		if (typed_empty(&v->typed[i])) {
			ret->missing++;
			continue;
		}
		r = send_line(l, c, who, v, i, batch, arena, ret, err);
		*ret_written += r > 0;
	}
	return r < 0 ? r : 0;
}

int reply_check(struct ledgers *l, struct conn *c, const struct actor *who,
		const struct reply_view *view, struct arena *arena, struct reply_check *ret,
		struct err *err)
{
	int64_t written;

	return send_lines(l, c, who, view, NULL, arena, ret, &written, err);
}

static int refuse(const struct reply_check *check, bool partial, struct err *err)
{
	if (check->nameless)
		return err_field(err, ERR_INVALID, "name",
				 "回答する人の氏名と、所属・役職を書いてください");
	if (check->count)
		return err_set(err, ERR_INVALID,
			       "直すところが%zu件あります。直してから提出してくだ"
			       "さい",
			       check->count);
	if (check->missing && !partial)
		return err_set(
			err, ERR_INVALID,
			"まだ答えていない項目が%zu件あります。答えるか、「残したまま提出する」に"
			"印を付けてください",
			check->missing);
	return 0;
}

static int add_reply(struct writing *w, struct batch *batch, int64_t base_rev, int64_t written,
		     struct faults *faults, struct err *err)
{
	struct reply sent = w->view.reply;
	char today[DATE_SIZE];
	const char **value;
	int r;

	date_today(today);
	sent.sent = true;
	sent.sent_on = today;
	sent.body = "";
	sent.answers = written;
	r = reply_values(w->def, &w->view.asked.view.round, &sent, w->slot, w->arena, &value, err);
	return r < 0 ? r
		     : batch_add(batch,
				 &(struct change){ .def = w->def,
						   .entry = *sent.id ? sent.id : NULL,
						   .base_rev = base_rev,
						   .op = OP_SAVE,
						   .confirm = true,
						   .value = value,
						   .reason = "" },
				 NULL, faults, err);
}

static int fill_batch(struct writing *w, const char *round, enum reply_through through,
		      int64_t base_rev, bool partial, struct batch *batch, struct faults *faults,
		      struct err *err)
{
	struct reply_check check;
	struct conn *c = NULL;
	int64_t written = 0;
	int r = store_read_begin(ledgers_store(w->l), &c, err);

	if (r < 0)
		return r;
	r = read_view(w, c, round, through, err);
	if (r == 0)
		r = send_lines(w->l, c, w->who, &w->view, batch, w->arena, &check, &written, err);
	store_read_end(c);
	if (r == 0)
		r = refuse(&check, partial, err);
	return r < 0 ? r : add_reply(w, batch, base_rev, written, faults, err);
}

int reply_send(struct ledgers *l, const struct actor *who, const char *round,
	       enum reply_through through, int64_t base_rev, bool partial, const char *key,
	       struct receipt *ret, struct err *err)
{
	struct faults faults = { .count = 0 };
	struct batch *batch = NULL;
	struct arena arena;
	struct writing w;
	int r = permit(who, PERM_ROUND_REPLY, NULL, err);

	if (r == 0)
		r = receipt_known(l, key, ret, NULL, err);
	if (r != 0)
		return r < 0 ? r : 0;
	arena_init(&arena, 0);
	r = begin(&w, l, who, &arena, err);
	if (r == 0)
		r = batch_new(l, who, key, &batch, err);
	if (r == 0)
		r = fill_batch(&w, round, through, base_rev, partial, batch, &faults, err);
	if (r == 0)
		r = batch_commit(batch, ret, NULL, &faults, err);
	batch_free(batch);
	arena_release(&arena);
	return r;
}
