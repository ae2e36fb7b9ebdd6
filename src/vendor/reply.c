#include "vendor/reply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "round/fields.h"
#include "vendor/replying.h"

#define REPLIES_MAX 1000

static const struct {
	const char *name, *label;
} throughs[REPLY_THROUGH_MAX] = {
	[REPLY_LINK] = { "link", "回答ページ" },
	[REPLY_ACCOUNT] = { "account", "ログイン" },
	[REPLY_SHEET] = { "sheet", "Excelの表" },
};

const char *reply_through_name(enum reply_through t)
{
	return throughs[t].name;
}

const char *reply_through_label(enum reply_through t)
{
	return throughs[t].label;
}

static enum reply_through through_parse(const char *name)
{
	int t;

	for (t = 0; t < REPLY_THROUGH_MAX; t++)
		if (strcmp(throughs[t].name, name) == 0)
			return (enum reply_through)t;
	return REPLY_SHEET;
}

const char *reply_person(const char *name, const char *post, struct arena *arena)
{
	return *post ? arena_printf(arena, "%s（%s）", name, post) : name;
}

const char *reply_slot(const struct actor *who, const char *round, enum reply_through through,
		       struct arena *arena)
{
	char fresh[ID_SIZE];

	switch (through) {
	case REPLY_LINK: return arena_printf(arena, "link/%s", who->account);
	/* Colleagues with accounts of one vendor write one reply together. */
	case REPLY_ACCOUNT: return arena_printf(arena, "account/%s/%s", round, who->vendor);
	default: id_new(fresh); return arena_printf(arena, "sheet/%s", fresh);
	}
}

/* --- one reply ----------------------------------------------------------------------- */

int reply_fill(const struct ledger_def *def, const char *id, int64_t rev, const char *const *value,
	       struct arena *arena, struct reply *ret, struct err *err)
{
#define KEEP(field) arena_strdup(arena, system_value(def, value, field))
	*ret = (struct reply){ .rev = rev,
			       .through = through_parse(system_value(def, value, "through")),
			       .round = KEEP("round"),
			       .name = KEEP("name"),
			       .post = KEEP("post"),
			       .remarks = KEEP("remarks"),
			       .files = KEEP("files"),
			       .body = KEEP("body"),
			       .sent = strcmp(system_value(def, value, "status"), "sent") == 0,
			       .sent_on = KEEP("sent_on"),
			       .answers = strtoll(system_value(def, value, "answers"), NULL, 10) };
#undef KEEP
	snprintf(ret->id, sizeof ret->id, "%s", id);
	return arena_failed(arena) ? err_nomem(err) : 0;
}

int reply_values(const struct ledger_def *def, const struct round *round, const struct reply *reply,
		 const char *slot, struct arena *arena, const char ***ret, struct err *err)
{
	const char **value = system_values(def, arena);
	const struct {
		const char *field, *stored;
	} pairs[] = {
		{ "round", round->id },
		{ "vendor", round->vendor },
		{ "through", reply_through_name(reply->through) },
		{ "name", reply->name },
		{ "post", reply->post },
		{ "status", reply->sent ? "sent" : "writing" },
		{ "sent_on", reply->sent_on },
		{ "body", reply->body },
		{ "files", reply->files },
		{ "remarks", reply->remarks },
		{ "answers", arena_printf(arena, "%lld", (long long)reply->answers) },
		{ "slot", slot },
	};
	size_t i;
	int r = value && !arena_failed(arena) ? 0 : err_nomem(err);

	for (i = 0; r == 0 && i < sizeof pairs / sizeof pairs[0]; i++)
		r = system_put(def, value, pairs[i].field, pairs[i].stored, err);
	*ret = value;
	return r;
}

/* --- reading ------------------------------------------------------------------------- */

static int find_reply(struct ledgers *l, struct conn *c, const struct actor *who, const char *round,
		      enum reply_through through, struct arena *arena, struct reply *ret,
		      struct err *err)
{
	const char *slot = reply_slot(who, round, through, arena);
	const struct ledger_def *def;
	char id[ID_SIZE];
	struct entry e;
	int r = ledgers_find(l, "round_replies", &def, err);

	*ret = (struct reply){ .through = through,
			       .round = round,
			       .name = "",
			       .post = "",
			       .remarks = "",
			       .files = "",
			       .body = "",
			       .account = "",
			       .sent_on = "" };
	if (r == 0)
		r = slot ? list_find(l, c, def, ledger_field(def, "slot"), slot, id, err)
			 : err_nomem(err);
	if (r == ERR_NOT_FOUND)
		return 0;
	if (r == 0)
		r = entry_get(l, c, def, id, 0, arena, &e, err);
	if (r == 0)
		r = reply_fill(def, e.id, e.rev, e.value, arena, ret, err);
	if (r < 0)
		return r;
	ret->seq = e.seq;
	ret->at_us = e.at_us;
	ret->account = e.actor;
	return 0;
}

int reply_read(struct ledgers *l, struct conn *c, const struct actor *who, const char *round,
	       enum reply_through through, struct arena *arena, struct reply_view *ret,
	       struct err *err)
{
	size_t i;
	int r;

	memset(ret, 0, sizeof *ret);
	r = asked_read(l, c, who, round, arena, &ret->asked, err);
	if (r == 0)
		r = find_reply(l, c, who, ret->asked.view.round.id, through, arena, &ret->reply,
			       err);
	if (r < 0)
		return r;
	ret->locked = through == REPLY_LINK && ret->reply.sent;
	ret->typed = arena_calloc(arena, ret->asked.count + 1, sizeof *ret->typed);
	if (!ret->typed)
		return err_nomem(err);
	for (i = 0; i < ret->asked.count; i++)
		typed_stored(ret->asked.line[i], &ret->typed[i]);
	if (!ret->reply.sent)
		r = reply_body_read(&ret->asked, ret->reply.body, arena, ret->typed, err);
	for (i = 0; i < ret->asked.count; i++)
		ret->answered += typed_answered(&ret->typed[i]);
	return r;
}

/* --- all of a round ------------------------------------------------------------------ */

struct gather {
	const struct ledger_def *def;
	struct conn *c;
	struct arena *arena;
	struct reply *item;
	size_t count, alloc;
};

static int gather_row(void *arg, const struct list_row *row, struct err *err)
{
	struct gather *g = arg;
	struct reply *to = &g->item[g->count];
	int r;

	if (g->count == g->alloc)
		return err_set(err, ERR_LIMIT, "回答が多すぎます（%d件まで）", REPLIES_MAX);
	r = reply_fill(g->def, row->id, row->rev, row->value, g->arena, to, err);
	to->seq = row->seq;
	to->at_us = row->at_us;
	to->body = "";
	to->account = account_name(g->c, row->actor, g->arena);
	g->count++;
	return r;
}

static int newest_first(const void *a, const void *b)
{
	const struct reply *x = a, *y = b;

	return (x->at_us < y->at_us) - (x->at_us > y->at_us);
}

int reply_list(struct ledgers *l, struct conn *c, const char *round, struct arena *arena,
	       struct reply **ret, size_t *ret_count, struct err *err)
{
	struct gather g = { .c = c, .arena = arena };
	struct list_filter by = { 0, TABLE_EQ, round };
	struct list_query q = {
		.sort = -1, .filter = &by, .filter_count = 1, .limit = REPLIES_MAX
	};
	int64_t total = 0;
	int r = ledgers_find(l, "round_replies", &g.def, err);

	if (r < 0)
		return r;
	q.def = g.def;
	by.field = ledger_field(g.def, "round");
	r = list_count(l, c, &q, REPLIES_MAX, &total, err);
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
