/* What answers given elsewhere say about a question. */
#include "page/round_parts.h"

static const char *chip_of(enum inherited_value v)
{
	static const char *const chips[INHERITED_MAX] = { "chip chip-no", "chip chip-yes",
							  "chip chip-open", "chip chip-na" };

	return chips[v];
}

static void write_sources(struct html *h, struct request *req, const struct inherited *in)
{
	size_t i;

	html_open(h, EL_UL);
	for (i = 0; i < in->source_count; i++) {
		const struct inherited_source *s = &in->source[i];
		const char *column = s->item->column_count
					     ? s->catalogue->column[s->item->column[0]].id
					     : NO_COLUMN;

		if (!s->round)
			continue;
		html_open(h, EL_LI);
		html_link(
			h,
			html_path(req_arena(req), "/round/%s/item/%s/%s", s->round->id, s->item->id,
				  column),
			arena_printf(req_arena(req), "%s %s を開く", s->item->id, s->item->topic));
		html_close(h, EL_LI);
	}
	html_close(h, EL_UL);
}

static void write_one(struct html *h, struct request *req, const struct inherited *in)
{
	html_open(h, EL_P);
	html_el_class(h, EL_SPAN, chip_of(in->value), inherited_label(in->value));
	html_textf(h, " %s", in->chain);
	html_close(h, EL_P);
	write_sources(h, req, in);
}

/* Hints are many and decide nothing: they are folded away. */
static void write_hints(struct html *h, struct request *req, const struct round_line *line,
			size_t from)
{
	size_t i;

	if (from == line->inherited_count)
		return;
	html_open(h, EL_DETAILS);
	html_open(h, EL_SUMMARY);
	html_textf(h, "一部が重なる答えを見る（%zu件）", line->inherited_count - from);
	html_close(h, EL_SUMMARY);
	for (i = from; i < line->inherited_count; i++)
		write_one(h, req, &line->inherited[i]);
	html_close(h, EL_DETAILS);
}

void write_inherited(struct html *h, struct request *req, const struct round_line *line)
{
	size_t i;

	if (!line->inherited_count)
		return;
	html_open(h, EL_SECTION);
	html_attr(h, "class", "proposal");
	html_attr(h, "aria-label", "ほかの答えからの提案");
	html_open(h, EL_P);
	html_el(h, EL_STRONG, "ほかの答えからの提案");
	html_close(h, EL_P);
	for (i = 0; i < line->inherited_count && line->inherited[i].value != INHERITED_HINT; i++)
		write_one(h, req, &line->inherited[i]);
	if (i)
		html_el_class(h, EL_P, "help",
			      "自動で答えたことにはなりません。確かめてから、下で答えてください。");
	write_hints(h, req, line, i);
	html_close(h, EL_SECTION);
}
