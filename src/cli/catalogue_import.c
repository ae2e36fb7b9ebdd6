/* daicho catalogue import: the catalogues of others as definition files. */
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "cli/data.h"
#include "cli/definition.h"
#include "cli/interop.h"
#include "define/editions.h"
#include "interop/intake.h"

#define FILE_MAX ((size_t)64 << 20)
#define KNOWN_MAX 500

static int read_kind(const struct invocation *in, enum intake_kind *ret, struct err *err)
{
	const char *name = option(in, "kind");
	int kind = intake_kind_parse(name ? name : "");

	if (kind < 0)
		return err_set(err, ERR_USAGE, "--kind は oscal ciso xlsx yaml のどれかです: %s",
			       name);
	*ret = (enum intake_kind)kind;
	return 0;
}

/* Nothing is written before everything was read; a file that is there is not overwritten unless
 * asked for. */
static int write_files(const struct invocation *in, const struct intake *taken, const char *folder,
		       struct err *err)
{
	char path[PATH_MAX];
	size_t i;
	int r = dir_make(folder, 0755, err), pass;

	for (pass = 0; r == 0 && pass < 2; pass++)
		for (i = 0; r == 0 && i < taken->file_count; i++) {
			const struct intake_file *f = &taken->file[i];

			if (snprintf(path, sizeof path, "%s/%s", folder, f->name) >=
			    (int)sizeof path)
				return err_set(err, ERR_LIMIT, "パスが長すぎます: %.200s", folder);
			if (pass)
				r = file_write(path, f->yaml, f->len, 0644, err);
			else if (file_exists(path) && !option_given(in, "replace"))
				r = err_set(err, ERR_CONFLICT,
					    "%s がすでにあります。別のフォルダを選ぶか、"
					    "--replace を付けてください",
					    path);
		}
	return r;
}

static void print_text(const struct intake *taken, const char *folder)
{
	size_t i;

	for (i = 0; i < taken->file_count; i++) {
		const struct intake_file *f = &taken->file[i];
		bool catalogue = strcmp(f->kind, "catalogue") == 0;

		printf("%s/%s  %s（%zu%s）\n", folder, f->name, f->title, f->count,
		       catalogue ? "項目" : "組");
	}
	for (i = 0; i < taken->note_count; i++)
		printf("  %s%s%s\n", taken->note[i].place, *taken->note[i].place ? ": " : "",
		       taken->note[i].text);
}

static json_t *taken_json(const struct intake *taken)
{
	json_t *files = json_array(), *notes = json_array();
	size_t i;

	for (i = 0; i < taken->file_count; i++) {
		const struct intake_file *f = &taken->file[i];

		json_array_append_new(files,
				      json_pack("{s:s,s:s,s:s,s:s,s:I,s:s}", "kind", f->kind, "id",
						f->id, "file", f->name, "title", f->title, "count",
						(json_int_t)f->count, "lacks", f->lacks));
	}
	for (i = 0; i < taken->note_count; i++)
		json_array_append_new(notes, json_pack("{s:s,s:s}", "place", taken->note[i].place,
						       "text", taken->note[i].text));
	return json_pack("{s:s,s:o,s:o}", "kind", intake_kind_name(taken->kind), "files", files,
			 "notes", notes);
}

/* What lies in the folder already counts as known: a crosswalk may come after its catalogues. */
static int know_folder(const struct definitions *d, const char *folder, struct err *err)
{
	const struct catalogue *kept[KNOWN_MAX];
	struct overlay o = { .catalogue = kept };
	struct dirent *e;
	DIR *dir = opendir(folder);
	char path[PATH_MAX];
	struct buf b;

	if (!dir)
		return 0;
	buf_init(&b, FILE_MAX + 1);
	while ((e = readdir(dir)) && o.catalogue_count < KNOWN_MAX) {
		size_t n = strlen(e->d_name);

		if (n < 6 || strcmp(e->d_name + n - 5, ".yaml") != 0 ||
		    snprintf(path, sizeof path, "%s/%s", folder, e->d_name) >= (int)sizeof path)
			continue;
		buf_clear(&b);
		/* A crosswalk, or something else: not ours to complain about. */
		if (file_read(path, FILE_MAX, &b, NULL) == 0 &&
		    define_keep_catalogue(d, e->d_name, b.data ? b.data : "", b.len,
					  &kept[o.catalogue_count], NULL) == 0)
			o.catalogue_count++;
	}
	closedir(dir);
	buf_release(&b);
	return o.catalogue_count ? define_overlay(d, &o, err) : 0;
}

static int import(const struct invocation *in, const struct definitions *d, const char *path,
		  struct arena *arena, json_t *out, struct err *err)
{
	const char *folder = option(in, "out"), *slash;
	CLEANUP(buf_release) struct buf bytes;
	enum intake_kind kind = INTAKE_GUESS;
	struct intake taken;
	int r = read_kind(in, &kind, err);

	buf_init(&bytes, FILE_MAX + 1);
	if (r == 0)
		r = file_read(path, FILE_MAX, &bytes, err);
	if (r < 0)
		return r;
	slash = strrchr(path, '/');
	r = intake_read(d, kind, slash ? slash + 1 : path, bytes.data ? bytes.data : "", bytes.len,
			arena, &taken, err);
	if (r == 0)
		r = write_files(in, &taken, folder, err);
	if (r == 0 && out)
		json_array_append_new(out, taken_json(&taken));
	else if (r == 0)
		print_text(&taken, folder);
	return r;
}

/* One file after the other, each seeing what came of those before. */
static int import_all(const struct invocation *in, const struct definitions *d, bool json,
		      struct err *err)
{
	json_t *out = json ? json_array() : NULL;
	struct arena arena;
	int r = 0, i;

	for (i = 1; r == 0 && i < in->argument_count; i++) {
		arena_init(&arena, (size_t)256 << 20);
		r = know_folder(d, option(in, "out"), err);
		if (r == 0)
			r = import(in, d, in->argument[i], &arena, out, err);
		arena_release(&arena);
	}
	if (r == 0 && json)
		definition_print_json(out);
	else
		json_decref(out);
	return r;
}

int catalogue_import(const struct invocation *in)
{
	struct definitions *d = NULL;
	struct err err = { 0 };
	bool json = false;
	int r = option_format(in, &json, &err);

	if (r == 0 && (in->argument_count < 2 || !option(in, "out")))
		r = err_set(
			&err, ERR_USAGE,
			"取り込むファイルと、定義ファイルを置く --out FOLDER を指定してください");
	if (r == 0)
		r = data_definitions(&d, &err);
	if (r == 0)
		r = import_all(in, d, json, &err);
	define_free(d);
	if (r == 0 && fflush(stdout) != 0)
		r = err_set(&err, ERR_IO, "標準出力に書けません");
	return r < 0 ? report_error(&err) : EXIT_DONE;
}
