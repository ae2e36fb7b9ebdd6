#include "base/share.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/file.h"

/* The folder above the one that holds the running program, if it has content/. */
static int beside_program(char *ret, size_t size)
{
	char probe[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", ret, size - 1);
	int level;

	if (n <= 0)
		return 0;
	ret[n] = '\0';
	for (level = 0; level < 2; level++) {
		char *slash = strrchr(ret, '/');

		if (!slash)
			return 0;
		*slash = '\0';
	}
	if (snprintf(probe, sizeof probe, "%s/content", ret) >= (int)sizeof probe)
		return 0;
	return file_exists(probe);
}

int share_path(const char *sub, char *ret, size_t size)
{
	const char *root = getenv("DAICHO_SHARE");
	char program[PATH_MAX];

	if (!root || !*root)
		root = beside_program(program, sizeof program) ? program : DAICHO_SHARE;
	if (snprintf(ret, size, "%s/%s", root, sub) >= (int)size)
		return ERR_LIMIT;
	return 0;
}
