#include "log/tiles.h"

#include <stdio.h>
#include <string.h>

void tiles_path(const char *kind, uint64_t index, unsigned width, char ret[TILES_PATH_SIZE])
{
	char groups[64];
	size_t at = sizeof groups - 1;

	groups[at] = '\0';
	/* From the right: the last group is bare, those before it start with x. */
	for (;;) {
		char group[8];
		size_t n = (size_t)snprintf(group, sizeof group, "%s%03u",
					    at == sizeof groups - 1 ? "" : "x",
					    (unsigned)(index % 1000));

		at -= n;
		memcpy(groups + at, group, n);
		index /= 1000;
		if (index == 0)
			break;
		groups[--at] = '/';
	}
	if (width > 0 && width < TREE_TILE)
		snprintf(ret, TILES_PATH_SIZE, "tile/%.8s/%s.p/%u", kind, groups + at, width);
	else
		snprintf(ret, TILES_PATH_SIZE, "tile/%.8s/%s", kind, groups + at);
}
