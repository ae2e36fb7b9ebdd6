#include "page/mend.h"

#include <string.h>

#include "web/html.h"

/* Ledgers whose entries are not mended on the pages that all ledgers share. */
static const struct place {
	const char *ledger, *path, *text;
	enum permission permission;
	const char *entry; /* its page is this and the id; NULL: no page of its own */
	bool shared;	   /* its entries have the pages of all ledgers nevertheless */
} places[] = {
	{ "rounds", "/rounds", "年度の点検を開く", PERM_ROUND_READ, "/round", false },
	{ "stocktakes", "/stocktakes", "IDの棚卸しを開く", PERM_STOCKTAKE_SEE, "/stocktake",
	  false },
	{ "stocktake_lines", "/stocktakes", "IDの棚卸しを開く", PERM_STOCKTAKE_SEE, NULL, false },
	{ "account_requests", "/requests", "利用者IDの申請を開く", PERM_SIGNED_IN, "/requests",
	  false },
	{ "proxies", "/proxies", "代行を開く", PERM_PROXY, "/proxies", false },
	{ "emergency_accounts", "/emergency/accounts", "非常時アカウントを開く", PERM_EMERGENCY_SEE,
	  NULL, false },
	{ "emergency_uses", "/emergency/accounts", "非常時アカウントを開く", PERM_EMERGENCY_SEE,
	  "/emergency/uses", false },
	{ "emergency_declarations", "/emergency/accounts", "非常時アカウントを開く",
	  PERM_EMERGENCY_SEE, NULL, false },
	{ "access_reviews", "/access/review", "利用の記録を月ごとに見直す", PERM_EVENTS, NULL,
	  true },
	{ "system_accounts", "/stocktakes", "IDの棚卸しで一覧を取り込む", PERM_STOCKTAKE, NULL,
	  true },
};

static const struct place *place_of(const char *ledger)
{
	size_t i;

	for (i = 0; i < sizeof places / sizeof places[0]; i++)
		if (strcmp(places[i].ledger, ledger) == 0)
			return &places[i];
	return NULL;
}

static const char *own_page(struct request *req, const struct place *p, const char *entry)
{
	struct arena *a = req_arena(req);
	const char *tail = html_path(a, "/%s", entry);

	if (!visit_may(req, p->permission, NULL))
		return NULL;
	return p->entry && tail ? arena_printf(a, "%s%s", p->entry, tail) : p->path;
}

const char *mend_entry(struct request *req, const struct proposal_link *l)
{
	const struct visit *v = visit_of(req);
	const struct ledger_def *def = define_ledger(v->app->defs, l->ledger);
	const struct place *p = place_of(l->ledger);
	bool edit;

	if (!def || !*l->entry)
		return NULL;
	if (p && !p->shared)
		return own_page(req, p, l->entry);
	if (def->system || !visit_may(req, PERM_LEDGER_READ, def))
		return NULL;
	edit = l->fault && visit_may(req, PERM_LEDGER_EDIT, def);
	return html_path(req_arena(req), edit ? "/ledger/%s/entry/%s/edit" : "/ledger/%s/entry/%s",
			 l->ledger, l->entry);
}

/* "kind=policy" as ?f-kind=policy. */
static const char *with_preset(struct arena *a, const char *path, const char *preset)
{
	const char *equals = strchr(preset, '=');
	const char *name =
		equals ? arena_printf(a, "f-%.*s", (int)(equals - preset), preset) : NULL;

	return name ? html_path_add(a, path, name, equals + 1) : path;
}

/* A list understands the filters its definition names, and no others. */
static bool is_filter(const struct ledger_def *def, const char *preset)
{
	size_t i, len = strcspn(preset, "=");

	for (i = 0; i < def->filter_count; i++) {
		const char *name = def->field[def->filter[i]].name;

		if (strlen(name) == len && strncmp(name, preset, len) == 0)
			return true;
	}
	return false;
}

static size_t add(struct mend *ret, size_t n, const char *path, const char *text)
{
	if (path && n < MENDS_MAX)
		ret[n++] = (struct mend){ path, text };
	return n;
}

static size_t shared_pages(struct request *req, const struct ledger_def *def,
			   const struct measure_def *m, const struct proposal *p, struct mend *ret,
			   size_t n)
{
	struct arena *a = req_arena(req);
	const char *list = html_path(a, "/ledger/%s", def->name);
	/* A document, a post: another entry may be what is missing. */
	bool lacks = p->value != PROPOSE_YES && (!p->counted || *m->preset);

	if (lacks && visit_may(req, PERM_LEDGER_CREATE, def))
		n = add(ret, n,
			with_preset(a, html_path(a, "/ledger/%s/new", def->name), m->preset),
			arena_printf(a, "%sに新しく登録する", def->title.ja));
	if (!p->counted && !*m->preset && visit_may(req, PERM_LEDGER_IMPORT, def))
		n = add(ret, n, html_path(a, "/ledger/%s/import", def->name),
			"Excelの表から取り込む");
	if (list && *m->preset && is_filter(def, m->preset))
		list = with_preset(a, list, m->preset);
	return add(ret, n, list, arena_printf(a, "%sを開く", def->title.ja));
}

size_t mend_ledger(struct request *req, const struct measure_def *m, const struct proposal *p,
		   struct mend ret[MENDS_MAX])
{
	const struct ledger_def *def = define_ledger(visit_of(req)->app->defs, m->ledger);
	const struct place *place = place_of(m->ledger);
	size_t n = 0;

	if (place && visit_may(req, place->permission, NULL))
		n = add(ret, n, place->path, place->text);
	if (!def || def->system || !visit_may(req, PERM_LEDGER_READ, def))
		return n;
	return shared_pages(req, def, m, p, ret, n);
}
