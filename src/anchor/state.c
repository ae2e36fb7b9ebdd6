#include "anchor/state.h"

#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"

#define STATE_MAX ((size_t)65536)

static const struct channel_row rows[] = {
#define CHANNEL(id, name, label, seconds, does, mend) { name, label, seconds, does, mend },
#include "anchor/channels.def"
#undef CHANNEL
};

const struct channel_row *channel_row(enum channel c)
{
	return &rows[c];
}

int channel_parse(const char *name)
{
	int i;

	for (i = 0; i < CHANNEL_MAX; i++)
		if (strcmp(rows[i].name, name) == 0)
			return i;
	return -1;
}

bool channel_stalled(const struct channel_state *s, int64_t now_us)
{
	return s->next_us > 0 && now_us - s->next_us > CHANNEL_LATE_US;
}

const char *channel_word(const struct channel_state *s, bool configured, int64_t now_us)
{
	if (s->alarm)
		return "警報: 別の記録を見た人がいます";
	if (!configured)
		return "設定していません";
	if (channel_stalled(s, now_us))
		return "止まっています";
	if (s->fail_us)
		return "失敗しています";
	return s->ok_us ? "動いています" : "まだ行っていません";
}

static int state_path(const char *data, char ret[PATH_MAX], struct err *err)
{
	if (snprintf(ret, PATH_MAX, "%s/anchors/state/channels.json", data) >= PATH_MAX)
		return err_set(err, ERR_LIMIT, "フォルダのパスが長すぎます: %.200s", data);
	return 0;
}

static int folder_make(const char *data, struct err *err)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof path, "%s/anchors/state", data);
	return dir_make_kept(path, 0700, err);
}

static int64_t number(const json_t *o, const char *name)
{
	return (int64_t)json_integer_value(json_object_get(o, name));
}

static void text(const json_t *o, const char *name, char *ret, size_t size)
{
	const char *s = json_string_value(json_object_get(o, name));

	(void)snprintf(ret, size, "%s", s ? s : "");
}

void anchor_state_read(const char *data, struct anchor_state *ret)
{
	CLEANUP(buf_release) struct buf b;
	char path[PATH_MAX];
	json_t *root = NULL;
	int i;

	memset(ret, 0, sizeof *ret);
	buf_init(&b, STATE_MAX);
	if (state_path(data, path, NULL) < 0 || file_read(path, STATE_MAX, &b, NULL) < 0)
		return;
	root = json_loadb(b.data, b.len, JSON_REJECT_DUPLICATES, NULL);
	for (i = 0; i < CHANNEL_MAX; i++) {
		const json_t *o = json_object_get(root, rows[i].name);
		struct channel_state *s = &ret->channel[i];

		s->ok_us = number(o, "ok");
		s->ok_size = number(o, "size");
		s->fail_us = number(o, "failed");
		s->next_us = number(o, "next");
		s->fails = number(o, "fails");
		s->ends_us = number(o, "ends");
		s->alarm = json_is_true(json_object_get(o, "alarm"));
		text(o, "who", s->who, sizeof s->who);
		text(o, "text", s->text, sizeof s->text);
	}
	json_decref(root);
}

int anchor_state_write(const char *data, const struct anchor_state *state, struct err *err)
{
	char path[PATH_MAX], *bytes;
	json_t *root = json_object();
	int i, r = state_path(data, path, err);

	for (i = 0; i < CHANNEL_MAX; i++) {
		const struct channel_state *s = &state->channel[i];

		json_object_set_new(
			root, rows[i].name,
			json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:b,s:s,s:s}", "ok", (json_int_t)s->ok_us,
				  "size", (json_int_t)s->ok_size, "failed", (json_int_t)s->fail_us,
				  "next", (json_int_t)s->next_us, "fails", (json_int_t)s->fails,
				  "ends", (json_int_t)s->ends_us, "alarm", (int)s->alarm, "who",
				  s->who, "text", s->text));
	}
	bytes = json_dumps(root, JSON_INDENT(1));
	json_decref(root);
	if (r == 0)
		r = folder_make(data, err);
	if (r == 0)
		r = bytes ? file_write(path, bytes, strlen(bytes), 0600, err) : err_nomem(err);
	free(bytes);
	return r;
}
