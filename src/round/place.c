/* Catalogues and items as people speak of them. */
#include <string.h>

#include "base/fold.h"
#include "round/inherit.h"

/* What follows the edition in a title tells the volumes of one guideline apart. */
static const char *volume_of(const struct catalogue *c)
{
	const char *at = *c->edition ? strstr(c->title, c->edition) : NULL;

	if (!at)
		return "";
	at += strlen(c->edition);
	while (*at == ' ' || strncmp(at, "　", strlen("　")) == 0)
		at += *at == ' ' ? 1 : strlen("　");
	return strncmp(at, "（", strlen("（")) == 0 ? "" : at;
}

const char *catalogue_short(const struct catalogue *c, struct arena *arena)
{
	const char *volume = volume_of(c);

	/* A title that begins with its edition goes on with all that matters. */
	if (!*volume || strncmp(c->title, c->edition, strlen(c->edition)) == 0)
		return c->title;
	return arena_printf(arena, "%s（%s）", volume, c->edition);
}

/* ① to ⑳ and beyond stand right behind the section: 9②. */
static bool circled(const char *number)
{
	uint32_t cp = 0;

	if (*number)
		utf8_decode(number, &cp);
	return (cp >= 0x2460 && cp <= 0x24FF) || (cp >= 0x3251 && cp <= 0x32BF);
}

const char *item_place(const struct catalogue *c, const struct item_def *item, struct arena *arena)
{
	const char *name = catalogue_short(c, arena);

	if (!name)
		return NULL;
	if (!circled(item->number))
		return arena_printf(arena, "%s %s", name, item->id);
	return arena_printf(arena, "%s %s%s%s%s%s", name, item->section, *item->group ? " " : "",
			    item->group, *item->group ? " " : "", item->number);
}

const char *end_place(const struct catalogue *c, const struct pair_end *end, struct arena *arena)
{
	const struct item_def *item = &c->item[end->item[0]];
	const char *place;

	if (end->item_count > 1)
		return arena_printf(arena, "%s %s のすべての項目（%zu件）",
				    catalogue_short(c, arena), end->text, end->item_count);
	place = item_place(c, item, arena);
	return !place || end->statement < 0 ? place
					    : arena_printf(arena, "%s の文 %s", place,
							   item->statement[end->statement].id);
}
