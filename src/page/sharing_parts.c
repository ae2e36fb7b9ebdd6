#include "page/sharing_parts.h"

int sharing_page_read(struct request *req, struct response *res, struct conn *c,
		      struct round_view *ret, struct sharing *ret_sharing, struct err *err)
{
	int r = read_round(req, c, ROUND_UNNAMED, ret, err);
	const char *elsewhere = NULL;

	if (r < 0)
		return r;
	if (!catalogue_shares(ret->round.catalogue))
		elsewhere = round_path(req, &ret->round, NULL);
	/* What the hospital thinks before it has agreed is its own. */
	else if (visit_of(req)->actor.role == ROLE_VENDOR)
		elsewhere = round_path(req, &ret->round, "reply");
	if (!elsewhere)
		return sharing_read(ret, req_arena(req), ret_sharing, err);
	return resp_redirect(res, elsewhere, err) < 0 ? err->code : 1;
}

char *sharing_path(struct request *req, const struct round_view *v, const struct sharing_item *i)
{
	return html_path(req_arena(req), "/round/%s/sharing/%s", v->round.id, i->item->id);
}

void sharing_write_answer(struct html *h, const struct answer *a)
{
	if (a->value == ANSWER_UNCONFIRMED) {
		html_text(h, "―");
		return;
	}
	html_open(h, EL_STRONG);
	html_text(h, doer_label(a->doer));
	html_close(h, EL_STRONG);
	html_text(h, " ");
	if (a->doer != DOER_NONE)
		write_answer_chip(h, a);
	html_open(h, EL_SPAN);
	html_attr(h, "class", "task-hint");
	html_text(h, a->confirmed_on);
	if (*a->target_on)
		html_textf(h, "　目標日 %s", a->target_on);
	if (*a->completed_on)
		html_textf(h, "　完了 %s", a->completed_on);
	html_close(h, EL_SPAN);
}

void sharing_write_chip(struct html *h, const struct sharing_item *i)
{
	static const char *const kinds[SHARING_MAX] = {
		[SHARING_NOBODY] = "unanswered", [SHARING_HOSPITAL] = "progress",
		[SHARING_VENDOR] = "progress",	 [SHARING_DIFFERS] = "due",
		[SHARING_SAME] = "open",	 [SHARING_AGREED] = "confirmed",
		[SHARING_CHANGED] = "stale",
	};

	html_open(h, EL_SPAN);
	html_attrf(h, "class", "chip chip-%s", kinds[i->state]);
	html_text(h, sharing_label(i->state));
	html_close(h, EL_SPAN);
	if (i->overdue)
		html_el_class(h, EL_SPAN, "chip chip-overdue", "目標日を過ぎた");
	else if (i->open)
		html_el_class(h, EL_SPAN, "chip chip-warning", "残りあり");
}
