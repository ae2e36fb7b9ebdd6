#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "outside.h"

#include "base/file.h"

char *outside_path(const char *suffix)
{
	const char *dir = getenv("TMPDIR");
	char path[512];
	int fd;

	snprintf(path, sizeof path, "%s/daicho-report-XXXXXX%s", dir ? dir : "/tmp", suffix);
	fd = mkstemps(path, (int)strlen(suffix));
	assert_true(fd >= 0);
	close(fd);
	return strdup(path);
}

char *outside_run(const char *command, const char *path)
{
	const char *gap = strstr(command, "%s");
	char line[2048], chunk[4096];
	struct buf out;
	size_t n;
	FILE *f;

	assert_non_null(gap);
	snprintf(line, sizeof line, "%.*s'%s'%s", (int)(gap - command), command, path, gap + 2);
	f = popen(line, "r");
	assert_non_null(f);
	buf_init(&out, 0);
	while ((n = fread(chunk, 1, sizeof chunk, f)) > 0)
		buf_add(&out, chunk, n);
	if (pclose(f) != 0)
		fail_msg("failed: %s", line);
	return buf_take(&out, NULL);
}

char *outside_read(const char *command, const struct buf *bytes)
{
	char *path = outside_path(".pdf"), *out;
	struct err err;

	if (file_write(path, bytes->data, bytes->len, 0600, &err) < 0)
		fail_msg("%s", err.text);
	out = outside_run(command, path);
	unlink(path);
	free(path);
	return out;
}

int outside_count(const char *text, const char *needle)
{
	int count = 0;

	for (; (text = strstr(text, needle)) != NULL; text += strlen(needle))
		count++;
	return count;
}
