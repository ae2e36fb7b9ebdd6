/* daicho import: a file of rows into a ledger, or what it would do. */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/data.h"
#include "ledger/import.h"

static const struct option_spec options[] = {
	{ "map", "FILE", "列の対応（1行に「ファイルの列名 = 項目名」）" },
	{ "dry-run", NULL, "何が起きるかだけを示し、何も変えない" },
	{ "good-rows-only", NULL, "誤りのある行を飛ばし、残りを取り込む" },
	{ "format", "text|json", "出力形式" },
	{ "as", "LOGIN", "誰の操作として記録するか" },
	{ NULL, NULL, NULL },
};

/* Output of the rows while they are worked out. JSON waits in a file without a name until
 * all of it is known to be right: a hundred thousand rows must not fill the memory. */
struct printer {
	bool json;
	FILE *rows;
	long long count;
};

static json_t *faults_json(const struct import_row *r)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < r->fault_count; i++)
		json_array_append_new(list, json_pack("{s:s,s:s,s:s}", "column", r->fault[i].column,
						      "value", r->fault[i].value, "reason",
						      r->fault[i].text));
	return list;
}

static json_t *changes_json(const struct import_row *r)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < r->change_count; i++)
		json_array_append_new(list, json_pack("{s:s,s:s,s:s,s:s}", "field",
						      r->change[i].field->name, "label",
						      r->change[i].field->label.ja, "old",
						      r->change[i].before, "new",
						      r->change[i].after));
	return list;
}

static int spool_failed(struct err *err)
{
	return err_errno(err, errno, "結果を作業用のファイルに書けません");
}

static int spool_row(struct printer *p, const struct import_row *r, struct err *err)
{
	json_t *row = json_pack("{s:I,s:s,s:s,s:s,s:o,s:o}", "row", (json_int_t)r->row, "status",
				import_status_name(r->status), "entry", r->entry, "name", r->name,
				"errors", faults_json(r), "changes", changes_json(r));
	int bad;

	if (!row)
		return err_nomem(err);
	bad = fputs(p->count++ ? ",\n" : "\n", p->rows) < 0 ||
	      json_dumpf(row, p->rows, JSON_COMPACT) != 0;
	json_decref(row);
	return bad ? spool_failed(err) : 0;
}

static int print_row(void *arg, const struct import_row *r, struct err *err)
{
	struct printer *p = arg;
	size_t i;

	if (p->json)
		return spool_row(p, r, err);
	if (r->status == IMPORT_UNCHANGED)
		return 0;
	printf("%lld行目 %s %s\n", (long long)r->row, import_status_label(r->status), r->name);
	for (i = 0; i < r->fault_count; i++)
		printf("    列「%s」の「%s」: %s\n", r->fault[i].column, r->fault[i].value,
		       r->fault[i].text);
	for (i = 0; i < r->change_count; i++)
		printf("    %s: %s → %s\n", r->change[i].field->label.ja, r->change[i].before,
		       r->change[i].after);
	return 0;
}

static json_t *columns_json(const struct ledger_def *def, const struct import_map *map)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < map->column_count; i++) {
		const struct field_def *f = map->field[i] < 0 ? NULL : &def->field[map->field[i]];

		json_array_append_new(list, json_pack("{s:s,s:s?}", "header", map->header[i],
						      "field", f ? f->name : NULL));
	}
	return list;
}

static json_t *summary_json(const struct ledger_def *def, const struct import_look *look,
			    const struct import_map *map, const struct import_totals *t)
{
	return json_pack("{s:s,s:s,s:I,s:o,s:{s:I,s:I,s:I,s:I,s:I}}", "ledger", def->name,
			 "encoding", look->meta.encoding_name, "header_row", (json_int_t)map->header_row,
			 "columns", columns_json(def, map), "totals", "new",
			 (json_int_t)t->row[IMPORT_NEW], "changed",
			 (json_int_t)t->row[IMPORT_CHANGED], "unchanged",
			 (json_int_t)t->row[IMPORT_UNCHANGED], "error",
			 (json_int_t)t->row[IMPORT_ERROR], "blank", (json_int_t)t->blank);
}

static void print_totals(const struct import_totals *t)
{
	printf("追加 %lld件、変更 %lld件、変更なし %lld件、誤り %lld件、空行 %lld行\n",
	       (long long)t->row[IMPORT_NEW], (long long)t->row[IMPORT_CHANGED],
	       (long long)t->row[IMPORT_UNCHANGED], (long long)t->row[IMPORT_ERROR],
	       (long long)t->blank);
}

struct job {
	struct data data;
	const struct ledger_def *def;
	struct actor who;
	struct import_look look;
	struct import_map map;
	bool json, dry_run, good_rows_only;
	const char *file;
};

static int prepare(struct job *j, const struct invocation *in, struct err *err)
{
	int r = option_format(in, &j->json, err);

	j->file = in->argument[2];
	j->dry_run = option_given(in, "dry-run");
	j->good_rows_only = option_given(in, "good-rows-only");
	if (r == 0)
		r = ledgers_find(j->data.ledgers, in->argument[1], &j->def, err);
	if (r == 0)
		r = data_actor(&j->data, option(in, "as"), &j->who, err);
	if (r == 0)
		r = import_look(j->data.ledgers, j->def, j->file, NULL, &j->data.arena, &j->look,
				err);
	if (r < 0)
		return r;
	j->map = j->look.map;
	return option_given(in, "map") ? import_map_read(j->def, option(in, "map"), &j->map,
							 &j->data.arena, err)
				       : 0;
}

/* Opens the file the rows wait in: in the data folder, since they may hold personal data. */
static int spool_open(struct job *j, struct printer *p, struct err *err)
{
	char folder[PATH_MAX];
	int fd;

	if (!j->json)
		return 0;
	if (snprintf(folder, sizeof folder, "%s/work", store_path(j->data.store)) >=
	    (int)sizeof folder)
		return err_set(err, ERR_LIMIT, "データフォルダのパスが長すぎます");
	fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	p->rows = fd < 0 ? NULL : fdopen(fd, "w+");
	if (p->rows)
		return 0;
	if (fd >= 0)
		close(fd);
	return spool_failed(err);
}

static int spool_copy(struct printer *p, struct err *err)
{
	char block[65536];
	size_t n;

	if (fflush(p->rows) != 0 || fseek(p->rows, 0, SEEK_SET) != 0)
		return spool_failed(err);
	while ((n = fread(block, 1, sizeof block, p->rows)) > 0)
		fwrite(block, 1, n, stdout);
	return ferror(p->rows) ? spool_failed(err) : 0;
}

static int print_json(struct job *j, struct printer *p, const struct import_totals *totals,
		      const struct import_result *result, struct err *err)
{
	json_t *out = summary_json(j->def, &j->look, &j->map, totals);
	int r;

	if (!out)
		return err_nomem(err);
	json_object_set_new(out, "dry_run", json_boolean(j->dry_run));
	if (result && !result->nothing_to_do) {
		json_object_set_new(out, "receipt", json_integer(result->receipt.seq));
		json_object_set_new(out, "batch", json_string(result->batch));
	}
	putchar('{');
	r = json_dumpf(out, stdout, JSON_INDENT(1) | JSON_EMBED) == 0 ? 0 : err_nomem(err);
	json_decref(out);
	fputs(",\n \"rows\": [", stdout);
	if (r == 0)
		r = spool_copy(p, err);
	puts("]\n}");
	return r;
}

static void print_text(const struct import_totals *totals, const struct import_result *result)
{
	print_totals(totals);
	if (result && result->nothing_to_do)
		printf("変わるものがないので、何も書きませんでした。\n");
	else if (result)
		printf("取り込みました。受付番号 %lld\n", (long long)result->receipt.seq);
}

/* With faulty rows and no leave to skip them nothing is written, and that is no failure of
 * the call: the rows say what is wrong. */
static int carry_out(struct job *j, struct printer *p, struct import_result *result, struct err *err)
{
	const struct import_watch watch = { print_row, p };
	const char *slash = strrchr(j->file, '/');
	int r;

	if (j->dry_run)
		return import_plan(j->data.ledgers, &j->who, j->def, j->file, &j->map, print_row, p,
				   &result->totals, err);
	r = import_commit_watched(j->data.ledgers, &j->who, j->def, j->file,
				  slash ? slash + 1 : j->file, &j->map, j->good_rows_only, NULL,
				  &watch, result, err);
	return result->refused ? 0 : r;
}

static int work(struct job *j, struct err *err)
{
	struct printer p = { .json = j->json };
	struct import_result result = { .nothing_to_do = false };
	const struct import_totals *t = &result.totals;
	bool written, faulty;
	int r = spool_open(j, &p, err);

	if (r == 0)
		r = carry_out(j, &p, &result, err);
	faulty = t->row[IMPORT_ERROR] > 0;
	written = !j->dry_run && (!faulty || j->good_rows_only);
	if (r == 0 && j->json)
		r = print_json(j, &p, t, written ? &result : NULL, err);
	else if (r == 0)
		print_text(t, written ? &result : NULL);
	if (p.rows)
		fclose(p.rows);
	if (r < 0 || !faulty)
		return r;
	fprintf(stderr, "%lld行に誤りがあります。%s\n", (long long)t->row[IMPORT_ERROR],
		written ? "その行は取り込んでいません"
			: "直してからやり直してください。何も変えていません");
	return EXIT_FAILED;
}

static int run(const struct invocation *in)
{
	struct err err = { 0 };
	struct job j = { .json = false };
	int r = data_open(&j.data, in->argument[0], 0, &err);

	if (r == 0)
		r = prepare(&j, in, &err);
	if (r == 0)
		r = work(&j, &err);
	data_close(&j.data);
	return r < 0 ? report_error(&err) : r;
}

const struct command command_import = {
	"import", "DATA LEDGER FILE [--map FILE] [--dry-run] [--format json] [--as LOGIN]",
	"CSVやXLSXを台帳に取り込む", options, 3, 3, run,
};
