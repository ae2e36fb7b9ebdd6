/* All files of content/: parse, link, check, freeze. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/hash.h"
#include "define/parse.h"

#define FILES_MAX 2000

struct definitions {
	struct arena arena;
	const struct ledger_def **ledger;
	size_t ledger_count;
	const struct catalogue **catalogue;
	size_t catalogue_count;
	const char *const *measures; /* those of the program; static */
	size_t measure_count;
};

struct loading {
	struct definitions *d;
	struct complaints *complaints;
	const char *folder;
	struct pending_ref *pending;
	const char *const *measures;
	size_t measure_count;
	struct err *err;
};

static int keep(struct arena *arena, const void ***list, size_t *count, const void *item)
{
	if ((*count & (*count - 1)) == 0) {
		const void **bigger = arena_calloc(arena, *count ? *count * 2 : 1, sizeof *bigger);

		if (!bigger)
			return ERR_NOMEM;
		if (*count)
			memcpy(bigger, *list, *count * sizeof *bigger);
		*list = bigger;
	}
	(*list)[(*count)++] = item;
	return 0;
}

static int take_ledger(struct loading *k, struct reading *rd, const struct node *root)
{
	struct ledger_def *l = parse_ledger(rd, root, &k->pending);
	const struct ledger_def *twin = l ? define_ledger(k->d, l->name) : NULL;

	if (!l)
		return 0;
	if (twin)
		complain(rd, root, "台帳 %s は %s にもあります。名前を変えてください", l->name,
			 twin->pos.file);
	check_ledger(rd, l);
	return keep(&k->d->arena, (const void ***)(uintptr_t)&k->d->ledger, &k->d->ledger_count, l);
}

static int take_catalogue(struct loading *k, struct reading *rd, const struct node *root,
			  const struct buf *bytes)
{
	struct catalogue *c = parse_catalogue(rd, root);
	const struct catalogue *twin = c ? define_catalogue(k->d, c->id) : NULL;
	char *hex = arena_alloc(rd->arena, HASH_HEX_SIZE);
	uint8_t hash[HASH_SIZE];

	if (!c || !hex)
		return hex ? 0 : ERR_NOMEM;
	if (twin)
		complain(rd, root, "基準 %s は %s にもあります。名前を変えてください", c->id,
			 twin->pos.file);
	hash_bytes(bytes->data, bytes->len, hash);
	hex_encode(hash, sizeof hash, hex);
	c->digest = hex;
	check_catalogue(rd, c, k->measures, k->measure_count);
	return keep(&k->d->arena, (const void ***)(uintptr_t)&k->d->catalogue,
		    &k->d->catalogue_count, c);
}

/* Reads one file. Faults of its content are complaints, not a failure. */
static int take_file(struct loading *k, const char *path, const char *shown, bool ledger)
{
	struct reading rd = { &k->d->arena, k->complaints, arena_strdup(&k->d->arena, shown) };
	struct node *root = NULL;
	struct buf bytes;
	struct err why;
	int r;

	buf_init(&bytes, YAML_SIZE_MAX + 1);
	r = file_read(path, YAML_SIZE_MAX, &bytes, &why);
	if (r == 0)
		r = yaml_read(rd.file, bytes.data ? bytes.data : "", bytes.len, &k->d->arena, &root,
			      &why);
	if (r == ERR_INVALID || r == ERR_LIMIT) {
		if (!why.file[0])
			(void)snprintf(why.file, sizeof why.file, "%s", shown);
		complain_err(k->complaints, &why);
		r = 0;
	} else if (r < 0) {
		if (k->err)
			*k->err = why;
	} else if (ledger) {
		r = take_ledger(k, &rd, root);
	} else {
		r = take_catalogue(k, &rd, root, &bytes);
	}
	buf_release(&bytes);
	return r;
}

static int is_yaml(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return n > 5 && d->d_name[0] != '.' && strcmp(d->d_name + n - 5, ".yaml") == 0;
}

static int take_folder(struct loading *k, const char *sub, bool ledger, bool required)
{
	char folder[PATH_MAX], path[PATH_MAX], shown[512];
	struct dirent **names;
	int count, i, r = 0;

	if (snprintf(folder, sizeof folder, "%s/%s", k->folder, sub) >= (int)sizeof folder)
		return err_set(k->err, ERR_LIMIT, "パスが長すぎます: %.200s", k->folder);
	count = scandir(folder, &names, is_yaml, alphasort);
	if (count < 0)
		return required ? err_errno(k->err, errno, "定義のフォルダ %s を開けません", folder)
				: 0;
	for (i = 0; i < count; i++) {
		if (r == 0 && (snprintf(path, sizeof path, "%s/%s", folder, names[i]->d_name) >=
				       (int)sizeof path ||
			       snprintf(shown, sizeof shown, "%s/%s", sub, names[i]->d_name) >=
				       (int)sizeof shown))
			r = err_set(k->err, ERR_LIMIT, "パスが長すぎます: %.200s", folder);
		if (r == 0)
			r = take_file(k, path, shown, ledger);
		free(names[i]);
	}
	free(names);
	return r;
}

/* --- link ----------------------------------------------------------------------------------- */

static void link_refs(struct loading *k)
{
	struct reading rd = { &k->d->arena, k->complaints, "" };
	struct pending_ref *p;

	for (p = k->pending; p; p = p->next) {
		p->field->ref = define_ledger(k->d, p->name);
		if (!p->field->ref)
			complain_at(&rd, &p->pos,
				    "台帳「%s」がありません。ref の綴りを確かめてください",
				    p->name);
	}
}

static void link_access(struct loading *k)
{
	struct reading rd = { &k->d->arena, k->complaints, "" };
	size_t i;

	for (i = 0; i < k->d->ledger_count; i++)
		check_access_refs(&rd, k->d->ledger[i]);
}

static void link_replaces(struct loading *k)
{
	struct reading rd = { &k->d->arena, k->complaints, "" };
	size_t i, n;

	for (i = 0; i < k->d->catalogue_count; i++)
		for (n = 0; n < k->d->catalogue[i]->item_count; n++) {
			const struct item_def *item = &k->d->catalogue[i]->item[n];
			const struct catalogue *old;

			if (!item->replaces_catalogue)
				continue;
			old = define_catalogue(k->d, item->replaces_catalogue);
			if (!old || catalogue_item(old, item->replaces_id) < 0)
				complain_at(&rd, &item->pos, "replaces の「%s %s」がありません",
					    item->replaces_catalogue, item->replaces_id);
		}
}

/* --- freeze ----------------------------------------------------------------------------------- */

static int by_order(const void *a, const void *b)
{
	const struct ledger_def *x = *(const struct ledger_def *const *)a;
	const struct ledger_def *y = *(const struct ledger_def *const *)b;

	return x->order != y->order ? (x->order < y->order ? -1 : 1) : strcmp(x->name, y->name);
}

static int by_catalogue_id(const void *a, const void *b)
{
	return strcmp((*(const struct catalogue *const *)a)->id,
		      (*(const struct catalogue *const *)b)->id);
}

static void freeze(struct definitions *d)
{
	if (d->ledger_count)
		qsort((void *)(uintptr_t)d->ledger, d->ledger_count, sizeof *d->ledger, by_order);
	if (d->catalogue_count)
		qsort((void *)(uintptr_t)d->catalogue, d->catalogue_count, sizeof *d->catalogue,
		      by_catalogue_id);
}

int define_load(const char *folder, const char *const *measures, size_t measure_count,
		struct definitions **ret, struct complaints *complaints, struct err *err)
{
	struct loading k = { .complaints = complaints,
			     .folder = folder,
			     .measures = measures,
			     .measure_count = measure_count,
			     .err = err };
	int r;

	k.d = calloc(1, sizeof *k.d);
	if (!k.d)
		return err_nomem(err);
	k.d->measures = measures;
	k.d->measure_count = measure_count;
	arena_init(&k.d->arena, 0);
	r = take_folder(&k, "ledgers", true, true);
	if (r == 0)
		r = take_folder(&k, "ledgers/system", true, false);
	if (r == 0)
		r = take_folder(&k, "catalogues", false, true);
	if (r == 0) {
		link_refs(&k);
		link_access(&k);
		link_replaces(&k);
	}
	if (r == 0 && arena_failed(&k.d->arena))
		r = err_nomem(err);
	if (r == 0 && complaints->count)
		r = err_set(err, ERR_INVALID,
			    "定義ファイルに誤りが%zu件あります。直してから始めてください",
			    complaints->count);
	if (r < 0) {
		define_free(k.d);
		return r;
	}
	freeze(k.d);
	*ret = k.d;
	return 0;
}

/* References may point to what is already there, or to the file itself. */
static int join_known(struct loading *k, const struct definitions *d)
{
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < d->ledger_count; i++)
		if (!define_ledger(k->d, d->ledger[i]->name))
			r = keep(&k->d->arena, (const void ***)(uintptr_t)&k->d->ledger,
				 &k->d->ledger_count, d->ledger[i]);
	for (i = 0; r == 0 && i < d->catalogue_count; i++)
		if (!define_catalogue(k->d, d->catalogue[i]->id))
			r = keep(&k->d->arena, (const void ***)(uintptr_t)&k->d->catalogue,
				 &k->d->catalogue_count, d->catalogue[i]);
	return r;
}

int define_check_file(const struct definitions *d, const char *kind, const char *path,
		      struct complaints *complaints, struct err *err)
{
	struct loading k = { .complaints = complaints, .folder = "", .err = err };
	int r;

	k.d = calloc(1, sizeof *k.d);
	if (!k.d)
		return err_nomem(err);
	arena_init(&k.d->arena, 0);
	k.measures = d ? d->measures : NULL;
	k.measure_count = d ? d->measure_count : 0;
	r = take_file(&k, path, path, strcmp(kind, "ledger") == 0);
	if (r == 0 && d)
		r = join_known(&k, d);
	if (r == 0 && d) {
		link_refs(&k);
		link_access(&k);
		link_replaces(&k);
	}
	define_free(k.d);
	if (r == 0 && complaints->count)
		r = err_set(err, ERR_INVALID, "誤りが%zu件あります", complaints->count);
	return r;
}

void define_free(struct definitions *d)
{
	if (!d)
		return;
	arena_release(&d->arena);
	free(d);
}

/* --- look-up ------------------------------------------------------------------------------------
 */

const struct ledger_def *define_ledger(const struct definitions *d, const char *name)
{
	size_t i;

	for (i = 0; i < d->ledger_count; i++)
		if (strcmp(d->ledger[i]->name, name) == 0)
			return d->ledger[i];
	return NULL;
}

const struct catalogue *define_catalogue(const struct definitions *d, const char *id)
{
	size_t i;

	for (i = 0; i < d->catalogue_count; i++)
		if (strcmp(d->catalogue[i]->id, id) == 0)
			return d->catalogue[i];
	return NULL;
}

const struct ledger_def *const *define_ledgers(const struct definitions *d, size_t *ret_count)
{
	*ret_count = d->ledger_count;
	return d->ledger;
}

const struct catalogue *const *define_catalogues(const struct definitions *d, size_t *ret_count)
{
	*ret_count = d->catalogue_count;
	return d->catalogue;
}

int ledger_field(const struct ledger_def *l, const char *name)
{
	size_t i;

	for (i = 0; i < l->field_count; i++)
		if (strcmp(l->field[i].name, name) == 0)
			return (int)i;
	return -1;
}

int catalogue_item(const struct catalogue *c, const char *id)
{
	size_t i;

	for (i = 0; i < c->item_count; i++)
		if (strcmp(c->item[i].id, id) == 0)
			return (int)i;
	return -1;
}

const struct enum_value *enum_find(const struct enum_def *e, const char *value)
{
	size_t i;

	for (i = 0; i < e->count; i++)
		if (strcmp(e->value[i].value, value) == 0)
			return &e->value[i];
	return NULL;
}
