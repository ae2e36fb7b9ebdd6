/* The first run: facility, officers, what is outsourced. Three pages saved separately; the
 * fourth is in setup_scope.c. */
#include <string.h>

#include "page/accounts.h"
#include "page/entry_form.h"
#include "page/facility.h"
#include "page/handlers.h"
#include "page/setup.h"
#include "people/staff.h"

/* Sections of the facility's form, as its definition orders them. */
enum { SECTION_FACILITY, SECTION_OUTSOURCED };

void write_setup_steps(struct html *h, enum setup_step here)
{
	static const char *const names[] = { "施設", "責任者", "外の会社に頼んでいること",
					     "施設のようす", "次にすること" };

	page_steps(h, "初めの設定の手順", names, sizeof names / sizeof names[0], (size_t)here);
}

static void write_later(struct html *h, const char *path, const char *text)
{
	html_open(h, EL_P);
	html_open(h, EL_A);
	html_attr(h, "class", "button button-secondary");
	html_url(h, "href", path);
	html_text(h, text);
	html_close(h, EL_A);
	html_close(h, EL_P);
}

/* --- facility: first and third page ----------------------------------------------------- */

struct facility {
	struct entry entry;
	struct entry_form form;
	bool known; /* recorded already */
	const char *message;
};

static int facility_begin(struct facility *f, struct request *req, struct err *err)
{
	struct app *app = req_app(req);
	const struct ledger_def *def;
	CONN_CLEANUP *c = NULL;
	int r = visit_read(req, &c, err);

	memset(f, 0, sizeof *f);
	if (r == 0)
		r = ledgers_find(app->ledgers, "facility", &def, err);
	if (r == 0)
		r = facility_read(req, c, &f->entry, err);
	if (r < 0)
		return r;
	f->known = r > 0;
	r = entry_form_init(&f->form, app->ledgers, def, f->known ? &f->entry : NULL,
			    req_arena(req), err);
	if (r == 0 && def->form_count <= SECTION_OUTSOURCED)
		return err_set(err, ERR_BUG, "施設の定義に必要な区分がありません");
	return r;
}

static void facility_default(struct facility *f, const char *field, const char *value)
{
	int i = ledger_field(f->form.def, field);

	if (i >= 0 && !*f->form.typed[i])
		f->form.typed[i] = value;
}

static int facility_show(struct facility *f, struct request *req, struct response *res, int status,
			 int step, struct err *err)
{
	const struct form_section *s =
		&f->form.def->form[step == STEP_FACILITY ? SECTION_FACILITY : SECTION_OUTSOURCED];
	CONN_CLEANUP *c = NULL;
	HTML_CLEANUP h;
	int r;

	html_init(&h, 0);
	r = visit_read(req, &c, err);
	if (r < 0)
		return r;
	page_begin(
		&h, req, NAV_HOME,
		step == STEP_FACILITY ? "初めの設定: 施設" : "初めの設定: 外の会社に頼んでいること",
		step == STEP_FACILITY ? "分からないところは空欄のままで構いません。後から直せます。"
				      : "思い出せる範囲で選びます。「分からない」も答えです。調べる"
					"ことの一覧になります。");
	write_setup_steps(&h, (enum setup_step)step);
	if (f->message)
		page_notice(&h, "error", NULL, f->message);
	page_faults(&h, &f->form.faults);
	form_begin(&h, req, step == STEP_FACILITY ? "/setup" : "/setup/outsourced", true, false);
	r = entry_form_write_fields(&f->form, &h, req, c, s->field, s->count, err);
	if (r < 0)
		return r;
	form_submit(&h, "primary", "保存して次へ");
	form_end(&h);
	return page_end(&h, req, res, status, err);
}

/* Saves the whole entry with the fields of one section as posted. */
static int facility_save(struct facility *f, struct request *req, struct response *res, int step,
			 const char *next, struct err *err)
{
	const struct form_section *s =
		&f->form.def->form[step == STEP_FACILITY ? SECTION_FACILITY : SECTION_OUTSOURCED];
	const struct visit *v = visit_of(req);
	struct change change = { .def = f->form.def,
				 .entry = f->known ? f->entry.id : NULL,
				 .base_rev = f->known ? f->entry.rev : 0,
				 .op = OP_SAVE,
				 .confirm = true,
				 .reason = "初めの設定",
				 .key = req_form(req, "key") };
	struct receipt receipt;
	char id[ID_SIZE];
	int done = ledger_field(f->form.def, "setup_done");
	int r = entry_form_read_fields(&f->form, req, s->field, s->count, err);

	if (r < 0)
		return r;
	if (f->form.faults.count)
		return facility_show(f, req, res, 422, step, err);
	if (step == STEP_OUTSOURCED && done >= 0)
		f->form.stored[done] = "1";
	change.value = f->form.stored;
	r = entry_change(v->app->ledgers, &v->actor, &change, id, &receipt, &f->form.faults, err);
	if (r == ERR_INVALID || r == ERR_CONFLICT) {
		f->message = f->form.faults.count ? NULL : arena_strdup(req_arena(req), err->text);
		return facility_show(f, req, res, 422, step, err);
	}
	return r < 0 ? r : resp_redirect(res, page_done(req_arena(req), next, &receipt), err);
}

int page_setup(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	struct facility f;
	int r = facility_begin(&f, req, err);

	if (r < 0)
		return r;
	facility_default(&f, "name", store_org_name(v->app->store));
	facility_default(&f, "kind", store_org_kind(v->app->store));
	return facility_show(&f, req, res, 200, STEP_FACILITY, err);
}

int page_setup_post(struct request *req, struct response *res, struct err *err)
{
	struct facility f;
	int r = facility_begin(&f, req, err);

	return r < 0 ? r : facility_save(&f, req, res, STEP_FACILITY, "/setup/people", err);
}

int page_setup_outsourced(struct request *req, struct response *res, struct err *err)
{
	struct facility f;
	int r = facility_begin(&f, req, err);

	if (r < 0)
		return r;
	/* The third page adds to what the first one made. */
	return f.known ? facility_show(&f, req, res, 200, STEP_OUTSOURCED, err)
		       : resp_redirect(res, "/setup", err);
}

int page_setup_outsourced_post(struct request *req, struct response *res, struct err *err)
{
	struct facility f;
	int r = facility_begin(&f, req, err);

	if (r < 0)
		return r;
	return f.known ? facility_save(&f, req, res, STEP_OUTSOURCED, "/setup/scope", err)
		       : resp_redirect(res, "/setup", err);
}

/* --- people: second page --------------------------------------------------------------- */

#define OFFICER_FIELDS 4

struct officer {
	struct entry_form form;
	int field[OFFICER_FIELDS];
	int post;
	const char *message; /* about the officer */
	const char *director_message;
};

static int officer_begin(struct officer *o, struct request *req, struct err *err)
{
	static const char *const names[OFFICER_FIELDS] = { "name", "department", "from_date",
							   "authority" };
	struct app *app = req_app(req);
	const struct ledger_def *def;
	size_t i;
	int r;

	memset(o, 0, sizeof *o);
	r = ledgers_find(app->ledgers, "people", &def, err);
	if (r == 0)
		r = entry_form_init(&o->form, app->ledgers, def, NULL, req_arena(req), err);
	if (r < 0)
		return r;
	o->post = ledger_field(def, "post");
	for (i = 0; i < OFFICER_FIELDS; i++) {
		o->field[i] = ledger_field(def, names[i]);
		if (o->field[i] < 0 || o->post < 0)
			return err_set(err, ERR_BUG, "担当者台帳に必要な項目がありません");
	}
	o->form.typed[o->post] = o->form.stored[o->post] = "safety_officer";
	return 0;
}

struct known {
	struct request *req;
	const struct ledger_def *def;
	const char *name;
};

static int keep_name(void *arg, const struct list_row *row, struct err *err)
{
	struct known *k = arg;

	k->name = arena_strdup(req_arena(k->req), row->value[k->def->name_field]);
	return k->name ? 0 : err_nomem(err);
}

static int write_officer(const struct officer *o, struct html *h, struct request *req,
			 struct conn *c, struct err *err)
{
	struct app *app = req_app(req);
	struct known known = { req, o->form.def, NULL };
	struct list_filter filter = { o->post, TABLE_EQ, "safety_officer" };
	struct list_query q = {
		.def = o->form.def, .filter = &filter, .filter_count = 1, .sort = -1, .limit = 1
	};
	int r = list_each(app->ledgers, c, &q, keep_name, &known, err);

	html_el(h, EL_H2, "医療情報システム安全管理責任者");
	if (r < 0)
		return r;
	if (known.name) {
		html_open(h, EL_P);
		html_textf(h, "%sさんを登録してあります。", known.name);
		html_link(h, "/ledger/people", "担当者台帳を見る");
		html_close(h, EL_P);
		return 0;
	}
	html_el_class(h, EL_P, "help",
		      "システムを止める判断までできる人（できれば経営層）を1人決めます。"
		      "業者の人ではなく、院内の職員から選びます。");
	if (o->message)
		page_notice(h, "error", NULL, o->message);
	page_faults(h, &o->form.faults);
	form_begin(h, req, "/setup/officer", true, false);
	r = entry_form_write_fields(&o->form, h, req, c, o->field, OFFICER_FIELDS, err);
	form_submit(h, "primary", "責任者を登録する");
	form_end(h);
	return r;
}

static int write_director(const struct officer *o, struct html *h, struct request *req,
			  struct conn *c, struct err *err)
{
	struct account *accounts;
	size_t count, i;
	int r = account_list(c, req_arena(req), &accounts, &count, err);

	if (r < 0)
		return r;
	html_el(h, EL_H2, "承認する人（院長など）");
	for (i = 0; i < count; i++)
		if (accounts[i].role == ROLE_EXECUTIVE && !accounts[i].disabled) {
			html_open(h, EL_P);
			html_textf(h, "%sさん（利用者ID %s）が承認できます。", accounts[i].name,
				   accounts[i].login);
			html_close(h, EL_P);
			return 0;
		}
	html_el_class(
		h, EL_P, "help",
		"点検の結果は経営層が承認します。院長などがログインするための利用者IDを作ります。");
	if (o->director_message)
		page_notice(h, "error", NULL, o->director_message);
	form_begin(h, req, "/setup/director", false, false);
	account_input(h, req, "login", "利用者ID",
		      "ログインのときに入れる半角の名前です。（例: incho）");
	account_input(h, req, "director", "氏名", "承認の記録に残る名前です。（例: 高橋 健一）");
	form_submit(h, "secondary", "利用者IDを作り、最初のパスワードを見る");
	form_end(h);
	return 0;
}

static int people_show(const struct officer *o, struct request *req, struct response *res,
		       int status, struct err *err)
{
	CONN_CLEANUP *c = NULL;
	HTML_CLEANUP h;
	int r;

	html_init(&h, 0);
	r = visit_read(req, &c, err);
	if (r < 0)
		return r;
	page_begin(&h, req, NAV_HOME, "初めの設定: 責任者",
		   "まだ決まっていなければ、後にして次へ進んで構いません。");
	write_setup_steps(&h, STEP_PEOPLE);
	r = write_officer(o, &h, req, c, err);
	if (r == 0)
		r = write_director(o, &h, req, c, err);
	if (r < 0)
		return r;
	write_later(&h, "/setup/outsourced", "次へ進む（登録していないものは後で）");
	return page_end(&h, req, res, status, err);
}

int page_setup_people(struct request *req, struct response *res, struct err *err)
{
	struct officer o;
	int r = officer_begin(&o, req, err);

	return r < 0 ? r : people_show(&o, req, res, 200, err);
}

static int officer_save(struct officer *o, struct request *req, struct receipt *ret,
			struct err *err)
{
	const struct visit *v = visit_of(req);
	struct change change = { .def = o->form.def,
				 .op = OP_SAVE,
				 .confirm = true,
				 .value = o->form.stored,
				 .reason = "",
				 .key = req_form(req, "key") };
	char id[ID_SIZE];

	return entry_change(v->app->ledgers, &v->actor, &change, id, ret, &o->form.faults, err);
}

int page_setup_officer(struct request *req, struct response *res, struct err *err)
{
	struct receipt receipt;
	struct officer o;
	int r = officer_begin(&o, req, err);

	if (r == 0)
		r = entry_form_read_fields(&o.form, req, o.field, OFFICER_FIELDS, err);
	if (r < 0)
		return r;
	if (o.form.faults.count)
		return people_show(&o, req, res, 422, err);
	r = officer_save(&o, req, &receipt, err);
	if (r == ERR_INVALID || r == ERR_CONFLICT) {
		o.message = o.form.faults.count ? NULL : arena_strdup(req_arena(req), err->text);
		return people_show(&o, req, res, 422, err);
	}
	return r < 0 ? r
		     : resp_redirect(res, page_done(req_arena(req), "/setup/people", &receipt),
				     err);
}

/* Once the hospital's people are known, accounts are made where one says who it is. */
static int director_may(struct request *req, struct err *err)
{
	struct app *app = req_app(req);
	CONN_CLEANUP *c = NULL;
	int r = visit_read(req, &c, err);

	if (r >= 0)
		r = staff_not_needed(app->ledgers, c, ACCOUNT_PERSON, ROLE_EXECUTIVE, err);
	return r != ERR_INVALID ? r
				: err_set(err, r,
					  "職員台帳に人がいるので、ここでは登録できません。「設定」"
					  "の「利用者」で"
					  "、職員台帳の人を選んで登録してください。");
}

int page_setup_director(struct request *req, struct response *res, struct err *err)
{
	struct account_change change = { .role = ROLE_EXECUTIVE, .disabled = 0 };
	const char *login = "", *name = "", *why;
	struct officer o;
	int r = req_form_text(req, "login", "利用者ID", 64, true, false, &login, err);

	if (r >= 0)
		r = req_form_text(req, "director", "氏名", 80, true, false, &name, err);
	change.name = name;
	if (r >= 0)
		r = director_may(req, err);
	if (r >= 0)
		r = account_with_password(req, res, true, login, &change, "/setup/people",
					  "初めの設定に戻る", err);
	if (r != ERR_INVALID && r != ERR_CONFLICT)
		return r;
	why = arena_strdup(req_arena(req), err->text);
	r = officer_begin(&o, req, err);
	if (r < 0)
		return r;
	o.director_message = why;
	return people_show(&o, req, res, 422, err);
}

/* --- what comes next ------------------------------------------------------------------------ */

static void write_next(struct html *h, const char *path, const char *text, const char *hint)
{
	html_open(h, EL_LI);
	html_open(h, EL_SPAN);
	html_link(h, path, text);
	html_close(h, EL_SPAN);
	html_el_class(h, EL_SPAN, "task-hint", hint);
	html_close(h, EL_LI);
}

int page_setup_next(struct request *req, struct response *res, struct err *err)
{
	HTML_CLEANUP h;

	html_init(&h, 0);
	page_begin(
		&h, req, NAV_HOME, "初めの設定が終わりました",
		"上から順に進めると、立入検査で見せる資料まで揃います。途中でやめても構いません。");
	write_setup_steps(&h, STEP_NEXT);
	html_open(&h, EL_UL);
	html_attr(&h, "class", "task-list");
	write_next(&h, "/ledger/devices/import", "機器の一覧を取り込む",
		   "今お使いのExcelの表を、そのまま選びます");
	write_next(&h, "/ledger/vendors/new", "頼んでいる会社を登録する",
		   "契約書と名刺を手元に用意します");
	write_next(&h, "/ledger/contacts/new", "困ったときの連絡先を登録する",
		   "夜と休みの日の番号も聞いておきます");
	write_next(&h, "/ledger/disclosures/new", "会社から受け取った開示書（MDS/SDS）を登録する",
		   "まだなら、会社に頼むところから始めます");
	write_next(&h, "/rounds", "今年度の点検を始める", "ここまでの登録から答えの見込みが出ます");
	html_close(&h, EL_UL);
	write_later(&h, "/", "やることの一覧へ");
	return page_end(&h, req, res, 200, err);
}
