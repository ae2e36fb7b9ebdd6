#include "page/only_form.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "define/value.h"
#include "ledger/only.h"

void only_form_rev(struct html *h, struct request *req, int64_t rev)
{
	html_hidden(h, "rev", arena_printf(req_arena(req), "%lld", (long long)rev));
}

int64_t only_form_base(struct request *req)
{
	const char *typed = req_form(req, "rev");
	long long rev = typed ? strtoll(typed, NULL, 10) : 0;

	return rev > 0 ? rev : 0;
}

static void differs(struct request *req, const struct entry *e, size_t i, struct buf *text)
{
	const struct field_def *f = &e->def->field[i];
	const char *typed = req_form(req, f->name), *now = e->value[i], *clean;

	if (!typed || f->class == CLASS_SECRET)
		return;
	/* As it would be stored: a browser ends lines in another way. */
	if (value_parse(f, typed, req_arena(req), &clean, NULL) == 0)
		typed = clean;
	if (strcmp(typed, now) == 0)
		return;
	buf_printf(text, "\n・%s: 今の値は「%s」、あなたの入力は「%s」です。", f->label.ja,
		   *now ? now : "（空欄）", *typed ? typed : "（空欄）");
}

int only_form_conflict(struct request *req, const char *ledger, const struct err *why,
		       const char **ret, struct err *err)
{
	CLEANUP(buf_release) struct buf text;
	CONN_CLEANUP *c = NULL;
	struct entry e;
	size_t i;
	int r = visit_read(req, &c, err);

	buf_init(&text, 0);
	if (r == 0)
		r = only_read(visit_of(req)->app->ledgers, c, ledger, req_arena(req), &e, err);
	if (r < 0)
		return r;
	buf_puts(&text, why->text);
	for (i = 0; r > 0 && i < e.def->field_count; i++)
		differs(req, &e, i, &text);
	*ret = buf_failed(&text) ? NULL : arena_strdup(req_arena(req), text.data);
	return *ret ? 0 : err_nomem(err);
}
