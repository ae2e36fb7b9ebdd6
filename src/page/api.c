/* What machines read: ledgers, entries, proofs. Answers are JSON (docs/api.md). */
#include "page/api.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "log/proof.h"
#include "page/access.h"
#include "page/handlers.h"
#include "page/ledger_query.h"
#include "web/response.h"

#define PAGE_DEFAULT 100
#define PAGE_MOST 500

static int send(struct response *res, int status, json_t *value, struct err *err)
{
	int r = value ? resp_json(res, status, value, err) : err_nomem(err);

	json_decref(value);
	return r;
}

/* --- values ------------------------------------------------------------------------ */

json_t *api_time(int64_t us)
{
	char text[40];

	time_rfc3339(us, text, sizeof text);
	return json_string(text);
}

bool api_is_list(const struct field_def *f)
{
	return f->type == FIELD_REFS || f->type == FIELD_FILES;
}

static json_t *lines(const char *text)
{
	json_t *list = json_array();

	while (*text) {
		size_t n = strcspn(text, "\n");

		if (n)
			json_array_append_new(list, json_stringn(text, n));
		text += n + (text[n] == '\n');
	}
	return list;
}

json_t *api_fields(const struct sight *s, const char *const *value, bool sealed)
{
	json_t *fields = json_object();
	size_t i;

	for (i = 0; i < s->def->field_count; i++) {
		const struct field_def *f = &s->def->field[i];

		if (!sight_field(s, (int)i) || !*value[i] ||
		    (!sealed && (f->class == CLASS_PATIENT || f->class == CLASS_SECRET)))
			continue;
		json_object_set_new(fields, f->name,
				    api_is_list(f) ? lines(value[i]) : json_string(value[i]));
	}
	return fields;
}

/* --- ledgers ----------------------------------------------------------------------- */

static json_t *field_list(const struct sight *s)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < s->def->field_count; i++) {
		const struct field_def *f = &s->def->field[i];

		if (sight_field(s, (int)i))
			json_array_append_new(list, json_pack("{s:s,s:s,s:s,s:s,s:b}", "name",
							      f->name, "label", f->label.ja, "type",
							      field_type_name(f->type), "class",
							      field_class_name(f->class),
							      "required", f->required));
	}
	return list;
}

static json_t *acts_of(struct request *req, const struct ledger_def *def)
{
	static const struct {
		enum permission permission;
		const char *name;
	} acts[] = { { PERM_LEDGER_READ, "read" },
		     { PERM_LEDGER_CREATE, "create" },
		     { PERM_LEDGER_EDIT, "revise" },
		     { PERM_LEDGER_EXPORT, "export" } };
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < sizeof acts / sizeof acts[0]; i++)
		if (visit_may(req, acts[i].permission, def))
			json_array_append_new(list, json_string(acts[i].name));
	return list;
}

int api_ledgers(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	json_t *list = json_array();
	size_t count, i;
	const struct ledger_def *const *defs = define_ledgers(v->app->defs, &count);
	int r = req_query_only(req, NULL, 0, err);

	for (i = 0; r >= 0 && i < count; i++) {
		json_t *acts = defs[i]->system ? NULL : acts_of(req, defs[i]);

		if (json_array_size(acts))
			json_array_append_new(
				list, json_pack("{s:s,s:s,s:O,s:o}", "ledger", defs[i]->name,
						"title", defs[i]->title.ja, "acts", acts, "fields",
						field_list(visit_sight(req, defs[i]))));
		json_decref(acts);
	}
	if (r < 0) {
		json_decref(list);
		return r;
	}
	return send(res, 200, json_pack("{s:o}", "ledgers", list), err);
}

/* --- entries ----------------------------------------------------------------------- */

struct listing {
	const struct sight *sight;
	json_t *entries;
	int64_t last, limit;
	bool more;
};

static int list_row(void *arg, const struct list_row *row, struct err *err)
{
	struct listing *l = arg;
	json_t *fields, *one;

	if ((int64_t)json_array_size(l->entries) == l->limit) {
		l->more = true;
		return 0;
	}
	fields = api_fields(l->sight, row->value, false);
	one = json_pack("{s:s,s:s,s:I,s:I,s:o,s:o}", "entry", row->id, "state",
			entry_state_name(row->state), "rev", (json_int_t)row->rev, "receipt",
			(json_int_t)row->seq, "at", api_time(row->at_us), "fields", fields);
	if (!one)
		return err_nomem(err);
	json_array_append_new(l->entries, one);
	l->last = row->seq;
	return 0;
}

static int read_page(struct request *req, struct ledger_query *q, struct listing *l,
		     struct err *err)
{
	static const char *const known[] = { "after", "limit", "q", "f-*", "state", "voided" };
	const struct visit *v = visit_of(req);
	long long after = 0, limit = 0;
	int r = req_query_only(req, known, sizeof known / sizeof known[0], err);

	if (r >= 0)
		r = ledger_query_read(req, v->ledger, q, err);
	if (r >= 0)
		r = req_query_int(req, "after", 0, INT64_MAX, 0, &after, err);
	if (r >= 0)
		r = req_query_int(req, "limit", 1, PAGE_MOST, PAGE_DEFAULT, &limit, err);
	if (r < 0)
		return r;
	q->list.sort = -2;
	q->list.descending = false;
	q->list.offset = 0;
	q->list.after = after;
	q->list.limit = limit + 1;
	l->sight = q->list.sight;
	l->limit = limit;
	l->last = after;
	return 0;
}

int api_list(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	struct listing l = { .entries = json_array() };
	struct ledger_query q;
	CONN_CLEANUP *c = NULL;
	int r = read_page(req, &q, &l, err);

	if (r >= 0)
		r = visit_read(req, &c, err);
	if (r >= 0)
		r = list_each(v->app->ledgers, c, &q.list, list_row, &l, err);
	if (r < 0) {
		json_decref(l.entries);
		return r;
	}
	access_rows(req, (int64_t)json_array_size(l.entries));
	return send(res, 200,
		    json_pack("{s:s,s:o,s:I,s:b}", "ledger", v->ledger->name, "entries", l.entries,
			      "next", (json_int_t)l.last, "more", l.more),
		    err);
}

static int see(struct request *req, struct conn *c, struct entry *ret, struct err *err)
{
	const struct visit *v = visit_of(req);
	int r = req_query_only(req, NULL, 0, err);

	return r < 0 ? r
		     : entry_see(v->app->ledgers, c, &v->sight, req_param(req, "entry"), 0,
				 req_arena(req), ret, err);
}

int api_entry(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	CONN_CLEANUP *c = NULL;
	struct entry e;
	int r = visit_read(req, &c, err);

	if (r >= 0)
		r = see(req, c, &e, err);
	if (r < 0)
		return r;
	return send(res, 200,
		    json_pack("{s:s,s:s,s:s,s:I,s:I,s:o,s:o}", "ledger", v->ledger->name, "entry",
			      e.id, "state", entry_state_name(e.state), "rev", (json_int_t)e.rev,
			      "receipt", (json_int_t)e.seq, "at", api_time(e.at_us), "fields",
			      api_fields(&v->sight, e.value, true)),
		    err);
}

int api_export(struct request *req, struct response *res, struct err *err)
{
	static const char *const known[] = { "format", "q", "f-*", "state", "voided" };
	const char *format = req_query(req, "format");
	int r = req_query_only(req, known, sizeof known / sizeof known[0], err);

	if (r >= 0 && (!format || (strcmp(format, "csv") != 0 && strcmp(format, "xlsx") != 0)))
		r = err_field(err, ERR_INVALID, "format",
			      "形式は format=csv か format=xlsx で指定してください。");
	return r < 0 ? r : page_export(req, res, err);
}

/* --- the log ----------------------------------------------------------------------- */

int api_checkpoint(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	CLEANUP(buf_release) struct buf note;
	int r = req_query_only(req, NULL, 0, err);

	buf_init(&note, 0);
	if (r >= 0)
		r = store_checkpoint(v->app->store, &note, err);
	return r < 0 ? r : send(res, 200, json_pack("{s:s}", "checkpoint", note.data), err);
}

/* A proof file (C2SP tlog-proof) for the leaf of an entry's newest revision. */
static int make_proof(struct conn *c, const struct log_head *head, int64_t seq, struct buf *ret,
		      struct err *err)
{
	struct proof_file file = { .index = (uint64_t)seq,
				   .checkpoint = head->note,
				   .checkpoint_len = strlen(head->note) };
	struct tree_source source = store_tree(c);
	CLEANUP(buf_release) struct buf leaf;
	int r;

	buf_init(&leaf, 0);
	if (seq >= head->size)
		return err_set(err, ERR_BUSY,
			       "この記録はまだ証明に入っていません。数秒後にやり直してください。");
	r = tree_inclusion(&source, (uint64_t)seq, (uint64_t)head->size, &file.path, err);
	if (r >= 0)
		r = store_leaf(c, seq, &leaf, err);
	if (r < 0)
		return r;
	file.extra = leaf.data;
	file.extra_len = leaf.len;
	return proof_file_write(&file, ret, err);
}

int api_proof(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	CLEANUP(buf_release) struct buf proof;
	CONN_CLEANUP *c = NULL;
	struct log_head head;
	struct entry e;
	int r;

	buf_init(&proof, PROOF_FILE_MAX);
	if (!token_covers(v->token, "verify", NULL))
		return err_set(err, ERR_DENIED, "この鍵には証明（verify）が許可されていません。");
	/* The head first: the snapshot then has every leaf it covers. */
	r = store_head(v->app->store, &head, err);
	if (r >= 0)
		r = visit_read(req, &c, err);
	if (r >= 0)
		r = see(req, c, &e, err);
	if (r >= 0)
		r = make_proof(c, &head, e.seq, &proof, err);
	return r < 0 ? r
		     : send(res, 200,
			    json_pack("{s:s,s:I,s:s}", "entry", e.id, "receipt", (json_int_t)e.seq,
				      "proof", proof.data),
			    err);
}
