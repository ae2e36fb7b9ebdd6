/* The one authorisation function: a table of roles and acts, default deny. */
#include <stdio.h>
#include <string.h>

#include "identity/sight.h"

const struct actor actor_system = { "system", "システム", ROLE_PLANNER };

#define R(role) (1U << ROLE_##role)
#define EVERYBODY ((1U << ROLE_MAX) - 1)

static const struct permission_row rows[] = {
#define PERMISSION(p, roles, what) { PERM_##p, #p, roles, -1, what, __FILE__, __LINE__ },
#define LEDGER_PERMISSION(p, kind, what) { PERM_##p, #p, 0, kind, what, __FILE__, __LINE__ },
#include "identity/permissions.def"
#undef PERMISSION
#undef LEDGER_PERMISSION
};

const char *roles_text(role_set roles, char *ret, size_t size)
{
	size_t n = 0;
	int r;

	ret[0] = '\0';
	for (r = 0; r < ROLE_MAX && n < size; r++)
		if (roles >> r & 1U)
			n += (size_t)snprintf(ret + n, size - n, "%s%s", n ? "、" : "",
					      role_label((enum role)r));
	return ret;
}

static int deny(const char *place, const char *what, role_set roles, struct err *err)
{
	char who[256];

	if (!roles)
		return err_set(err, ERR_DENIED, "%s%sは、どの役割にも許可されていません。", place,
			       what);
	return err_set(err, ERR_DENIED,
		       "%s%sができるのは「%s」です。必要なときは担当の人に頼んでください。", place,
		       what, roles_text(roles, who, sizeof who));
}

static int check_row(const struct actor *who, const struct permission_row *row,
		     const struct ledger_def *ledger, struct err *err)
{
	role_set roles = row->roles;
	char place[160] = "";

	if (row->kind >= 0 && !ledger)
		return err_set(err, ERR_DENIED, "台帳が指定されていないため許可できません。");
	if (row->kind >= 0) {
		roles = ledger->permission[row->kind];
		snprintf(place, sizeof place, "%sの", ledger->title.ja);
	}
	if (!who)
		return err_set(err, ERR_DENIED, "ログインしてください。");
	if (row->kind == PERMIT_READ && ledger->access.role[ROLE_INSPECTOR].scope == SCOPE_OPENED &&
	    who->role == ROLE_INSPECTOR && actor_opened(who, "ledger", ledger->name))
		return 0;
	if (strcmp(who->account, actor_system.account) == 0)
		return 0;
	if ((unsigned)who->role < ROLE_MAX && roles >> who->role & 1U)
		return 0;
	return deny(place, row->what, roles, err);
}

const struct permission_row *permission_row(enum permission p)
{
	size_t i;

	for (i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].permission == p)
			return &rows[i];
	return NULL;
}

int permit(const struct actor *who, enum permission p, const struct ledger_def *ledger,
	   struct err *err)
{
	const struct permission_row *row;

	if (p == PERM_PUBLIC || p == PERM_LINK)
		return 0;
	row = permission_row(p);
	return row ? check_row(who, row, ledger, err)
		   : err_set(err, ERR_DENIED, "この操作は許可されていません。");
}
