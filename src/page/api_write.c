/* What machines write: new entries and revisions, each once (docs/api.md). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/canon.h"
#include "base/cleanup.h"
#include "define/value.h"
#include "page/api.h"
#include "page/handlers.h"
#include "web/response.h"

#define KEY_MAX 100
#define REASON_MAX 400
#define DEPTH_LIST_MAX 200 /* entries of one list */

struct writing {
	const struct visit *visit;
	struct request *req;
	json_t *body;
	struct entry entry; /* when revising */
	bool is_new;
	const char **value; /* stored form per field */
	const char *reason, *key;
	long long base_rev;
	bool confirm;
	struct faults *faults;
};

static void release(json_t **body)
{
	json_decref(*body);
}

static void fault(struct writing *w, const char *field, const char *text)
{
	struct faults *f = w->faults;

	if (f->count < sizeof f->item / sizeof f->item[0])
		err_field(&f->item[f->count++], ERR_INVALID, field, "%s", text);
}

/* --- what came ----------------------------------------------------------------------- */

static int read_body(struct writing *w, struct response *res, struct err *err)
{
	size_t len;
	const char *text = req_json(w->req, &len);
	int r;

	(void)res;
	if (!text)
		return err_set(err, ERR_INVALID,
			       "Content-Type: application/json で、JSONを送ってください。");
	r = json_read(text, len, &w->body, err);
	if (r >= 0 && !json_is_object(w->body))
		r = err_set(err, ERR_INVALID, "JSONは { } で始まる1つの組にしてください。");
	return r;
}

/* Only what is known here: nobody becomes an author or a state by naming it. */
static int check_members(const struct writing *w, struct err *err)
{
	static const char *const known[] = { "fields", "state", "reason", "base_rev" };
	const char *name;
	json_t *value;

	json_object_foreach(w->body, name, value)
	{
		size_t i;

		for (i = 0; i < sizeof known / sizeof known[0]; i++)
			if (strcmp(known[i], name) == 0)
				break;
		if (i == sizeof known / sizeof known[0] ||
		    (w->is_new && strcmp(name, "base_rev") == 0))
			return err_field(
				err, ERR_INVALID, "",
				"「%.60s」という項目は送れません。送れるのは fields、state、"
				"reason%s です。",
				name, w->is_new ? "" : "、base_rev");
	}
	return 0;
}

static int read_key(struct writing *w, struct err *err)
{
	const char *key = req_header(w->req, "Idempotency-Key"), *p;

	if (!key || !*key || strlen(key) > KEY_MAX)
		return err_field(err, ERR_INVALID, "Idempotency-Key",
				 "見出し Idempotency-Key に、登録ごとに違う文字（%d字以内）を"
				 "入れてください。同じ登録の送り直しには同じ文字を使います。",
				 KEY_MAX);
	for (p = key; *p; p++)
		if ((unsigned char)*p <= 0x20 || (unsigned char)*p >= 0x7F)
			return err_field(
				err, ERR_INVALID, "Idempotency-Key",
				"Idempotency-Key は半角の英数字と記号だけにしてください。");
	/* Nobody meets the key of somebody else. */
	w->key = arena_printf(req_arena(w->req), "api %s %s", w->visit->actor.account, key);
	return w->key ? 0 : err_nomem(err);
}

static int read_members(struct writing *w, struct err *err)
{
	json_t *state = json_object_get(w->body, "state"),
	       *reason = json_object_get(w->body, "reason"),
	       *base = json_object_get(w->body, "base_rev");

	if (state &&
	    (!json_is_string(state) || (strcmp(json_string_value(state), "draft") != 0 &&
					strcmp(json_string_value(state), "confirmed") != 0)))
		return err_field(err, ERR_INVALID, "state",
				 "state は draft か confirmed にしてください。");
	w->confirm = state && strcmp(json_string_value(state), "confirmed") == 0;
	if (reason && (!json_is_string(reason) || json_string_length(reason) > REASON_MAX * 3))
		return err_field(err, ERR_INVALID, "reason",
				 "reason は%d文字までの文字にしてください。", REASON_MAX);
	w->reason = reason ? arena_strdup(req_arena(w->req), json_string_value(reason)) : "";
	if (w->is_new)
		return w->reason ? 0 : err_nomem(err);
	if (!json_is_integer(base) || json_integer_value(base) < 1)
		return err_field(err, ERR_INVALID, "base_rev",
				 "base_rev に、読んだときの版（rev）を入れてください。");
	w->base_rev = json_integer_value(base);
	return w->reason ? 0 : err_nomem(err);
}

/* --- fields --------------------------------------------------------------------------- */

static const char *joined(struct arena *a, const json_t *list)
{
	const char *all = "";
	size_t i;

	if (json_array_size(list) > DEPTH_LIST_MAX)
		return NULL;
	for (i = 0; all && i < json_array_size(list); i++) {
		const json_t *item = json_array_get(list, i);

		if (!json_is_string(item) || strchr(json_string_value(item), '\n'))
			return NULL;
		all = arena_printf(a, "%s%s%s", all, i ? "\n" : "", json_string_value(item));
	}
	return all;
}

/* The text of a value as people would type it; NULL if it is of a wrong kind. Numbers
 * with a fraction come as text, which loses no digit. */
static const char *typed(struct writing *w, const struct field_def *f, const json_t *value)
{
	struct arena *a = req_arena(w->req);

	switch (json_typeof(value)) {
	case JSON_NULL: return "";
	case JSON_STRING: return arena_strdup(a, json_string_value(value));
	case JSON_TRUE: return f->type == FIELD_BOOL ? "1" : NULL;
	case JSON_FALSE: return f->type == FIELD_BOOL ? "0" : NULL;
	case JSON_INTEGER:
		return f->type == FIELD_INT || f->type == FIELD_DECIMAL
			       ? arena_printf(a, "%lld", (long long)json_integer_value(value))
			       : NULL;
	case JSON_ARRAY: return api_is_list(f) ? joined(a, value) : NULL;
	default: return NULL;
	}
}

static int read_field(struct writing *w, const char *name, const json_t *value)
{
	const struct ledger_def *def = w->visit->ledger;
	int i = ledger_field(def, name);
	const char *text;
	struct err why = { 0 };
	int r;

	if (i < 0 || !sight_field(&w->visit->sight, i)) {
		fault(w, "fields",
		      arena_printf(req_arena(w->req), "「%.60s」という欄はありません。", name));
		return 0;
	}
	if (def->field[i].type == FIELD_FILES) {
		fault(w, name, "添付ファイルは画面から登録してください。");
		return 0;
	}
	text = typed(w, &def->field[i], value);
	if (!text) {
		fault(w, name,
		      arena_printf(
			      req_arena(w->req),
			      "「%s」の値の種類が違います。文字（小数も文字）で送ってください。",
			      def->field[i].label.ja));
		return 0;
	}
	r = value_parse(&def->field[i], text, req_arena(w->req), &w->value[i], &why);
	if (r == ERR_INVALID) {
		w->value[i] = "";
		fault(w, name, why.text);
		return 0;
	}
	return r;
}

static int read_fields(struct writing *w, struct err *err)
{
	json_t *fields = json_object_get(w->body, "fields"), *value;
	const struct ledger_def *def = w->visit->ledger;
	const char *name;
	size_t i;

	if (!json_is_object(fields))
		return err_field(err, ERR_INVALID, "fields",
				 "fields に、欄の名前と値の組を入れてください。");
	w->value = arena_calloc(req_arena(w->req), def->field_count, sizeof *w->value);
	if (!w->value)
		return err_nomem(err);
	for (i = 0; i < def->field_count; i++) {
		const struct field_def *f = &def->field[i];
		bool given = w->is_new && f->default_value &&
			     sight_field(&w->visit->sight, (int)i);

		w->value[i] = given ? f->default_value : w->is_new ? "" : w->entry.value[i];
	}
	json_object_foreach(fields, name, value)
	{
		int r = read_field(w, name, value);

		if (r < 0)
			return err_set(err, r, "値を読めませんでした。もう一度送ってください。");
	}
	return arena_failed(req_arena(w->req)) ? err_nomem(err) : 0;
}

/* --- the answer ------------------------------------------------------------------------- */

/* As the error page for machines, with each fault beside its field. */
static int answer_faults(struct writing *w, struct response *res, const char *text, struct err *err)
{
	json_t *list = json_array(), *all;
	size_t i;
	int r;

	for (i = 0; i < w->faults->count; i++)
		json_array_append_new(list,
				      json_pack("{s:s,s:s}", "field", w->faults->item[i].field,
						"text", w->faults->item[i].text));
	all = json_pack("{s:{s:i,s:s,s:s,s:s,s:s,s:o}}", "error", "status", 422, "code", "invalid",
			"field", "", "text", text, "id", req_id(w->req), "faults", list);
	r = all ? resp_json(res, 422, all, err) : err_nomem(err);
	json_decref(all);
	return r;
}

static int answer_receipt(struct writing *w, struct response *res, const char *id,
			  const struct receipt *receipt, struct err *err)
{
	json_t *all = json_pack("{s:s,s:s,s:I,s:o,s:b}", "ledger", w->visit->ledger->name, "entry",
				id, "receipt", (json_int_t)receipt->seq, "at",
				api_time(receipt->at_us), "repeated", receipt->repeated);
	CONN_CLEANUP *c = NULL;
	struct entry e;
	int r;

	/* A repeated answer tells of the first write, whatever came after it. */
	if (all && !receipt->repeated && visit_read(w->req, &c, NULL) >= 0 &&
	    entry_see(w->visit->app->ledgers, c, &w->visit->sight, id, 0, req_arena(w->req), &e,
		      NULL) >= 0 &&
	    e.seq == receipt->seq) {
		json_object_set_new(all, "rev", json_integer((json_int_t)e.rev));
		json_object_set_new(all, "state", json_string(entry_state_name(e.state)));
	}
	r = all ? resp_json(res, 201, all, err) : err_nomem(err);
	json_decref(all);
	return r;
}

static int save(struct writing *w, struct response *res, struct err *err)
{
	struct change change = { .def = w->visit->ledger,
				 .entry = w->is_new ? NULL : w->entry.id,
				 .base_rev = w->base_rev,
				 .op = OP_SAVE,
				 .confirm = w->confirm,
				 .value = w->value,
				 .reason = w->reason,
				 .key = w->key };
	struct receipt receipt;
	char id[ID_SIZE] = "";
	int r = entry_change(w->visit->app->ledgers, &w->visit->actor, &change, id, &receipt,
			     w->faults, err);

	if (r == ERR_INVALID && w->faults->count) {
		struct err why = *err;

		return answer_faults(w, res, why.text, err);
	}
	if (r < 0)
		return r;
	if (receipt.repeated && !w->is_new && strcmp(id, w->entry.id) != 0)
		return err_field(err, ERR_INVALID, "Idempotency-Key",
				 "この Idempotency-Key は別の登録に使われています。"
				 "新しい文字にして送ってください。");
	return answer_receipt(w, res, id, &receipt, err);
}

static int load(struct writing *w, struct err *err)
{
	CONN_CLEANUP *c = NULL;
	int r;

	if (w->is_new)
		return 0;
	r = visit_read(w->req, &c, err);
	return r < 0 ? r
		     : entry_see(w->visit->app->ledgers, c, &w->visit->sight,
				 req_param(w->req, "entry"), 0, req_arena(w->req), &w->entry, err);
}

static int write_entry(struct request *req, struct response *res, bool is_new, struct err *err)
{
	CLEANUP(release) json_t *body = NULL;
	struct writing w = { .visit = visit_of(req), .req = req, .is_new = is_new };
	int r = req_query_only(req, NULL, 0, err);

	w.faults = arena_alloc(req_arena(req), sizeof *w.faults);
	if (!w.faults)
		return err_nomem(err);
	if (r >= 0)
		r = read_body(&w, res, err);
	body = w.body;
	if (r >= 0)
		r = check_members(&w, err);
	if (r >= 0)
		r = read_key(&w, err);
	if (r >= 0)
		r = load(&w, err);
	if (r >= 0)
		r = read_members(&w, err);
	if (r >= 0)
		r = read_fields(&w, err);
	if (r < 0)
		return r;
	if (w.faults->count)
		return answer_faults(&w, res, "入力に誤りがあります。", err);
	return save(&w, res, err);
}

int api_create(struct request *req, struct response *res, struct err *err)
{
	return write_entry(req, res, true, err);
}

int api_revise(struct request *req, struct response *res, struct err *err)
{
	return write_entry(req, res, false, err);
}
