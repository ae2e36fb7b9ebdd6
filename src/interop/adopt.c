#include "interop/adopt.h"

#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"

#define COMPLAINTS_TOLD 10

const char *adopt_state_name(enum adopt_state s)
{
	static const char *const names[ADOPT_STATE_MAX] = { "ready", "same", "waits", "lacks",
							    "faulty" };

	return names[s];
}

const char *adopt_state_label(enum adopt_state s)
{
	static const char *const labels[ADOPT_STATE_MAX] = { "使い始められます", "もう使っています",
							     "基準の後で使い始められます",
							     "相手の基準がありません",
							     "誤りがあります" };

	return labels[s];
}

/* --- looking ------------------------------------------------------------------------------- */

static bool is_crosswalk(const struct intake_file *f)
{
	return strcmp(f->kind, "crosswalk") == 0;
}

static struct install_wish wish_of(const struct intake_file *f, const struct adopt_wish *wish)
{
	return (struct install_wish){ is_crosswalk(f), f->yaml, f->len, wish->name };
}

/* Line by line, as people read it. */
static const char *complaints_text(const struct complaints *c, const struct err *err,
				   struct arena *arena)
{
	CLEANUP(buf_release) struct buf b;
	size_t i;

	buf_init(&b, 0);
	for (i = 0; i < c->count && i < COMPLAINTS_TOLD; i++)
		buf_printf(&b, "%s%d行目: %s", i ? "\n" : "", c->item[i].line, c->item[i].text);
	if (c->count > COMPLAINTS_TOLD)
		buf_printf(&b, "\nほかに%zu件あります", c->count - COMPLAINTS_TOLD);
	if (!c->count)
		buf_puts(&b, err->text);
	return buf_failed(&b) ? NULL : arena_strndup(arena, b.data, b.len);
}

/* True if the catalogue comes with the same file. */
static bool comes_along(const struct intake *in, const char *id, size_t len)
{
	size_t i;

	for (i = 0; i < in->file_count; i++)
		if (!is_crosswalk(&in->file[i]) && strlen(in->file[i].id) == len &&
		    strncmp(in->file[i].id, id, len) == 0)
			return true;
	return false;
}

/* A crosswalk whose catalogues are known only once this file is installed. */
static bool waits(const struct intake *in, const struct intake_file *f)
{
	const char *mark = strstr(f->id, "--");
	size_t len = mark ? (size_t)(mark - f->id) : 0;

	if (!is_crosswalk(f) || !mark)
		return false;
	return comes_along(in, f->id, len) || comes_along(in, mark + 2, strlen(mark + 2));
}

static int look_at(struct ledgers *l, const struct adopt_wish *wish, struct arena *arena,
		   struct adopt_item *item, struct err *err)
{
	const struct install_wish install = wish_of(item->file, wish);
	struct complaints complaints = { NULL, 0, 0 };
	int r = install_plan(l, &install, arena, &item->plan, &complaints, err);

	item->text = "";
	item->state = r == 0 ? ADOPT_READY : r == ERR_CONFLICT ? ADOPT_SAME : ADOPT_FAULTY;
	if (r == ERR_CONFLICT)
		item->text = arena_strdup(arena, err->text);
	else if (r == ERR_INVALID || r == ERR_LIMIT)
		item->text = complaints_text(&complaints, err, arena);
	complaints_release(&complaints);
	if (r < 0 && r != ERR_CONFLICT && r != ERR_INVALID && r != ERR_LIMIT)
		return r;
	return item->text ? 0 : err_nomem(err);
}

static int look_at_all(struct ledgers *l, const struct adopt_wish *wish, struct arena *arena,
		       struct adoption *a, struct err *err)
{
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < a->count; i++) {
		struct adopt_item *item = &a->item[i];

		if (waits(&a->intake, item->file)) {
			item->state = ADOPT_WAITS;
			item->text = "同じファイルの基準を使い始めてから、対応表も使い始めます。";
		} else if (*item->file->lacks) {
			item->state = ADOPT_LACKS;
			item->text = arena_printf(
				arena, "基準 %s がありません。先にその基準を取り込んでください。",
				item->file->lacks);
		} else {
			r = look_at(l, wish, arena, item, err);
		}
		a->ready += item->state == ADOPT_READY;
	}
	return r == 0 && arena_failed(arena) ? err_nomem(err) : r;
}

/* Open rounds keep the edition they were opened with; people want to know which. */
static int find_rounds(struct ledgers *l, struct arena *arena, struct adoption *a, struct err *err)
{
	struct round *all = NULL, *list;
	struct conn *c = NULL;
	size_t count = 0, i, n;
	int r = store_read_begin(ledgers_store(l), &c, err);

	if (r == 0)
		r = round_list(l, c, arena, &all, &count, err);
	store_read_end(c);
	for (i = 0; r == 0 && i < a->count; i++) {
		const struct catalogue *now = a->item[i].plan.now;

		list = now ? arena_calloc(arena, count + 1, sizeof *list) : NULL;
		if (!list)
			continue;
		for (n = 0; n < count; n++)
			if (strcmp(all[n].catalogue->id, now->id) == 0 &&
			    strcmp(all[n].status, "open") == 0)
				list[a->item[i].round_count++] = all[n];
		a->item[i].round = list;
	}
	return r;
}

static int read_file(struct ledgers *l, const struct adopt_wish *wish, struct arena *arena,
		     struct adoption *ret, struct err *err)
{
	size_t i, pass;
	int r = intake_read(ledgers_defs(l), wish->kind, wish->name, wish->bytes, wish->len, arena,
			    &ret->intake, err);

	if (r < 0)
		return r;
	ret->item = arena_calloc(arena, ret->intake.file_count + 1, sizeof *ret->item);
	if (!ret->item)
		return err_nomem(err);
	for (pass = 0; pass < 2; pass++)
		for (i = 0; i < ret->intake.file_count; i++)
			if (is_crosswalk(&ret->intake.file[i]) == (pass == 1))
				ret->item[ret->count++].file = &ret->intake.file[i];
	return 0;
}

int adopt_look(struct ledgers *l, const struct adopt_wish *wish, struct arena *arena,
	       struct adoption *ret, struct err *err)
{
	int r;

	memset(ret, 0, sizeof *ret);
	r = read_file(l, wish, arena, ret, err);
	if (r == 0)
		r = look_at_all(l, wish, arena, ret, err);
	return r < 0 ? r : find_rounds(l, arena, ret, err);
}

/* --- installing ------------------------------------------------------------------------------- */

static int install(struct ledgers *l, const struct actor *who, const struct adopt_wish *wish,
		   const char *key, size_t n, struct arena *arena, struct adopt_item *item,
		   struct err *err)
{
	const struct install_wish install = wish_of(item->file, wish);
	struct complaints complaints = { NULL, 0, 0 };
	const char *own = key && n ? arena_printf(arena, "%s-%zu", key, n) : key;
	int r = key && !own ? err_nomem(err)
			    : install_apply(l, who, &install, own, item->entry, &item->receipt,
					    &complaints, err);

	if (r == ERR_INVALID && complaints.count) {
		item->text = complaints_text(&complaints, err, arena);
		(void)err_set(err, ERR_INVALID, "%s: %s", item->file->id,
			      item->text ? item->text : "");
	}
	complaints_release(&complaints);
	return r;
}

static void take_back(struct ledgers *l, const struct actor *who, struct adoption *a)
{
	struct receipt receipt;
	size_t i;

	for (i = a->count; i-- > 0;)
		if (a->item[i].entry[0] && !a->item[i].receipt.repeated) {
			(void)install_undo(l, who, a->item[i].entry,
					   "同じファイルのほかの基準を使い始められなかったため",
					   NULL, &receipt, NULL);
			a->item[i].entry[0] = '\0';
		}
}

int adopt_apply(struct ledgers *l, const struct actor *who, const struct adopt_wish *wish,
		const char *key, struct arena *arena, struct adoption *ret, struct err *err)
{
	size_t i, installed = 0;
	int r = permit(who, PERM_CATALOGUE_UPDATE, NULL, err);

	if (r == 0)
		r = adopt_look(l, wish, arena, ret, err);
	if (r < 0)
		return r;
	for (i = 0; i < ret->count; i++)
		if (ret->item[i].state == ADOPT_FAULTY)
			return err_set(err, ERR_INVALID, "%s: %s", ret->item[i].file->id,
				       ret->item[i].text);
	for (i = 0; r == 0 && i < ret->count; i++) {
		struct adopt_item *item = &ret->item[i];

		/* One that is in force already may be so because this very form was sent before. */
		if (item->state == ADOPT_LACKS || (item->state == ADOPT_SAME && !key))
			continue;
		r = install(l, who, wish, key, i, arena, item, err);
		installed += r == 0;
		if (r == ERR_CONFLICT && item->state == ADOPT_SAME)
			r = 0;
	}
	if (r == 0 && !installed)
		r = err_set(err, ERR_CONFLICT, "このファイルに、新しく使い始めるものはありません");
	if (r < 0)
		take_back(l, who, ret);
	return r;
}
