#include "round/about.h"

#include <string.h>

#include "base/fold.h"
#include "round/fields.h"

static const struct {
	const char *prefix;
	enum round_about about;
} kinds[] = { { "vendor:", ABOUT_VENDOR },
	      { "contract:", ABOUT_CONTRACT },
	      { "site:", ABOUT_SITE } };

/* "vendor/contract" */
static int take_contract(const char *rest, struct arena *arena, struct about *ret, struct err *err)
{
	const char *slash = strchr(rest, '/');

	if (!slash || slash == rest || !slash[1])
		return err_set(err, ERR_INVALID,
			       "契約の指定は「事業者の登録番号/契約の登録番号」の形です: %.60s",
			       rest);
	ret->vendor = arena_strndup(arena, rest, (size_t)(slash - rest));
	ret->contract = arena_strdup(arena, slash + 1);
	return ret->vendor && ret->contract ? 0 : err_nomem(err);
}

static int parse(const char *scope, struct arena *arena, struct about *ret, struct err *err)
{
	size_t i;

	*ret = (struct about){ ABOUT_FACILITY, "", "", "", "" };
	if (!*scope)
		return 0;
	for (i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		size_t len = strlen(kinds[i].prefix);

		if (strncmp(scope, kinds[i].prefix, len) != 0)
			continue;
		ret->kind = kinds[i].about;
		if (ret->kind == ABOUT_CONTRACT)
			return take_contract(scope + len, arena, ret, err);
		*(ret->kind == ABOUT_VENDOR ? &ret->vendor : &ret->site) =
			arena_strdup(arena, scope + len);
		return arena_failed(arena) ? err_nomem(err) : 0;
	}
	return err_set(err, ERR_INVALID, "点検の範囲が分かりません: %.60s", scope);
}

static int name_of(struct ledgers *l, struct conn *c, const char *ledger, const char *id,
		   struct arena *arena, const char **ret, struct err *err)
{
	const struct ledger_def *def;
	int r = ledgers_find(l, ledger, &def, err);

	if (r == 0)
		*ret = entry_name(l, c, def, id, arena);
	return r;
}

int about_read(struct ledgers *l, struct conn *c, const char *scope, struct arena *arena,
	       struct about *ret, struct err *err)
{
	const char *contract = "";
	int r = parse(scope, arena, ret, err);

	if (r < 0)
		return r;
	ret->name = ret->site;
	if (*ret->vendor)
		r = name_of(l, c, "vendors", ret->vendor, arena, &ret->name, err);
	if (r == 0 && *ret->contract)
		r = name_of(l, c, "contracts", ret->contract, arena, &contract, err);
	if (r == 0 && *ret->contract)
		ret->name = arena_printf(arena, "%s・%s", contract, ret->name);
	return r < 0 || ret->name ? r : err_nomem(err);
}

/* --- may it be opened ---------------------------------------------------------------- */

static int find_entry(struct ledgers *l, struct conn *c, const char *ledger, const char *id,
		      struct arena *arena, struct entry *ret, struct err *err)
{
	const struct ledger_def *def;
	int r = ledgers_find(l, ledger, &def, err);

	if (r == 0)
		r = entry_get(l, c, def, id, 0, arena, ret, err);
	if (r == 0 && ret->state == STATE_VOIDED)
		r = err_set(err, ERR_INVALID, "この件は取り消されています。%sで選び直してください",
			    def->title.ja);
	return r;
}

static int check_contract(struct ledgers *l, struct conn *c, const struct catalogue *catalogue,
			  const struct about *a, struct arena *arena, struct err *err)
{
	struct entry e;
	int r;

	if (strcmp(catalogue->kind, "contract") != 0)
		return err_set(
			err, ERR_INVALID,
			"契約ごとに開けるのは、役割分担の確認表だけです。「%s」は事業者ごとか"
			"施設で開いてください",
			catalogue->title);
	r = find_entry(l, c, "contracts", a->contract, arena, &e, err);
	if (r == 0 && strcmp(system_value(e.def, e.value, "vendor"), a->vendor) != 0)
		r = err_set(
			err, ERR_INVALID,
			"この契約の相手は、指定した事業者ではありません。契約台帳で確かめてくださ"
			"い");
	return r;
}

static int check_site(const char *name, struct err *err)
{
	if (!*name || text_has_control(name, false) || utf8_length(name) > SITE_MAX)
		return err_set(err, ERR_INVALID, "事業所の名前を%d文字までの1行で書いてください",
			       SITE_MAX);
	return 0;
}

int about_check(struct ledgers *l, struct conn *c, const struct catalogue *catalogue,
		const char *scope, struct arena *arena, struct err *err)
{
	struct about a;
	struct entry e;
	int r = parse(scope, arena, &a, err);

	if (r == 0 && *a.vendor)
		r = find_entry(l, c, "vendors", a.vendor, arena, &e, err);
	if (r == 0 && a.kind == ABOUT_CONTRACT)
		r = check_contract(l, c, catalogue, &a, arena, err);
	else if (r == 0 && a.kind == ABOUT_SITE)
		r = check_site(a.site, err);
	return r;
}
