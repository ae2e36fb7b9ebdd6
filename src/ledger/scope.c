/* What somebody may see and touch of a ledger, applied to entries. */
#include "ledger/scope.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/fold.h"
#include "ledger/change.h"

/* --- lists ------------------------------------------------------------------------------ */

static int match_filter(const struct ledgers *l, const struct sight *s, const struct sight_match *m,
			struct arena *arena, struct table_filter *out, struct err *err)
{
	*out = (struct table_filter){ TABLE_ENTRY, TABLE_EQ, m->value };
	if (m->field < 0)
		return 0;
	out->column = s->def->field[m->field].id;
	out->value = projection_value(l, s->def, m->field, m->value, arena);
	return out->value ? 0 : err_nomem(err);
}

int scope_filters(const struct ledgers *l, const struct sight *s, struct arena *arena,
		  struct scope_filters *ret, struct err *err)
{
	static const enum entry_state unfinished[2] = { STATE_DRAFT, STATE_RETURNED };
	size_t i;
	int r = 0;

	ret->count = 0;
	if (!s->all) {
		/* No entry has this id: nothing matches unless a condition says so. */
		ret->match[0] = (struct table_filter){ TABLE_ENTRY, TABLE_EQ, "-" };
		for (i = 0; i < s->match_count && r == 0; i++)
			r = match_filter(l, s, &s->match[i], arena, &ret->match[i], err);
		ret->any[ret->count++] =
			(struct table_any){ ret->match, s->match_count ? s->match_count : 1 };
	}
	for (i = 0; i < 2 && !s->drafts; i++) {
		ret->state[i][0] = (struct table_filter){ TABLE_STATE, TABLE_NE,
							  entry_state_name(unfinished[i]) };
		ret->state[i][1] = (struct table_filter){ TABLE_ACTOR, TABLE_EQ, s->account };
		ret->state[i][2] = (struct table_filter){ TABLE_BEHALF, TABLE_EQ, s->account };
		ret->any[ret->count++] = (struct table_any){ ret->state[i], 3 };
	}
	return r;
}

/* --- entries ---------------------------------------------------------------------------- */

int scope_none(const struct ledger_def *def, struct err *err)
{
	return err_set(err, ERR_NOT_FOUND,
		       "「%s」にその記録はありません。一覧から選び直してください。", def->title.ja);
}

bool scope_sees(const struct sight *s, const struct entry *e)
{
	const struct sighted seen = { .id = e->id,
				      .value = e->value,
				      .draft =
					      e->state == STATE_DRAFT || e->state == STATE_RETURNED,
				      .voided = e->state == STATE_VOIDED,
				      .actor = e->actor,
				      .behalf = e->behalf };

	return sight_sees(s, &seen);
}

void scope_hide(const struct sight *s, const char **value)
{
	size_t i;

	for (i = 0; s->hides && i < s->def->field_count; i++)
		if (!sight_field(s, (int)i))
			value[i] = "";
}

int entry_see(struct ledgers *l, struct conn *c, const struct sight *s, const char *id, int64_t rev,
	      struct arena *arena, struct entry *ret, struct err *err)
{
	int r = entry_get(l, c, s->def, id, 0, arena, ret, err);

	/* An old revision is for those who may see the entry as it stands, too. */
	if (r == 0 && scope_sees(s, ret) && rev && rev != ret->rev)
		r = entry_get(l, c, s->def, id, rev, arena, ret, err);
	if (r < 0)
		return r;
	if (!scope_sees(s, ret))
		return scope_none(s->def, err);
	if (s->hides) {
		const char **value = arena_calloc(arena, s->def->field_count + 1, sizeof *value);

		if (!value)
			return err_nomem(err);
		memcpy(value, ret->value, s->def->field_count * sizeof *value);
		scope_hide(s, value);
		ret->value = value;
	}
	return 0;
}

/* --- searching -------------------------------------------------------------------------- */

bool scope_searches(const struct sight *s)
{
	size_t i;

	for (i = 0; s->hides && i < s->def->field_count; i++)
		if (!sight_field(s, (int)i) && !field_sealed(&s->def->field[i]))
			return true;
	return false;
}

/* As the full-text index finds it: the bigrams in a row, or a single character at the
 * beginning of one. `text` has a space on both sides of every bigram. */
static bool word_found(const char *text, const char *word, size_t len, bool *ret, struct err *err)
{
	CLEANUP(buf_release) struct buf one, grams;

	buf_init(&one, 0);
	buf_init(&grams, 0);
	buf_add(&one, word, len);
	buf_putc(&grams, ' ');
	if (!buf_failed(&one))
		fold_bigrams(one.data, false, &grams);
	if (!buf_failed(&one) && utf8_length(one.data) != 1 && grams.len > 1 &&
	    grams.data[grams.len - 1] != ' ')
		buf_putc(&grams, ' ');
	if (buf_failed(&one) || buf_failed(&grams)) {
		(void)err_nomem(err);
		return false;
	}
	*ret = grams.len <= 1 || strstr(text, grams.data);
	return true;
}

static int words_found(const char *text, const char *folded, bool *ret, struct err *err)
{
	const char *word;

	for (word = folded; *word && *ret;) {
		size_t len = strcspn(word, " ");

		if (len && !word_found(text, word, len, ret, err))
			return ERR_NOMEM;
		word += len + (word[len] == ' ');
	}
	return 0;
}

int scope_found(struct ledgers *l, struct conn *c, const struct ledger_def *def, const char *search,
		const char *const *visible, struct arena *arena, bool *ret, struct err *err)
{
	CLEANUP(buf_release) struct buf folded, own, text;
	int r;

	buf_init(&folded, 0);
	buf_init(&own, 0);
	buf_init(&text, 0);
	*ret = true;
	projection_search_own(def, visible, arena, &own);
	r = projection_search_names(l, c, def, visible, arena, &own, err);
	if (r < 0)
		return r;
	buf_putc(&text, ' ');
	buf_add(&text, own.data ? own.data : "", own.len);
	buf_putc(&text, ' ');
	if (!fold_text(search, &folded) || buf_failed(&folded) || buf_failed(&text))
		return err_nomem(err);
	return words_found(text.data, folded.data ? folded.data : "", ret, err);
}

/* --- changes ---------------------------------------------------------------------------- */

/* What a hidden field holds after the save: what it held, or its default. */
static int keep_hidden(const struct sight *s, const char *const *given, const char *const *before,
		       const char **next, struct err *err)
{
	size_t i;

	for (i = 0; s->hides && i < s->def->field_count; i++) {
		const struct field_def *f = &s->def->field[i];
		const char *kept = before ? before[i] : f->default_value ? f->default_value : "";

		if (sight_field(s, (int)i))
			continue;
		if (*given[i] && strcmp(given[i], kept) != 0)
			return err_field(
				err, ERR_INVALID, f->name,
				"この画面にない項目が送られてきたため、保存しませんでした。"
				"画面を開き直して、もう一度入力してください。");
		next[i] = kept;
	}
	return 0;
}

/* A new entry that says nothing about whose it is belongs to who makes it. */
static void fill_own(const struct sight *s, const char **next)
{
	if (!s->all && s->match_count && s->match[0].field >= 0 && !*next[s->match[0].field])
		next[s->match[0].field] = s->match[0].value;
}

int scope_save(const struct sight *s, const char *id, const char *const *given,
	       const char *const *before, struct arena *arena, const char *const **ret,
	       struct err *err)
{
	const char **next;
	int r;

	*ret = given;
	if (s->all && !s->hides)
		return 0;
	next = arena_calloc(arena, s->def->field_count + 1, sizeof *next);
	if (!next)
		return err_nomem(err);
	memcpy(next, given, s->def->field_count * sizeof *next);
	r = keep_hidden(s, given, before, next, err);
	if (r < 0)
		return r;
	if (!before)
		fill_own(s, next);
	*ret = next;
	if (sight_in_scope(s, id, next))
		return 0;
	return err_set(err, ERR_DENIED,
		       "「%s」では、自分に関わる記録だけを登録・変更できます。"
		       "担当や事業者の欄を確かめてください。",
		       s->def->title.ja);
}

/* --- references ------------------------------------------------------------------------- */

static int ref_hidden(struct ledgers *l, struct conn *c, const struct sight *s, const char *id,
		      struct arena *arena, bool *ret, struct err *err)
{
	struct projected_row row;
	const char **value;
	struct sighted seen;
	size_t i;
	int r = projection_find(l, c, s->def, id, arena, &row, err);

	*ret = false;
	if (r <= 0)
		return r;
	value = arena_calloc(arena, s->def->field_count + 1, sizeof *value);
	for (i = 0; value && i < s->def->field_count; i++)
		value[i] = projection_stored(&s->def->field[i], row.column[i], arena);
	if (!value || arena_failed(arena))
		return err_nomem(err);
	seen = (struct sighted){ .id = id,
				 .value = value,
				 .draft = row.state == STATE_DRAFT || row.state == STATE_RETURNED,
				 .voided = row.state == STATE_VOIDED,
				 .actor = row.actor,
				 .behalf = row.behalf };
	*ret = !sight_sees(s, &seen);
	return 0;
}

/* True if `item` is one of the lines of `lines`. */
static bool among(const char *item, size_t len, const char *lines)
{
	while (*lines) {
		size_t n = strcspn(lines, "\n");

		if (n == len && memcmp(lines, item, n) == 0)
			return true;
		lines += n + (lines[n] == '\n');
	}
	return false;
}

static int field_refs(struct ledgers *l, struct conn *c, const struct sight *s,
		      const struct field_def *f, const char *lines, const char *before,
		      struct arena *arena, struct err *err)
{
	int r = 0;

	while (*lines && r >= 0) {
		size_t n = strcspn(lines, "\n");
		char *item = arena_strndup(arena, lines, n);
		bool hidden = false;

		if (!item)
			return err_nomem(err);
		if (n && !among(item, n, before))
			r = ref_hidden(l, c, s, item, arena, &hidden, err);
		if (hidden)
			return err_field(err, ERR_INVALID, f->name,
					 "「%s」に入れた「%s」は「%s」にありません。"
					 "一覧から選び直してください。",
					 f->label.ja, item, f->ref->title.ja);
		lines += n + (lines[n] == '\n');
	}
	return r < 0 ? r : 0;
}

int scope_refs(struct ledgers *l, struct conn *c, const struct actor *who,
	       const struct ledger_def *def, const char *const *value, const char *const *before,
	       struct arena *arena, struct faults *faults, struct err *err)
{
	size_t i;

	for (i = 0; i < def->field_count; i++) {
		const struct field_def *f = &def->field[i];
		struct sight s;
		struct err e;
		int r;

		if (!*value[i] || (f->type != FIELD_REF && f->type != FIELD_REFS))
			continue;
		sight_of(who, f->ref, &s);
		if (s.all && s.drafts)
			continue;
		r = field_refs(l, c, &s, f, value[i], before ? before[i] : "", arena, &e);
		if (r == ERR_INVALID)
			(void)faults_add(faults, &e);
		if (r < 0 && err)
			*err = e;
		if (r < 0)
			return r;
	}
	return 0;
}
