#include "page/xray_parts.h"

#include <string.h>

#include "base/clock.h"
#include "page/catalogue_parts.h"
#include "page/mend.h"

int xray_begin(struct xray *x, struct err *err)
{
	const struct visit *v = visit_of(x->req);
	struct arena *a = req_arena(x->req);
	int r = visit_read(x->req, &x->c, err);

	date_today(x->today);
	if (r == 0)
		r = measure_cache_new(v->app->ledgers, x->c, x->today, a, &x->cache, err);
	if (r == 0)
		r = measure_uses_index(v->app->defs, a, &x->uses, err);
	if (r == 0)
		r = scope_read(v->app->ledgers, x->c, a, &x->scope, err);
	return r;
}

void xray_end(struct xray *x)
{
	store_read_end(x->c);
	x->c = NULL;
}

int xray_ask(struct xray *x, const struct measure_def *m, const struct proposal **ret,
	     struct err *err)
{
	return measure_cache_run(x->cache, m->name, "", NULL, ret, err);
}

/* --- one finding ----------------------------------------------------------------------- */

const char *verdict_label(enum proposal_value v)
{
	static const char *const labels[] = { "人が判断", "できている", "足りない", "あと少し" };

	return labels[v];
}

void write_verdict_chip(struct html *h, enum proposal_value v)
{
	static const char *const classes[] = { "unanswered", "yes", "no", "warning" };

	html_open(h, EL_SPAN);
	html_attrf(h, "class", "chip chip-%s", classes[v]);
	html_text(h, verdict_label(v));
	html_close(h, EL_SPAN);
}

void write_finding_reason(struct xray *x, const struct proposal *p)
{
	html_el(x->h, EL_P, p->reason);
	if (!*p->next_step)
		return;
	html_open(x->h, EL_P);
	html_el(x->h, EL_STRONG, "次にすること: ");
	html_text(x->h, p->next_step);
	html_close(x->h, EL_P);
}

void write_mends(struct xray *x, const struct measure_def *m, const struct proposal *p)
{
	struct mend mends[MENDS_MAX];
	size_t n = mend_ledger(x->req, m, p, mends), i;

	if (!n)
		return;
	html_open(x->h, EL_UL);
	html_attr(x->h, "class", "finding-links no-print");
	for (i = 0; i < n; i++) {
		html_open(x->h, EL_LI);
		html_link(x->h, mends[i].path, mends[i].text);
		html_close(x->h, EL_LI);
	}
	html_close(x->h, EL_UL);
}

void write_counted(struct xray *x, const struct proposal *p, bool fault, size_t most)
{
	size_t shown = 0, i;

	for (i = 0; i < p->link_count && shown < most; i++) {
		const struct proposal_link *l = &p->link[i];
		const char *path;

		if (l->fault != fault)
			continue;
		if (!shown++)
			html_open(x->h, EL_UL);
		path = mend_entry(x->req, l);
		html_open(x->h, EL_LI);
		if (path)
			html_link(x->h, path, l->text);
		else
			html_text(x->h, l->text);
		html_close(x->h, EL_LI);
	}
	if (shown)
		html_close(x->h, EL_UL);
}

/* --- the items that use it ---------------------------------------------------------------- */

static const struct measure_uses *uses_of(const struct xray *x, const struct measure_def *m)
{
	size_t count;

	return &x->uses[m - measure_defs(&count)];
}

static bool applies(const struct xray *x, const struct item_def *item)
{
	return !scope_excludes(visit_of(x->req)->app->defs, &x->scope, item);
}

size_t count_uses(const struct xray *x, const struct measure_def *m)
{
	const struct measure_uses *u = uses_of(x, m);
	size_t i, n = 0;

	for (i = 0; i < u->count; i++)
		n += applies(x, u->use[i].item);
	return n;
}

/* Names alone are numbers: the topic says what is asked. */
static void write_use(struct xray *x, const struct measure_use *use)
{
	const struct item_def *item = use->item;
	struct item_ref at = { use->catalogue, (int)(item - use->catalogue->item) };

	html_open(x->h, EL_LI);
	html_link(x->h, item_path(x->req, &at), item_title(x->req, item));
	html_close(x->h, EL_LI);
}

void write_uses(struct xray *x, const struct measure_def *m)
{
	const struct measure_uses *u = uses_of(x, m);
	const struct catalogue *open = NULL;
	size_t i;

	if (!count_uses(x, m))
		return;
	html_open(x->h, EL_UL);
	for (i = 0; i < u->count; i++) {
		if (!applies(x, u->use[i].item))
			continue;
		if (open != u->use[i].catalogue) {
			if (open) {
				html_close(x->h, EL_UL);
				html_close(x->h, EL_LI);
			}
			open = u->use[i].catalogue;
			html_open(x->h, EL_LI);
			html_text(x->h, open->title);
			html_open(x->h, EL_UL);
		}
		write_use(x, &u->use[i]);
	}
	html_close(x->h, EL_UL);
	html_close(x->h, EL_LI);
	html_close(x->h, EL_UL);
}

/* --- from elsewhere ------------------------------------------------------------------------ */

void write_xray_links(struct html *h, struct request *req, const struct item_def *item)
{
	size_t i;

	if (!item->measure.count || !visit_may(req, PERM_XRAY, NULL))
		return;
	html_open(h, EL_P);
	html_attr(h, "class", "no-print");
	html_text(h, "この結果をくわしく見る:");
	for (i = 0; i < item->measure.count; i++) {
		const struct measure_def *m = measure_find(item->measure.item[i]);

		if (!m)
			continue;
		html_text(h, "　");
		html_link(h, html_path(req_arena(req), "/xray/%s", m->name), m->title);
	}
	html_close(h, EL_P);
}

void write_xray_entrance(struct html *h, struct request *req)
{
	if (!visit_may(req, PERM_XRAY, NULL))
		return;
	html_open(h, EL_P);
	html_text(h, "台帳に書かれていることから、できていることと足りないことを調べます。");
	html_link(h, "/xray", "施設の健康診断を見る");
	html_close(h, EL_P);
}
