#include "tell.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/canon.h"
#include "base/file.h"
#include "message/read.h"
#include "message/wire.h"

struct told tell(enum message_format format, const char *bytes, size_t len)
{
	/* Exactly as many bytes as there are, so that a read behind them is seen. */
	char *copy = malloc(len ? len : 1);
	struct told t = { 0 };
	struct reading *r = calloc(1, sizeof *r);
	struct buf out;
	char *kept;

	assert_non_null(copy);
	assert_non_null(r);
	memcpy(copy, bytes, len);
	arena_init(&t.arena, 0);
	buf_init(&out, 0);
	reading_init(r, TELL_NOW);
	t.count = reading_run(r, format, copy, len, &out);
	reading_release(r);
	assert_true(t.count > 0);
	kept = arena_memdup(&t.arena, out.data, out.len);
	t.m = arena_calloc(&t.arena, t.count, sizeof *t.m);
	assert_true(wire_read(kept, out.len, t.count, 0, len, &t.arena, t.m));
	/* Every byte is one message's. */
	for (size_t i = 0; i < t.count; i++)
		assert_int_equal(t.m[i].from, i ? t.m[i - 1].to : 0);
	assert_int_equal(t.m[t.count - 1].to, len);
	buf_release(&out);
	free(r);
	free(copy);
	return t;
}

struct told tell_text(enum message_format format, const char *text)
{
	return tell(format, text, strlen(text));
}

struct told tell_file(enum message_format format, const char *path)
{
	FILE *f = fopen(path, "rb");
	static char bytes[1 << 20];
	size_t len;

	if (!f)
		return (struct told){ 0 };
	len = fread(bytes, 1, sizeof bytes, f);
	fclose(f);
	return tell(format, bytes, len);
}

void told_release(struct told *t)
{
	arena_release(&t->arena);
}

static const char *some(const char *s)
{
	return *s ? s : "-";
}

const char *told_line(const struct told *t, size_t i, char *ret, size_t size)
{
	const struct message *m = &t->m[i];

	snprintf(ret, size, "%s %s %s@%s %s %s", message_action_name(m->action),
		 some(message_outcome_name(m->outcome)), some(m->user), some(m->terminal),
		 some(m->patient), some(m->object));
	return ret;
}

void expect(const struct told *t, size_t i, const char *line)
{
	char is[2048];

	assert_true(i < t->count);
	if (*t->m[i].fault)
		print_message("%s\n", t->m[i].fault);
	assert_string_equal(told_line(t, i, is, sizeof is), line);
}

void expect_text(enum message_format format, const char *text, const char *line)
{
	struct told t = tell_text(format, text);

	assert_int_equal(t.count, 1);
	expect(&t, 0, line);
	told_release(&t);
}

void expect_fault(enum message_format format, const char *bytes, size_t len, const char *says)
{
	struct told t = tell(format, bytes, len);

	assert_int_equal(t.m[0].action, MESSAGE_UNPARSED);
	if (!strstr(t.m[0].fault, says))
		fail_msg("expected '%s' in '%s'", says, t.m[0].fault);
	assert_non_null(strstr(t.m[0].detail, "\"fault\":"));
	told_release(&t);
}
