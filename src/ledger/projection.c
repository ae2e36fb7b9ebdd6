/* The shape of a projection table, derived from its definition. */
#include "ledger/projection.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Raise when the rows are made in another way from the same definition. */
#define PROJECTION_FORMAT 1

static bool is_integer(const struct field_def *f)
{
	return !field_sealed(f) &&
	       (f->type == FIELD_INT || f->type == FIELD_BOOL || f->type == FIELD_DECIMAL);
}

/* True if an index there serves `column` too. */
static bool has_index(const struct projection *p, const int column[3])
{
	size_t i;

	for (i = 0; i < p->table.index_count; i++)
		if (p->index[i].column[0] == column[0] &&
		    (column[1] == 0 || p->index[i].column[1] == column[1]))
			return true;
	return false;
}

static void add_index(struct projection *p, int first, int second)
{
	int column[3] = { first, first == second ? 0 : second, 0 };

	if (!has_index(p, column))
		memcpy(p->index[p->table.index_count++].column, column, sizeof column);
}

/* Every list people open by a click must come from an index: the default sort,
 * each filter with it, each column of the list that can head it, and look-ups by
 * unique fields, import keys and references. */
static void add_indexes(struct projection *p)
{
	const struct ledger_def *def = p->def;
	const struct field_def *f = def->field;
	int sort = def->sort_count ? f[def->sort[0].field].id : 0;
	size_t i;

	if (sort)
		add_index(p, sort, 0);
	for (i = 0; i < def->filter_count; i++)
		add_index(p, f[def->filter[i]].id, sort);
	for (i = 0; i < def->list_column_count; i++)
		if (f[def->list_column[i]].type != FIELD_LONGTEXT &&
		    !field_sealed(&f[def->list_column[i]]))
			add_index(p, f[def->list_column[i]].id, 0);
	for (i = 0; i < def->field_count; i++)
		if (f[i].unique || f[i].type == FIELD_REF)
			add_index(p, f[i].id, 0);
	if (def->import_key_count)
		add_index(p, f[def->import_key[0]].id, 0);
	if (def->import_fallback_count)
		add_index(p, f[def->import_fallback[0]].id, 0);
}

/* Writes the keys, and sorts field indexes by them, the order of canonical JSON. */
static void sort_keys(struct projection *p)
{
	size_t i, j;

	for (i = 0; i < p->def->field_count; i++) {
		snprintf(p->key[i], sizeof p->key[i], "%d", p->def->field[i].id);
		for (j = i; j > 0 && strcmp(p->key[p->by_key[j - 1]], p->key[i]) > 0; j--)
			p->by_key[j] = p->by_key[j - 1];
		p->by_key[j] = (int)i;
	}
}

static void describe_field(const struct field_def *f, struct buf *b)
{
	const struct ledger_def *ref = f->ref;
	size_t i;

	buf_printf(b, "f %d %d %d %d\n", f->id, (int)f->type, (int)f->class, f->scale);
	if (f->type == FIELD_ENUM && f->enum_def)
		for (i = 0; i < f->enum_def->count; i++)
			buf_printf(b, "e %s %s\n", f->enum_def->value[i].value,
				   f->enum_def->value[i].label.ja);
	if (f->type == FIELD_REF && ref)
		buf_printf(b, "r %s %d %d\n", ref->name, ref->field[ref->name_field].id,
			   (int)ref->field[ref->name_field].class);
}

static int make_digest(struct projection *p, struct err *err)
{
	uint8_t digest[HASH_SIZE];
	struct buf b;
	size_t i;

	buf_init(&b, 0);
	buf_printf(&b, "%d %s\n", PROJECTION_FORMAT, p->def->name);
	for (i = 0; i < p->def->field_count; i++)
		describe_field(&p->def->field[i], &b);
	for (i = 0; i < p->table.index_count; i++)
		buf_printf(&b, "i %d %d\n", p->index[i].column[0], p->index[i].column[1]);
	if (!buf_failed(&b)) {
		hash_bytes(b.data, b.len, digest);
		hex_encode(digest, sizeof digest, p->digest);
	}
	buf_release(&b);
	return *p->digest ? 0 : err_nomem(err);
}

/* The ledgers that fields refer to. */
static int make_sets(struct projection *p, struct err *err)
{
	const struct ledger_def *def = p->def;
	size_t i, j, count = 0;

	for (i = 0; i < def->field_count; i++) {
		const struct field_def *f = &def->field[i];

		if (f->type != FIELD_REF || !f->ref || field_sealed(f))
			continue;
		for (j = 0; j < count && p->named[j] != f->ref->name; j++)
			;
		if (j == count)
			p->named[count++] = f->ref->name;
	}
	p->sets = table_sets_new(p->named, count);
	return p->sets ? 0 : err_nomem(err);
}

int projection_init(struct projection *p, const struct ledger_def *def, struct err *err)
{
	size_t i, n = def->field_count;

	memset(p, 0, sizeof *p);
	p->def = def;
	if (n > TABLE_COLUMNS_MAX)
		return err_at(
			err, ERR_LIMIT, def->pos.file, def->pos.line, def->pos.column,
			"台帳「%s」の項目が多すぎます（%zu個、上限は%d個）。台帳を分けてください。",
			def->title.ja, n, TABLE_COLUMNS_MAX);
	p->column = calloc(n ? n : 1, sizeof *p->column);
	p->by_key = calloc(n ? n : 1, sizeof *p->by_key);
	p->key = calloc(n ? n : 1, sizeof *p->key);
	p->index = calloc(n + def->filter_count + def->list_column_count + 3, sizeof *p->index);
	p->named = calloc(n ? n : 1, sizeof *p->named);
	if (!p->column || !p->by_key || !p->key || !p->index || !p->named)
		return err_nomem(err);
	for (i = 0; i < n; i++)
		p->column[i] =
			(struct table_column){ def->field[i].id, is_integer(&def->field[i]) };
	add_indexes(p);
	sort_keys(p);
	p->table.name = def->name;
	p->table.column = p->column;
	p->table.column_count = n;
	p->table.index = p->index;
	return make_digest(p, err) < 0 ? ERR_NOMEM : make_sets(p, err);
}

void projection_release(struct projection *p)
{
	table_sets_free(p->sets);
	free(p->named);
	free(p->column);
	free(p->by_key);
	free(p->key);
	free(p->index);
	memset(p, 0, sizeof *p);
}

const struct projection *projection_of(const struct ledgers *l, const struct ledger_def *def)
{
	size_t i = 0;

	while (i < l->count && l->item[i].def != def)
		i++;
	assert(i < l->count); /* a definition of somebody else: our own mistake */
	return &l->item[i];
}
