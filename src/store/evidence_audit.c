#include "store/evidence_audit.h"

#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/canon.h"
#include "store/evidence_fact.h"

/* --- findings -------------------------------------------------------------------------- */

void trail_found(struct trail_audit *a, const char *kind, int month, int64_t seq, const char *fmt,
		 ...)
{
	struct evidence_finding f = { .kind = kind, .month = month, .seq = seq };
	va_list ap;

	a->ret->findings++;
	if (!a->same_kind || strcmp(a->same_kind, kind) != 0 || a->same_month != month)
		a->same = 0;
	a->same_kind = kind;
	a->same_month = month;
	if (!a->in->found || ++a->same > AUDIT_SAME_MAX)
		return;
	va_start(ap, fmt);
	vsnprintf(f.text, sizeof f.text, fmt, ap);
	va_end(ap);
	if (a->same == AUDIT_SAME_MAX)
		snprintf(f.text, sizeof f.text,
			 "%d年%d月の証跡: 同じ種類の食い違いがほかにもあります（%s）。"
			 "ここまでで止めて表示します",
			 month / 100, month % 100, kind);
	a->in->found(a->in->arg, &f);
}

uint64_t audit_sum(const struct trail_audit *a, const void *data, size_t len)
{
	uint64_t sum;

	crypto_shorthash_siphash24((uint8_t *)&sum, data, len, a->sum_key);
	return sum;
}

/* --- what the main log says --------------------------------------------------------------- */

static struct audit_month *month_of(struct trail_audit *a, int month, struct err *err)
{
	struct audit_month *grown;
	size_t i;

	for (i = a->months; i > 0; i--)
		if (a->month[i - 1].month == month)
			return &a->month[i - 1];
	grown = reallocarray(a->month, a->months + 1, sizeof *grown);
	if (!grown) {
		err_nomem(err);
		return NULL;
	}
	a->month = grown;
	memset(&a->month[a->months], 0, sizeof *grown);
	a->month[a->months].month = month;
	return &a->month[a->months++];
}

static int head_add(struct audit_month *m, int64_t seq, const json_t *body, struct err *err)
{
	struct audit_head *grown = reallocarray(m->head, m->heads + 1, sizeof *grown);
	const char *root = json_str(body, "root", "");

	if (!grown)
		return err_nomem(err);
	m->head = grown;
	m->head[m->heads].seq = seq;
	m->head[m->heads].size = json_int(body, "size", 0);
	if (strlen(root) != 2 * HASH_SIZE || !hex_decode(root, m->head[m->heads].root, HASH_SIZE))
		memset(m->head[m->heads].root, 0, HASH_SIZE);
	m->heads++;
	return 0;
}

static int fact_take(struct trail_audit *a, int64_t seq, const char *op, json_t *body,
		     struct err *err)
{
	struct audit_month *m = month_of(a, (int)json_int(body, "month", 0), err);
	const char *keep = json_str(body, "keep", "");
	struct audit_class *cl;

	if (!m)
		return ERR_NOMEM;
	a->ret->heads += strcmp(op, "head") == 0 || strcmp(op, "close") == 0;
	if (strcmp(op, "close") == 0) {
		json_decref(m->close);
		m->close = json_incref(body);
	}
	if (strcmp(op, "head") == 0 || strcmp(op, "close") == 0)
		return head_add(m, seq, body, err);
	if (strcmp(op, "dispose") != 0)
		return 0;
	cl = audit_class_of(m, keep, strlen(keep), err);
	if (!cl)
		return ERR_NOMEM;
	cl->disposed = true;
	cl->disposed_seq = seq;
	cl->disposed_count = json_int(body, "count", 0);
	return 0;
}

static int facts_take(struct trail_audit *a, struct err *err)
{
	STMT_CLEANUP *st = NULL;
	int rc = stmt_begin(a->c, STMT_TRAIL_ALL, &st, err);

	while (rc >= 0 && (rc = stmt_step(st, err)) > 0) {
		int64_t seq = col_int(st, 0);
		json_t *body = NULL;
		struct err why = { 0 };

		/* What the fact says counts, not its row. */
		if (trail_fact_read(a->c, seq, &body, &why) < 0) {
			trail_found(a, "fact", 0, seq, "証跡の頭の記録: %s", why.text);
			continue;
		}
		rc = fact_take(a, seq, col_text(st, 2), body, err);
		json_decref(body);
	}
	return rc;
}

static int files_take(struct trail_audit *a, struct err *err)
{
	int months[MONTHS_MAX], count = month_list(a->ev->s, months, err), i;

	for (i = 0; i < count; i++) {
		struct audit_month *m = month_of(a, months[i], err);

		if (!m)
			return ERR_NOMEM;
		m->file = true;
	}
	return count < 0 ? count : 0;
}

static int month_order(const void *x, const void *y)
{
	return ((const struct audit_month *)x)->month - ((const struct audit_month *)y)->month;
}

static int head_order(const void *x, const void *y)
{
	const struct audit_head *a = x, *b = y;

	return a->size < b->size ? -1 : a->size > b->size;
}

static void months_sort(struct trail_audit *a)
{
	size_t i;

	if (a->months)
		qsort(a->month, a->months, sizeof *a->month, month_order);
	for (i = 0; i < a->months; i++)
		if (a->month[i].heads)
			qsort(a->month[i].head, a->month[i].heads, sizeof *a->month[i].head,
			      head_order);
}

/* --- months ------------------------------------------------------------------------------------
 */

static void month_missing(struct trail_audit *a, const struct audit_month *m)
{
	const struct audit_head *last = m->heads ? &m->head[m->heads - 1] : NULL;

	trail_found(a, "missing", m->month, -1,
		    "%d年%d月の証跡のファイルがありません。主の記録（受付番号 %lld）によれば"
		    "%lld件あったはずです。消されたおそれがあります",
		    m->month / 100, m->month % 100, last ? (long long)last->seq : -1LL,
		    last ? (long long)last->size : 0LL);
}

/* An error of the file itself is a finding; only others end the examination. */
static int month_unreadable(struct trail_audit *a, const struct audit_month *m, int rc,
			    const struct err *why, struct err *err)
{
	if (rc != ERR_NOMEM) {
		trail_found(a, "unreadable", m->month, -1, "%d年%d月の証跡: %s", m->month / 100,
			    m->month % 100, why->text);
		return 0;
	}
	if (err)
		*err = *why;
	return rc;
}

static int month_check(struct trail_audit *a, struct audit_month *m, struct err *err)
{
	struct month_reader *r = NULL;
	struct err why = { 0 };
	size_t i;
	int rc;

	if (!m->file) {
		month_missing(a, m);
		return 0;
	}
	a->ret->months++;
	rc = reader_begin(a->ev, m->month, &r, &why);
	if (rc == 0)
		rc = audit_leaves(a, m, r, &why);
	if (rc == 0 && !a->in->no_payloads)
		rc = audit_payload_rest(a, m, r, &why);
	if (rc == 0 && !a->in->no_payloads)
		rc = audit_entries(a, m, r, &why);
	for (i = 0; i < m->classes; i++) {
		const struct audit_class *cl = m->class[i];

		if (cl->disposed && a->in->disposal)
			a->in->disposal(a->in->arg, m->month, cl->keep, cl->disposed_seq,
					cl->disposed_count);
		audit_class_release(m->class[i]);
	}
	reader_end(r);
	return rc < 0 ? month_unreadable(a, m, rc, &why, err) : 0;
}

static void audit_release(struct trail_audit *a)
{
	size_t i, k;

	for (i = 0; i < a->months; i++) {
		for (k = 0; k < a->month[i].classes; k++)
			free(a->month[i].class[k]);
		free(a->month[i].head);
		free(a->month[i].class);
		json_decref(a->month[i].close);
	}
	free(a->month);
	free(a->day);
	index_read_end(a->ev, a->index);
}

int evidence_verify(struct store *s, struct conn *c, const struct evidence_audit *in,
		    struct evidence_result *ret, struct err *err)
{
	struct trail_audit a = { .ev = s->evidence, .c = c, .in = in, .ret = ret };
	size_t i;
	int rc;

	memset(ret, 0, sizeof *ret);
	random_bytes(a.sum_key, sizeof a.sum_key);
	rc = facts_take(&a, err);
	if (rc == 0)
		rc = files_take(&a, err);
	months_sort(&a);
	/* The index first: what it holds is then surely in the months. */
	if (rc == 0 && !in->no_index && !in->no_payloads)
		rc = index_read_begin(a.ev, &a.index, &a.mark, err);
	for (i = 0; rc == 0 && i < a.months; i++)
		rc = month_check(&a, &a.month[i], err);
	if (rc == 0 && a.index)
		rc = audit_index(&a, err);
	audit_release(&a);
	return rc;
}
