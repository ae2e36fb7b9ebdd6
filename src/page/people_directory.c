/* Where the directory is: form, connection test. The password is never shown again. */
#include "people/directory.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "page/handlers.h"
#include "page/only_form.h"
#include "page/people_parts.h"
#include "people/ldap.h"

static void write_kind(struct html *h, struct request *req, const struct field_def *f,
		       const char *now)
{
	struct parts_option options[8];
	size_t i, n = 0;

	for (i = 0; i < f->enum_def->count && n < 8; i++)
		options[n++] = (struct parts_option){ f->enum_def->value[i].value,
						      f->enum_def->value[i].label.ja };
	parts_select(h, req, f->name, f->label.ja, f->help.ja, options, n, now);
}

static void write_field(struct html *h, struct request *req, const struct field_def *f,
			const char *now)
{
	const char *typed = req_form(req, f->name);
	bool secret = f->class == CLASS_SECRET;

	if (f->type == FIELD_ENUM) {
		write_kind(h, req, f, now);
		return;
	}
	form_input(h, &(struct form_input){
			      .name = f->name,
			      .label = f->label.ja,
			      .help = *f->example ? arena_printf(req_arena(req), "%s（例: %s）",
								 f->help.ja, f->example)
						  : f->help.ja,
			      .type = secret ? "password" : "text",
			      .autocomplete = secret ? "new-password" : "off",
			      .value = secret  ? ""
				       : typed ? typed
					       : now,
			      .required = f->required });
}

static int keep_row(void *arg, const struct list_row *row, struct err *err)
{
	(void)err;
	memcpy(arg, row->id, strlen(row->id) + 1);
	return 0;
}

/* The stored values; all empty before the first time. */
static int stored(struct request *req, struct conn *c, const struct ledger_def *def,
		  const char *const **ret, int64_t *ret_rev, struct err *err)
{
	const struct visit *v = visit_of(req);
	struct list_query q = { .def = def, .sort = -1, .limit = 1 };
	const char **empty = arena_calloc(req_arena(req), def->field_count, sizeof *empty);
	char id[ID_SIZE] = "";
	struct entry e;
	size_t i;
	int r = list_each(v->app->ledgers, c, &q, keep_row, id, err);

	for (i = 0; empty && i < def->field_count; i++)
		empty[i] = "";
	*ret = empty;
	*ret_rev = 0;
	if (r < 0 || !*id || !empty)
		return r < 0 ? r : empty ? 0 : err_nomem(err);
	/* entry_get: a setting for planners alone; its password has to be there to be used. */
	r = entry_get(v->app->ledgers, c, def, id, 0, req_arena(req), &e, err);
	*ret = e.value;
	*ret_rev = e.rev;
	return r;
}

struct notice {
	const char *kind, *title, *text;
	const struct faults *faults;
};

static void write_form(struct html *h, struct request *req, const struct ledger_def *def,
		       const char *const *value, int64_t rev)
{
	size_t s, i;

	form_begin(h, req, "/people/directory", false, false);
	only_form_rev(h, req, rev);
	for (s = 0; s < def->form_count; s++) {
		html_el(h, EL_H2, def->form[s].title.ja);
		for (i = 0; i < def->form[s].count; i++)
			write_field(h, req, &def->field[def->form[s].field[i]],
				    value[def->form[s].field[i]]);
	}
	form_submit(h, "primary", "保存する");
	form_end(h);
}

static int show_directory(struct request *req, struct response *res, int status,
			  const struct notice *n, struct err *err)
{
	const struct ledger_def *def;
	const char *const *value = NULL;
	int64_t rev = 0;
	CONN_CLEANUP *c = NULL;
	HTML_CLEANUP h;
	int r;

	html_init(&h, 0);
	r = ledgers_find(visit_of(req)->app->ledgers, "directories", &def, err);
	if (r == 0)
		r = visit_read(req, &c, err);
	if (r == 0)
		r = stored(req, c, def, &value, &rev, err);
	if (r < 0)
		return r;
	page_begin(&h, req, NAV_IDS, "ディレクトリ（LDAP・Active Directory）",
		   "職員の一覧を聞きに行く先です。読むだけで、ディレクトリには何も書きません。");
	if (n && n->faults)
		page_faults(&h, n->faults);
	else if (n)
		page_notice(&h, n->kind, n->title, n->text);
	write_form(&h, req, def, value, rev);
	html_el(&h, EL_H2, "つながるか試す");
	html_el_class(&h, EL_P, "help", "保存した宛先から読んでみます。何も変わりません。");
	form_begin(&h, req, "/people/directory/test", false, false);
	form_submit(&h, "secondary", "試す");
	form_end(&h);
	parts_link(&h, "/people", "職員の照合に戻る");
	return page_end(&h, req, res, status, err);
}

int page_directory(struct request *req, struct response *res, struct err *err)
{
	return show_directory(req, res, 200, NULL, err);
}

static int show_conflict(struct request *req, struct response *res, struct err *err)
{
	struct notice n = { "error", NULL, NULL, NULL };
	struct err why = *err;
	int r = only_form_conflict(req, "directories", &why, &n.text, err);

	return r < 0 ? r : show_directory(req, res, 409, &n, err);
}

int page_directory_post(struct request *req, struct response *res, struct err *err)
{
	static const char *const names[] = {
		"url",	     "kind",	    "ca_file",	       "bind_dn",
		"secret",    "base",	    "filter",	       "attr_login",
		"attr_name", "attr_number", "attr_department", "attr_title",
		"attr_mail", "attr_state",  "attr_expires",    "rev"
	};
	enum { FIELDS = sizeof names / sizeof names[0] - 1 }; /* the last is the revision */
	struct only_input input[FIELDS + 1];
	const struct visit *v = visit_of(req);
	struct receipt receipt;
	struct faults faults = { .count = 0 };
	size_t i;
	int r = req_form_only(req, names, FIELDS + 1, err);

	for (i = 0; i < FIELDS; i++)
		input[i] = (struct only_input){ names[i], req_form(req, names[i]) };
	input[i].field = NULL;
	if (r == 0)
		r = directory_save(v->app->ledgers, &v->actor, input, only_form_base(req), &receipt,
				   &faults, err);
	if (r == ERR_CONFLICT)
		return show_conflict(req, res, err);
	if (r == ERR_INVALID && faults.count)
		return show_directory(req, res, 422, &(struct notice){ .faults = &faults }, err);
	return r < 0 ? r
		     : resp_redirect(res, page_done(req_arena(req), "/people/directory", &receipt),
				     err);
}

static const char *test_text(struct request *req, const struct ldap_totals *t)
{
	const char *names = "";
	size_t i;

	for (i = 0; names && i < t->first_count; i++)
		names = arena_printf(req_arena(req), "%s%s%s", names, i ? "、" : "", t->first[i]);
	return arena_printf(req_arena(req),
			    "%lld人が見つかりました（うち止まっている人 %lld人）。はじめの人: %s。"
			    "飛ばした件 %lld、読めなかった値 %lld。",
			    (long long)t->people, (long long)t->disabled, names ? names : "",
			    (long long)t->skipped, (long long)t->dropped);
}

int page_directory_test(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	struct ldap_totals totals;
	struct directory d = { .secret = NULL };
	struct err why;
	struct conn *c = NULL;
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC), r;

	if (fd < 0)
		return err_errno(err, errno, "作業用のファイルを開けません");
	r = visit_read(req, &c, err);
	if (r == 0)
		r = directory_read(v->app->ledgers, c, req_arena(req), &d, err);
	if (r == 0)
		r = err_set(err, ERR_INVALID, "先に宛先を保存してください");
	else if (r > 0)
		r = ldap_people(v->app->ledgers, c, &d, fd, req_arena(req), &totals, err);
	store_read_end(c);
	close(fd);
	directory_wipe(&d);
	if (r == ERR_IO || r == ERR_INVALID || r == ERR_LIMIT) {
		why = *err;
		return show_directory(
			req, res, 422,
			&(struct notice){ "error", "つながりませんでした", why.text, NULL }, err);
	}
	return r < 0 ? r
		     : show_directory(req, res, 200,
				      &(struct notice){ "success", "つながりました",
							test_text(req, &totals), NULL },
				      err);
}
