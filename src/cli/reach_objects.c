/* Requests, grants, stock-takes ...: which of them a role reaches. */
#include <string.h>

#include "cli/reach.h"
#include "ledger/proxy.h"
#include "people/request.h"
#include "people/stocktake.h"

static const char all[] = "all", none[] = "none";

/* How scopes are called. */
static const struct {
	const char *name, *label;
} scopes[] = {
	{ all, "すべて" },
	{ "own", "自分のものだけ" },
	{ "department", "自分と自分の部署のものだけ" },
	{ "concerned", "自分が代行する人か本人のものだけ" },
	{ "decides", "自分が決める行のあるものだけ（その行だけ）" },
	{ none, "見られません" },
};

static const char *requests(const struct actor *who)
{
	struct request_view v = { .requester = "another", .department = "elsewhere" };

	if (request_sees(who, &v))
		return all;
	v.department = who->department;
	if (request_sees(who, &v))
		return "department";
	v = (struct request_view){ .requester = who->account, .department = "" };
	return request_sees(who, &v) ? "own" : none;
}

static const char *proxies(const struct actor *who)
{
	struct proxy_grant g = { .proxy = "another", .principal = "a third" };

	if (proxy_sees(who, &g))
		return all;
	g.principal = who->account;
	return proxy_sees(who, &g) ? "concerned" : none;
}

static const char *stocktakes(const struct actor *who)
{
	return stocktake_sees_all(who) ? all : "decides";
}

/* Files that were sent in stand under the name of who sent them (page/import_file.c). */
static const char *uploads(const struct actor *who)
{
	(void)who;
	return "own";
}

static const struct {
	const char *name, *label;
	enum permission permission;		       /* of the page that shows one */
	const char *(*scope)(const struct actor *who); /* NULL: all of them */
} objects[] = {
	{ "requests", "利用者IDの申請", PERM_IDS, requests },
	{ "proposals", "利用者IDの処置の提案", PERM_ACCOUNTS, NULL },
	{ "proxies", "代行の許可", PERM_PROXY, proxies },
	{ "stocktakes", "IDの棚卸し", PERM_STOCKTAKE_SEE, stocktakes },
	{ "staff uploads", "送った職員の名簿", PERM_PEOPLE, uploads },
	{ "account uploads", "送った利用者の一覧", PERM_STOCKTAKE, uploads },
	{ "emergency uses", "非常時アカウントの使用", PERM_EMERGENCY_SEE, NULL },
	{ "proofs", "待っている本人確認", PERM_RESCUE, NULL },
	{ "accounts", "利用者", PERM_ACCOUNTS, NULL },
	{ "keys", "機器連携の鍵", PERM_ACCOUNTS, NULL },
	{ "inspections", "検査官への閲覧の開放", PERM_INSPECTIONS, NULL },
};

static const char *label_of(const char *scope)
{
	size_t i;

	for (i = 0; i + 1 < sizeof scopes / sizeof scopes[0]; i++)
		if (strcmp(scopes[i].name, scope) == 0)
			break;
	return scopes[i].label;
}

size_t reach_objects(const struct reach *r, struct reach_object ret[REACH_OBJECTS_MAX])
{
	size_t i;

	_Static_assert(sizeof objects / sizeof objects[0] <= REACH_OBJECTS_MAX, "room");
	for (i = 0; i < sizeof objects / sizeof objects[0]; i++) {
		bool may = permit(&r->who, objects[i].permission, NULL, NULL) == 0;
		const char *scope = !may	       ? none
				    : objects[i].scope ? objects[i].scope(&r->who)
						       : all;

		ret[i] = (struct reach_object){ objects[i].name, objects[i].label, scope,
						label_of(scope) };
	}
	return i;
}
