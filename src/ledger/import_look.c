/* The first look at a file: how it is written, its header, which column is what. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/fold.h"
#include "identity/preference.h"
#include "ledger/import.h"
#include "ledger/import_maps.h"

#define SAMPLES 5

struct looking {
	const struct ledger_def *def;
	struct arena *arena;
	struct import_look *ret;
	bool enough;
};

static bool same_name(const char *a, const char *folded)
{
	char key[512];

	return a && fold_key(a, key, sizeof key) > 0 && strcmp(key, folded) == 0;
}

static bool field_is_called(const struct field_def *f, const char *folded)
{
	size_t i;

	if (same_name(f->label.ja, folded) || same_name(f->label.en, folded) ||
	    same_name(f->name, folded))
		return true;
	for (i = 0; i < f->aliases.count; i++)
		if (same_name(f->aliases.item[i], folded))
			return true;
	return false;
}

/* The field a header names, if no earlier column has taken it. A column's own
 * label wins over another field's alias. */
static int guess_field(const struct ledger_def *def, const char *header, const bool *taken)
{
	char folded[512];
	size_t i;

	if (fold_key(header, folded, sizeof folded) <= 0)
		return -1;
	for (i = 0; i < def->field_count; i++)
		if (!taken[i] && def->field[i].type != FIELD_FILES &&
		    same_name(def->field[i].label.ja, folded))
			return (int)i;
	for (i = 0; i < def->field_count; i++)
		if (!taken[i] && def->field[i].type != FIELD_FILES &&
		    field_is_called(&def->field[i], folded))
			return (int)i;
	return -1;
}

static int guess_map(const struct ledger_def *def, struct import_map *map, struct arena *arena,
		     struct err *err)
{
	bool *taken = arena_calloc(arena, def->field_count + 1, sizeof *taken);
	size_t i;

	if (!taken)
		return err_nomem(err);
	for (i = 0; i < map->column_count; i++) {
		map->field[i] = guess_field(def, map->header[i], taken);
		if (map->field[i] >= 0)
			taken[map->field[i]] = true;
	}
	return 0;
}

static const char *one_line(struct arena *arena, const struct sheet_cell *cell)
{
	char *s = arena_strndup(arena, cell->text, cell->text_len);
	char *p;

	for (p = s; p && *p; p++)
		if (*p == '\n')
			*p = ' ';
	return s;
}

static int on_meta(void *arg, const struct sheet_meta *meta, struct err *err)
{
	struct looking *k = arg;

	k->ret->meta = *meta;
	/* The reader's strings end with the call; sheet names are not shown later. */
	k->ret->meta.encoding_name = arena_strdup(k->arena, meta->encoding_name);
	k->ret->meta.sheets = NULL;
	k->ret->meta.sheet_count = 0;
	k->ret->map.header_row = meta->header_row;
	k->ret->sample = arena_calloc(k->arena, SAMPLES, sizeof *k->ret->sample);
	return k->ret->meta.encoding_name && k->ret->sample ? 0 : err_nomem(err);
}

static int take_header(struct looking *k, const struct sheet_row *row, struct err *err)
{
	struct import_map *map = &k->ret->map;
	size_t i;

	map->column_count = row->count;
	map->header = arena_calloc(k->arena, row->count + 1, sizeof *map->header);
	map->field = arena_calloc(k->arena, row->count + 1, sizeof *map->field);
	if (!map->header || !map->field)
		return err_nomem(err);
	for (i = 0; i < row->count; i++)
		map->header[i] = one_line(k->arena, &row->cells[i]);
	return guess_map(k->def, map, k->arena, err);
}

static int on_row(void *arg, const struct sheet_row *row, struct err *err)
{
	struct looking *k = arg;
	size_t columns = k->ret->map.column_count, i;
	const char **cells;

	if (row->header)
		return take_header(k, row, err);
	if (k->ret->sample_count == SAMPLES) {
		k->enough = true;
		return ERR_LIMIT; /* stops the reading; see import_look */
	}
	cells = arena_calloc(k->arena, columns + 1, sizeof *cells);
	if (!cells)
		return err_nomem(err);
	for (i = 0; i < columns; i++)
		cells[i] = i < row->count ? one_line(k->arena, &row->cells[i]) : "";
	k->ret->sample[k->ret->sample_count++] = cells;
	return arena_failed(k->arena) ? err_nomem(err) : 0;
}

int import_look(struct ledgers *l, const struct ledger_def *def, const char *path,
		const struct sheet_options *sheet, struct arena *arena, struct import_look *ret,
		struct err *err)
{
	struct looking k = { .def = def, .arena = arena, .ret = ret };
	const struct sheet_sink sink = { on_meta, NULL, on_row, NULL, &k };
	int r;

	memset(ret, 0, sizeof *ret);
	if (sheet)
		ret->map.sheet = *sheet;
	r = sheet_read_path(path, sheet, &sink, err);
	if (r < 0 && !k.enough)
		return r;
	if (!ret->map.column_count)
		return err_set(err, ERR_INVALID,
			       "見出しの行が見つかりません。1行に列の名前が並んだ表にしてください");
	return import_map_recall(l, def, &ret->map, arena, &ret->remembered, err);
}

/* --- a mapping file ------------------------------------------------------------------------ */

static int map_line(const struct ledger_def *def, struct import_map *map, char *line, int number,
		    const char *path, struct err *err)
{
	char *equals = strrchr(line, '='), *name = line, *field, *end;
	size_t i;
	int index;

	if (!line[strspn(line, " \t\r")] || *line == '#')
		return 0;
	if (!equals)
		return err_at(err, ERR_INVALID, path, number, 1,
			      "「ファイルの列名 = 項目名」の形で書いてください");
	*equals = '\0';
	for (end = equals; end > name && (end[-1] == ' ' || end[-1] == '\t'); end--)
		end[-1] = '\0';
	for (field = equals + 1; *field == ' ' || *field == '\t'; field++)
		;
	for (end = field + strlen(field); end > field && (end[-1] == ' ' || end[-1] == '\r'); end--)
		end[-1] = '\0';
	index = *field && strcmp(field, "-") != 0 ? ledger_field(def, field) : -1;
	if (*field && strcmp(field, "-") != 0 && index < 0)
		return err_at(err, ERR_INVALID, path, number, 1, "%sに項目 %s はありません",
			      def->title.ja, field);
	for (i = 0; i < map->column_count; i++)
		if (strcmp(map->header[i], name) == 0) {
			map->field[i] = index;
			return 0;
		}
	return err_at(err, ERR_INVALID, path, number, 1, "ファイルに列「%s」がありません", name);
}

int import_map_read(const struct ledger_def *def, const char *path, struct import_map *map,
		    struct arena *arena, struct err *err)
{
	struct buf text;
	char *p, *copy;
	int number = 0, r;
	bool marked;

	buf_init(&text, 0);
	r = file_read(path, (size_t)1024 * 1024, &text, err);
	if (r == 0 && !utf8_valid(text.data ? text.data : "", text.len, NULL))
		r = err_set(err, ERR_INVALID, "%s をUTF-8で保存してください", path);
	copy = r == 0 ? arena_strndup(arena, text.data ? text.data : "", text.len) : NULL;
	/* Notepad puts a byte order mark in front. */
	marked = copy && strncmp(copy, "\xEF\xBB\xBF", 3) == 0;
	buf_release(&text);
	if (r == 0 && !copy)
		return err_nomem(err);
	for (p = marked ? copy + 3 : copy; r == 0 && p && *p;) {
		size_t len = strcspn(p, "\n");
		bool last = p[len] == '\0';

		p[len] = '\0';
		r = map_line(def, map, p, ++number, path, err);
		p += len + !last;
	}
	return r;
}
