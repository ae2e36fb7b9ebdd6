/* daicho round fill: the answers of a round in a form that somebody else made. */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "cli/interop.h"
#include "interop/form_shelf.h"

static int write_form(const struct invocation *in, struct data *d, const struct round_view *v,
		      struct err *err)
{
	const struct form_wish wish = { .form_path = option(in, "form"),
					.form_name = option(in, "form"),
					.map_path = option(in, "map"),
					.map_name = option(in, "map") };
	CLEANUP(buf_release) struct buf made;
	struct form_filled filled = { 0 };
	size_t i;
	int r;

	buf_init(&made, 0);
	r = form_fill_files(&wish, v, store_org_name(d->store), &d->arena, &made, &filled, err);
	if (r == 0)
		r = file_write(option(in, "out"), made.data, made.len, 0644, err);
	for (i = 0; r == 0 && i < filled.note_count; i++)
		fprintf(stderr, "%s\n", filled.note[i]);
	if (r == 0)
		printf("%s に書き出しました（%zuセル）\n", option(in, "out"), filled.cells);
	return r;
}

int round_fill(const struct invocation *in, struct data *d, const char *round, struct err *err)
{
	struct round_view view;
	int r;

	if (!option(in, "form") || !option(in, "map") || !option(in, "out"))
		return err_set(
			err, ERR_USAGE,
			"--form 様式.xlsx、--map 対応ファイル.yaml、--out 書き出すファイル を"
			"指定してください");
	r = round_view(d->ledgers, d->conn, round, 0, &d->arena, &view, err);
	return r < 0 ? r : write_form(in, d, &view, err);
}
