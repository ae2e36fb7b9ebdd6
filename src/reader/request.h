/* What the parent asks of the reader child, as its command line. */
#ifndef DAICHO_READER_REQUEST_H
#define DAICHO_READER_REQUEST_H

#include <stdbool.h>

#include "reader/sheet.h"

/* Misbehaviour on demand, after the child has locked itself in: how the tests
 * prove that the lock holds and that the parent believes nothing. */
enum reader_probe {
	READER_PROBE_NONE,
	READER_PROBE_OPEN,    /* opens a file */
	READER_PROBE_SOCKET,  /* opens a connection */
	READER_PROBE_EXEC,    /* starts a program */
	READER_PROBE_STDIN,   /* writes into the file it was given */
	READER_PROBE_SPIN,    /* never ends */
	READER_PROBE_CRASH,   /* dies */
	READER_PROBE_GARBAGE, /* sends a frame that is none */
	READER_PROBE_SILENT,  /* ends well without having said anything */
	READER_PROBE_MEMORY,  /* takes all the memory it can get */
	READER_PROBE_MAX
};

/* What the child is to do with the file. */
enum reader_task {
	READER_TASK_SHEET, /* a table: rows */
	READER_TASK_JSON,  /* a document: a tree */
	READER_TASK_YAML,
	READER_TASK_FILL, /* a workbook with what to write into it (fill.h): bytes */
	READER_TASK_MAX
};

struct reader_request {
	enum reader_task task;
	struct sheet_options options;
	enum reader_probe probe;
};

#define REQUEST_ARGS 14 /* numbers on the command line, after READER_CHILD_ARG */
#define REQUEST_DIGITS 24

/* Set in the child's environment, so that a program that does not know the
 * argument cannot start itself for ever. */
#define READER_CHILD_ENV "DAICHO_READER_CHILD"

void request_format(const struct reader_request *r, char ret[REQUEST_ARGS][REQUEST_DIGITS]);
/* False if the numbers are not those that request_format writes. */
bool request_parse(int argc, char **argv, struct reader_request *ret);

/* sheet_read with a probe. */
int sheet_read_request(int fd, const struct reader_request *request, const struct sheet_sink *sink,
		       struct err *err);

#endif
