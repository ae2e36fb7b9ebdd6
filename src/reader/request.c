#include "reader/request.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "reader/limits.h"

void request_format(const struct reader_request *r, char ret[REQUEST_ARGS][REQUEST_DIGITS])
{
	const struct sheet_options *o = &r->options;
	const struct sheet_limits *l = &o->limits;
	const unsigned long long values[REQUEST_ARGS] = {
		(unsigned long long)o->forced,
		(unsigned char)o->delimiter,
		o->sheet,
		o->header_row,
		l->file_bytes,
		l->unpacked_bytes,
		l->ratio,
		l->entries,
		l->rows,
		l->columns,
		l->cell_chars,
		l->seconds,
		(unsigned long long)r->probe,
		(unsigned long long)r->task,
	};

	for (size_t i = 0; i < REQUEST_ARGS; i++)
		snprintf(ret[i], REQUEST_DIGITS, "%llu", values[i]);
}

bool request_parse(int argc, char **argv, struct reader_request *ret)
{
	unsigned long long v[REQUEST_ARGS];
	struct sheet_limits *l = &ret->options.limits;

	if (argc != REQUEST_ARGS + 2)
		return false;
	for (size_t i = 0; i < REQUEST_ARGS; i++) {
		char *end;

		errno = 0;
		v[i] = strtoull(argv[i + 2], &end, 10);
		if (errno || end == argv[i + 2] || *end)
			return false;
	}
	if (v[0] >= SHEET_ENCODING_MAX || v[1] > 127 || v[12] >= READER_PROBE_MAX ||
	    v[13] >= READER_TASK_MAX)
		return false;
	for (size_t i = 0; i < REQUEST_ARGS; i++)
		if (i != 4 && i != 5 && v[i] > UINT32_MAX)
			return false;
	*ret = (struct reader_request){
		.task = (enum reader_task)v[13],
		.options = { .forced = (enum sheet_encoding)v[0],
			     .delimiter = (char)v[1],
			     .sheet = (uint32_t)v[2],
			     .header_row = (uint32_t)v[3],
			     .limits = { .file_bytes = v[4], .unpacked_bytes = v[5] } },
		.probe = (enum reader_probe)v[12],
	};
	l->ratio = (uint32_t)v[6];
	l->entries = (uint32_t)v[7];
	l->rows = (uint32_t)v[8];
	l->columns = (uint32_t)v[9];
	l->cell_chars = (uint32_t)v[10];
	l->seconds = (uint32_t)v[11];
	limits_fill(l);
	return true;
}
