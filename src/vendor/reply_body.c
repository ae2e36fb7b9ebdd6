/* What is being written, as one text: canonical JSON, a member per field that holds something. */
#include <string.h>

#include "base/canon.h"
#include "base/cleanup.h"
#include "vendor/replying.h"

static json_t *line_json(const struct round_line *line, const struct typed_answer *t)
{
	json_t *o = json_pack("{s:s,s:s}", "item", line->item->id, "column",
			      line->column ? line->column->id : "");
	int f;

	for (f = 0; o && f < ASKED_MAX; f++)
		if (*t->text[f])
			json_object_set_new(o, asked_field_name((enum asked_field)f),
					    json_string(t->text[f]));
	return o;
}

int reply_body_write(const struct asked *a, const struct typed_answer *typed, struct arena *arena,
		     const char **ret, struct err *err)
{
	json_t *lines = json_array();
	CLEANUP(buf_release) struct buf b;
	size_t i;
	int r;

	for (i = 0; lines && i < a->count; i++)
		if (!typed_empty(&typed[i]))
			json_array_append_new(lines, line_json(a->line[i], &typed[i]));
	buf_init(&b, 0);
	r = lines ? canon_write(lines, &b, err) : err_nomem(err);
	json_decref(lines);
	if (r < 0)
		return r;
	*ret = buf_failed(&b) ? NULL : arena_strndup(arena, b.data, b.len);
	return *ret ? 0 : err_nomem(err);
}

static int take_line(const struct asked *a, const json_t *o, struct arena *arena,
		     struct typed_answer *typed)
{
	int i = asked_find(a, json_str(o, "item", ""), json_str(o, "column", "")), f;

	if (i < 0)
		return 0;
	for (f = 0; f < ASKED_MAX; f++)
		typed[i].text[f] =
			arena_strdup(arena, json_str(o, asked_field_name((enum asked_field)f), ""));
	return arena_failed(arena) ? -1 : 0;
}

int reply_body_read(const struct asked *a, const char *body, struct arena *arena,
		    struct typed_answer *typed, struct err *err)
{
	json_t *lines = NULL, *o;
	size_t i;
	int r = *body ? json_read(body, strlen(body), &lines, err) : 0;

	if (r < 0)
		return err_set(
			err, ERR_CORRUPT,
			"書きかけの答えの記録がおかしくなっています。改ざん検査をしてください");
	json_array_foreach(lines, i, o) if (take_line(a, o, arena, typed) < 0) r = err_nomem(err);
	json_decref(lines);
	return r;
}
