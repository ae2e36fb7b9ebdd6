#include "cli/command.h"

#include <stdio.h>
#include <string.h>

#define COMMAND(id) extern const struct command command_##id;
#include "cli/commands.def"
#undef COMMAND

static const struct command *const commands[] = {
#define COMMAND(id) &command_##id,
#include "cli/commands.def"
#undef COMMAND
};
#define COMMAND_COUNT (sizeof commands / sizeof commands[0])

static void print_overview(FILE *out)
{
	size_t i;

	fprintf(out, "daicho %s  台帳: 医療情報システムの安全管理\n\n", DAICHO_VERSION);
	for (i = 0; i < COMMAND_COUNT; i++)
		fprintf(out, "  daicho %-10s %s\n", commands[i]->name, commands[i]->summary);
	fprintf(out, "\n詳しくは: daicho コマンド名 --help\n");
}

static void print_help(FILE *out, const struct command *c)
{
	const struct option_spec *o;

	fprintf(out, "使い方: daicho %s %s\n  %s\n", c->name, c->usage, c->summary);
	for (o = c->options; o && o->name; o++) {
		char left[64];

		snprintf(left, sizeof left, "--%s %s", o->name, o->value ? o->value : "");
		fprintf(out, "  %-28s %s\n", left, o->help);
	}
}

static const struct command *find(const char *name)
{
	size_t i;

	for (i = 0; i < COMMAND_COUNT; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

static const struct option_spec *find_option(const struct command *c, const char *name, size_t len)
{
	const struct option_spec *o;

	for (o = c->options; o && o->name; o++)
		if (strlen(o->name) == len && strncmp(o->name, name, len) == 0)
			return o;
	return NULL;
}

static int usage_error(const struct command *c, const char *what, const char *which)
{
	fprintf(stderr, "daicho %s: %s%s\n", c->name, what, which);
	print_help(stderr, c);
	return EXIT_USAGE;
}

/* Reads one "--name value" or "--name=value" at argv[*i]; moves *i on. */
static int parse_option(const struct command *c, int argc, char **argv, int *i,
			struct invocation *in)
{
	const char *name = argv[*i] + 2, *equals = strchr(name, '=');
	size_t len = equals ? (size_t)(equals - name) : strlen(name);
	const struct option_spec *spec = find_option(c, name, len);
	struct option_value *o;

	if (!spec)
		return usage_error(c, "知らない指定です: ", argv[*i]);
	if (in->option_count == OPTIONS_MAX)
		return usage_error(c, "指定が多すぎます", "");
	if (option_given(in, spec->name))
		return usage_error(c, "同じ指定が2回あります: --", spec->name);
	o = &in->option[in->option_count++];
	o->name = spec->name;
	o->value = "";
	if (!spec->value)
		return equals ? usage_error(c, "値は付けられません: --", spec->name) : EXIT_DONE;
	if (equals)
		o->value = equals + 1;
	else if (*i + 1 < argc)
		o->value = argv[++*i];
	else
		return usage_error(c, "値がありません: --", spec->name);
	return EXIT_DONE;
}

static int parse(const struct command *c, int argc, char **argv, struct invocation *in)
{
	bool only_arguments = false;
	int i, r;

	for (i = 2; i < argc; i++) {
		if (!only_arguments && strcmp(argv[i], "--") == 0) {
			only_arguments = true;
			continue;
		}
		if (!only_arguments && strncmp(argv[i], "--", 2) == 0) {
			r = parse_option(c, argc, argv, &i, in);
			if (r != EXIT_DONE)
				return r;
			continue;
		}
		if (in->argument_count == c->max_arguments || in->argument_count == ARGUMENTS_MAX)
			return usage_error(c, "余分な引数です: ", argv[i]);
		in->argument[in->argument_count++] = argv[i];
	}
	if (in->argument_count < c->min_arguments)
		return usage_error(c, "引数が足りません", "");
	return EXIT_DONE;
}

static bool asks_for_help(int argc, char **argv)
{
	int i;

	for (i = 2; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--help") == 0)
			return true;
	return false;
}

int command_main(int argc, char **argv)
{
	struct invocation in = { .argument_count = 0 };
	const struct command *c;
	int r;

	if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
		print_overview(argc < 2 ? stderr : stdout);
		return argc < 2 ? EXIT_USAGE : EXIT_DONE;
	}
	if (strcmp(argv[1], "--version") == 0) {
		printf("daicho %s\n", DAICHO_VERSION);
		return EXIT_DONE;
	}
	c = find(argv[1]);
	if (!c) {
		fprintf(stderr, "daicho: 知らないコマンドです: %s\n", argv[1]);
		print_overview(stderr);
		return EXIT_USAGE;
	}
	if (asks_for_help(argc, argv)) {
		print_help(stdout, c);
		return EXIT_DONE;
	}
	r = parse(c, argc, argv, &in);
	return r == EXIT_DONE ? c->run(&in) : r;
}

const char *option(const struct invocation *in, const char *name)
{
	int i;

	for (i = 0; i < in->option_count; i++)
		if (strcmp(in->option[i].name, name) == 0)
			return in->option[i].value;
	return NULL;
}

bool option_given(const struct invocation *in, const char *name)
{
	return option(in, name) != NULL;
}

int option_format(const struct invocation *in, bool *ret_json, struct err *err)
{
	const char *format = option(in, "format");

	if (format && strcmp(format, "json") != 0 && strcmp(format, "text") != 0)
		return err_set(err, ERR_USAGE, "--format は text か json です: %s", format);
	*ret_json = format && strcmp(format, "json") == 0;
	return 0;
}

int report_error(const struct err *err)
{
	if (err->file[0])
		fprintf(stderr, "%s:%d:%d: ", err->file, err->line, err->column);
	fprintf(stderr, "%s\n", err->text);
	switch (err->code) {
	case ERR_USAGE:
		return EXIT_USAGE;
	case ERR_IO:
	case ERR_NOMEM:
	case ERR_BUSY:
	case ERR_BUG:
		return EXIT_ENVIRONMENT;
	default:
		return EXIT_FAILED;
	}
}
