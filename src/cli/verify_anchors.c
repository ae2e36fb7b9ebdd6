#include "cli/verify_anchors.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "store/evidence.h"

void anchor_report_init(struct anchor_report *r)
{
	memset(r, 0, sizeof *r);
	r->anchors = json_array();
	r->months = json_array();
}

void anchor_report_release(struct anchor_report *r)
{
	json_decref(r->anchors);
	json_decref(r->months);
}

static const char *kind_label(const char *kind)
{
	if (strcmp(kind, "stamp") == 0)
		return "時刻認証局";
	return strcmp(kind, "witness") == 0 ? "証人" : "持っている人";
}

static void add_loose(struct anchor_report *r, const char *kind, const char *by, int64_t at_us,
		      uint64_t size)
{
	char time[40] = "";

	r->loose++;
	if (size <= r->loose_size)
		return;
	r->loose_size = size;
	if (at_us)
		time_text(at_us, false, time, sizeof time);
	(void)snprintf(r->loose_last, sizeof r->loose_last,
		       "受付番号 %llu まで、%s %s と名乗るもの、%s", (unsigned long long)size - 1,
		       kind_label(kind), by, time);
}

static void add(struct anchor_report *r, const char *kind, const char *by, int64_t at_us,
		uint64_t size, const char *file, bool trusted)
{
	char time[40] = "";

	if (at_us)
		time_rfc3339(at_us, time, sizeof time);
	json_array_append_new(r->anchors,
			      json_pack("{s:s,s:s,s:s,s:I,s:s,s:b}", "kind", kind, "by", by, "time",
					time, "size", (json_int_t)size, "file", file, "trusted",
					(int)trusted));
	if (!trusted)
		add_loose(r, kind, by, at_us, size);
	if (!trusted || size <= r->size)
		return;
	r->size = size;
	(void)snprintf(r->by, sizeof r->by, "%s", by);
	(void)snprintf(r->kind, sizeof r->kind, "%s", kind);
	if (at_us)
		time_text(at_us, false, r->time, sizeof r->time);
}

static void complain(struct anchor_report *r, const char *file, const char *what)
{
	char text[640];

	(void)snprintf(text, sizeof text, "外に残した証明 anchors/%.100s と、いまの記録が合いません: %s",
		       file, what);
	r->found(r->arg, text);
}

static void each(void *arg, const struct kept_anchor *a)
{
	struct anchor_report *r = arg;
	uint8_t root[HASH_SIZE];
	char what[200];

	if (a->head.size > r->count) {
		(void)snprintf(what, sizeof what,
			       "証明は %llu 件まで、記録は %llu 件です。古い状態に戻されたか、"
			       "終わりが消されています",
			       (unsigned long long)a->head.size, (unsigned long long)r->count);
		complain(r, a->file, what);
	} else if (a->head.size == 0 || tree_root_at(&r->tree, a->head.size, root, NULL) < 0 ||
		   memcmp(root, a->head.root, HASH_SIZE) != 0) {
		complain(r, a->file, "記録が書き換えられています");
	} else {
		add(r, a->kind, a->who, a->at_us, a->head.size, a->file, a->trusted);
	}
}

static void bad(void *arg, const char *text)
{
	struct anchor_report *r = arg;

	r->found(r->arg, text);
}

int anchor_report_make(struct anchor_report *r, const struct kept_input *in,
		       const struct tree_source *tree, uint64_t count,
		       void (*found)(void *arg, const char *text), void *arg, struct err *err)
{
	r->tree = *tree;
	r->count = count;
	r->found = found;
	r->arg = arg;
	return kept_anchors(in, each, bad, r, err);
}

void anchor_report_held(struct anchor_report *r, const char *file, uint64_t size, int64_t at_us)
{
	add(r, "held", "手元の控え", at_us, size, file, true);
}

/* --- months ----------------------------------------------------------------------------- */

struct months {
	struct anchor_report *r;
	struct conn *c;
	struct err *err;
};

/* The head of a month that was a fact before the farthest anchor was made. */
static int proven(struct months *m, int month, int64_t *ret)
{
	STMT_CLEANUP *st = NULL;
	int r = stmt_begin(m->c, STMT_TRAIL_HEAD_BEFORE, &st, m->err);

	*ret = 0;
	if (r < 0)
		return r;
	stmt_int(st, 1, month);
	stmt_int(st, 2, (int64_t)m->r->size);
	r = stmt_step(st, m->err);
	if (r > 0)
		*ret = col_int(st, 0);
	return r < 0 ? r : 0;
}

static int month_add(void *arg, const struct evidence_month *e)
{
	struct months *m = arg;
	int64_t size;
	char name[8];
	int r = proven(m, e->month, &size);

	(void)snprintf(name, sizeof name, "%04u-%02u", (unsigned)e->month / 100 % 10000,
		       (unsigned)e->month % 100);
	json_array_append_new(m->r->months,
			      json_pack("{s:s,s:I,s:I}", "month", name, "size",
					(json_int_t)e->size, "proven", (json_int_t)size));
	return r;
}

int anchor_report_months(struct anchor_report *r, struct store *s, struct conn *c, struct err *err)
{
	struct months m = { r, c, err };

	return evidence_months(s, month_add, &m, err);
}

/* --- saying it ---------------------------------------------------------------------------- */

static void print_months(const struct anchor_report *r)
{
	size_t i;
	json_t *o;

	json_array_foreach(r->months, i, o) printf(
		"証跡 %s: %lld件中%lld件まで外に固定（未固定 %lld件）\n",
		json_string_value(json_object_get(o, "month")),
		(long long)json_integer_value(json_object_get(o, "size")),
		(long long)json_integer_value(json_object_get(o, "proven")),
		(long long)(json_integer_value(json_object_get(o, "size")) -
			    json_integer_value(json_object_get(o, "proven"))));
}

void anchor_report_print(const struct anchor_report *r, uint64_t count)
{
	unsigned long long loose = count > r->size ? count - r->size : 0;

	if (r->size)
		printf("外の人による固定: 受付番号 0 から %llu まで（%s %s、%s）\n",
		       (unsigned long long)r->size - 1, kind_label(r->kind), r->by, r->time);
	else
		printf("外の人による固定: ありません。このフォルダをまるごと作り直されると、"
		       "中だけでは分かりません\n");
	if (r->loose)
		printf("鍵を外から確かめていない証明 %zu件。--tsa-ca と --witness を付けてください"
		       "（誰でも作れるので、固定に数えていません。最も先のもの: %s）\n",
		       r->loose, r->loose_last);
	print_months(r);
	printf("未固定 %llu件%s\n", loose,
	       loose ? ": この分は、いま消されても外からは分かりません。時刻の証明・証人・メールで"
		       "固定してください"
		     : "");
}

void anchor_report_json(const struct anchor_report *r, uint64_t count, json_t *out)
{
	json_object_set(out, "anchors", r->anchors);
	json_object_set_new(out, "untrusted", json_integer((json_int_t)r->loose));
	json_object_set_new(out, "proven",
			    json_pack("{s:{s:I,s:s,s:s,s:s},s:O}", "log", "size",
				      (json_int_t)r->size, "kind", r->kind, "by", r->by, "time",
				      r->time, "trails", r->months));
	json_object_set_new(out, "unfixed",
			    json_integer((json_int_t)(count > r->size ? count - r->size : 0)));
}
