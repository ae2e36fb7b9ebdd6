/* All files of content/: parse, link, check, freeze. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "define/frozen.h"

#define FILES_MAX 2000
#define DEFINITIONS_MAX ((size_t)256 * 1024 * 1024) /* bytes of all of content/, parsed */

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

static int take_ledger(struct loading *k, struct reading *rd, const struct node *root,
		       const struct buf *bytes)
{
	struct ledger_def *l = parse_ledger(rd, root, &k->pending);
	const struct ledger_def *twin = l ? define_ledger(k->d, l->name) : NULL;

	(void)bytes;
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
	struct catalogue *c = parse_catalogue(rd, root, &k->d->facts);
	const struct catalogue *twin = c ? define_catalogue(k->d, c->id) : NULL;

	if (!c)
		return 0;
	if (twin)
		complain(rd, root, "基準 %s は %s にもあります。名前を変えてください", c->id,
			 twin->pos.file);
	if (finish_catalogue(rd, c, bytes->data, bytes->len) < 0)
		return ERR_NOMEM;
	check_catalogue(rd, c, k->measures, k->measure_count);
	return keep(&k->d->arena, (const void ***)(uintptr_t)&k->d->shipped.catalogue,
		    &k->d->shipped.catalogue_count, c);
}

static int take_crosswalk(struct loading *k, struct reading *rd, const struct node *root,
			  const struct buf *bytes)
{
	struct crosswalk *w = parse_crosswalk(rd, root);
	const struct crosswalk *twin = w ? define_crosswalk(k->d, w->from_id, w->to_id) : NULL;

	(void)bytes;
	if (!w)
		return 0;
	if (twin)
		complain(rd, root, "対応表 %s → %s は %s にもあります", w->from_id, w->to_id,
			 twin->pos.file);
	check_opposite(rd, k->d, w);
	return keep(&k->d->arena, (const void ***)(uintptr_t)&k->d->shipped.crosswalk,
		    &k->d->shipped.crosswalk_count, w);
}

static int take_glossary(struct loading *k, struct reading *rd, const struct node *root,
			 const struct buf *bytes)
{
	(void)bytes;
	k->d->term = parse_glossary(rd, root, &k->d->term_count);
	return 0;
}

static int take_scope(struct loading *k, struct reading *rd, const struct node *root,
		      const struct buf *bytes)
{
	(void)bytes;
	k->d->facts = parse_facts(rd, root);
	return 0;
}

typedef int take_fn(struct loading *k, struct reading *rd, const struct node *root,
		    const struct buf *bytes);

/* Reads one file. Faults of its content are complaints, not a failure. */
static int take_file(struct loading *k, const char *path, const char *shown, take_fn *take)
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
	} else {
		r = take(k, &rd, root, &bytes);
	}
	buf_release(&bytes);
	return r;
}

static int is_yaml(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return n > 5 && d->d_name[0] != '.' && strcmp(d->d_name + n - 5, ".yaml") == 0;
}

static int take_folder(struct loading *k, const char *sub, take_fn *take, bool required)
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
			r = take_file(k, path, shown, take);
		free(names[i]);
	}
	free(names);
	return r;
}

/* One file that need not be there. */
static int take_single(struct loading *k, const char *name, take_fn *take)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof path, "%s/%s", k->folder, name) >= (int)sizeof path)
		return err_set(k->err, ERR_LIMIT, "パスが長すぎます: %.200s", k->folder);
	return file_exists(path) ? take_file(k, path, name, take) : 0;
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

static void link_all_replaces(struct loading *k)
{
	struct reading rd = { &k->d->arena, k->complaints, "" };
	size_t i;

	for (i = 0; i < k->d->shipped.catalogue_count; i++)
		link_replaces(&rd, k->d, k->d->shipped.catalogue[i]);
}

static void link_crosswalks(struct loading *k)
{
	size_t i;

	for (i = 0; i < k->d->shipped.crosswalk_count; i++) {
		struct crosswalk *w = (struct crosswalk *)(uintptr_t)k->d->shipped.crosswalk[i];
		struct reading rd = { &k->d->arena, k->complaints, w->pos.file };

		link_crosswalk(&rd, w, define_catalogue(k->d, w->from_id),
			       define_catalogue(k->d, w->to_id));
	}
}

/* The answers to the questions are kept in fields of the same names. */
static void check_facts(struct loading *k)
{
	struct reading rd = { &k->d->arena, k->complaints, "" };
	const struct ledger_def *l = define_ledger(k->d, "scope");
	size_t i;

	for (i = 0; l && i < k->d->facts.count; i++)
		if (ledger_field(l, k->d->facts.item[i].id) < 0)
			complain_at(&rd, &k->d->facts.item[i].pos,
				    "台帳 scope "
				    "に項目「%s」がありません。答えを残す項目を足してください",
				    k->d->facts.item[i].id);
}

/* --- freeze ----------------------------------------------------------------------------------- */

static int by_order(const void *a, const void *b)
{
	const struct ledger_def *x = *(const struct ledger_def *const *)a;
	const struct ledger_def *y = *(const struct ledger_def *const *)b;

	return x->order != y->order ? (x->order < y->order ? -1 : 1) : strcmp(x->name, y->name);
}

static void freeze(struct definitions *d)
{
	if (d->ledger_count)
		qsort((void *)(uintptr_t)d->ledger, d->ledger_count, sizeof *d->ledger, by_order);
}

static int start(struct loading *k, struct err *err)
{
	k->err = err;
	k->d = calloc(1, sizeof *k->d);
	if (!k->d)
		return err_nomem(err);
	k->d->measures = k->measures;
	k->d->measure_count = k->measure_count;
	arena_init(&k->d->arena, DEFINITIONS_MAX);
	k->d->growth = growth_new(&k->d->shipped);
	if (!k->d->growth) {
		define_free(k->d);
		return err_nomem(err);
	}
	return 0;
}

/* Freezes what was taken and hands it over, or drops all of it. */
static int finish(struct loading *k, int r, struct definitions **ret, struct err *err)
{
	if (r == 0 && arena_failed(&k->d->arena))
		r = err_nomem(err);
	if (r == 0 && k->complaints->count)
		r = err_set(err, ERR_INVALID,
			    "定義ファイルに誤りが%zu件あります。直してから始めてください",
			    k->complaints->count);
	if (r == 0)
		r = growth_begin(k->d, err);
	if (r < 0) {
		define_free(k->d);
		return r;
	}
	freeze(k->d);
	*ret = k->d;
	return 0;
}

int define_load(const char *folder, const char *const *measures, size_t measure_count,
		struct definitions **ret, struct complaints *complaints, struct err *err)
{
	struct loading k = { .complaints = complaints,
			     .folder = folder,
			     .measures = measures,
			     .measure_count = measure_count };
	int r = start(&k, err);

	if (r < 0)
		return r;
	r = take_single(&k, "scope.yaml", take_scope);
	if (r == 0)
		r = take_single(&k, "glossary.yaml", take_glossary);
	if (r == 0)
		r = take_folder(&k, "ledgers", take_ledger, true);
	if (r == 0)
		r = take_folder(&k, "ledgers/system", take_ledger, false);
	if (r == 0)
		r = take_folder(&k, "catalogues", take_catalogue, true);
	if (r == 0)
		r = take_folder(&k, "crosswalks", take_crosswalk, false);
	if (r == 0) {
		link_refs(&k);
		link_access(&k);
		link_all_replaces(&k);
		link_crosswalks(&k);
		check_facts(&k);
	}
	return finish(&k, r, ret, err);
}

int define_load_some(const char *folder, const char *const *ids, size_t id_count,
		     struct definitions **ret, struct complaints *complaints, struct err *err)
{
	struct loading k = { .complaints = complaints, .folder = folder };
	char name[300];
	size_t i, n;
	int r = start(&k, err);

	if (r < 0)
		return r;
	r = take_single(&k, "scope.yaml", take_scope);
	for (i = 0; r == 0 && i < id_count; i++)
		if (snprintf(name, sizeof name, "catalogues/%s.yaml", ids[i]) < (int)sizeof name)
			r = take_single(&k, name, take_catalogue);
	for (i = 0; r == 0 && i < id_count; i++)
		for (n = 0; r == 0 && n < id_count; n++)
			if (snprintf(name, sizeof name, "crosswalks/%s--%s.yaml", ids[i], ids[n]) <
			    (int)sizeof name)
				r = take_single(&k, name, take_crosswalk);
	if (r == 0)
		link_crosswalks(&k);
	return finish(&k, r, ret, err);
}

/* References may point to what is already there, or to the file itself. */
static int join_known(struct loading *k, const struct definitions *d)
{
	const struct in_force *f = in_force(d);
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < d->ledger_count; i++)
		if (!define_ledger(k->d, d->ledger[i]->name))
			r = keep(&k->d->arena, (const void ***)(uintptr_t)&k->d->ledger,
				 &k->d->ledger_count, d->ledger[i]);
	for (i = 0; r == 0 && i < f->catalogue_count; i++)
		if (!define_catalogue(k->d, f->catalogue[i]->id))
			r = keep(&k->d->arena, (const void ***)(uintptr_t)&k->d->shipped.catalogue,
				 &k->d->shipped.catalogue_count, f->catalogue[i]);
	return r;
}

/* What `catalogue check FILE` is given: a crosswalk says its pairs. */
static int take_either(struct loading *k, struct reading *rd, const struct node *root,
		       const struct buf *bytes)
{
	return yaml_get(root, "pairs") && !yaml_get(root, "items")
		       ? take_crosswalk(k, rd, root, bytes)
		       : take_catalogue(k, rd, root, bytes);
}

static take_fn *taker_of(const char *kind)
{
	return strcmp(kind, "ledger") == 0	? take_ledger
	       : strcmp(kind, "crosswalk") == 0 ? take_crosswalk
	       : strcmp(kind, "glossary") == 0	? take_glossary
	       : strcmp(kind, "scope") == 0	? take_scope
						: take_either;
}

/* Everything the file says about others. */
static int link_file(struct loading *k, const struct definitions *d)
{
	struct reading rd = { &k->d->arena, k->complaints, "" };
	size_t i;
	int r = join_known(k, d);

	if (r < 0)
		return r;
	for (i = 0; i < k->d->shipped.crosswalk_count; i++)
		check_opposite(&rd, d, k->d->shipped.crosswalk[i]);
	link_refs(k);
	link_access(k);
	link_all_replaces(k);
	link_crosswalks(k);
	check_facts(k);
	return 0;
}

/* A catalogue that lies beside the file of a crosswalk, as imports write them. */
static int take_neighbour(struct loading *k, const struct definitions *d, const char *path,
			  const char *id)
{
	const char *slash = strrchr(path, '/');
	char beside[PATH_MAX];

	if (define_catalogue(d, id) || define_catalogue(k->d, id) || strchr(id, '/'))
		return 0;
	if (snprintf(beside, sizeof beside, "%.*s%s.yaml", slash ? (int)(slash - path) + 1 : 0,
		     path, id) >= (int)sizeof beside ||
	    !file_exists(beside))
		return 0;
	return take_file(k, beside, beside, take_catalogue);
}

static int take_neighbours(struct loading *k, const struct definitions *d, const char *path)
{
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < k->d->shipped.crosswalk_count; i++) {
		const struct crosswalk *w = k->d->shipped.crosswalk[i];

		r = take_neighbour(k, d, path, w->from_id);
		if (r == 0)
			r = take_neighbour(k, d, path, w->to_id);
	}
	return r;
}

static int check_one(const struct definitions *d, const char *kind, const char *path,
		     const char *coverage, struct complaints *complaints, struct err *err)
{
	struct loading k = { .complaints = complaints,
			     .folder = "",
			     .measures = d ? d->measures : NULL,
			     .measure_count = d ? d->measure_count : 0 };
	int r = start(&k, err);

	if (r < 0)
		return r;
	if (d)
		k.d->facts = d->facts;
	r = take_file(&k, path, path, taker_of(kind));
	if (r == 0 && d)
		r = take_neighbours(&k, d, path);
	if (r == 0 && d)
		r = link_file(&k, d);
	if (r == 0 && complaints->count)
		r = err_set(err, ERR_INVALID, "誤りが%zu件あります", complaints->count);
	if (r == 0 && coverage && k.d->shipped.catalogue_count)
		r = define_check_coverage(k.d->shipped.catalogue[0], coverage, complaints, err);
	define_free(k.d);
	return r;
}

/* One draft, as take_file does it. */
static int take_draft(struct loading *k, const struct definition_draft *draft)
{
	struct reading rd = { &k->d->arena, k->complaints,
			      arena_strdup(&k->d->arena, draft->file) };
	char nothing[] = "";
	const struct buf none = { .data = nothing };

	if (!rd.file)
		return err_nomem(k->err);
	if (draft->alone) {
		(void)parse_crosswalk(&rd, draft->root);
		return 0;
	}
	return taker_of(draft->kind)(k, &rd, draft->root, &none);
}

int define_check_drafts(const struct definitions *d, const struct definition_draft *draft,
			size_t count, struct definitions **ret, struct complaints *complaints,
			struct err *err)
{
	struct loading k = { .complaints = complaints,
			     .folder = "",
			     .measures = d->measures,
			     .measure_count = d->measure_count };
	struct definitions *made = NULL;
	size_t i;
	int r = start(&k, err);

	if (r < 0)
		return r;
	k.d->facts = d->facts;
	for (i = 0; r == 0 && i < count; i++)
		r = take_draft(&k, &draft[i]);
	if (r == 0)
		r = link_file(&k, d);
	r = finish(&k, r, &made, err);
	if (r < 0)
		return r;
	if (ret)
		*ret = made;
	else
		define_free(made);
	return 0;
}

int define_check_file(const struct definitions *d, const char *kind, const char *path,
		      struct complaints *complaints, struct err *err)
{
	return check_one(d, kind, path, NULL, complaints, err);
}

int define_check_covered(const struct definitions *d, const char *path, const char *coverage,
			 struct complaints *complaints, struct err *err)
{
	return check_one(d, "catalogue", path, coverage, complaints, err);
}

void define_free(struct definitions *d)
{
	if (!d)
		return;
	growth_free(d->growth);
	arena_release(&d->arena);
	free(d);
}
