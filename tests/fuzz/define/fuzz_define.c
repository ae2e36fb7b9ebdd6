/* Bytes as a definition file, as every kind there is in turn: parse, link, check. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "define/define.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const char *kind, const char *path)
{
	struct complaints complaints = { NULL, 0, 0 };
	struct err err = { 0 };
	int r = define_check_file(NULL, kind, path, &complaints, &err);
	size_t i;

	/* A refusal names its places; an acceptance has nothing to say. */
	if ((r == 0) != (complaints.count == 0 && err.code == 0))
		abort();
	for (i = 0; i < complaints.count; i++)
		if (complaints.item[i].line < 1 || complaints.item[i].column < 1 ||
		    !complaints.item[i].text[0])
			abort();
	complaints_release(&complaints);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[64];
	FILE *f;

	(void)snprintf(path, sizeof path, "/dev/shm/fuzz-define-%ld.yaml", (long)getpid());
	f = fopen(path, "wb");
	if (!f)
		abort();
	if (fwrite(data, 1, size, f) != size || fclose(f) != 0)
		abort();
	check("ledger", path);
	check("catalogue", path);
	check("crosswalk", path);
	check("glossary", path);
	check("scope", path);
	(void)unlink(path);
	return 0;
}
