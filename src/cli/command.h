/*
 * Commands: one row in commands.def, one file each. Exit codes: 0 done, 1 a
 * check failed or rows were refused, 2 usage, 3 environment.
 */
#ifndef DAICHO_CLI_COMMAND_H
#define DAICHO_CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_ENVIRONMENT = 3 };

struct option_spec {
	const char *name;  /* "org" for --org */
	const char *value; /* name of its value for the help, NULL for a switch */
	const char *help;
};

struct option_value {
	const char *name, *value; /* value "" for a switch */
};

#define OPTIONS_MAX 32
#define ARGUMENTS_MAX 40

/* A parsed command line. Strings belong to argv. */
struct invocation {
	const char *argument[ARGUMENTS_MAX];
	int argument_count;
	struct option_value option[OPTIONS_MAX];
	int option_count;
};

struct command {
	const char *name;
	const char *usage; /* arguments after the name */
	const char *summary;
	const struct option_spec *options; /* ends with a NULL name */
	int min_arguments, max_arguments;
	int (*run)(const struct invocation *in);
};

/* Runs the command named by argv[1]; prints help and usage errors itself. */
int command_main(int argc, char **argv);

/* Value of an option, or NULL when not given ("" for a given switch). */
const char *option(const struct invocation *in, const char *name);
bool option_given(const struct invocation *in, const char *name);
/* True for --format json; complains about any format but text and json. */
int option_format(const struct invocation *in, bool *ret_json, struct err *err);

/* Prints the message on standard error, with its place, and returns the exit code
 * that fits its kind. */
int report_error(const struct err *err);

#endif
