/* The leaves of a month: each one, their order, their tree, the heads over them. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "store/evidence_audit.h"
#include "store/migrate.h"

struct pass {
	struct trail_audit *a;
	struct audit_month *m;
	struct month_reader *r;
	struct stack *stack;
	int64_t last_at, nodes;
	size_t head;  /* the next to be reached */
	bool gap;     /* a leaf is missing: the tree cannot be judged behind it */
	int64_t good; /* leaves under the last head that fitted */
};

#define MONTH(p) (p)->m->month / 100, (p)->m->month % 100

/* --- heads ------------------------------------------------------------------------------ */

/* Heads of exactly the leaves so far. */
static void heads_check(struct pass *p)
{
	struct audit_month *m = p->m;
	uint8_t root[HASH_SIZE];

	if (p->head >= m->heads || m->head[p->head].size != (int64_t)p->stack->size)
		return;
	stack_root(p->stack, root);
	for (; p->head < m->heads && m->head[p->head].size == (int64_t)p->stack->size; p->head++) {
		const struct audit_head *h = &m->head[p->head];

		if (memcmp(root, h->root, HASH_SIZE) == 0) {
			p->good = h->size;
			continue;
		}
		trail_found(p->a, "root", m->month, p->good,
			    "%d年%d月の証跡の %lld 番目から %lld 番目までのどこかが、記録された"
			    "頭（受付番号 %lld）と合いません。書き換え、差し込み、削除、"
			    "並べ替えのどれかです",
			    MONTH(p), (long long)p->good, (long long)h->size - 1,
			    (long long)h->seq);
	}
}

static void heads_beyond(struct pass *p)
{
	const struct audit_head *h;

	if (p->gap || p->head >= p->m->heads)
		return;
	h = &p->m->head[p->m->heads - 1];
	trail_found(p->a, "rollback", p->m->month, (int64_t)p->stack->size,
		    "%d年%d月の証跡は%llu件しかありませんが、主の記録（受付番号 %lld）によれば"
		    "%lld件あったはずです。末尾か途中が消されたか、古いファイルに戻されています",
		    MONTH(p), (unsigned long long)p->stack->size, (long long)h->seq,
		    (long long)h->size);
}

/* --- the first leaf -------------------------------------------------------------------------- */

static const struct audit_month *month_before(const struct pass *p)
{
	return p->m > p->a->month ? p->m - 1 : NULL;
}

/* The month before, as this one's first leaf names it. */
static void previous_check(struct pass *p, const struct event_first *first)
{
	const struct audit_month *before = month_before(p);

	if (!first->previous_month && !before)
		return;
	if (!before || first->previous_month != before->month) {
		trail_found(p->a, "chain", p->m->month, 0,
			    "%d年%d月の証跡の最初の記録は、前の月を %d年%d月 としていますが、"
			    "合いません。間の月が消されたか、差し込まれています",
			    MONTH(p), first->previous_month / 100, first->previous_month % 100);
		return;
	}
	/* A month without a file has been reported. */
	if (!before->file)
		return;
	if (first->previous_size == before->size &&
	    memcmp(first->previous_root, before->root, HASH_SIZE) == 0)
		return;
	trail_found(p->a, "chain", before->month, -1,
		    "%d年%d月の証跡（%lld件）が、次の月の最初の記録（%lld件）と合いません。"
		    "書き換えられたか、切り取られたか、古いファイルに戻されています",
		    before->month / 100, before->month % 100, (long long)before->size,
		    (long long)first->previous_size);
}

static void first_check(struct pass *p, const char *rec, size_t len)
{
	char origin[CHECKPOINT_ORIGIN_SIZE];
	struct event_first first;
	struct err why;

	month_origin(p->a->ev->s, p->m->month, origin);
	if (event_first_read(rec, len, &first, &why) < 0) {
		trail_found(p->a, "leaf", p->m->month, 0, "%d年%d月の証跡の最初の記録: %s",
			    MONTH(p), why.text);
		return;
	}
	p->last_at = first.at_us;
	if (first.month != p->m->month || strcmp(first.origin, origin) != 0)
		trail_found(p->a, "swapped", p->m->month, 0,
			    "%d年%d月の証跡のファイルの中身は、%d年%d月のものです。"
			    "取り違えか差し替えです",
			    MONTH(p), first.month / 100, first.month % 100);
	previous_check(p, &first);
}

/* --- events --------------------------------------------------------------------------------------
 */

static int event_check(struct pass *p, int64_t seq, const char *rec, size_t len, struct err *err)
{
	struct event_leaf leaf;
	struct err why;
	int rc = 0;

	if (event_leaf_read(rec, len, &leaf, &why) < 0) {
		trail_found(p->a, "leaf", p->m->month, seq, "%d年%d月の証跡 %lld 番目: %s",
			    MONTH(p), (long long)seq, why.text);
		return 0;
	}
	if (leaf.at_us < p->last_at || month_of_us(leaf.at_us) != p->m->month)
		trail_found(p->a, "time", p->m->month, seq,
			    "%d年%d月の証跡 %lld 番目の受信時刻が、前後の順か月と合いません",
			    MONTH(p), (long long)seq);
	p->last_at = leaf.at_us;
	if (p->a->index)
		rc = audit_day_add(p->a, p->m, seq, &leaf, err);
	if (rc == 0 && !p->a->in->no_payloads)
		rc = audit_payload(p->a, p->m, p->r, seq, &leaf, err);
	return rc;
}

/* --- stored hashes -----------------------------------------------------------------------------
 */

/* A full tile of the tree: its root must be stored one level above. */
static int tile_check(void *arg, unsigned level, uint64_t first, uint8_t *hashes, struct err *err)
{
	uint8_t copy[TREE_TILE * HASH_SIZE], root[HASH_SIZE], stored[HASH_SIZE];
	struct pass *p = arg;
	struct tree_source source = store_tree(p->r->c);

	memcpy(copy, hashes, sizeof copy);
	tree_reduce(copy, TREE_TILE, root);
	p->nodes++;
	if (source.read(source.arg, level + 1, first / TREE_TILE, 1, stored, NULL) == 0 &&
	    memcmp(stored, root, HASH_SIZE) == 0)
		return 0;
	(void)err;
	trail_found(p->a, "tile", p->m->month, (int64_t)(first << (8 * level)),
		    "%d年%d月の証跡 %llu 番目付近の検査用の値（第%u段）が、記録と合いません",
		    MONTH(p), (unsigned long long)(first << (8 * level)), level + 1);
	return 0;
}

static int leaf_check(struct pass *p, struct stmt *st, struct err *err)
{
	int64_t seq = col_int(st, 0), want = (int64_t)p->stack->size;
	uint8_t hash[HASH_SIZE];
	const void *stored;
	size_t len, hash_len;
	const char *rec = col_blob(st, 1, &len);

	if (seq != want && !p->gap) {
		p->gap = true;
		trail_found(p->a, "missing", p->m->month, want,
			    "%d年%d月の証跡の %lld 番目から %lld 番目までがありません。"
			    "消されたおそれがあります",
			    MONTH(p), (long long)want, (long long)seq - 1);
	}
	tree_leaf_hash(rec, len, hash);
	stored = col_blob(st, 2, &hash_len);
	if (hash_len != HASH_SIZE || memcmp(stored, hash, HASH_SIZE) != 0)
		trail_found(
			p->a, "hash", p->m->month, seq,
			"%d年%d月の証跡 %lld 番目が、記録された時と違います（書き換えまたは破損）",
			MONTH(p), (long long)seq);
	if (stack_push(p->stack, hash, err) < 0)
		return ERR_IO;
	p->a->ret->leaves++;
	if (!p->gap)
		heads_check(p);
	if (seq > 0)
		return event_check(p, seq, rec, len, err);
	first_check(p, rec, len);
	return 0;
}

/* --- the file as a whole
 * ---------------------------------------------------------------------------- */

static const char *const month_objects[] = { "meta",  "leaf",	    "node",	 "block",
					     "entry", "entry_tile", "entry_node" };

static bool object_known(const char *type, const char *name)
{
	size_t i;

	if (strcmp(type, "table") != 0 && strcmp(type, "index") != 0)
		return false;
	if (strncmp(name, "sqlite_autoindex_", 17) == 0)
		return true;
	for (i = 0; i < sizeof month_objects / sizeof month_objects[0]; i++)
		if (strcmp(name, month_objects[i]) == 0)
			return true;
	return false;
}

static int schema_check_names(struct pass *p, struct err *err)
{
	STMT_CLEANUP *st = NULL;
	int rc = stmt_begin(p->r->c, STMT_SCHEMA_ALL, &st, err);

	while (rc >= 0 && (rc = stmt_step(st, err)) > 0)
		if (!object_known(col_text(st, 0), col_text(st, 1)))
			trail_found(p->a, "schema", p->m->month, -1,
				    "%d年%d月の証跡のファイルに、daicho のものではない表や仕掛け"
				    "（%.20s %.60s）が入れられています",
				    MONTH(p), col_text(st, 0), col_text(st, 1));
	return rc < 0 ? rc : 0;
}

static int nodes_check(struct pass *p, struct err *err)
{
	struct stmt *st;
	int64_t count;
	int rc = stmt_begin(p->r->c, STMT_NODE_COUNT, &st, err);

	if (rc == 0)
		rc = stmt_value(st, 0, &count, err);
	if (rc == 0 && count > p->nodes)
		trail_found(p->a, "tile", p->m->month, -1,
			    "%d年%d月の証跡の検査用の値に、記録にないものが %lld 件あります",
			    MONTH(p), (long long)(count - p->nodes));
	return rc;
}

static int leaves_walk(struct pass *p, struct err *err)
{
	STMT_CLEANUP *st = NULL;
	int rc = stmt_begin(p->r->c, STMT_LEAF_FROM, &st, err);

	if (rc < 0)
		return rc;
	stmt_int(st, 1, INT64_MIN);
	while ((rc = stmt_step(st, err)) > 0) {
		rc = leaf_check(p, st, err);
		if (rc < 0)
			return rc;
	}
	return rc;
}

int audit_leaves(struct trail_audit *a, struct audit_month *m, struct month_reader *r,
		 struct err *err)
{
	struct pass p = { .a = a, .m = m, .r = r, .stack = malloc(sizeof *p.stack) };
	int rc;

	if (!p.stack)
		return err_nomem(err);
	stack_init(p.stack);
	p.stack->full = tile_check;
	p.stack->arg = &p;
	rc = leaves_walk(&p, err);
	if (rc == 0) {
		heads_beyond(&p);
		m->size = (int64_t)p.stack->size;
		stack_root(p.stack, m->root);
		a->ret->headed += p.good;
		rc = p.gap ? 0 : nodes_check(&p, err);
	}
	if (rc == 0)
		rc = schema_check_names(&p, err);
	free(p.stack);
	return rc;
}
