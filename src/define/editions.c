/* Editions that come while the program runs, and what is in force. */
#include "define/editions.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "define/frozen.h"

/* What one file may take when parsed. */
#define ADDITION_MAX ((size_t)64 * 1024 * 1024)

int finish_catalogue(struct reading *rd, struct catalogue *c, const char *bytes, size_t len)
{
	char *hex = arena_alloc(rd->arena, HASH_HEX_SIZE);
	uint8_t hash[HASH_SIZE];

	c->bytes = arena_memdup(rd->arena, bytes, len);
	if (!hex || !c->bytes)
		return ERR_NOMEM;
	hash_bytes(bytes, len, hash);
	hex_encode(hash, sizeof hash, hex);
	c->digest = hex;
	c->size = len;
	return 0;
}

void check_opposite(struct reading *rd, const struct definitions *d, const struct crosswalk *w)
{
	const struct crosswalk *other = define_crosswalk(d, w->to_id, w->from_id);

	if (other && strcmp(w->from_id, w->to_id) != 0)
		complain_at(
			rd, &w->pos,
			"逆向きの対応表が %s にあります。逆向きは自動で作られるので、片方だけにし"
			"てください",
			other->pos.file);
}

/* --- what is known ------------------------------------------------------------------- */

struct growth *growth_new(const struct in_force *shipped)
{
	struct growth *g = calloc(1, sizeof *g);

	if (!g)
		return NULL;
	pthread_mutex_init(&g->lock, NULL);
	atomic_init(&g->now, shipped);
	return g;
}

void growth_free(struct growth *g)
{
	if (!g)
		return;
	while (g->additions) {
		struct addition *next = g->additions->next;

		arena_release(&g->additions->arena);
		free(g->additions);
		g->additions = next;
	}
	free(g->edition);
	pthread_mutex_destroy(&g->lock);
	free(g);
}

static struct addition *addition_new(void)
{
	struct addition *a = calloc(1, sizeof *a);

	if (a)
		arena_init(&a->arena, ADDITION_MAX);
	return a;
}

static void addition_drop(struct addition *a)
{
	if (!a)
		return;
	arena_release(&a->arena);
	free(a);
}

/* With the lock held, or before others can see *g. */
static int know(struct growth *g, const struct catalogue *c, struct err *err)
{
	if (g->edition_count == g->edition_alloc) {
		size_t alloc = g->edition_alloc ? g->edition_alloc * 2 : 64;
		void *bigger = realloc((void *)(uintptr_t)g->edition, alloc * sizeof *g->edition);

		if (!bigger)
			return err_nomem(err);
		g->edition = bigger;
		g->edition_alloc = alloc;
	}
	g->edition[g->edition_count++] = c;
	return 0;
}

/* With the lock held. */
static const struct catalogue *known(const struct growth *g, const char *id, const char *digest)
{
	size_t i;

	for (i = 0; i < g->edition_count; i++)
		if (strcmp(g->edition[i]->digest, digest) == 0 &&
		    (!id || strcmp(g->edition[i]->id, id) == 0))
			return g->edition[i];
	return NULL;
}

const struct catalogue *define_edition(const struct definitions *d, const char *id,
				       const char *digest)
{
	const struct catalogue *c;

	pthread_mutex_lock(&d->growth->lock);
	c = known(d->growth, id, digest);
	pthread_mutex_unlock(&d->growth->lock);
	return c;
}

const struct catalogue *define_shipped(const struct definitions *d, const char *id)
{
	size_t i;

	for (i = 0; i < d->shipped.catalogue_count; i++)
		if (strcmp(d->shipped.catalogue[i]->id, id) == 0)
			return d->shipped.catalogue[i];
	return NULL;
}

/* --- reading one file ---------------------------------------------------------------- */

static bool has_item(const struct definitions *d, const struct catalogue *self, const char *id,
		     const char *item)
{
	const struct catalogue *c = define_catalogue(d, id);
	const struct growth *g = d->growth;
	bool found = c && catalogue_item(c, item) >= 0;
	size_t i;

	if (!found && strcmp(self->id, id) == 0)
		found = catalogue_item(self, item) >= 0;
	pthread_mutex_lock(&d->growth->lock);
	for (i = 0; !found && i < g->edition_count; i++)
		found = strcmp(g->edition[i]->id, id) == 0 &&
			catalogue_item(g->edition[i], item) >= 0;
	pthread_mutex_unlock(&d->growth->lock);
	return found;
}

void link_replaces(struct reading *rd, const struct definitions *d, const struct catalogue *c)
{
	size_t i;

	for (i = 0; i < c->item_count; i++) {
		const struct item_def *item = &c->item[i];

		if (item->replaces_catalogue &&
		    !has_item(d, c, item->replaces_catalogue, item->replaces_id))
			complain_at(rd, &item->pos, "replaces の「%s %s」がありません",
				    item->replaces_catalogue, item->replaces_id);
	}
}

/* The tree of a file; NULL with a complaint, or with *ret_code negative. */
static struct node *read_tree(struct reading *rd, const char *bytes, size_t len, int *ret_code,
			      struct err *err)
{
	struct node *root = NULL;
	struct err why;
	int r = len > YAML_SIZE_MAX
			? err_set(&why, ERR_LIMIT, "ファイルが大きすぎます（%zuバイトまで）",
				  YAML_SIZE_MAX)
			: yaml_read(rd->file, bytes, len, rd->arena, &root, &why);

	*ret_code = 0;
	if (r == ERR_INVALID || r == ERR_LIMIT) {
		if (!why.file[0])
			(void)err_at(&why, why.code, rd->file, why.line, why.column, "%s",
				     why.text);
		complain_err(rd->complaints, &why);
		return NULL;
	}
	if (r < 0 && err)
		*err = why;
	*ret_code = r;
	return r < 0 ? NULL : root;
}

static struct catalogue *read_catalogue(struct reading *rd, const struct definitions *d,
					const char *bytes, size_t len, bool lenient, int *ret_code,
					struct err *err)
{
	struct node *root = read_tree(rd, bytes, len, ret_code, err);
	struct catalogue *c = root ? parse_catalogue(rd, root, &d->facts) : NULL;

	if (!c)
		return NULL;
	if (finish_catalogue(rd, c, bytes, len) < 0) {
		*ret_code = err_nomem(err);
		return NULL;
	}
	check_catalogue(rd, c, lenient ? NULL : d->measures, d->measure_count);
	if (!lenient)
		link_replaces(rd, d, c);
	return c;
}

static struct crosswalk *read_crosswalk(struct reading *rd, const char *bytes, size_t len,
					int *ret_code, struct err *err)
{
	struct node *root = read_tree(rd, bytes, len, ret_code, err);

	return root ? parse_crosswalk(rd, root) : NULL;
}

static int verdict(const struct reading *rd, int code, bool read, struct err *err)
{
	if (code < 0)
		return code;
	if (arena_failed(rd->arena))
		return err_nomem(err);
	if (rd->complaints->count || !read)
		return err_set(err, ERR_INVALID, "ファイルに誤りが%zu件あります",
			       rd->complaints->count);
	return 0;
}

int define_read_catalogue(const struct definitions *d, const char *file, const char *bytes,
			  size_t len, struct arena *arena, const struct catalogue **ret,
			  struct complaints *complaints, struct err *err)
{
	struct reading rd = { arena, complaints, arena_strdup(arena, file) };
	int code;

	*ret = read_catalogue(&rd, d, bytes, len, false, &code, err);
	return verdict(&rd, code, *ret != NULL, err);
}

int define_read_crosswalk(const struct definitions *d, const char *file, const char *bytes,
			  size_t len, struct arena *arena, const struct crosswalk **ret,
			  struct complaints *complaints, struct err *err)
{
	struct reading rd = { arena, complaints, arena_strdup(arena, file) };
	int code;
	struct crosswalk *w = read_crosswalk(&rd, bytes, len, &code, err);

	if (w) {
		link_crosswalk(&rd, w, define_catalogue(d, w->from_id),
			       define_catalogue(d, w->to_id));
		check_opposite(&rd, d, w);
	}
	*ret = w;
	return verdict(&rd, code, w != NULL, err);
}

/* --- keeping ------------------------------------------------------------------------- */

/* Hands *a to the definitions, or drops it. */
static void add(const struct definitions *d, struct addition *a)
{
	pthread_mutex_lock(&d->growth->lock);
	a->next = d->growth->additions;
	d->growth->additions = a;
	pthread_mutex_unlock(&d->growth->lock);
}

int define_keep_catalogue(const struct definitions *d, const char *file, const char *bytes,
			  size_t len, const struct catalogue **ret, struct err *err)
{
	struct addition *a = addition_new();
	struct complaints complaints = { 0 };
	struct reading rd = { a ? &a->arena : NULL, &complaints, NULL };
	const struct catalogue *twin;
	struct catalogue *c = NULL;
	int r = a ? 0 : err_nomem(err);

	if (r == 0) {
		rd.file = arena_strdup(rd.arena, file);
		c = read_catalogue(&rd, d, bytes, len, true, &r, err);
		complaints_release(&complaints);
		if (r == 0 && (!c || !c->item_count || arena_failed(&a->arena)))
			r = err_set(err, ERR_INVALID, "保存してある基準 %s を読めません", file);
	}
	if (r < 0) {
		addition_drop(a);
		return r;
	}
	pthread_mutex_lock(&d->growth->lock);
	twin = known(d->growth, c->id, c->digest);
	r = twin ? 0 : know(d->growth, c, err);
	pthread_mutex_unlock(&d->growth->lock);
	*ret = twin ? twin : c;
	if (twin || r < 0)
		addition_drop(a);
	else
		add(d, a);
	return r;
}

int define_keep_crosswalk(const struct definitions *d, const char *file, const char *bytes,
			  size_t len, const struct crosswalk **ret, struct err *err)
{
	struct addition *a = addition_new();
	struct complaints complaints = { 0 };
	struct reading rd = { a ? &a->arena : NULL, &complaints, NULL };
	int r = a ? 0 : err_nomem(err);

	if (r == 0) {
		rd.file = arena_strdup(rd.arena, file);
		*ret = read_crosswalk(&rd, bytes, len, &r, err);
		complaints_release(&complaints);
		if (r == 0 && (!*ret || arena_failed(&a->arena)))
			r = err_set(err, ERR_INVALID, "保存してある対応表 %s を読めません", file);
	}
	if (r < 0) {
		addition_drop(a);
		return r;
	}
	add(d, a);
	return 0;
}

/* --- what is in force ------------------------------------------------------------------ */

uint64_t define_generation(const struct definitions *d)
{
	return in_force(d)->generation;
}

static int by_id(const void *a, const void *b)
{
	return strcmp((*(const struct catalogue *const *)a)->id,
		      (*(const struct catalogue *const *)b)->id);
}

/* Sorts, and works out the index. */
static int complete(struct in_force *f, struct arena *arena, struct err *err)
{
	if (f->catalogue_count)
		qsort((void *)(uintptr_t)f->catalogue, f->catalogue_count, sizeof *f->catalogue,
		      by_id);
	f->pairs = index_pairs(f, arena);
	return f->pairs && !arena_failed(arena) ? 0 : err_nomem(err);
}

int growth_begin(struct definitions *d, struct err *err)
{
	size_t i;
	int r = complete(&d->shipped, &d->arena, err);

	d->shipped.generation = 1;
	for (i = 0; r == 0 && i < d->shipped.catalogue_count; i++)
		r = know(d->growth, d->shipped.catalogue[i], err);
	return r;
}

static const struct catalogue *find(const struct in_force *f, const char *id)
{
	size_t i;

	for (i = 0; i < f->catalogue_count; i++)
		if (strcmp(f->catalogue[i]->id, id) == 0)
			return f->catalogue[i];
	return NULL;
}

static void lay_catalogue(struct in_force *f, const struct catalogue *c)
{
	size_t i;

	for (i = 0; i < f->catalogue_count && strcmp(f->catalogue[i]->id, c->id) != 0; i++)
		;
	f->catalogue[i] = c;
	f->catalogue_count += i == f->catalogue_count;
}

static bool dead(const struct pair_end *end)
{
	return !end->item_count || (strchr(end->text, '#') && end->statement < 0);
}

/* The same crosswalk between other editions, without the pairs that have lost an end. */
static const struct crosswalk *relink(const struct crosswalk *w, const struct catalogue *from,
				      const struct catalogue *to, struct arena *arena)
{
	struct complaints ignored = { 0 };
	struct reading rd = { arena, &ignored, w->pos.file };
	struct crosswalk *copy = arena_memdup(arena, w, sizeof *w);
	struct pair_def *pair = arena_calloc(arena, w->pair_count + 1, sizeof *pair);
	size_t i, kept = 0;

	if (!copy || !pair)
		return NULL;
	for (i = 0; i < w->pair_count; i++) {
		pair[i] = w->pair[i];
		pair[i].from = (struct pair_end){ w->pair[i].from.text, NULL, 0, -1 };
		pair[i].to = (struct pair_end){ w->pair[i].to.text, NULL, 0, -1 };
	}
	copy->pair = pair;
	link_crosswalk(&rd, copy, from, to);
	complaints_release(&ignored);
	for (i = 0; i < w->pair_count; i++)
		if (!dead(&pair[i].from) && !dead(&pair[i].to))
			pair[kept++] = pair[i];
	copy->pair_count = kept;
	return copy;
}

static int lay_crosswalk(struct in_force *f, const struct crosswalk *w, struct arena *arena,
			 struct err *err)
{
	const struct catalogue *from = find(f, w->from_id), *to = find(f, w->to_id);
	size_t i;

	if (!from || !to)
		return 0;
	if (w->from != from || w->to != to)
		w = relink(w, from, to, arena);
	if (!w)
		return err_nomem(err);
	for (i = 0; i < f->crosswalk_count; i++)
		if (strcmp(f->crosswalk[i]->from_id, w->from_id) == 0 &&
		    strcmp(f->crosswalk[i]->to_id, w->to_id) == 0)
			break;
	f->crosswalk[i] = w;
	f->crosswalk_count += i == f->crosswalk_count;
	return 0;
}

static int lay_all(const struct definitions *d, const struct overlay *o, struct in_force *f,
		   struct arena *arena, struct err *err)
{
	const struct in_force *s = &d->shipped;
	size_t i;
	int r = 0;

	f->catalogue = arena_calloc(arena, s->catalogue_count + o->catalogue_count + 1,
				    sizeof *f->catalogue);
	f->crosswalk = arena_calloc(arena, s->crosswalk_count + o->crosswalk_count + 1,
				    sizeof *f->crosswalk);
	if (!f->catalogue || !f->crosswalk)
		return err_nomem(err);
	for (i = 0; i < s->catalogue_count; i++)
		f->catalogue[f->catalogue_count++] = s->catalogue[i];
	for (i = 0; i < o->catalogue_count; i++)
		lay_catalogue(f, o->catalogue[i]);
	for (i = 0; r == 0 && i < s->crosswalk_count; i++)
		r = lay_crosswalk(f, s->crosswalk[i], arena, err);
	for (i = 0; r == 0 && i < o->crosswalk_count; i++)
		r = lay_crosswalk(f, o->crosswalk[i], arena, err);
	return r < 0 ? r : complete(f, arena, err);
}

int define_overlay(const struct definitions *d, const struct overlay *o, struct err *err)
{
	struct addition *a = addition_new();
	struct in_force *f = a ? arena_calloc(&a->arena, 1, sizeof *f) : NULL;
	int r = f ? lay_all(d, o, f, &a->arena, err) : err_nomem(err);

	if (r < 0) {
		addition_drop(a);
		return r;
	}
	pthread_mutex_lock(&d->growth->lock);
	if (o->based_on && in_force(d)->generation != o->based_on) {
		r = err_set(err, ERR_CONFLICT,
			    "ほかの人が同時に基準を入れ替えました。もう一度確かめてください");
	} else {
		a->next = d->growth->additions;
		d->growth->additions = a;
		f->generation = in_force(d)->generation + 1;
		atomic_store_explicit(&d->growth->now, f, memory_order_release);
	}
	pthread_mutex_unlock(&d->growth->lock);
	if (r < 0)
		addition_drop(a);
	return r;
}
