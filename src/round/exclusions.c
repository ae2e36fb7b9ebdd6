/* Which items of a round do not apply, and why. */
#include <string.h>

#include "round/building.h"
#include "round/kind.h"

/* Whether the fiscal year of the round is over. What was approved then stays as it was. */
static bool is_past(const struct building *b)
{
	char first[DATE_SIZE], last[DATE_SIZE];

	fiscal_year_range(b->view->round.year, first, last);
	return strcmp(b->today, last) > 0;
}

/* "item<TAB>reason" per line, as the approval keeps it. Items that are gone are passed over. */
static int take_approved(struct building *b, const char *text, struct err *err)
{
	const struct catalogue *c = b->view->round.catalogue;

	while (*text) {
		size_t len = strcspn(text, "\n"), id_len = strcspn(text, "\t\n");
		char *id = arena_strndup(b->arena, text, id_len);
		char *reason = arena_strndup(b->arena, text + id_len + (id_len < len),
					     len - id_len - (id_len < len));
		int i = id ? catalogue_item(c, id) : -1;

		if (!id || !reason)
			return err_nomem(err);
		if (i >= 0) {
			b->exclusions.reason[i] = reason;
			b->exclusions.count++;
		}
		text += len + (text[len] == '\n');
	}
	return 0;
}

static int take_scope(struct building *b, struct err *err)
{
	const struct catalogue *c = b->view->round.catalogue;
	struct scope scope;
	size_t i;
	int r = scope_read(b->l, b->c, b->arena, &scope, err);

	/* A place of its own may be of another kind than the organisation. */
	if (b->view->round.about == ABOUT_SITE)
		scope_as_any(&scope);
	for (i = 0; r == 0 && i < c->item_count; i++) {
		b->exclusions.reason[i] =
			round_excludes(ledgers_defs(b->l), &scope, c, &c->item[i]);
		b->exclusions.count += b->exclusions.reason[i] != NULL;
	}
	return r;
}

int exclusions_read(struct building *b, const char *approved, struct err *err)
{
	size_t count = b->view->round.catalogue->item_count;

	b->exclusions.reason = arena_calloc(b->arena, count + 1, sizeof *b->exclusions.reason);
	if (!b->exclusions.reason)
		return err_nomem(err);
	return approved && is_past(b) ? take_approved(b, approved, err) : take_scope(b, err);
}
