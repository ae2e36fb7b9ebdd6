#include "ledger/batch.h"

#include <stdlib.h>
#include <string.h>

#include "ledger/change.h"

#define BATCH_ARENA ((size_t)1024 * 1024 * 1024)

struct batch {
	struct ledgers *l;
	const struct actor *who;
	char *key;
	struct arena arena; /* everything the changes hold */
	struct prepared *item;
	size_t count, alloc;
	size_t reserved;    /* index of the place kept, plus one; 0: none */
	bool refused;	    /* a change was refused by batch_add */
	struct err pending; /* what others did meanwhile; see change_prepare */
	size_t bad;	    /* index of the change refused or pending */
	struct faults *faults;
};

int batch_new(struct ledgers *l, const struct actor *who, const char *key, struct batch **ret,
	      struct err *err)
{
	struct batch *b = calloc(1, sizeof *b);

	if (!b)
		return err_nomem(err);
	b->l = l;
	b->who = who;
	arena_init(&b->arena, BATCH_ARENA);
	b->key = arena_strdup(&b->arena, key);
	if (key && !b->key) {
		batch_free(b);
		return err_nomem(err);
	}
	*ret = b;
	return 0;
}

void batch_free(struct batch *b)
{
	if (!b)
		return;
	arena_release(&b->arena);
	free(b->item);
	free(b);
}

size_t batch_count(const struct batch *b)
{
	return b->count;
}

static const char *keep(struct arena *arena, const char *s)
{
	return s && *s ? arena_strdup(arena, s) : "";
}

/* Copies what *p points to. Of the content before only what the committer still
 * compares is kept: a hundred thousand rows must fit into memory. */
static int keep_prepared(struct arena *arena, const struct prepared *p, struct prepared *ret,
			 struct err *err)
{
	const struct ledger_def *def = p->next.def;
	const char **value = arena_calloc(arena, def->field_count, sizeof *value);
	const char **before =
		p->before ? arena_calloc(arena, def->field_count, sizeof *before) : NULL;
	size_t i;

	*ret = *p;
	for (i = 0; value && i < def->field_count; i++)
		value[i] = keep(arena, p->next.value[i]);
	for (i = 0; before && i < def->field_count; i++) {
		const struct field_def *f = &def->field[i];
		bool compared = f->unique || f->type == FIELD_REF || f->type == FIELD_REFS ||
				f->type == FIELD_ACCOUNT || f->type == FIELD_FILES;

		before[i] = compared ? keep(arena, p->before[i]) : "";
	}
	ret->next.value = value;
	ret->before = before;
	ret->name_before = keep(arena, p->name_before);
	ret->next.actor = keep(arena, p->next.actor);
	ret->next.behalf = keep(arena, p->next.behalf);
	ret->next.reason = keep(arena, p->next.reason);
	ret->next.batch = keep(arena, p->next.batch);
	ret->next.author = keep(arena, p->next.author);
	ret->next.principal = keep(arena, p->next.principal);
	if (!arena_failed(arena))
		return 0;
	return err_set(
		err, ERR_LIMIT,
		"一度に扱える量を超えました。ファイルをいくつかに分けて取り込んでください。");
}

static int grow(struct batch *b, struct err *err)
{
	struct prepared *more;
	size_t n = b->alloc ? b->alloc * 2 : 64;

	if (b->count < b->alloc)
		return 0;
	if (b->count >= BATCH_MAX)
		return err_set(err, ERR_LIMIT,
			       "一度に扱えるのは%d件までです。いくつかに分けて取り込んでください。",
			       BATCH_MAX);
	more = realloc(b->item, n * sizeof *more);
	if (!more)
		return err_nomem(err);
	b->item = more;
	b->alloc = n;
	return 0;
}

static int add_checked(struct batch *b, struct conn *c, const struct change *ch, size_t at,
		       struct faults *faults, struct err *err)
{
	struct prepared p;
	struct err pending;
	struct arena scratch;
	int r;

	arena_init(&scratch, 0);
	r = change_prepare(b->l, c, b->who, ch, true, &scratch, &p, &pending, faults, err);
	if (r >= 0 && pending.code < 0) {
		if (b->pending.code == 0) {
			b->pending = pending;
			b->bad = at;
		}
	} else if (r >= 0) {
		r = keep_prepared(&b->arena, &p, &b->item[at], err);
	}
	arena_release(&scratch);
	return r;
}

/* Puts a change at index `at`, for which there is room. */
static int put(struct batch *b, const struct change *ch, size_t at, struct faults *faults,
	       struct err *err)
{
	struct conn *c = NULL;
	int r;

	if (faults)
		faults->count = 0;
	memset(&b->item[at], 0, sizeof *b->item);
	r = store_read_begin(b->l->store, &c, err);
	if (r >= 0)
		r = add_checked(b, c, ch, at, faults, err);
	store_read_end(c);
	if (r < 0 && !b->refused) {
		b->bad = at;
		b->refused = true;
	}
	return r;
}

int batch_add(struct batch *b, const struct change *ch, char ret_id[ID_SIZE], struct faults *faults,
	      struct err *err)
{
	int r = grow(b, err);

	if (r >= 0)
		r = put(b, ch, b->count, faults, err);
	if (r < 0)
		return r;
	if (ret_id)
		memcpy(ret_id, b->item[b->count].next.id, ID_SIZE);
	b->count++;
	return 0;
}

int batch_reserve(struct batch *b, char ret_id[ID_SIZE], struct err *err)
{
	int r = b->reserved ? err_set(err, ERR_BUG,
				      "一度に2つの場所を空けようとしました。この文面を開発元に知らせて"
				      "ください")
			    : grow(b, err);

	if (r < 0)
		return r;
	memset(&b->item[b->count], 0, sizeof *b->item);
	id_new(ret_id);
	memcpy(b->item[b->count].next.id, ret_id, ID_SIZE);
	b->reserved = ++b->count;
	return 0;
}

int batch_fill(struct batch *b, const struct change *ch, struct faults *faults, struct err *err)
{
	size_t at = b->reserved - 1;
	char id[ID_SIZE];
	int r;

	memcpy(id, b->item[at].next.id, sizeof id);
	r = put(b, ch, at, faults, err);
	if (r < 0)
		return r;
	memcpy(b->item[at].next.id, id, sizeof id);
	b->reserved = 0;
	return 0;
}

static int batch_write(struct tx *tx, void *arg, struct err *err)
{
	struct batch *b = arg;
	struct encoded x;
	struct arena scratch;
	size_t i;
	int r = 0;

	if (b->pending.code < 0) {
		if (err)
			*err = b->pending;
		return b->pending.code;
	}
	encoded_init(&x);
	arena_init(&scratch, 0);
	for (i = 0; i < b->count && r >= 0; i++) {
		struct prepared *p = &b->item[i];

		r = content_encode(projection_of(b->l, p->next.def), &p->next, p->transition,
				   &scratch, &x, err);
		if (r >= 0)
			r = change_write(b->l, tx, p, &x, b->faults, err);
		if (r < 0)
			b->bad = i;
		arena_release(&scratch);
	}
	encoded_release(&x);
	return r;
}

int batch_commit(struct batch *b, struct receipt *ret, size_t *ret_bad, struct faults *faults,
		 struct err *err)
{
	struct receipt receipt = { .seq = -1 };
	int r;

	if (faults)
		faults->count = 0;
	b->faults = faults;
	if (b->refused || b->reserved)
		r = err_set(err, ERR_INVALID,
			    "%zu件目に誤りがあるため、何も書き込みませんでした。直してもう一度行っ"
			    "てください。",
			    (b->refused ? b->bad : b->reserved - 1) + 1);
	else if (b->pending.code < 0 && !b->key) {
		r = b->pending.code;
		if (err)
			*err = b->pending;
	} else {
		r = store_write(b->l->store, b->key, batch_write, b, &receipt, err);
	}
	if (r < 0 && ret_bad)
		*ret_bad = b->bad;
	if (r >= 0 && ret)
		*ret = receipt;
	return r < 0 ? r : 0;
}
