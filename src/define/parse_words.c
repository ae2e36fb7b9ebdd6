/* The glossary, and the facts about an organisation. */
#include <stdlib.h>
#include <string.h>

#include "base/fold.h"
#include "define/parse.h"

#define TERM_SAYS_MAX 120
#define FACT_TEXT_MAX 120

static void check_format(struct reading *rd, const struct node *root)
{
	int64_t format = 0;

	if (!read_int(rd, root, "format", &format) || format != 1)
		complain(rd, root, "「format」は 1 です");
}

/* A spelling of a term, as people compare them. */
struct spelling {
	char folded[200];
	const struct term_def *term;
};

static int by_spelling(const void *a, const void *b)
{
	const struct spelling *x = a, *y = b;
	int r = strcmp(x->folded, y->folded);

	return r ? r : x->term->pos.line - y->term->pos.line;
}

static size_t spell(struct spelling *s, const struct term_def *t)
{
	size_t n = 0, i;

	for (i = 0; i <= t->aliases.count; i++) {
		const char *text = i ? t->aliases.item[i - 1] : t->term;

		if (fold_key(text, s[n].folded, sizeof s[n].folded) > 0)
			s[n++].term = t;
	}
	return n;
}

/* A word that two terms claim would be explained by chance. */
static void check_terms(struct reading *rd, const struct term_def *term, size_t count)
{
	struct spelling *s;
	size_t i, n = 0, most = 0;

	for (i = 0; i < count; i++)
		most += 1 + term[i].aliases.count;
	s = arena_calloc(rd->arena, most + 1, sizeof *s);
	for (i = 0; s && i < count; i++) {
		check_length(rd, &term[i].pos, "says", term[i].says, TERM_SAYS_MAX);
		n += spell(&s[n], &term[i]);
	}
	if (n)
		qsort(s, n, sizeof *s, by_spelling);
	for (i = 1; i < n; i++)
		if (s[i - 1].term != s[i].term && strcmp(s[i - 1].folded, s[i].folded) == 0)
			complain_at(rd, &s[i].term->pos, "言葉「%s」が「%s」と重なっています",
				    s[i].term->term, s[i - 1].term->term);
}

struct term_def *parse_glossary(struct reading *rd, const struct node *root, size_t *ret_count)
{
	static const char *const top[] = { "format", "terms", NULL };
	static const char *const keys[] = { "term", "reading", "aliases", "says", NULL };
	const struct node *n;
	struct term_def *list;
	size_t i;

	*ret_count = 0;
	if (!read_keys(rd, root, top))
		return NULL;
	check_format(rd, root);
	n = read_list_node(rd, root, "terms", true);
	list = n ? arena_calloc(rd->arena, n->count + 1, sizeof *list) : NULL;
	for (i = 0; list && i < n->count; i++) {
		struct term_def *t = &list[*ret_count];

		if (!read_keys(rd, n->item[i], keys))
			continue;
		t->pos = reading_pos(rd, n->item[i]);
		t->term = read_text(rd, n->item[i], "term", true);
		t->reading = read_text(rd, n->item[i], "reading", true);
		t->says = read_text(rd, n->item[i], "says", true);
		t->aliases = read_strings(rd, n->item[i], "aliases");
		(*ret_count)++;
	}
	if (list)
		check_terms(rd, list, *ret_count);
	return list;
}

/* Questions are read by people at the first run. */
static void check_facts_once(struct reading *rd, const struct fact_def *fact, size_t count)
{
	size_t i, k;

	for (i = 0; i < count; i++) {
		check_length(rd, &fact[i].pos, "ask", fact[i].ask, FACT_TEXT_MAX);
		check_length(rd, &fact[i].pos, "help", fact[i].help, FACT_TEXT_MAX);
		check_length(rd, &fact[i].pos, "reason", fact[i].reason, FACT_TEXT_MAX);
		for (k = 0; k < i; k++)
			if (strcmp(fact[k].id, fact[i].id) == 0)
				complain_at(rd, &fact[i].pos, "問い「%s」が2回あります",
					    fact[i].id);
	}
}

struct facts parse_facts(struct reading *rd, const struct node *root)
{
	static const char *const top[] = { "format", "facts", NULL };
	static const char *const keys[] = { "id", "ask", "help", "reason", NULL };
	struct facts f = { NULL, 0 };
	const struct node *n;
	struct fact_def *list;
	size_t i;

	if (!read_keys(rd, root, top))
		return f;
	check_format(rd, root);
	n = read_list_node(rd, root, "facts", true);
	if (n && n->count > FACTS_MAX)
		complain(rd, n, "問いは%d件までです", FACTS_MAX);
	list = n && n->count <= FACTS_MAX ? arena_calloc(rd->arena, n->count + 1, sizeof *list)
					  : NULL;
	for (i = 0; list && i < n->count; i++) {
		if (!read_keys(rd, n->item[i], keys))
			continue;
		list[f.count].pos = reading_pos(rd, n->item[i]);
		list[f.count].id = read_text(rd, n->item[i], "id", true);
		list[f.count].ask = read_text(rd, n->item[i], "ask", true);
		list[f.count].help = read_text(rd, n->item[i], "help", true);
		list[f.count++].reason = read_text(rd, n->item[i], "reason", true);
	}
	if (list)
		check_facts_once(rd, list, f.count);
	f.item = list;
	return f;
}
