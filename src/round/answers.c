#include "round/answers.h"

#include <string.h>

#include "base/canon.h"
#include "round/fields.h"

struct gather {
	struct ledgers *l;
	struct conn *c;
	const struct ledger_def *def;
	struct arena *arena;
	struct stored_answers *ret;
};

/* --- evidence: "ledger/entry" or a file hash per line ------------------------------ */

static size_t count_lines(const char *text)
{
	size_t n = 0;

	while (*text) {
		size_t len = strcspn(text, "\n");

		n += len > 0;
		text += len + (text[len] == '\n');
	}
	return n;
}

static void evidence_entry(struct gather *g, char *line, struct evidence *e)
{
	char *slash = strchr(line, '/');
	const struct ledger_def *def;

	e->name = line;
	if (!slash)
		return;
	*slash = '\0';
	e->ledger = line;
	e->entry = slash + 1;
	def = define_ledger(ledgers_defs(g->l), e->ledger);
	e->name = def ? arena_printf(g->arena, "%s: %s", def->title.ja,
				     entry_name(g->l, g->c, def, e->entry, g->arena))
		      : e->entry;
}

static void evidence_file(struct gather *g, const char *hash, struct evidence *e)
{
	struct file_info info;

	e->file = hash;
	e->name = store_file_info(g->c, hash, &info, NULL) == 0 ? arena_strdup(g->arena, info.name)
								: hash;
}

static int read_evidence(struct gather *g, const char *refs, const char *files, struct answer *a,
			 struct err *err)
{
	size_t count = count_lines(refs) + count_lines(files);
	struct evidence *list = arena_calloc(g->arena, count + 1, sizeof *list);
	const char *texts[2] = { refs, files };
	size_t n = 0;
	int i;

	for (i = 0; list && i < 2; i++) {
		const char *p = texts[i];

		while (*p) {
			size_t len = strcspn(p, "\n");
			char *line = arena_strndup(g->arena, p, len);

			if (!line)
				return err_nomem(err);
			if (len && i == 0)
				evidence_entry(g, line, &list[n++]);
			else if (len)
				evidence_file(g, line, &list[n++]);
			p += len + (p[len] == '\n');
		}
	}
	a->evidence = list;
	a->evidence_count = n;
	return list ? 0 : err_nomem(err);
}

/* --- rows ---------------------------------------------------------------------------- */

static int gather_row(void *arg, const struct list_row *row, struct err *err)
{
	struct gather *g = arg;
	struct arena *a = g->arena;
	struct stored_answer *s;
	int value = answer_parse(system_value(g->def, row->value, "value"));

	if (g->ret->count == g->ret->alloc || value < 0)
		return err_set(err, ERR_CORRUPT,
			       "回答の記録がおかしくなっています（%s）。改ざん検査をしてください",
			       row->id);
	s = &g->ret->item[g->ret->count++];
	memcpy(s->answer.id, row->id, strlen(row->id) + 1);
	s->answer.rev = row->rev;
	s->answer.at_us = row->at_us;
	s->answer.value = (enum answer_value)value;
	s->item = arena_strdup(a, system_value(g->def, row->value, "item"));
	s->column = arena_strdup(a, system_value(g->def, row->value, "column"));
	s->answer.confirmed_on = arena_strdup(a, system_value(g->def, row->value, "confirmed_on"));
	s->answer.target_on = arena_strdup(a, system_value(g->def, row->value, "target_on"));
	s->answer.note = arena_strdup(a, system_value(g->def, row->value, "note"));
	s->answer.by = account_name(g->c, row->actor, a);
	s->evidence_refs = arena_strdup(a, system_value(g->def, row->value, "evidence_refs"));
	s->evidence_files = arena_strdup(a, system_value(g->def, row->value, "evidence_files"));
	if (arena_failed(a))
		return err_nomem(err);
	return read_evidence(g, s->evidence_refs, s->evidence_files, &s->answer, err);
}

int answers_read(struct ledgers *l, struct conn *c, const char *round, struct arena *arena,
		 struct stored_answers *ret, struct err *err)
{
	struct gather g = { l, c, NULL, arena, ret };
	struct list_filter filter = { 0, TABLE_EQ, round };
	struct list_query q = { .filter = &filter, .filter_count = 1, .sort = -1 };
	int64_t total;
	int r = ledgers_find(l, "answers", &g.def, err);

	memset(ret, 0, sizeof *ret);
	if (r < 0)
		return r;
	q.def = g.def;
	q.limit = INT64_MAX;
	filter.field = ledger_field(g.def, "round");
	r = list_count(l, c, &q, 0, &total, err);
	if (r < 0)
		return r;
	ret->alloc = (size_t)total;
	ret->item = arena_calloc(arena, ret->alloc + 1, sizeof *ret->item);
	return ret->item ? list_each(l, c, &q, gather_row, &g, err) : err_nomem(err);
}

const struct stored_answer *answers_find(const struct stored_answers *a, const char *item,
					 const char *column)
{
	size_t i;

	for (i = 0; i < a->count; i++)
		if (strcmp(a->item[i].item, item) == 0 && strcmp(a->item[i].column, column) == 0)
			return &a->item[i];
	return NULL;
}

/* --- digest --------------------------------------------------------------------------- */

static json_t *answer_json(const struct stored_answer *s)
{
	return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "item", s->item, "column", s->column,
			 "value", answer_name(s->answer.value), "confirmed_on",
			 s->answer.confirmed_on, "target_on", s->answer.target_on, "note",
			 s->answer.note, "evidence_refs", s->evidence_refs, "evidence_files",
			 s->evidence_files);
}

static void add_answers(json_t *list, const struct round *round, const struct stored_answers *a)
{
	const struct catalogue *c = round->catalogue;
	size_t i, n;

	/* In the order of the catalogue, whatever order the rows came in. */
	for (i = 0; i < c->item_count; i++)
		for (n = 0; n < a->count; n++)
			if (strcmp(a->item[n].item, c->item[i].id) == 0)
				json_array_append_new(list, answer_json(&a->item[n]));
}

int answers_digest(const struct round *round, const struct stored_answers *a,
		   char ret[HASH_HEX_SIZE], struct err *err)
{
	json_t *list = json_array(), *all;
	uint8_t hash[HASH_SIZE];
	struct buf b;
	int r;

	add_answers(list, round, a);
	all = json_pack("{s:s,s:s,s:s,s:i,s:s,s:o}", "catalogue", round->catalogue->id,
			"catalogue_digest", round->catalogue->digest, "round", round->id, "year",
			round->year, "scope", round->scope, "answers", list);
	if (!all)
		return err_nomem(err);
	buf_init(&b, 0);
	r = canon_write(all, &b, err);
	if (r == 0) {
		hash_bytes(b.data, b.len, hash);
		hex_encode(hash, sizeof hash, ret);
	}
	buf_release(&b);
	json_decref(all);
	return r;
}
