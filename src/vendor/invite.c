#include "vendor/invite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/fold.h"
#include "define/value.h"
#include "round/fields.h"
#include "round/sharing.h"

#define INVITES_MAX 5000
#define NAME_BYTES 80 /* of the vendor's name, in that of the account */

/* --- reading ------------------------------------------------------------------------ */

struct gather {
	const struct ledger_def *def;
	struct arena *arena;
	struct invite *item;
	size_t count, alloc;
	char today[DATE_SIZE];
};

static int fill(struct gather *g, const char *id, int64_t rev, const char *const *value,
		struct invite *ret, struct err *err)
{
#define KEEP(field) arena_strdup(g->arena, system_value(g->def, value, field))
	*ret = (struct invite){ .rev = rev,
				.title = KEEP("title"),
				.round = KEEP("round"),
				.vendor = KEEP("vendor"),
				.account = KEEP("account"),
				.sent_to = KEEP("sent_to"),
				.made_on = KEEP("made_on"),
				.until = KEEP("until"),
				.revoked_on = KEEP("revoked_on") };
#undef KEEP
	if (arena_failed(g->arena))
		return err_nomem(err);
	snprintf(ret->id, sizeof ret->id, "%s", id);
	ret->open = !*ret->revoked_on && strcmp(g->today, ret->until) <= 0;
	return 0;
}

static int gather_row(void *arg, const struct list_row *row, struct err *err)
{
	struct gather *g = arg;

	if (g->count == g->alloc)
		return err_set(err, ERR_LIMIT, "回答ページが多すぎます（%d件まで）", INVITES_MAX);
	return fill(g, row->id, row->rev, row->value, &g->item[g->count++], err);
}

static int newest_first(const void *a, const void *b)
{
	return strcmp(((const struct invite *)b)->id, ((const struct invite *)a)->id);
}

int invite_list(struct ledgers *l, struct conn *c, const char *round, struct arena *arena,
		struct invite **ret, size_t *ret_count, struct err *err)
{
	struct gather g = { .arena = arena };
	struct list_filter by = { 0, TABLE_EQ, round };
	struct list_query q = {
		.sort = -1, .filter = &by, .filter_count = round ? 1 : 0, .limit = INVITES_MAX
	};
	int64_t total = 0;
	int r = ledgers_find(l, "round_links", &g.def, err);

	if (r < 0)
		return r;
	date_today(g.today);
	q.def = g.def;
	by.field = ledger_field(g.def, "round");
	r = list_count(l, c, &q, INVITES_MAX, &total, err);
	if (r < 0)
		return r;
	g.alloc = (size_t)total;
	g.item = arena_calloc(arena, g.alloc + 1, sizeof *g.item);
	r = g.item ? list_each(l, c, &q, gather_row, &g, err) : err_nomem(err);
	if (r >= 0 && g.count)
		qsort(g.item, g.count, sizeof *g.item, newest_first);
	*ret = g.item;
	*ret_count = g.count;
	return r;
}

int invite_get(struct ledgers *l, struct conn *c, const char *id, struct arena *arena,
	       struct invite *ret, struct err *err)
{
	struct gather g = { .arena = arena };
	struct entry e;
	int r = ledgers_find(l, "round_links", &g.def, err);

	if (r == 0)
		r = entry_get(l, c, g.def, id, 0, arena, &e, err);
	if (r < 0)
		return r;
	date_today(g.today);
	return fill(&g, e.id, e.rev, e.value, ret, err);
}

/* --- giving out --------------------------------------------------------------------- */

struct giving {
	struct ledgers *l;
	const struct actor *who;
	const struct ledger_def *def;
	struct arena *arena;
	struct round round;
	const char *vendor_name;
	struct account account;
	char text[LINK_TEXT_SIZE], hash[LINK_HASH_SIZE];
	const char *until;
};

static int look(struct giving *g, const char *round, struct err *err)
{
	const struct ledger_def *vendors;
	struct conn *c = NULL;
	int r = ledgers_find(g->l, "vendors", &vendors, err);

	if (r == 0)
		r = store_read_begin(ledgers_store(g->l), &c, err);
	if (r < 0)
		return r;
	r = round_find(g->l, c, round, g->arena, &g->round, err);
	if (r == 0)
		g->vendor_name = entry_name(g->l, c, vendors, g->round.vendor, g->arena);
	store_read_end(c);
	if (r == 0 && !*g->round.vendor)
		r = err_set(
			err, ERR_INVALID,
			"「%s」は事業者についての点検ではありません。回答ページは、事業者や契約に"
			"ついての点検にだけ作れます",
			g->round.title);
	if (r == 0 && !round_asks_vendor(&g->round, COLUMN_VENDOR))
		r = err_set(err, ERR_INVALID, "「%s」には、事業者が答える項目がありません",
			    g->round.title);
	return r;
}

/* The secret becomes valid in the same transaction as the entry that tells of it. */
static int also_link(struct tx *tx, const struct entry *e, void *arg, struct err *err)
{
	const struct giving *g = arg;

	(void)e;
	return link_put(tx, g->who, g->account.id, g->round.id, g->until, g->hash, err);
}

static int sent_to(const struct giving *g, const char *typed, const char **ret, struct err *err)
{
	int i = ledger_field(g->def, "sent_to");

	*ret = "";
	return i < 0 ? 0 : value_parse(&g->def->field[i], typed ? typed : "", g->arena, ret, err);
}

static int write_entry(struct giving *g, const char *to, char ret_id[ID_SIZE], struct receipt *ret,
		       struct err *err)
{
	struct faults faults = { .count = 0 };
	const char **value = system_values(g->def, g->arena);
	char today[DATE_SIZE];
	const struct {
		const char *field, *stored;
	} pairs[] = {
		{ "title", arena_printf(g->arena, "%s（%sまで）", g->vendor_name, g->until) },
		{ "round", g->round.id },
		{ "vendor", g->round.vendor },
		{ "account", g->account.id },
		{ "sent_to", to },
		{ "made_on", today },
		{ "until", g->until },
	};
	struct change change = { .def = g->def,
				 .op = OP_SAVE,
				 .confirm = true,
				 .value = value,
				 .reason = "",
				 .also = also_link,
				 .also_arg = g };
	size_t i;
	int r = value && !arena_failed(g->arena) ? 0 : err_nomem(err);

	date_today(today);
	for (i = 0; r == 0 && i < sizeof pairs / sizeof pairs[0]; i++)
		r = system_put(g->def, value, pairs[i].field, pairs[i].stored, err);
	return r < 0 ? r : entry_change(g->l, g->who, &change, ret_id, ret, &faults, err);
}

static int give(struct giving *g, const struct invite_wish *wish, char ret_id[ID_SIZE],
		struct receipt *receipt, struct err *err)
{
	struct link_wish account = { .until = wish->until };
	const char *to = "";
	int r = link_until_check(wish->until, err);

	g->until = wish->until;
	if (r == 0)
		r = look(g, wish->round, err);
	if (r == 0)
		r = sent_to(g, wish->sent_to, &to, err);
	if (r < 0)
		return r;
	account.vendor = g->round.vendor;
	account.name = arena_printf(
		g->arena, "%.*sの回答ページ",
		(int)utf8_cut(g->vendor_name, strnlen(g->vendor_name, NAME_BYTES)), g->vendor_name);
	if (!account.name)
		return err_nomem(err);
	/* An account without its entry and its secret opens nothing, so it comes first. */
	r = link_account(ledgers_store(g->l), g->who, &account, g->arena, &g->account, err);
	if (r < 0)
		return r;
	link_new(ledgers_store(g->l), g->text, g->hash);
	return write_entry(g, to, ret_id, receipt, err);
}

int invite_make(struct ledgers *l, const struct actor *who, const struct invite_wish *wish,
		struct arena *arena, char ret_text[LINK_TEXT_SIZE], struct invite *ret,
		struct receipt *ret_receipt, struct err *err)
{
	struct giving g = { .l = l, .who = who, .arena = arena };
	struct conn *c = NULL;
	char id[ID_SIZE];
	int r = permit(who, PERM_ROUND_LINK, NULL, err);

	ret_text[0] = '\0';
	if (r == 0)
		r = ledgers_find(l, "round_links", &g.def, err);
	if (r == 0)
		r = give(&g, wish, id, ret_receipt, err);
	if (r == 0)
		r = store_read_begin(ledgers_store(l), &c, err);
	if (r == 0)
		r = invite_get(l, c, id, arena, ret, err);
	store_read_end(c);
	if (r == 0)
		memcpy(ret_text, g.text, sizeof g.text);
	bytes_wipe(g.text, sizeof g.text);
	return r;
}

/* --- ending ------------------------------------------------------------------------- */

static int note_end(struct ledgers *l, const struct actor *who, const struct entry *e,
		    struct arena *arena, struct receipt *ret, struct err *err)
{
	struct faults faults = { .count = 0 };
	const char **value = system_values(e->def, arena);
	char today[DATE_SIZE];
	int r;

	if (!value)
		return err_nomem(err);
	memcpy(value, e->value, e->def->field_count * sizeof *value);
	date_today(today);
	r = system_put(e->def, value, "revoked_on", today, err);
	return r < 0 ? r
		     : entry_change(l, who,
				    &(struct change){ .def = e->def,
						      .entry = e->id,
						      .base_rev = e->rev,
						      .op = OP_SAVE,
						      .confirm = true,
						      .value = value,
						      .reason = "" },
				    NULL, ret, &faults, err);
}

int invite_revoke(struct ledgers *l, const struct actor *who, const char *id, struct arena *arena,
		  struct receipt *ret, struct err *err)
{
	const struct ledger_def *def;
	struct conn *c = NULL;
	struct entry e;
	int r = permit(who, PERM_ROUND_LINK, NULL, err);

	*ret = (struct receipt){ .seq = -1 };
	if (r == 0)
		r = ledgers_find(l, "round_links", &def, err);
	if (r == 0)
		r = store_read_begin(ledgers_store(l), &c, err);
	if (r < 0)
		return r;
	r = entry_get(l, c, def, id, 0, arena, &e, err);
	store_read_end(c);
	if (r < 0 || *system_value(def, e.value, "revoked_on"))
		return r;
	/* The address is worth nothing from here on, whatever becomes of the note. */
	r = link_end(ledgers_store(l), who, system_value(def, e.value, "account"), arena, err);
	return r < 0 ? r : note_end(l, who, &e, arena, ret, err);
}

/* --- the letter --------------------------------------------------------------------- */

const char *invite_letter(const struct round *round, const char *org, const char *vendor,
			  const struct invite *invite, const char *address, struct arena *arena)
{
	char until[64];

	date_wareki(invite->until, until, sizeof until);
	return arena_printf(
		arena,
		"%s\n%s\n\n"
		"お世話になっております。%sです。\n"
		"次の確認表へのご記入をお願いいたします。\n\n"
		"件名: %s\n"
		"期限: %s\n\n"
		"下のページを開き、回答する方のお名前と役職を入れてからご記入ください。\n"
		"IDやパスワードは要りません。途中で保存して、期限までに続きを書けます。\n"
		"Excelの表を受け取って記入し、送り返していただくこともできます。\n\n"
		"%s\n\n"
		"このアドレスを知っている人は、だれでも回答できます。回答する方以外には送らないでく"
		"だ"
		"さい。\n"
		"開けないときは、お手数ですが当院の担当者にお知らせください。\n",
		vendor, *invite->sent_to ? invite->sent_to : "ご担当者様", org, round->title, until,
		address);
}
