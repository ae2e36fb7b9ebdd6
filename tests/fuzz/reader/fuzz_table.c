/* Bytes as a file of any kind: file type, ZIP directory, workbook, CSV. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "reader/filetype.h"
#include "reader/table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sheet_options options = { .limits = { .unpacked_bytes = 1 << 20 } };
	struct frame_writer writer;
	struct fault f = { 0 };
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

	limits_fill(&options.limits);
	frame_writer_init(&writer, fd);
	if (table_read((const char *)data, size, &options, &writer, &f) < 0 && f.kind == FAULT_NONE)
		abort();
	frame_writer_release(&writer);
	close(fd);
	filetype_detect(data, size, "表.xlsx");
	return 0;
}
