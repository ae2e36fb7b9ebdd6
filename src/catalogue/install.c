/* Installing a catalogue or crosswalk: a look first, then on trial, then for good. */
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "catalogue/edition.h"
#include "catalogue/installed.h"
#include "ledger/receipt.h"

#define LEDGER "catalogue_files"
#define NAMED_MAX 500 /* items that the entry lists by name */

/* --- what it would change -------------------------------------------------------------------- */

/* The catalogues that items say they replace, each once. */
static int find_replaced(const struct definitions *d, struct install_plan *p, struct arena *arena,
			 struct err *err)
{
	const struct catalogue *c = p->catalogue;
	size_t i, n;

	p->before = arena_calloc(arena, c->item_count + 1, sizeof *p->before);
	if (!p->before)
		return err_nomem(err);
	if (p->now)
		p->before[p->before_count++] = p->now;
	for (i = 0; !p->now && i < c->item_count; i++) {
		const char *id = c->item[i].replaces_catalogue;
		const struct catalogue *old = id ? define_catalogue(d, id) : NULL;

		for (n = 0; n < p->before_count && p->before[n] != old; n++)
			;
		if (old && n == p->before_count)
			p->before[p->before_count++] = old;
	}
	return 0;
}

static bool loses(const struct pair_end *end, const struct catalogue *c)
{
	const char *mark = strchr(end->text, '#');
	char id[300];
	size_t i, len = mark ? (size_t)(mark - end->text) : strlen(end->text);
	int item;

	if (end->item_count != 1 || len >= sizeof id)
		return false;
	memcpy(id, end->text, len);
	id[len] = '\0';
	item = catalogue_item(c, id);
	if (item < 0)
		return true;
	for (i = 0; mark && i < c->item[item].statement_count; i++)
		if (strcmp(c->item[item].statement[i].id, mark + 1) == 0)
			return false;
	return mark != NULL;
}

/* Pairs of crosswalks in force that end at an item the newer edition does not have. */
static size_t count_lost(const struct definitions *d, const struct catalogue *c)
{
	size_t count, i, n, lost = 0;
	const struct crosswalk *const *all = define_crosswalks(d, &count);

	for (i = 0; i < count; i++)
		for (n = 0; n < all[i]->pair_count; n++)
			lost += (strcmp(all[i]->from_id, c->id) == 0 &&
				 loses(&all[i]->pair[n].from, c)) ||
				(strcmp(all[i]->to_id, c->id) == 0 &&
				 loses(&all[i]->pair[n].to, c));
	return lost;
}

static bool same_head(const struct catalogue *a, const struct catalogue *b)
{
	return strcmp(a->title, b->title) == 0 && strcmp(a->edition, b->edition) == 0 &&
	       strcmp(a->publisher, b->publisher) == 0 && strcmp(a->published, b->published) == 0 &&
	       strcmp(a->source, b->source) == 0 && strcmp(a->status, b->status) == 0 &&
	       strcmp(a->note, b->note) == 0;
}

/* The same bytes, or others that say the same. */
static bool is_same(const struct install_plan *p)
{
	const struct comparison *c = &p->comparison;
	size_t i;

	if (!p->now)
		return false;
	if (strcmp(p->now->digest, p->catalogue->digest) == 0)
		return true;
	for (i = 0; i < c->count; i++)
		if (c->item[i].kind != CHANGE_SAME || c->item[i].advice)
			return false;
	return same_head(p->now, p->catalogue);
}

static int plan_catalogue(struct ledgers *l, const struct install_wish *wish, struct arena *arena,
			  struct install_plan *p, struct complaints *complaints, struct err *err)
{
	const struct definitions *d = ledgers_defs(l);
	int r = define_read_catalogue(d, wish->source_name, wish->bytes, wish->len, arena,
				      &p->catalogue, complaints, err);

	if (r < 0)
		return r;
	p->now = define_catalogue(d, p->catalogue->id);
	r = find_replaced(d, p, arena, err);
	if (r == 0)
		r = compare_editions(d, p->before, p->before_count, p->catalogue, arena,
				     &p->comparison, err);
	if (r < 0)
		return r;
	if (is_same(p))
		return err_set(err, ERR_CONFLICT,
			       "基準 %s は、このファイルのとおりのものをもう使っています",
			       p->catalogue->id);
	p->lost_pairs = count_lost(d, p->catalogue);
	return 0;
}

static int plan_crosswalk(struct ledgers *l, const struct install_wish *wish, struct arena *arena,
			  struct install_plan *p, struct complaints *complaints, struct err *err)
{
	const struct definitions *d = ledgers_defs(l);
	const struct crosswalk *now;
	int r = define_read_crosswalk(d, wish->source_name, wish->bytes, wish->len, arena, &p->walk,
				      complaints, err);

	if (r < 0)
		return r;
	now = define_crosswalk(d, p->walk->from_id, p->walk->to_id);
	p->pairs_before = now ? now->pair_count : 0;
	return 0;
}

int install_plan(struct ledgers *l, const struct install_wish *wish, struct arena *arena,
		 struct install_plan *ret, struct complaints *complaints, struct err *err)
{
	memset(ret, 0, sizeof *ret);
	return wish->crosswalk ? plan_crosswalk(l, wish, arena, ret, complaints, err)
			       : plan_catalogue(l, wish, arena, ret, complaints, err);
}

/* --- installing ------------------------------------------------------------------------------- */

static void name_changes(const struct comparison *c, enum change_kind kind, struct buf *b)
{
	size_t i, named = 0;

	if (!c->of_kind[kind])
		return;
	buf_printf(b, "%s（%zu件）:", change_kind_label(kind), c->of_kind[kind]);
	for (i = 0; i < c->count && named < NAMED_MAX; i++)
		if (c->item[i].kind == kind) {
			buf_printf(b, " %s", c->item[i].item->id);
			named++;
		}
	buf_puts(b, "\n");
}

static const char *changes_text(const struct install_plan *p, struct arena *arena)
{
	CLEANUP(buf_release) struct buf b;

	buf_init(&b, 0);
	if (p->walk)
		buf_printf(&b, "対応の組 %zu組（それまで%zu組）\n", p->walk->pair_count,
			   p->pairs_before);
	else
		buf_printf(&b, "%s %zu件\n", change_kind_label(CHANGE_SAME),
			   p->comparison.of_kind[CHANGE_SAME]);
	name_changes(&p->comparison, CHANGE_NEW, &b);
	name_changes(&p->comparison, CHANGE_REWORDED, &b);
	name_changes(&p->comparison, CHANGE_RETIRED, &b);
	while (b.len && b.data[b.len - 1] == '\n')
		buf_cut(&b, b.len - 1);
	return buf_failed(&b) ? NULL : arena_strndup(arena, b.data, b.len);
}

static const char *definition_of(const struct install_plan *p, struct arena *arena)
{
	return p->walk ? arena_printf(arena, "%s--%s", p->walk->from_id, p->walk->to_id)
		       : p->catalogue->id;
}

static int fill(const struct ledger_def *def, const struct install_plan *p,
		const struct install_wish *wish, const char *hash, struct arena *arena,
		const char **value, struct err *err)
{
	char today[DATE_SIZE];
	const struct {
		const char *field, *stored;
	} pairs[] = {
		{ "title", p->walk ? p->walk->title : p->catalogue->title },
		{ "kind", p->walk ? "crosswalk" : "catalogue" },
		{ "definition", definition_of(p, arena) },
		{ "edition", p->walk ? "" : p->catalogue->edition },
		{ "digest", hash },
		{ "file", hash },
		{ "source_name", wish->source_name },
		{ "instead_of", p->now ? p->now->digest : "" },
		{ "changes", changes_text(p, arena) },
		{ "applied_on", (date_today(today), arena_strdup(arena, today)) },
	};
	size_t i;

	for (i = 0; i < def->field_count; i++)
		value[i] = "";
	for (i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		int at = ledger_field(def, pairs[i].field);

		if (at < 0)
			return err_set(err, ERR_BUG, "台帳 %s に項目 %s がありません", def->name,
				       pairs[i].field);
		if (!pairs[i].stored)
			return err_nomem(err);
		value[at] = pairs[i].stored;
	}
	return 0;
}

static int write_entry(struct ledgers *l, const struct actor *who, const struct install_plan *p,
		       const struct install_wish *wish, const char *key, struct arena *arena,
		       char ret_id[ID_SIZE], struct receipt *ret, struct err *err)
{
	char hash[HASH_HEX_SIZE];
	struct faults faults = { .count = 0 };
	struct change change = { .op = OP_SAVE, .reason = "", .key = key };
	const char **value, *name;
	int r = ledgers_find(l, LEDGER, &change.def, err);

	if (r < 0)
		return r;
	name = arena_printf(arena, "%.200s.yaml", definition_of(p, arena));
	value = arena_calloc(arena, change.def->field_count, sizeof *value);
	if (!name || !value)
		return err_nomem(err);
	r = edition_store(l, name, wish->bytes, wish->len, hash, err);
	if (r == 0)
		r = fill(change.def, p, wish, hash, arena, value, err);
	change.value = value;
	if (r == 0)
		r = entry_change(l, who, &change, ret_id, ret, &faults, err);
	return r == ERR_INVALID && faults.count
		       ? err_set(err, ERR_INVALID, "%s", faults.item[0].text)
		       : r;
}

int install_apply(struct ledgers *l, const struct actor *who, const struct install_wish *wish,
		  const char *key, char ret_id[ID_SIZE], struct receipt *ret,
		  struct complaints *complaints, struct err *err)
{
	const struct ledger_def *def;
	struct install_plan plan;
	struct arena arena;
	int r = ledgers_find(l, LEDGER, &def, err);

	if (r == 0)
		r = permit(who, PERM_LEDGER_CREATE, def, err);
	if (r == 0)
		r = receipt_known(l, key, ret, ret_id, err);
	if (r != 0)
		return r < 0 ? r : 0;
	arena_init(&arena, 0);
	r = install_plan(l, wish, &arena, &plan, complaints, err);
	if (r == 0)
		r = write_entry(l, who, &plan, wish, key, &arena, ret_id, ret, err);
	arena_release(&arena);
	return r < 0 ? r : installed_load(l, err);
}

/* --- for good, or back --------------------------------------------------------------------------
 */

static int find_trial(struct ledgers *l, const char *id, struct arena *arena, struct installed *ret,
		      struct err *err)
{
	struct conn *c = NULL;
	int r = store_read_begin(ledgers_store(l), &c, err);

	if (r == 0)
		r = installed_find(l, c, id, arena, ret, err);
	store_read_end(c);
	if (r < 0)
		return r;
	if (ret->taken_back)
		return err_set(err, ERR_CONFLICT, "基準 %s は、もう取り消されています",
			       ret->definition);
	if (!ret->trial)
		return err_set(
			err, ERR_CONFLICT,
			"基準 %s は、もう確定しています。取り消せません。前の内容に戻すには、前の"
			"ファイルを取り込んでください",
			ret->definition);
	return 0;
}

static int decide(struct ledgers *l, const struct actor *who, const char *id, enum entry_op op,
		  const char *reason, const char *key, struct receipt *ret, struct err *err)
{
	struct change change = { .entry = id, .op = op, .reason = reason, .key = key };
	struct faults faults = { .count = 0 };
	struct installed in;
	struct arena arena;
	char again[ID_SIZE];
	int r = receipt_known(l, key, ret, again, err);

	if (r != 0)
		return r < 0 ? r : 0;
	arena_init(&arena, 0);
	r = find_trial(l, id, &arena, &in, err);
	if (r == 0)
		r = ledgers_find(l, LEDGER, &change.def, err);
	change.base_rev = in.rev;
	if (r == 0)
		r = entry_change(l, who, &change, NULL, ret, &faults, err);
	arena_release(&arena);
	return r < 0 ? r : installed_load(l, err);
}

int install_confirm(struct ledgers *l, const struct actor *who, const char *id, const char *key,
		    struct receipt *ret, struct err *err)
{
	return decide(l, who, id, OP_CONFIRM, "", key, ret, err);
}

int install_undo(struct ledgers *l, const struct actor *who, const char *id, const char *reason,
		 const char *key, struct receipt *ret, struct err *err)
{
	return decide(l, who, id, OP_VOID, reason && *reason ? reason : "確定の前に取り消したため",
		      key, ret, err);
}
