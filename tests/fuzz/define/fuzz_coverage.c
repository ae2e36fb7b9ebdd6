/* Bytes as a list of printed numbers, compared with a small catalogue. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "define/define.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct item_def items[] = {
	{ .id = "7-①", .section = "7", .group = "", .number = "①", .pos = { "c.yaml", 9, 5 } },
	{ .id = "7-②", .section = "7", .group = "", .number = "②", .pos = { "c.yaml", 12, 5 } },
	{ .id = "8-ア-1",
	  .section = "8",
	  .group = "ア",
	  .number = "1",
	  .pos = { "c.yaml", 15, 5 } },
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct catalogue c = { .id = "c", .coverage = "c", .item = items, .item_count = 3 };
	struct complaints complaints = { NULL, 0, 0 };
	struct err err = { 0 };
	char path[64];
	size_t i;
	FILE *f;
	int r;

	(void)snprintf(path, sizeof path, "/dev/shm/fuzz-coverage-%ld.tsv", (long)getpid());
	f = fopen(path, "wb");
	if (!f || fwrite(data, 1, size, f) != size || fclose(f) != 0)
		abort();
	r = define_check_coverage(&c, path, &complaints, &err);
	(void)unlink(path);
	/* Three items can only be covered by a list that names them. */
	if (r == 0 && (complaints.count || size < 12))
		abort();
	if (r < 0 && !err.text[0])
		abort();
	for (i = 0; i < complaints.count; i++)
		if (complaints.item[i].line < 1 || !complaints.item[i].text[0])
			abort();
	complaints_release(&complaints);
	return 0;
}
