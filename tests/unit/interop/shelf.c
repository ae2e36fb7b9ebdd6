#include "shelf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "measure/measure.h"

int shelf_setup(void **state)
{
	struct shelf *s = calloc(1, sizeof *s);
	struct complaints complaints = { 0 };
	struct err err = { 0 };
	size_t count;
	const char *const *measures = measure_names(&count);

	assert_non_null(s);
	arena_init(&s->arena, (size_t)512 << 20);
	snprintf(s->folder, sizeof s->folder, "/tmp/daicho-interop-XXXXXX");
	assert_non_null(mkdtemp(s->folder));
	if (define_load(DAICHO_SHARE "/content", measures, count, &s->d, &complaints, &err) < 0)
		fail_msg("%s", err.text);
	complaints_release(&complaints);
	*state = s;
	return 0;
}

int shelf_teardown(void **state)
{
	struct shelf *s = *state;
	char command[128];

	snprintf(command, sizeof command, "rm -rf %s", s->folder);
	assert_int_equal(system(command), 0);
	define_free(s->d);
	arena_release(&s->arena);
	free(s);
	return 0;
}

struct intake shelf_read(struct shelf *s, enum intake_kind kind, const void *bytes, size_t len)
{
	struct intake ret = { 0 };
	struct err err = { 0 };

	if (intake_read(s->d, kind, "試験.bin", bytes, len, &s->arena, &ret, &err) < 0)
		fail_msg("%s:%d: %s", err.file, err.line, err.text);
	return ret;
}

void shelf_refuse(struct shelf *s, enum intake_kind kind, const void *bytes, size_t len, int code,
		  const char *says)
{
	struct intake ret = { 0 };
	struct err err = { 0 };
	int r = intake_read(s->d, kind, "試験.bin", bytes, len, &s->arena, &ret, &err);

	if (r != code || !strstr(err.text, says))
		fail_msg("expected %d '%s', got %d '%s' (%s:%d)", code, says, r, err.text, err.file,
			 err.line);
}

static void complain(const struct complaints *c, const char *yaml)
{
	if (c->count)
		fail_msg("%s:%d: %s\n%.3000s", c->item[0].file, c->item[0].line, c->item[0].text,
			 yaml);
}

const struct catalogue *shelf_catalogue(struct shelf *s, const struct intake *in, size_t i)
{
	const struct intake_file *f = &in->file[i];
	const struct catalogue *ret = NULL;
	struct complaints complaints = { 0 };
	struct err err = { 0 };

	assert_true(i < in->file_count);
	assert_string_equal(f->kind, "catalogue");
	assert_int_equal(strlen(f->yaml), f->len);
	if (define_read_catalogue(s->d, f->name, f->yaml, f->len, &s->arena, &ret, &complaints,
				  &err) < 0)
		complain(&complaints, f->yaml);
	complaints_release(&complaints);
	assert_non_null(ret);
	assert_int_equal(ret->item_count, f->count);
	return ret;
}

const struct crosswalk *shelf_crosswalk(struct shelf *s, const struct intake *in, size_t i)
{
	const struct intake_file *f = &in->file[i];
	const struct crosswalk *ret = NULL;
	struct complaints complaints = { 0 };
	struct err err = { 0 };

	assert_true(i < in->file_count);
	assert_string_equal(f->kind, "crosswalk");
	if (define_read_crosswalk(s->d, f->name, f->yaml, f->len, &s->arena, &ret, &complaints,
				  &err) < 0)
		complain(&complaints, f->yaml);
	complaints_release(&complaints);
	assert_non_null(ret);
	assert_int_equal(ret->pair_count, f->count);
	return ret;
}

const char *shelf_path(struct shelf *s, const char *name)
{
	return arena_printf(&s->arena, "%s/%s", s->folder, name);
}

struct buf shelf_slurp(struct shelf *s, const char *name)
{
	struct err err = { 0 };
	struct buf b;

	buf_init(&b, 0);
	if (file_read(shelf_path(s, name), (size_t)64 << 20, &b, &err) < 0)
		fail_msg("%s", err.text);
	return b;
}

bool shelf_noted(const struct intake *in, const char *says)
{
	for (size_t i = 0; i < in->note_count; i++)
		if (strstr(in->note[i].text, says) || strstr(in->note[i].place, says))
			return true;
	return false;
}

static void differ(json_t *a, json_t *b, const char *at)
{
	char *x = json_dumps(a, JSON_ENCODE_ANY), *y = json_dumps(b, JSON_ENCODE_ANY);

	fail_msg("at %s:\n%.1500s\n%.1500s", at, x ? x : "(nothing)", y ? y : "(nothing)");
}

static void same(json_t *a, json_t *b, const char *at)
{
	char path[300];
	const char *key;
	json_t *value;
	size_t i;

	if (!a || !b || json_typeof(a) != json_typeof(b))
		differ(a, b, at);
	if (json_is_array(a)) {
		if (json_array_size(a) != json_array_size(b))
			differ(a, b, at);
		json_array_foreach(a, i, value)
		{
			snprintf(path, sizeof path, "%.200s[%zu]", at, i);
			same(value, json_array_get(b, i), path);
		}
	} else if (json_is_object(a)) {
		if (json_object_size(a) != json_object_size(b))
			differ(a, b, at);
		json_object_foreach(a, key, value)
		{
			snprintf(path, sizeof path, "%.200s.%.60s", at, key);
			same(value, json_object_get(b, key), path);
		}
	} else if (!json_equal(a, b)) {
		differ(a, b, at);
	}
}

void shelf_same(json_t *a, json_t *b, const char *const *but)
{
	for (; *but; but++) {
		json_object_del(a, *but);
		json_object_del(b, *but);
	}
	same(a, b, "");
	json_decref(a);
	json_decref(b);
}
