/* daicho people: staff from a personnel list or a directory, and what accounts then need. */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/data.h"
#include "cli/people_print.h"
#include "cli/used.h"
#include "people/directory.h"
#include "people/hr.h"
#include "people/ldap.h"

static const struct option_spec options[] = {
	{ "dry-run", NULL, "何が起きるかだけを示し、何も変えない" },
	{ "format", "text|json", "出力形式" },
	{ "as", "LOGIN", "誰の操作として記録するか" },
	{ "map", "FILE", "hr: 列の対応（1行に「ファイルの列名 = 項目名」）" },
	{ "partial", NULL, "hr ldap: 一部の人だけの名簿（載っていない人を退職とみなさない）" },
	{ "complete", NULL, "hr ldap: 半分より多くの人が載っていなくても、全員の名簿として扱う" },
	{ "good-rows-only", NULL, "hr: 誤りのある行を飛ばす" },
	{ "reason", "理由", "confirm reject: 決めた理由（見送るときは必ず）" },
	{ "role", "ROLE", "confirm: 異動の見直しで新しい役割も与える" },
	{ "url", "URL", "directory: ldaps://名前 か ldap://名前（必ず暗号化する）" },
	{ "kind", "ad|openldap", "directory: 種類" },
	{ "ca", "FILE", "directory: 認証局の証明書" },
	{ "bind-dn", "DN", "directory: 読み取り用の利用者" },
	{ "secret-stdin", NULL, "directory: そのパスワードを標準入力の1行目から読む" },
	{ "base", "DN", "directory: 探し始める場所" },
	{ "filter", "FILTER", "directory: 絞り込み" },
	{ "attr", "login=uid,number=...", "directory: 属性の名前" },
	{ NULL, NULL, NULL },
};

struct job {
	const struct invocation *in;
	struct data data;
	struct actor who;
	bool json, dry_run;
};

/* Notes that people were shown, to who may see them. */
static int looked(struct job *j, const char *ledger, const char *what, struct err *err)
{
	const struct event e = { .kind = EVENT_VIEW, .ledger = ledger, .detail = what };
	int r = permit(&j->who, PERM_PEOPLE, NULL, err);

	if (r == 0)
		return used_note(&j->data, &j->who, &e, err);
	used_refused(&j->data, &j->who, ledger, err);
	return r;
}

/* --- a list ---------------------------------------------------------------------------- */

static int compare(struct job *j, const char *path, const char *name, const char *source,
		   const struct import_map *map, struct err *err)
{
	const struct roster_options o = { .source = source,
					  .partial = option_given(j->in, "partial"),
					  .good_rows_only = option_given(j->in, "good-rows-only"),
					  .sure = option_given(j->in, "complete") };
	struct roster_result result = { .nothing_to_do = true };
	struct roster found;
	bool faulty;
	int r = j->dry_run ? looked(j, "staff", "職員の名簿との照合", err) : 0;

	if (r == 0)
		r = roster_compare(j->data.ledgers, &j->who, path, map, &o, &j->data.arena, &found,
				   err);
	if (r < 0)
		return r;
	faulty = found.total[ROSTER_ERROR] && !o.good_rows_only;
	if (!j->dry_run && !faulty)
		r = roster_commit(j->data.ledgers, &j->who, path, name, map, &o, &found, NULL,
				  &result, err);
	if (r < 0)
		return r;
	people_print_roster(&found, j->json, j->dry_run || faulty ? NULL : &result);
	if (!faulty)
		return 0;
	fprintf(stderr,
		"%lld行に誤りがあります。直してからやり直してください。何も変えていません\n",
		(long long)found.total[ROSTER_ERROR]);
	return EXIT_FAILED;
}

static int run_hr(struct job *j, struct err *err)
{
	const char *path = j->in->argument[2], *slash;
	const struct ledger_def *staff;
	struct import_look look;
	int r;

	if (j->in->argument_count < 3)
		return err_set(err, ERR_USAGE, "名簿のファイルを指定してください");
	slash = strrchr(path, '/');
	r = ledgers_find(j->data.ledgers, "staff", &staff, err);
	if (r == 0)
		r = import_look(j->data.ledgers, staff, path, NULL, &j->data.arena, &look, err);
	if (r == 0 && option_given(j->in, "map"))
		r = import_map_read(staff, option(j->in, "map"), &look.map, &j->data.arena, err);
	return r < 0 ? r : compare(j, path, slash ? slash + 1 : path, "hr", &look.map, err);
}

/* Asks the directory; the table stands in a nameless file that ends with `fd`. */
static int fetch(struct job *j, int fd, const char **ret_url, struct err *err)
{
	struct ldap_totals totals;
	struct directory d;
	int r = data_begin(&j->data, err);

	if (r == 0)
		r = directory_read(j->data.ledgers, j->data.conn, &j->data.arena, &d, err);
	if (r == 0)
		return err_set(
			err, ERR_INVALID,
			"ディレクトリの宛先がまだ決まっていません。daicho people directory で入れ"
			"てください");
	if (r > 0)
		r = ldap_people(j->data.ledgers, j->data.conn, &d, fd, &j->data.arena, &totals,
				err);
	data_end(&j->data);
	directory_wipe(&d);
	if (r < 0)
		return r;
	*ret_url = d.url;
	if (totals.skipped || totals.dropped)
		fprintf(stderr,
			"氏名やログイン名のない%lld件を飛ばし、読めない値%lld個を空欄にしました\n",
			(long long)totals.skipped, (long long)totals.dropped);
	return 0;
}

static int run_ldap(struct job *j, struct err *err)
{
	const struct ledger_def *staff;
	struct import_look look;
	const char *url = "";
	char path[64];
	int fd = open(store_path(j->data.store), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600), r;

	if (fd < 0)
		return err_errno(err, errno, "作業用のファイルを作れません");
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	r = ledgers_find(j->data.ledgers, "staff", &staff, err);
	if (r == 0)
		r = fetch(j, fd, &url, err);
	if (r == 0)
		r = import_look(j->data.ledgers, staff, path, NULL, &j->data.arena, &look, err);
	if (r == 0)
		r = compare(j, path, url, "ldap", &look.map, err);
	close(fd);
	return r;
}

/* --- the directory ------------------------------------------------------------------------ */

/* "login=uid,number=employeeNumber" as further inputs. */
static int read_attributes(struct job *j, struct only_input *input, size_t room,
			   struct err *err)
{
	char *all = arena_strdup(&j->data.arena, option(j->in, "attr")), *item, *rest = all;
	size_t n = 0;

	while (rest && (item = strsep(&rest, ",")) != NULL) {
		char *equals = strchr(item, '=');

		if (!equals || n + 1 >= room)
			return err_set(err, ERR_USAGE, "--attr は login=uid,number=... と書きます");
		*equals = '\0';
		input[n].field = arena_printf(&j->data.arena, "attr_%s", item);
		input[n++].typed = equals + 1;
	}
	input[n].field = NULL;
	return 0;
}

static int run_directory(struct job *j, struct err *err)
{
	struct only_input input[16] = {
		{ "url", option(j->in, "url") },
		{ "kind", option(j->in, "kind") },
		{ "ca_file", option(j->in, "ca") },
		{ "bind_dn", option(j->in, "bind-dn") },
		{ "base", option(j->in, "base") },
		{ "filter", option(j->in, "filter") },
		{ "secret", NULL },
		{ NULL, NULL },
	};
	struct receipt receipt;
	struct faults faults;
	char secret[320] = "";
	int r;

	if (option_given(j->in, "secret-stdin")) {
		if (!fgets(secret, sizeof secret, stdin))
			return err_set(err, ERR_INVALID, "標準入力にパスワードがありません");
		secret[strcspn(secret, "\r\n")] = '\0';
		input[6].typed = secret;
	}
	r = read_attributes(j, input + 7, 9, err);
	if (r == 0)
		r = directory_save(j->data.ledgers, &j->who, input, ONLY_ANY_REV, &receipt, &faults,
				   err);
	bytes_wipe(secret, sizeof secret);
	if (r == 0)
		printf("ディレクトリの宛先を保存しました。受付番号 %lld\n", (long long)receipt.seq);
	return r;
}

/* --- proposals ------------------------------------------------------------------------------ */

static int run_proposals(struct job *j, struct err *err)
{
	struct proposal *list;
	size_t count;
	int r = looked(j, "account_proposals", "利用者IDの処置の提案", err);

	if (r == 0)
		r = data_begin(&j->data, err);
	if (r == 0)
		r = proposal_list(j->data.ledgers, j->data.conn, NULL, &j->data.arena, &list,
				  &count, err);
	if (r == 0)
		people_print_proposals(list, count, j->json);
	data_end(&j->data);
	return r;
}

static int run_decide(struct job *j, bool confirm, struct err *err)
{
	const char *role = option(j->in, "role");
	struct proposal_decision d = { .confirm = confirm,
				       .role = role ? role_parse(role) : -1,
				       .reason = option(j->in, "reason") };
	struct receipt receipt;
	int r;

	if (j->in->argument_count < 3)
		return err_set(err, ERR_USAGE,
			       "提案の番号（daicho people proposals で見られます）"
			       "を指定してください");
	if (role && d.role < 0)
		return err_set(err, ERR_USAGE, "役割 %s はありません", role);
	r = proposal_decide(j->data.ledgers, &j->who, j->in->argument[2], &d, &receipt, err);
	if (r == 0)
		printf("%s。受付番号 %lld\n", confirm ? "実施しました" : "見送りました",
		       (long long)receipt.seq);
	return r;
}

static int dispatch(struct job *j, struct err *err)
{
	const char *verb = j->in->argument[0];
	int r = option_format(j->in, &j->json, err);

	j->dry_run = option_given(j->in, "dry-run");
	if (r == 0)
		r = data_actor(&j->data, option(j->in, "as"), &j->who, err);
	if (r < 0)
		return r;
	if (strcmp(verb, "hr") == 0)
		return run_hr(j, err);
	if (strcmp(verb, "ldap") == 0)
		return run_ldap(j, err);
	if (strcmp(verb, "directory") == 0)
		return run_directory(j, err);
	if (strcmp(verb, "proposals") == 0)
		return run_proposals(j, err);
	if (strcmp(verb, "confirm") == 0)
		return run_decide(j, true, err);
	if (strcmp(verb, "reject") == 0)
		return run_decide(j, false, err);
	return err_set(err, ERR_USAGE,
		       "hr ldap directory proposals confirm reject のどれかです: %s", verb);
}

static int run(const struct invocation *in)
{
	struct err err = { 0 };
	struct job j = { .in = in };
	int r = data_open(&j.data, in->argument[1], 0, &err);

	if (r == 0)
		r = dispatch(&j, &err);
	data_close(&j.data);
	return r < 0 ? report_error(&err) : r;
}

const struct command command_people = {
	"people",
	"hr|ldap|directory|proposals|confirm|reject DATA [FILE|ID] [--dry-run] ...",
	"職員の名簿・ディレクトリとの照合と、利用者IDの処置",
	options,
	2,
	3,
	run,
};
