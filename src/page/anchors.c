/* 記録を外に残す: what others hold of the log, how it is doing, and where it goes. */
#include "page/anchors.h"

#include <string.h>

#include <jansson.h>

#include "anchor/clock_state.h"
#include "anchor/settings.h"
#include "anchor/submit.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "page/handlers.h"
#include "page/layout.h"
#include "page/only_form.h"
#include "page/people_parts.h"

/* The fields of the form; behind them the revision it was shown with. */
static const char *const names[] = { "tsa_url",   "tsa_ca",	  "witnesses", "witness_ca",
				      "smtp_url",  "smtp_ca",	  "smtp_user", "smtp_secret",
				      "mail_from", "mail_to",	  "copy_folder", "rev" };
#define FIELD_COUNT (sizeof names / sizeof names[0] - 1)

#define STALLED_ADVICE                                                                           \
	"次にすること: 予定の時刻を1時間以上過ぎても始まっていません。写しのフォルダがつながっているかを" \
	"確かめ、システム運用担当者がdaichoを起動し直してください。"

static struct anchors *keeper(struct request *req)
{
	return visit_of(req)->app->anchors;
}

static const char *when(struct request *req, int64_t us)
{
	char text[40];

	if (!us)
		return "";
	time_text(us, false, text, sizeof text);
	return arena_strdup(req_arena(req), text);
}

/* --- how it is doing ------------------------------------------------------------------ */

static void run_button(struct html *h, struct request *req, enum channel c)
{
	if (!visit_may(req, PERM_ANCHORS, NULL))
		return;
	form_begin(h, req, "/anchors/run", false, false);
	html_hidden(h, "channel", channel_row(c)->name);
	html_open(h, EL_BUTTON);
	html_attr(h, "type", "submit");
	html_attr(h, "class", "button button-secondary");
	html_attrf(h, "aria-label", "%sを今すぐ", channel_row(c)->label);
	html_text(h, "今すぐ");
	html_close(h, EL_BUTTON);
	form_end(h);
}

static void write_condition(struct html *h, struct request *req, const struct channel_row *row,
			    const struct channel_state *s, bool configured)
{
	int64_t now = clock_now_us();

	html_el(h, EL_P, channel_word(s, configured, now));
	if (*s->text)
		html_el(h, EL_P, s->text);
	if (configured && channel_stalled(s, now))
		html_el(h, EL_P, STALLED_ADVICE);
	else if (s->fail_us)
		html_el(h, EL_P, arena_printf(req_arena(req), "次にすること: %s", row->mend));
	if (!*s->text && !s->ok_us)
		html_el(h, EL_P, row->does);
}

static void write_channel(struct html *h, struct request *req, enum channel c,
			  const struct channel_state *s, bool configured)
{
	const struct channel_row *row = channel_row(c);

	html_open(h, EL_TR);
	html_open(h, EL_TH);
	html_attr(h, "scope", "row");
	html_text(h, row->label);
	html_close(h, EL_TH);
	html_open(h, EL_TD);
	write_condition(h, req, row, s, configured);
	html_close(h, EL_TD);
	html_el(h, EL_TD, s->who);
	html_open(h, EL_TD);
	if (s->ok_us)
		html_textf(h, "%s（%lld件まで）", when(req, s->ok_us), (long long)s->ok_size);
	html_close(h, EL_TD);
	html_el(h, EL_TD, when(req, s->fail_us));
	html_el(h, EL_TD, configured && (s->ok_us || s->fail_us) ? when(req, s->next_us) : "");
	html_open(h, EL_TD);
	if (configured)
		run_button(h, req, c);
	html_close(h, EL_TD);
	html_close(h, EL_TR);
}

static void write_channels(struct html *h, struct request *req, const struct anchor_settings *set)
{
	static const char *const heads[] = { "方法",	   "状態", "相手", "最後の成功",
					     "最後の失敗", "次",   "操作" };
	struct anchor_state s;
	int i;

	anchors_state(keeper(req), &s);
	table_frame_begin(h, "記録を外に残す方法", heads, sizeof heads / sizeof heads[0]);
	for (i = 0; i < CHANNEL_MAX; i++)
		write_channel(h, req, (enum channel)i, &s.channel[i],
			      anchor_configured(set, (enum channel)i));
	table_frame_end(h);
}

/* --- settings --------------------------------------------------------------------------- */

/* The stored text of a field; the secret is never shown. */
static const char *stored(const struct anchor_settings *s, const char *name)
{
	const struct {
		const char *name, *text;
	} known[] = { { "tsa_url", s->tsa_url },     { "tsa_ca", s->tsa_ca },
		      { "witnesses", s->witnesses }, { "witness_ca", s->witness_ca },
		      { "smtp_url", s->smtp_url },   { "smtp_ca", s->smtp_ca },
		      { "smtp_user", s->smtp_user }, { "mail_from", s->mail_from },
		      { "mail_to", s->mail_to },     { "copy_folder", s->copy_folder } };
	size_t i;

	for (i = 0; i < sizeof known / sizeof known[0]; i++)
		if (strcmp(known[i].name, name) == 0)
			return known[i].text;
	return "";
}

static void write_area(struct html *h, const struct field_def *f, const char *value)
{
	html_open(h, EL_DIV);
	html_attr(h, "class", "field");
	html_open(h, EL_LABEL);
	html_attrf(h, "for", "f-%s", f->name);
	html_text(h, f->label.ja);
	html_close(h, EL_LABEL);
	html_open(h, EL_P);
	html_attr(h, "class", "help");
	html_attrf(h, "id", "h-%s", f->name);
	html_text(h, f->help.ja);
	html_close(h, EL_P);
	html_open(h, EL_TEXTAREA);
	html_attrf(h, "id", "f-%s", f->name);
	html_attr(h, "name", f->name);
	html_attr(h, "rows", "4");
	html_attrf(h, "aria-describedby", "h-%s", f->name);
	html_text(h, value);
	html_close(h, EL_TEXTAREA);
	html_close(h, EL_DIV);
}

static void write_field(struct html *h, struct request *req, const struct field_def *f,
			const struct anchor_settings *s)
{
	bool secret = f->class == CLASS_SECRET;
	const char *typed = req_form(req, f->name), *value = typed ? typed : stored(s, f->name);

	if (f->type == FIELD_LONGTEXT) {
		write_area(h, f, value);
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
			      .value = secret ? "" : value });
}

/* The key witnesses ask for. */
static void write_key(struct html *h, struct request *req)
{
	char text[NOTE_VKEY_SIZE];
	struct note_key key;

	if (submit_key(visit_of(req)->app->store, false, &key, NULL) < 0)
		return;
	note_vkey_write(&key, text);
	note_key_wipe(&key);
	html_el(h, EL_H2, "証人に渡す鍵");
	html_el(h, EL_P, "証人の担当者に、記録の名前とこの鍵を登録してもらいます。");
	html_open(h, EL_DL);
	html_attr(h, "class", "description-list");
	parts_fact(h, "記録の名前", store_origin(visit_of(req)->app->store));
	html_el(h, EL_DT, "鍵");
	html_open(h, EL_DD);
	html_el_class(h, EL_CODE, "hash", text);
	html_close(h, EL_DD);
	html_close(h, EL_DL);
}

static int write_form(struct html *h, struct request *req, const struct anchor_settings *s,
		      struct err *err)
{
	const struct ledger_def *def;
	size_t g, i;
	int r = ledgers_find(visit_of(req)->app->ledgers, "anchor_settings", &def, err);

	if (r < 0)
		return r;
	form_begin(h, req, "/anchors", false, false);
	only_form_rev(h, req, s->rev);
	for (g = 0; g < def->form_count; g++) {
		html_el(h, EL_H2, def->form[g].title.ja);
		for (i = 0; i < def->form[g].count; i++)
			write_field(h, req, &def->field[def->form[g].field[i]], s);
	}
	form_submit(h, "primary", "保存する");
	form_end(h);
	return 0;
}

/* --- the page ------------------------------------------------------------------------------ */

struct notice {
	const char *kind, *title, *text;
	const struct faults *faults;
};

/* What was decided; the secret is none of a page's business. */
static int settings_read(struct request *req, struct anchor_settings *ret, struct err *err)
{
	CONN_CLEANUP *c = NULL;
	int r = visit_read(req, &c, err);

	if (r == 0)
		r = anchor_settings_read(visit_of(req)->app->ledgers, c, req_arena(req), ret, err);
	if (r == 0)
		anchor_settings_wipe(ret);
	return r;
}

static int show(struct request *req, struct response *res, int status, const struct notice *n,
		struct err *err)
{
	struct anchor_settings set;
	HTML_CLEANUP h;
	int r;

	html_init(&h, 0);
	r = settings_read(req, &set, err);
	if (r < 0)
		return r;
	page_begin(&h, req, NAV_VERIFY, "記録を外に残す",
		   "このサーバーを触れる人が記録をまるごと作り直しても見破れるように、"
		   "証明をほかの人に預けます。");
	if (n && n->faults)
		page_faults(&h, n->faults);
	else if (n)
		page_notice(&h, n->kind, n->title, n->text);
	write_channels(&h, req, &set);
	if (visit_may(req, PERM_ANCHORS, NULL)) {
		r = write_form(&h, req, &set, err);
		write_key(&h, req);
	}
	parts_link(&h, "/verify", "改ざん検査に戻る");
	return r < 0 ? r : page_end(&h, req, res, status, err);
}

/* Clock and channels for machines. */
static int show_json(struct request *req, struct response *res, struct err *err)
{
	struct anchor_state s;
	json_t *o = json_object();
	int i, r;

	anchors_state(keeper(req), &s);
	for (i = 0; i < CHANNEL_MAX; i++) {
		const struct channel_state *c = &s.channel[i];

		json_object_set_new(o, channel_row((enum channel)i)->name,
				    json_pack("{s:I,s:I,s:I,s:I,s:b,s:b,s:s,s:s}", "ok_us",
					      (json_int_t)c->ok_us, "size", (json_int_t)c->ok_size,
					      "failed_us", (json_int_t)c->fail_us, "next_us",
					      (json_int_t)c->next_us, "alarm", (int)c->alarm,
					      "stalled", (int)channel_stalled(c, clock_now_us()),
					      "who", c->who, "text", c->text));
	}
	r = resp_json(res, 200, o, err);
	json_decref(o);
	return r;
}

int page_anchors(struct request *req, struct response *res, struct err *err)
{
	return req_wants_json(req) ? show_json(req, res, err) : show(req, res, 200, NULL, err);
}

static int show_conflict(struct request *req, struct response *res, struct err *err)
{
	struct notice n = { "error", NULL, NULL, NULL };
	struct err why = *err;
	int r = only_form_conflict(req, "anchor_settings", &why, &n.text, err);

	return r < 0 ? r : show(req, res, 409, &n, err);
}

int page_anchors_post(struct request *req, struct response *res, struct err *err)
{
	struct only_input input[FIELD_COUNT + 1];
	const struct visit *v = visit_of(req);
	struct faults faults = { .count = 0 };
	struct receipt receipt;
	size_t i;
	int r = req_form_only(req, names, FIELD_COUNT + 1, err);

	for (i = 0; i < FIELD_COUNT; i++)
		input[i] = (struct only_input){ names[i], req_form(req, names[i]) };
	input[FIELD_COUNT].field = NULL;
	if (r == 0)
		r = anchor_settings_save(v->app->ledgers, &v->actor, input, only_form_base(req),
					 &receipt, &faults, err);
	if (r == ERR_CONFLICT)
		return show_conflict(req, res, err);
	if (r == ERR_INVALID && faults.count)
		return show(req, res, 422, &(struct notice){ .faults = &faults }, err);
	return r < 0 ? r
		     : resp_redirect(res, page_done(req_arena(req), "/anchors", &receipt), err);
}

int page_anchors_run(struct request *req, struct response *res, struct err *err)
{
	const char *name = req_form(req, "channel");
	int c = name ? channel_parse(name) : -1, r;
	struct err why = { 0 };

	if (c < 0)
		return err_set(err, ERR_INVALID, "方法を選び直してください");
	r = anchors_run(keeper(req), (enum channel)c, &why);
	if (r > 0)
		return show(req, res, 200,
			    &(struct notice){ "success", "できました",
					      channel_row((enum channel)c)->label, NULL },
			    err);
	if (r == 0)
		return show(req, res, 422,
			    &(struct notice){ "warning", "まだ決めていません",
					      "下の欄に宛先を入れて保存してください。", NULL },
			    err);
	return show(req, res, 422,
		    &(struct notice){ "error", "できませんでした", why.text, NULL }, err);
}

/* --- the home page --------------------------------------------------------------------------- */

static const char *task_text(struct request *req, const struct channel_state *c, const char *label,
			     bool stalled)
{
	return arena_printf(req_arena(req),
			    c->alarm  ? "至急: %sが別の記録を見ています"
			    : stalled ? "%sが止まっています"
				      : "%sがうまくいっていません",
			    label);
}

void anchor_tasks(struct request *req, struct anchor_task ret[ANCHOR_TASKS_MAX], size_t *ret_count)
{
	struct anchor_state s;
	int i, alarms;

	*ret_count = 0;
	if (!keeper(req) || !visit_may(req, PERM_ANCHORS_SEE, NULL))
		return;
	anchors_state(keeper(req), &s);
	for (alarms = 1; alarms >= 0; alarms--)
		for (i = 0; i < CHANNEL_MAX; i++) {
			const struct channel_state *c = &s.channel[i];
			const char *label = channel_row((enum channel)i)->label;
			/* One that was never run is not configured, or has only just been. */
			bool stalled = c->ok_us && channel_stalled(c, clock_now_us());

			if ((!c->fail_us && !stalled) || c->alarm != (alarms == 1))
				continue;
			ret[(*ret_count)++] = (struct anchor_task){
				"/anchors",
				task_text(req, c, label, stalled),
				stalled && !c->alarm ? STALLED_ADVICE
						     : arena_strdup(req_arena(req), c->text)
			};
		}
}
