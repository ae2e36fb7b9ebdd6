#include "cli/sample.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/share.h"
#include "ledger/import.h"

/* In the order of their references: vendors before what refers to them. */
static const char *const ledgers[] = { "facility", "scope",    "vendors",
				       "contracts", "people",   "devices",
				       "services", "disclosures", "contacts", "documents" };

static const struct {
	const char *login, *name, *profession;
	enum role role;
} people[] = {
	{ "incho", "見本 太郎", "医師", ROLE_EXECUTIVE },
	{ "kanri", "見本 花子", "事務", ROLE_PLANNER },
	{ "unyo", "見本 次郎", "事務", ROLE_OPERATOR },
	{ "kansa", "見本 三枝", "事務", ROLE_AUDITOR },
};

static int add_people(struct data *d, struct buf *list, struct err *err)
{
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < sizeof people / sizeof people[0]; i++) {
		struct account_change c = { .name = people[i].name,
					    .profession = people[i].profession,
					    .role = (int)people[i].role };
		struct account account;
		char password[32];

		password_new(password);
		c.password = password;
		r = account_put(d->store, &actor_system, true, people[i].login, &c, &account,
				&d->arena, err);
		buf_printf(list, "%-6s  %s  %s\n", people[i].login, password, people[i].name);
		bytes_wipe(password, sizeof password);
	}
	return r;
}

static int import_one(struct data *d, const char *ledger, struct err *err)
{
	const struct ledger_def *def;
	struct import_result result;
	struct import_look look;
	char sub[80], path[PATH_MAX];
	int r = ledgers_find(d->ledgers, ledger, &def, err);

	snprintf(sub, sizeof sub, "content/sample/%s.csv", ledger);
	if (r == 0 && share_path(sub, path, sizeof path) < 0)
		r = err_set(err, ERR_LIMIT, "見本のパスが長すぎます: %s", sub);
	if (r == 0)
		r = import_look(d->ledgers, def, path, NULL, &d->arena, &look, err);
	return r < 0 ? r
		     : import_commit(d->ledgers, &actor_system, def, path, sub, &look.map, false,
				     NULL, &result, err);
}

int sample_load(struct data *d, const char *folder, struct err *err)
{
	CLEANUP(buf_release) struct buf list;
	char path[PATH_MAX];
	size_t i;
	int r;

	buf_init(&list, 0);
	buf_puts(&list, "見本病院の利用者ID、パスワード、氏名\n");
	r = add_people(d, &list, err);
	for (i = 0; r == 0 && i < sizeof ledgers / sizeof ledgers[0]; i++)
		r = import_one(d, ledgers[i], err);
	if (r == 0 && snprintf(path, sizeof path, "%s/first-login.txt", folder) >= (int)sizeof path)
		r = err_set(err, ERR_LIMIT, "パスが長すぎます: %.200s", folder);
	if (r == 0)
		r = file_write(path, list.data, list.len, 0600, err);
	if (r == 0)
		printf("%s", list.data);
	return r;
}
