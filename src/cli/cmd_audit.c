/* daicho audit access: everything a role can reach, from the tables the server itself asks. */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/data.h"
#include "cli/definition.h"
#include "cli/reach.h"

static const struct option_spec options[] = {
	{ "role", "ROLE", "この役割だけ（省くとすべて）" },
	{ "profession", "職種", "この職種の人として（患者の情報の区分に関わる）" },
	{ "format", "text|json", "出力形式" },
	{ NULL, NULL, NULL },
};

static int parse_role(const struct invocation *in, int *ret, struct err *err)
{
	const char *name = option(in, "role");

	*ret = name ? role_parse(name) : -1;
	if (name && *ret < 0)
		return err_set(
			err, ERR_USAGE,
			"役割 %s はありません。executive planner operator auditor staff vendor "
			"inspector から選んでください",
			name);
	return 0;
}

static int one_role(const struct definitions *defs, enum role role, const char *profession,
		    json_t *roles, struct buf *text, struct err *err)
{
	struct reach r;
	int rc = reach_init(&r, defs, role, profession, err);

	if (rc < 0)
		return rc;
	if (roles)
		json_array_append_new(roles, reach_json(&r));
	else
		reach_text(&r, text);
	reach_release(&r);
	return 0;
}

static int access_report(const struct definitions *defs, const struct invocation *in, bool json,
			 struct err *err)
{
	json_t *roles = json ? json_array() : NULL;
	struct buf text;
	int only, role, r = parse_role(in, &only, err);

	buf_init(&text, 0);
	for (role = 0; role < ROLE_MAX && r == 0; role++)
		if (only < 0 || only == role)
			r = one_role(defs, (enum role)role, option(in, "profession"), roles, &text,
				     err);
	if (r == 0 && json)
		definition_print_json(json_pack("{s:O}", "roles", roles));
	json_decref(roles);
	if (r == 0 && !json)
		definition_print_text(&text);
	else
		buf_release(&text);
	return r;
}

static int run(const struct invocation *in)
{
	struct definitions *defs = NULL;
	struct err err = { 0 };
	bool json = false;
	int r = option_format(in, &json, &err);

	if (r == 0 && strcmp(in->argument[0], "access") != 0)
		r = err_set(&err, ERR_USAGE, "見られるのは access です: %s", in->argument[0]);
	if (r == 0)
		r = data_definitions(&defs, &err);
	if (r == 0)
		r = access_report(defs, in, json, &err);
	define_free(defs);
	if (r == 0 && fflush(stdout) != 0)
		r = err_set(&err, ERR_IO, "標準出力に書けません");
	return r < 0 ? report_error(&err) : EXIT_DONE;
}

const struct command command_audit = {
	"audit",
	"access [--role R] [--profession P] [--format text|json]",
	"役割ごとに、使える画面と見える記録を示す",
	options,
	1,
	1,
	run,
};
