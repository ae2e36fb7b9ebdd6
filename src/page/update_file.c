/* What a chosen file would change, and taking it into use on trial. */
#include "page/update_file.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "interop/adopt.h"
#include "page/catalogue_parts.h"
#include "page/handlers.h"
#include "page/import_file.h"

#define FILE_MAX ((size_t)24 * 1024 * 1024)
#define LOOK_ARENA ((size_t)512 << 20)
#define LISTED_MAX 400 /* items of one kind of change */

/* The chosen file while it is looked at. */
struct looked {
	struct import_file file;
	struct buf bytes;
	struct arena arena;
	struct adopt_wish wish;
	struct adoption adoption;
};

static int begin(struct request *req, struct looked *k, struct err *err)
{
	int r;

	buf_init(&k->bytes, FILE_MAX + 1);
	arena_init(&k->arena, LOOK_ARENA);
	r = import_file_find(req, &k->file, err);
	if (r == 0)
		r = file_read(k->file.path, FILE_MAX, &k->bytes, err);
	k->wish = (struct adopt_wish){ INTAKE_GUESS, k->file.name,
				       k->bytes.data ? k->bytes.data : "", k->bytes.len };
	return r;
}

static void end(struct looked *k)
{
	buf_release(&k->bytes);
	arena_release(&k->arena);
}

/* --- what would change --------------------------------------------------------------------- */

static void write_change(struct html *h, const struct item_change *ch)
{
	html_open(h, EL_LI);
	html_textf(h, "%s %s", ch->item->id, ch->item->topic);
	if (*ch->what)
		html_textf(h, "（%s）", ch->what);
	html_close(h, EL_LI);
}

static void write_changes(struct html *h, const struct comparison *c, enum change_kind kind)
{
	size_t i, listed = 0;

	if (!c->of_kind[kind])
		return;
	html_open(h, EL_DETAILS);
	html_flag(h, "open", kind != CHANGE_SAME && c->of_kind[kind] <= 30);
	html_open(h, EL_SUMMARY);
	html_textf(h, "%s（%zu件）", change_kind_label(kind), c->of_kind[kind]);
	html_close(h, EL_SUMMARY);
	html_open(h, EL_UL);
	for (i = 0; i < c->count && listed < LISTED_MAX; i++)
		if (c->item[i].kind == kind) {
			write_change(h, &c->item[i]);
			listed++;
		}
	html_close(h, EL_UL);
	html_close(h, EL_DETAILS);
}

static void write_touched(struct html *h, const struct adopt_item *item)
{
	size_t i;

	if (item->plan.lost_pairs) {
		html_open(h, EL_P);
		html_textf(h, "なくなった項目とともに、対応表の%zu組が外れます。",
			   item->plan.lost_pairs);
		html_close(h, EL_P);
	}
	if (!item->round_count)
		return;
	html_el(h, EL_P, "次の点検は、始めたときの内容のまま続きます。答えは変わりません。");
	html_open(h, EL_UL);
	for (i = 0; i < item->round_count; i++)
		html_el(h, EL_LI, item->round[i].title);
	html_close(h, EL_UL);
}

static void write_problem(struct html *h, const struct adopt_item *item)
{
	const char *p = item->text;

	if (!*p)
		return;
	html_open(h, EL_UL);
	while (*p) {
		size_t len = strcspn(p, "\n");

		html_open(h, EL_LI);
		html_textn(h, p, len);
		html_close(h, EL_LI);
		p += len + (p[len] == '\n');
	}
	html_close(h, EL_UL);
}

static void write_item(struct html *h, const struct adopt_item *item)
{
	static const char *const chips[ADOPT_STATE_MAX] = { "chip chip-new", "chip chip-unchanged",
							    "chip chip-open", "chip chip-warning",
							    "chip chip-error" };
	int kind;

	html_open(h, EL_SECTION);
	html_attr(h, "class", "last-year");
	html_open(h, EL_H2);
	html_textf(h, "%s ", item->file->title);
	html_el_class(h, EL_SPAN, chips[item->state], adopt_state_label(item->state));
	html_close(h, EL_H2);
	html_open(h, EL_P);
	html_textf(h, "番号 %s、%zu%s", item->file->id, item->file->count,
		   strcmp(item->file->kind, "catalogue") == 0 ? "項目" : "組");
	if (item->plan.now)
		html_textf(h, "。今の版: %s → 新しい版: %s", item->plan.now->edition,
			   item->plan.catalogue->edition);
	html_close(h, EL_P);
	write_problem(h, item);
	for (kind = 0; kind < CHANGE_KIND_MAX; kind++)
		write_changes(h, &item->plan.comparison, (enum change_kind)kind);
	write_touched(h, item);
	html_close(h, EL_SECTION);
}

static void write_notes(struct html *h, const struct intake *in)
{
	size_t i;

	if (!in->note_count)
		return;
	html_el(h, EL_H2, "読み取りで気づいたこと");
	html_open(h, EL_UL);
	for (i = 0; i < in->note_count && i < LISTED_MAX; i++) {
		html_open(h, EL_LI);
		html_textf(h, "%s %s", in->note[i].place, in->note[i].text);
		html_close(h, EL_LI);
	}
	html_close(h, EL_UL);
}

/* Faulty files are not taken even in part. */
static bool can_apply(const struct adoption *a)
{
	size_t i;

	for (i = 0; i < a->count; i++)
		if (a->item[i].state == ADOPT_FAULTY)
			return false;
	return a->ready > 0;
}

static int show(struct request *req, struct response *res, int status, struct looked *k,
		const char *message, struct err *err)
{
	HTML_CLEANUP h;
	size_t i;

	html_init(&h, 0);
	page_begin(&h, req, NAV_CATALOGUES, "入れ替えると変わること",
		   arena_printf(req_arena(req),
				"ファイル「%s」を見ました。まだ何も変わっていません。",
				k->file.name));
	update_write_steps(&h, 1);
	if (message)
		page_notice(&h, "error", NULL, message);
	for (i = 0; i < k->adoption.count; i++)
		write_item(&h, &k->adoption.item[i]);
	write_notes(&h, &k->adoption.intake);
	if (can_apply(&k->adoption)) {
		form_begin(&h, req, html_path(req_arena(req), "/updates/file/%s", k->file.token),
			   false, false);
		html_el_class(&h, EL_P, "help",
			      "確定するまでは、いつでも取り消して前の内容に戻せます。");
		form_submit(&h, "primary", "試しに使い始める");
		form_end(&h);
	}
	html_open(&h, EL_P);
	html_link(&h, "/updates", "やめて、ファイルを選び直す");
	html_close(&h, EL_P);
	return page_end(&h, req, res, status, err);
}

/* What cannot be read at all is told where the file was chosen. */
static int show_refusal(struct request *req, struct response *res, const struct looked *k,
			const struct err *why, struct err *err)
{
	HTML_CLEANUP h;

	html_init(&h, 0);
	page_begin(&h, req, NAV_CATALOGUES, "このファイルは使えません",
		   "まだ何も変わっていません。");
	page_notice(&h, "error", k->file.name ? k->file.name : NULL,
		    why->line ? arena_printf(req_arena(req), "%d行目: %s", why->line, why->text)
			      : why->text);
	html_open(&h, EL_P);
	html_link(&h, "/updates", "ファイルを選び直す");
	html_close(&h, EL_P);
	return page_end(&h, req, res, 422, err);
}

static bool is_faulty(int r)
{
	return r == ERR_INVALID || r == ERR_LIMIT || r == ERR_CONFLICT;
}

int page_update_file(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	struct looked k = { 0 };
	int r = begin(req, &k, err);

	if (r == 0)
		r = adopt_look(v->app->ledgers, &k.wish, &k.arena, &k.adoption, err);
	if (is_faulty(r)) {
		struct err why = *err;

		r = show_refusal(req, res, &k, &why, err);
	} else if (r == 0) {
		r = show(req, res, 200, &k, NULL, err);
	}
	end(&k);
	return r;
}

int page_update_file_post(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	const struct receipt *receipt = NULL;
	struct looked k = { 0 };
	size_t i;
	int r = begin(req, &k, err);

	/* The token is the key: a second click installs nothing more. */
	if (r == 0)
		r = adopt_apply(v->app->ledgers, &v->actor, &k.wish, k.file.token, &k.arena,
				&k.adoption, err);
	for (i = 0; r == 0 && !receipt && i < k.adoption.count; i++)
		if (k.adoption.item[i].entry[0])
			receipt = &k.adoption.item[i].receipt;
	if (is_faulty(r)) {
		struct err why = *err;

		r = show_refusal(req, res, &k, &why, err);
	} else if (r == 0) {
		r = resp_redirect(
			res, receipt ? page_done(req_arena(req), "/updates", receipt) : "/updates",
			err);
	}
	end(&k);
	return r;
}
