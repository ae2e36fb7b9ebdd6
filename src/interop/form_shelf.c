#include "interop/form_shelf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "interop/form_map.h"
#include "ledger/attach.h"
#include "ledger/receipt.h"

#define LEDGER "forms"
#define KEPT_MAX 200

/* ---- reading ---- */

struct gather {
	struct conn *c;
	const struct ledger_def *def;
	const char *catalogue;
	struct arena *arena;
	struct form_kept *item;
	size_t count;
};

static const char *value(const struct gather *g, const struct list_row *row, const char *field)
{
	int i = ledger_field(g->def, field);
	const char *v = i < 0 ? "" : row->value[i];

	return v && *v ? arena_strdup(g->arena, v) : "";
}

static int gather_row(void *arg, const struct list_row *row, struct err *err)
{
	struct gather *g = arg;
	struct form_kept *k;

	if (row->state == STATE_RETURNED || strcmp(value(g, row, "catalogue"), g->catalogue) != 0)
		return 0;
	if (g->count == KEPT_MAX)
		return 0;
	k = &g->item[g->count++];
	memcpy(k->id, row->id, strlen(row->id) + 1);
	k->rev = row->rev;
	k->title = value(g, row, "title");
	k->catalogue = value(g, row, "catalogue");
	k->registered_on = value(g, row, "registered_on");
	k->form = value(g, row, "form");
	k->map = value(g, row, "map");
	k->form_name = attach_name(g->c, k->form, g->arena);
	k->map_name = attach_name(g->c, k->map, g->arena);
	return arena_failed(g->arena) ? err_nomem(err) : 0;
}

static int by_id(const void *a, const void *b)
{
	return -strcmp(((const struct form_kept *)a)->id, ((const struct form_kept *)b)->id);
}

int form_shelf_list(struct ledgers *l, struct conn *c, const char *catalogue, struct arena *arena,
		    struct form_kept **ret, size_t *ret_count, struct err *err)
{
	struct gather g = { .c = c, .catalogue = catalogue, .arena = arena };
	struct list_query q = { .sort = -1, .limit = INT64_MAX };
	int r = ledgers_find(l, LEDGER, &g.def, err);

	*ret = NULL;
	*ret_count = 0;
	if (r == 0 && !ledgers_current(l, g.def))
		return 0;
	g.item = arena_calloc(arena, KEPT_MAX, sizeof *g.item);
	if (r == 0 && !g.item)
		r = err_nomem(err);
	q.def = g.def;
	if (r == 0)
		r = list_each(l, c, &q, gather_row, &g, err);
	if (r < 0)
		return r;
	if (g.count)
		qsort(g.item, g.count, sizeof *g.item, by_id);
	*ret = g.item;
	*ret_count = g.count;
	return 0;
}

int form_shelf_find(struct ledgers *l, struct conn *c, const char *catalogue, const char *id,
		    struct arena *arena, struct form_kept *ret, struct err *err)
{
	struct form_kept *list;
	size_t count, i;
	int r = form_shelf_list(l, c, catalogue, arena, &list, &count, err);

	for (i = 0; r == 0 && i < count; i++)
		if (strcmp(list[i].id, id) == 0) {
			*ret = list[i];
			return 0;
		}
	return r < 0 ? r
		     : err_set(err, ERR_NOT_FOUND,
			       "その様式は登録されていません。様式の一覧から選んでください");
}

/* Through a file in memory, which is whole or not there. */
int form_shelf_bytes(struct ledgers *l, const char *hash, struct buf *b, struct err *err)
{
	CLEANUP(close_fd) int fd = memfd_create("daicho-form", MFD_CLOEXEC);
	char bytes[65536];
	ssize_t n;
	int r;

	if (fd < 0)
		return err_errno(err, errno, "様式の読み出しを準備できません");
	r = store_file_get(ledgers_store(l), hash, fd, err);
	if (r < 0)
		return r;
	if (lseek(fd, 0, SEEK_SET) != 0)
		return err_errno(err, errno, "様式を読み出せません");
	while ((n = read(fd, bytes, sizeof bytes)) > 0)
		buf_add(b, bytes, (size_t)n);
	if (n < 0)
		return err_errno(err, errno, "様式を読み出せません");
	return buf_failed(b) ? err_nomem(err) : 0;
}

/* ---- filling in ---- */

static int read_file(const char *path, struct buf *b, struct err *err)
{
	int r = file_read(path, FILL_BYTES_MAX, b, err);

	if (r == 0 && !b->data)
		buf_puts(b, "");
	return r;
}

int form_fill_files(const struct form_wish *wish, const struct round_view *v, const char *org,
		    struct arena *arena, struct buf *ret, struct form_filled *filled,
		    struct err *err)
{
	CLEANUP(buf_release) struct buf map_bytes, form_bytes;
	const struct form_map *map = NULL;
	int r;

	buf_init(&map_bytes, FILL_BYTES_MAX + 1);
	buf_init(&form_bytes, FILL_BYTES_MAX + 1);
	r = read_file(wish->map_path, &map_bytes, err);
	if (r == 0)
		r = form_map_read(wish->map_name, map_bytes.data, map_bytes.len, arena, &map, err);
	if (r == 0)
		r = read_file(wish->form_path, &form_bytes, err);
	if (r == 0)
		r = form_fill(map, v, org, form_bytes.data, form_bytes.len, arena, ret, filled,
			      err);
	return r;
}

static int kept_map(struct ledgers *l, const struct form_kept *kept, struct arena *arena,
		    const struct form_map **ret, struct err *err)
{
	CLEANUP(buf_release) struct buf b;
	int r;

	buf_init(&b, FILL_BYTES_MAX + 1);
	r = form_shelf_bytes(l, kept->map, &b, err);
	return r < 0 ? r
		     : form_map_read(kept->map_name, b.data ? b.data : "", b.len, arena, ret, err);
}

int form_shelf_fill(struct ledgers *l, const struct form_kept *kept, const struct round_view *v,
		    const char *org, struct arena *arena, struct buf *ret,
		    struct form_filled *filled, struct err *err)
{
	CLEANUP(buf_release) struct buf form;
	const struct form_map *map = NULL;
	int r = kept_map(l, kept, arena, &map, err);

	buf_init(&form, FILL_BYTES_MAX + 1);
	if (r == 0)
		r = form_shelf_bytes(l, kept->form, &form, err);
	if (r == 0)
		r = form_fill(map, v, org, form.data ? form.data : "", form.len, arena, ret, filled,
			      err);
	return r;
}

int form_shelf_look(struct ledgers *l, const struct form_kept *kept, const struct round_view *v,
		    struct arena *arena, struct form_filled *filled, struct err *err)
{
	const struct form_map *map = NULL;
	int r = kept_map(l, kept, arena, &map, err);

	return r < 0 ? r : form_look(map, v, arena, filled, err);
}

/* ---- keeping ---- */

static int store_files(struct ledgers *l, const struct actor *who, const struct ledger_def *def,
		       const struct form_wish *wish, struct file_info ret[2], struct err *err)
{
	int r = attach_put(l, who, def, wish->form_path, wish->form_name, 0, &ret[0], err);

	return r < 0 ? r : attach_put(l, who, def, wish->map_path, wish->map_name, 0, &ret[1], err);
}

static int write_entry(struct ledgers *l, const struct actor *who, const struct ledger_def *def,
		       const char *const *pairs, const char *key, struct arena *arena,
		       struct receipt *ret, struct err *err)
{
	struct change change = {
		.def = def, .op = OP_SAVE, .confirm = true, .reason = "", .key = key
	};
	const char **values = arena_calloc(arena, def->field_count, sizeof *values);
	struct faults faults = { .count = 0 };
	char id[ID_SIZE];
	size_t i;
	int r;

	if (!values)
		return err_nomem(err);
	for (i = 0; i < def->field_count; i++)
		values[i] = "";
	for (; pairs[0]; pairs += 2)
		values[ledger_field(def, pairs[0])] = pairs[1];
	change.value = values;
	r = entry_change(l, who, &change, id, ret, &faults, err);
	return r == ERR_INVALID && faults.count
		       ? err_set(err, ERR_INVALID, "%s", faults.item[0].text)
		       : r;
}

/* The map's own words for the form; its file's name where it has none. */
static int title_of(const struct form_wish *wish, struct arena *arena, const char **ret,
		    struct err *err)
{
	CLEANUP(buf_release) struct buf b;
	const struct form_map *map = NULL;
	int r;

	buf_init(&b, FILL_BYTES_MAX + 1);
	*ret = wish->title;
	if (*wish->title)
		return 0;
	r = read_file(wish->map_path, &b, err);
	if (r == 0)
		r = form_map_read(wish->map_name, b.data, b.len, arena, &map, err);
	if (r == 0)
		*ret = *form_map_name(map) ? form_map_name(map) : wish->form_name;
	return r;
}

static int keep(struct ledgers *l, const struct actor *who, const struct ledger_def *def,
		const struct form_wish *wish, const struct round_view *v, const char *key,
		struct arena *arena, struct receipt *ret, struct err *err)
{
	struct file_info file[2];
	struct form_filled filled;
	char today[DATE_SIZE];
	const char *title = "";
	struct buf made;
	int r = title_of(wish, arena, &title, err);

	/* What cannot be filled in today will not be tomorrow. */
	buf_init(&made, 0);
	if (r == 0)
		r = form_fill_files(wish, v, "", arena, &made, &filled, err);
	buf_release(&made);
	if (r == 0)
		r = store_files(l, who, def, wish, file, err);
	if (r < 0)
		return r;
	date_today(today);
	return write_entry(l, who, def,
			   (const char *const[]){ "title", title, "catalogue",
						  v->round.catalogue->id, "form", file[0].hash,
						  "map", file[1].hash, "registered_on", today,
						  NULL },
			   key, arena, ret, err);
}

int form_shelf_keep(struct ledgers *l, const struct actor *who, const struct form_wish *wish,
		    const struct round_view *v, const char *key, struct receipt *ret,
		    struct err *err)
{
	const struct ledger_def *def;
	struct arena arena;
	char again[ID_SIZE];
	int r = ledgers_find(l, LEDGER, &def, err);

	if (r == 0)
		r = permit(who, PERM_LEDGER_CREATE, def, err);
	if (r == 0)
		r = receipt_known(l, key, ret, again, err);
	if (r != 0)
		return r < 0 ? r : 0;
	arena_init(&arena, 0);
	r = keep(l, who, def, wish, v, key, &arena, ret, err);
	arena_release(&arena);
	return r;
}

int form_shelf_drop(struct ledgers *l, const struct actor *who, const struct form_kept *kept,
		    const char *key, struct receipt *ret, struct err *err)
{
	struct change change = { .entry = kept->id,
				 .base_rev = kept->rev,
				 .op = OP_VOID,
				 .reason = "様式の登録をやめた",
				 .key = key };
	struct faults faults = { .count = 0 };
	int r = ledgers_find(l, LEDGER, &change.def, err);

	return r < 0 ? r : entry_change(l, who, &change, NULL, ret, &faults, err);
}
