/* Pieces of the pages on which a vendor answers. */
#include "page/reply.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "page/people_parts.h"
#include "page/round_parts.h"

/* --- where it is ------------------------------------------------------------------------ */

static const char *section_title(const struct reply_page *p, const char *id)
{
	const struct catalogue *c = p->view.asked.view.round.catalogue;
	size_t i;

	for (i = 0; i < c->section_count; i++)
		if (strcmp(c->section[i].id, id) == 0)
			return c->section[i].title;
	return id;
}

/* One part per printed section, several for a long one. */
static void make_parts(struct reply_page *p)
{
	const struct asked *a = &p->view.asked;
	size_t i;

	for (i = 0; i < a->count; i++) {
		const char *section = a->line[i]->item->section;
		struct reply_part *last = p->part_count ? &p->part[p->part_count - 1] : NULL;

		if (last && (p->part_count == REPLY_PARTS_MAX ||
			     (last->count < REPLY_PART_LINES &&
			      strcmp(a->line[last->first]->item->section, section) == 0))) {
			last->count++;
			continue;
		}
		p->part[p->part_count++] = (struct reply_part){ section_title(p, section), i, 1 };
	}
}

int reply_page_read(struct reply_page *p, struct request *req, struct response *res,
		    struct err *err)
{
	const struct visit *v = visit_of(req);
	CONN_CLEANUP *c = NULL;
	int r = visit_read(req, &c, err);

	p->req = req;
	p->res = res;
	p->who = &v->actor;
	p->through = v->link ? REPLY_LINK : REPLY_ACCOUNT;
	p->round = v->link ? v->link->round : req_param(req, "round");
	p->base = v->link ? html_path(req_arena(req), "/reply/%s", req_param(req, "link"))
			  : html_path(req_arena(req), "/round/%s/reply", p->round);
	p->part_count = 0;
	p->faults.count = 0;
	p->message = NULL;
	p->posted = false;
	p->attached = false;
	if (!p->base)
		return err_nomem(err);
	if (r == 0)
		r = reply_read(v->app->ledgers, c, p->who, p->round, p->through, req_arena(req),
			       &p->view, err);
	if (r == 0)
		make_parts(p);
	return r;
}

char *reply_path(const struct reply_page *p, const char *rest)
{
	return rest ? arena_printf(req_arena(p->req), "%s/%s", p->base, rest)
		    : arena_strdup(req_arena(p->req), p->base);
}

char *reply_part_path(const struct reply_page *p, size_t part)
{
	return arena_printf(req_arena(p->req), "%s/part/%zu", p->base, part + 1);
}

size_t reply_part_of(const struct reply_page *p, size_t line)
{
	size_t i;

	for (i = 0; i + 1 < p->part_count; i++)
		if (line < p->part[i].first + p->part[i].count)
			break;
	return i;
}

size_t reply_part_answered(const struct reply_page *p, size_t part)
{
	size_t i, n = 0;

	for (i = 0; i < p->part[part].count; i++)
		n += typed_answered(&p->view.typed[p->part[part].first + i]);
	return n;
}

/* --- forms ------------------------------------------------------------------------------- */

int reply_form_begin(struct reply_page *p, const char *path, bool files, struct err *err)
{
	char id[ID_SIZE];

	if (p->through != REPLY_LINK) {
		form_begin(p->h, p->req, path, true, files);
		return 0;
	}
	html_open(p->h, EL_FORM);
	html_attr(p->h, "method", "post");
	html_url(p->h, "action", path);
	if (files)
		html_attr(p->h, "enctype", "multipart/form-data");
	html_attr(p->h, "novalidate", "");
	id_new(id);
	html_hidden(p->h, "key", id);
	return csrf_login_field(p->h, p->req, p->res, err);
}

const char *reply_fingerprint(const struct reply_page *p, size_t part)
{
	const struct asked *a = &p->view.asked;
	uint8_t hash[HASH_SIZE];
	char hex[HASH_HEX_SIZE];
	struct buf b;
	size_t i;

	buf_init(&b, 0);
	for (i = 0; i < p->part[part].count; i++) {
		const struct round_line *l = a->line[p->part[part].first + i];

		buf_printf(&b, "%s/%s\n", l->item->id, l->column ? l->column->id : "");
	}
	hash_bytes(b.data ? b.data : "", b.len, hash);
	buf_release(&b);
	hex_encode(hash, sizeof hash, hex);
	return arena_strndup(req_arena(p->req), hex, 16);
}

/* --- what stands on every page -------------------------------------------------------------- */

void reply_begin(struct reply_page *p, const char *title, const char *lead)
{
	page_begin(p->h, p->req, p->through == REPLY_LINK ? NAV_NONE : NAV_ROUNDS, title, lead);
	if (p->message)
		page_notice(p->h, "error", NULL, p->message);
	page_faults(p->h, &p->faults);
}

static const char *answer_word(const struct typed_answer *t)
{
	int value = answer_parse(t->text[ASKED_VALUE]);

	if (value == ANSWER_GIVEN || (value < 0 && !*t->text[ASKED_VALUE]))
		return "";
	return value < 0 ? t->text[ASKED_VALUE] : answer_label((enum answer_value)value);
}

void reply_write_answer(struct reply_page *p, size_t line)
{
	const struct asked *a = &p->view.asked;
	const struct typed_answer *t = &p->view.typed[line];
	int doer = doer_parse(t->text[ASKED_DOER]), f;

	if (typed_empty(t)) {
		html_el_class(p->h, EL_SPAN, "chip chip-unanswered", "未記入");
		return;
	}
	html_open(p->h, EL_DL);
	html_attr(p->h, "class", "description-list");
	parts_fact(p->h, asked_label(a, ASKED_DOER),
		   doer < 0 ? t->text[ASKED_DOER] : doer_label((enum doer)doer));
	parts_fact(p->h, asked_label(a, ASKED_VALUE), answer_word(t));
	for (f = ASKED_GIVEN; f < ASKED_MAX; f++)
		parts_fact(p->h, asked_label(a, (enum asked_field)f), t->text[f]);
	html_close(p->h, EL_DL);
}
