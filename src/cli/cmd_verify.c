/* daicho verify: is everything what was signed, in a data folder or an export? */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <jansson.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "catalogue/installed.h"
#include "cli/command.h"
#include "cli/data.h"
#include "cli/verify_anchors.h"
#include "log/event_export.h"
#include "log/leaf.h"
#include "log/tiles.h"
#include "round/round.h"
#include "store/audit.h"
#include "store/evidence.h"

#define HELD_BYTES_MAX 65536

static const struct option_spec options[] = {
	{ "checkpoint", "FILE", "手元に控えた証明。今の記録がその続きであることも確かめる" },
	{ "vkey", "KEY", "手元に控えた検証鍵。この記録の鍵の1つであることも確かめる" },
	{ "tsa-ca", "FILE", "信じる時刻認証局の証明書（PEM）。時刻の印をこれで確かめる" },
	{ "witness", "KEY", "信じる証人の検証鍵" },
	{ "format", "text|json", "出力形式" },
	{ NULL, NULL, NULL },
};

struct job {
	const char *place;
	bool json, export;
	struct verify_checkpoint held;
	struct buf held_bytes;
	size_t held_count;
	const char *vkey;
	struct audit_result result;
	struct kept_input kept;
	struct anchor_report anchors;
	int64_t projections; /* tables compared with the records, 0 in an export */
	struct evidence_result trails;
	struct event_export_result trail_export;
	json_t *disposals;
	int64_t signed_at; /* time of the last leaf under a published checkpoint */
	int64_t finding_count;
	json_t *findings;
};

/* --- findings -------------------------------------------------------------------- */

static void add_finding(struct job *j, const char *kind, int64_t seq, const char *entry,
			const char *text)
{
	json_t *f;

	j->finding_count++;
	if (!j->json) {
		(void)fprintf(stderr, "%s%s%s\n", text, *entry ? " 記録 " : "", entry);
		return;
	}
	f = json_pack("{s:s,s:s,s:s}", "kind", kind, "entry", entry, "text", text);
	json_object_set_new(f, "receipt", seq < 0 ? json_null() : json_integer(seq));
	json_array_append_new(j->findings, f);
}

/* The place of a finding in the months of access events. */
static void trail_place(json_t *finding, int month, int64_t seq)
{
	char text[8];

	(void)snprintf(text, sizeof text, "%04u-%02u", (unsigned)month / 100 % 10000,
		       (unsigned)month % 100);
	json_object_set_new(finding, "month", json_string(text));
	if (seq >= 0)
		json_object_set_new(finding, "number", json_integer(seq));
}

static void log_finding(void *arg, const struct audit_finding *f)
{
	add_finding(arg, f->kind, f->seq, f->entry, f->text);
}

static void projection_finding(void *arg, const char *text)
{
	add_finding(arg, "projection", -1, "", text);
}

static void account_finding(void *arg, const char *text)
{
	add_finding(arg, "account", -1, "", text);
}

static void trail_finding(void *arg, const struct evidence_finding *f)
{
	struct job *j = arg;

	add_finding(j, f->kind, -1, "", f->text);
	if (!j->json || !f->month)
		return;
	trail_place(json_array_get(j->findings, json_array_size(j->findings) - 1), f->month,
		    f->seq);
}

static void trail_disposal(void *arg, int month, const char *keep, int64_t seq, int64_t count)
{
	struct job *j = arg;

	json_array_append_new(j->disposals,
			      json_pack("{s:i,s:s,s:I,s:I}", "month", month, "keep", keep,
					"receipt", (json_int_t)seq, "events", (json_int_t)count));
}

static void export_finding(void *arg, int month, int64_t seq, const char *text)
{
	struct evidence_finding f = { .kind = "trail", .month = month, .seq = seq };

	(void)snprintf(f.text, sizeof f.text, "%s", text);
	trail_finding(arg, &f);
}

/* What stops the examination because the data is broken is itself a finding. */
static int soften(struct job *j, int r, const struct err *err)
{
	if (r != ERR_CORRUPT && r != ERR_NOT_FOUND && r != ERR_INVALID)
		return r;
	add_finding(j, "unreadable", -1, "", err->text);
	return 0;
}

/* --- anchors --------------------------------------------------------------------- */

static void anchor_finding(void *arg, const char *text)
{
	add_finding(arg, "anchor", -1, "", text);
}

static int audit_anchors(struct job *j, const struct tree_source *tree, struct err *err)
{
	const struct verify_result *log = &j->result.log;

	if (j->held_count && log->anchored_size)
		anchor_report_held(&j->anchors, j->held.name, log->anchored_size,
				   log->anchored_at_us);
	j->kept.dir = j->place;
	return anchor_report_make(&j->anchors, &j->kept, tree, log->count, anchor_finding, j, err);
}

static int data_anchors(struct job *j, struct data *d, struct err *err)
{
	struct tree_source tree = store_tree(d->conn);
	int r = audit_anchors(j, &tree, err);

	if (r == 0)
		r = anchor_report_months(&j->anchors, d->store, d->conn, err);
	return soften(j, r, err);
}

static int export_anchors(struct job *j, struct err *err)
{
	struct tree_source tree;
	struct tiles *t = NULL;
	int r = tiles_open(j->place, &t, err);

	if (r < 0)
		return soften(j, r, err);
	tree = tiles_hashes(t);
	r = audit_anchors(j, &tree, err);
	tiles_free(t);
	return soften(j, r, err);
}

/* --- a data folder --------------------------------------------------------------- */

static void leaf_time(struct conn *c, int64_t seq, int64_t *ret)
{
	CLEANUP(buf_release) struct buf rec;
	struct leaf_view view;

	buf_init(&rec, 0);
	if (store_leaf(c, seq, &rec, NULL) == 0 && leaf_scan(rec.data, rec.len, &view, NULL) == 0)
		*ret = view.at_us;
}

static int audit_log(struct job *j, struct data *d, struct err *err)
{
	struct audit_input in = { .held = &j->held,
				  .held_count = j->held_count,
				  .vkey = j->vkey,
				  .attachments = true,
				  .found = log_finding,
				  .arg = j };
	int r = store_audit(d->conn, &in, &j->result, err);

	if (r == 0 && j->result.log.signed_size > 0)
		leaf_time(d->conn, (int64_t)j->result.log.signed_size - 1, &j->signed_at);
	return soften(j, r, err);
}

static void catalogue_finding(void *arg, const char *text)
{
	add_finding(arg, "catalogue", -1, "", text);
}

/* The editions that rounds were opened with, and what was installed. */
static int audit_editions(struct job *j, struct data *d, struct err *err)
{
	int r = soften(j, round_audit(d->ledgers, d->conn, catalogue_finding, j, err), err);

	return r < 0 ? r
		     : soften(j, installed_audit(d->ledgers, d->conn, catalogue_finding, j, err),
			      err);
}

/* The tables people see, made anew from the records and compared. */
static int audit_projections(struct job *j, struct data *d, struct err *err)
{
	size_t count = 0;
	int r = ledgers_open(d->store, d->defs, &d->ledgers, err);

	if (r == 0)
		r = ledgers_audit(d->ledgers, d->conn, projection_finding, j, err);
	r = soften(j, r, err);
	if (r < 0)
		return r;
	(void)define_ledgers(d->defs, &count);
	j->projections = (int64_t)count + 1;
	r = soften(j, identity_audit(d->conn, account_finding, j, err), err);
	return r < 0 ? r : audit_editions(j, d, err);
}

static int audit_trails(struct job *j, struct data *d, struct err *err)
{
	struct evidence_audit in = { .found = trail_finding, .disposal = trail_disposal, .arg = j };

	return soften(j, evidence_verify(d->store, d->conn, &in, &j->trails, err), err);
}

static int verify_data(struct job *j, struct err *err)
{
	struct data d = { 0 };
	int r;

	arena_init(&d.arena, 0);
	r = data_definitions(&d.defs, err);
	if (r == 0)
		r = store_open(j->place, STORE_READONLY, &d.store, err);
	if (r == 0)
		r = data_begin(&d, err);
	if (r == 0)
		r = audit_log(j, &d, err);
	if (r == 0)
		r = audit_trails(j, &d, err);
	if (r == 0)
		r = data_anchors(j, &d, err);
	if (r == 0)
		r = audit_projections(j, &d, err);
	data_close(&d);
	return r == ERR_CORRUPT ? soften(j, r, err) : r;
}

/* --- an exported folder ----------------------------------------------------------- */

static bool is_export(const char *place)
{
	char path[PATH_MAX];
	struct stat st;

	if (snprintf(path, sizeof path, "%s/checkpoint", place) >= (int)sizeof path ||
	    !file_exists(path))
		return false;
	(void)snprintf(path, sizeof path, "%s/tile", place);
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static int verify_folder(struct job *j, struct err *err)
{
	struct verify_result *log = &j->result.log;
	size_t i;
	int r = verify_export(j->place, &j->held, j->held_count, NULL, j->vkey, log, err);

	for (i = 0; i < log->failure_count && i < VERIFY_FAILURE_MAX; i++)
		add_finding(j, verify_fault_name(log->failure[i].fault),
			    (int64_t)log->failure[i].first, "", log->failure[i].text);
	if (log->failure_count > VERIFY_FAILURE_MAX)
		j->finding_count += (int64_t)(log->failure_count - VERIFY_FAILURE_MAX);
	j->result.leaves = (int64_t)log->count;
	if (log->signed_size == log->count)
		j->signed_at = log->last_at_us;
	r = soften(j, r, err);
	if (r == 0 && event_export_has(j->place))
		r = soften(j,
			   event_export_verify(j->place, export_finding, j, &j->trail_export, err),
			   err);
	return r < 0 ? r : export_anchors(j, err);
}

/* --- output ------------------------------------------------------------------------- */

/* The anchor is a checkpoint held outside, if one was given, else the newest
 * published one of the folder itself. */
static uint64_t anchor_size(const struct job *j)
{
	return j->held_count ? j->result.log.anchored_size : j->result.log.signed_size;
}

static int64_t anchor_time(const struct job *j)
{
	return j->held_count ? j->result.log.anchored_at_us : j->signed_at;
}

static int64_t tail(const struct job *j)
{
	return (int64_t)(j->result.log.count - anchor_size(j));
}

static void print_anchor(const struct job *j)
{
	const char *what = j->held_count ? "手元の控え" : "公開済みの証明";
	uint64_t size = anchor_size(j);
	char time[40];

	if (size == 0) {
		printf("%sで裏付けられた記録はありません。\n", what);
		return;
	}
	time_text(anchor_time(j), true, time, sizeof time);
	printf("%sによる裏付け: 受付番号 0 から %llu までの%llu件（%s まで）\n", what,
	       (unsigned long long)(size - 1), (unsigned long long)size, time);
	if (tail(j) > 0)
		printf("まだ裏付けのない記録: 受付番号 %llu からの%lld件"
		       "（daicho log checkpoint の控えを外に置くと裏付けられます）\n",
		       (unsigned long long)size, (long long)tail(j));
}

static void print_trails(const struct job *j)
{
	const struct evidence_result *t = &j->trails;
	const json_t *d;
	size_t i;

	if (j->trail_export.months)
		printf("検査した証跡: %lldか月、%lld件（うち主の記録で裏付けた月 %lld）\n",
		       (long long)j->trail_export.months, (long long)j->trail_export.leaves,
		       (long long)j->trail_export.bound);
	if (!t->months)
		return;
	printf("検査した証跡: %lldか月、%lld件（主の記録に頭がある %lld件）、内容%lld件、"
	       "索引%lld行\n",
	       (long long)t->months, (long long)t->leaves, (long long)t->headed,
	       (long long)t->payloads, (long long)t->indexed);
	json_array_foreach(j->disposals, i, d) printf(
		"廃棄済みの証跡: %lld年%lld月 %s %lld件（受付番号 %lld の廃棄の記録による）\n",
		(long long)json_integer_value(json_object_get(d, "month")) / 100,
		(long long)json_integer_value(json_object_get(d, "month")) % 100,
		json_string_value(json_object_get(d, "keep")),
		(long long)json_integer_value(json_object_get(d, "events")),
		(long long)json_integer_value(json_object_get(d, "receipt")));
}

static void print_text(const struct job *j)
{
	const struct audit_result *r = &j->result;
	char root[HASH_HEX_SIZE];

	hex_encode(r->log.root, HASH_SIZE, root);
	printf("検査した場所: %s（%s）\n", j->place,
	       j->export ? "書き出した記録" : "データフォルダ");
	printf("記録の名前: %s\n", r->log.origin);
	printf("検査した記録: %lld件中%llu件\n", (long long)r->leaves,
	       (unsigned long long)r->log.count);
	if (!j->export)
		printf("検査した中身: 内容%lld件、版%lld件、公開した証明%lld件、添付%lld件、"
		       "一覧表%lld種類\n",
		       (long long)r->parts, (long long)r->revisions, (long long)r->checkpoints,
		       (long long)r->attachments, (long long)j->projections);
	print_trails(j);
	printf("全体の指紋: %s\n", root);
	print_anchor(j);
	anchor_report_print(&j->anchors, r->log.count);
	if (r->log.key_from_log)
		printf("鍵は記録の中のものを使いました: %s\n", r->log.first_vkey);
	if (j->finding_count == 0)
		printf("改ざんは見つかりませんでした。\n");
	fflush(stdout);
	if (j->finding_count)
		(void)fprintf(stderr,
			      "%lld件の食い違いが見つかりました。データフォルダには触れず、"
			      "写しを取ってから、バックアップと見比べてください。\n",
			      (long long)j->finding_count);
}

static json_t *trails_json(const struct job *j)
{
	const struct evidence_result *t = &j->trails;

	if (j->export)
		return json_pack("{s:I,s:I,s:I}", "months", (json_int_t)j->trail_export.months,
				 "events", (json_int_t)j->trail_export.leaves, "bound",
				 (json_int_t)j->trail_export.bound);
	return json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:O}", "months", (json_int_t)t->months, "leaves",
			 (json_int_t)t->leaves, "headed", (json_int_t)t->headed, "payloads",
			 (json_int_t)t->payloads, "disposed", (json_int_t)t->disposed, "indexed",
			 (json_int_t)t->indexed, "disposals", j->disposals);
}

static void print_json(const struct job *j)
{
	const struct audit_result *r = &j->result;
	char root[HASH_HEX_SIZE], time[40];
	json_t *out;

	hex_encode(r->log.root, HASH_SIZE, root);
	time_rfc3339(anchor_time(j), time, sizeof time);
	out = json_pack("{s:b,s:s,s:s,s:s,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:s,s:s,s:s,s:b}", "ok",
			j->finding_count == 0, "kind", j->export ? "export" : "data", "place",
			j->place, "origin", r->log.origin, "leaves", (json_int_t)r->leaves,
			"verified", (json_int_t)r->log.count, "parts", (json_int_t)r->parts,
			"revisions", (json_int_t)r->revisions, "projections",
			(json_int_t)j->projections, "checkpoints", (json_int_t)r->checkpoints,
			"attachments", (json_int_t)r->attachments, "root", root, "first_vkey",
			r->log.first_vkey, "last_vkey", r->log.last_vkey, "key_from_log",
			r->log.key_from_log);
	json_object_set_new(out, "anchor",
			    json_pack("{s:I,s:s,s:b}", "size", (json_int_t)anchor_size(j), "time",
				      anchor_size(j) ? time : "", "held", j->held_count > 0));
	json_object_set_new(out, "trails", trails_json(j));
	json_object_set_new(out, "unanchored", json_integer(tail(j)));
	anchor_report_json(&j->anchors, r->log.count, out);
	json_object_set(out, "findings", j->findings);
	if (json_dumpf(out, stdout, JSON_INDENT(1)) == 0)
		putchar('\n');
	json_decref(out);
	fflush(stdout);
}

static int prepare(struct job *j, const struct invocation *in, struct err *err)
{
	const char *held = option(in, "checkpoint");
	int r = option_format(in, &j->json, err);

	j->place = in->argument[0];
	j->vkey = option(in, "vkey");
	j->kept.tsa_ca = option(in, "tsa-ca");
	j->kept.witness_key = option(in, "witness");
	j->export = is_export(j->place);
	if (r == 0)
		r = kept_input_check(&j->kept, err);
	if (r < 0 || !held)
		return r;
	r = file_read(held, HELD_BYTES_MAX, &j->held_bytes, err);
	j->held = (struct verify_checkpoint){ held, j->held_bytes.data, j->held_bytes.len, true };
	j->held_count = 1;
	return r;
}

static int run(const struct invocation *in)
{
	struct err err = { 0 };
	struct job *j = calloc(1, sizeof *j);
	int r;

	if (!j) {
		(void)err_nomem(&err);
		return report_error(&err);
	}
	buf_init(&j->held_bytes, 0);
	j->findings = json_array();
	j->disposals = json_array();
	anchor_report_init(&j->anchors);
	r = prepare(j, in, &err);
	if (r == 0)
		r = j->export ? verify_folder(j, &err) : verify_data(j, &err);
	if (r == 0) {
		if (j->json)
			print_json(j);
		else
			print_text(j);
		r = j->finding_count ? EXIT_FAILED : EXIT_DONE;
	}
	json_decref(j->findings);
	json_decref(j->disposals);
	anchor_report_release(&j->anchors);
	buf_release(&j->held_bytes);
	free(j);
	return r < 0 ? report_error(&err) : r;
}

const struct command command_verify = {
	"verify",
	"DATA|EXPORT [--checkpoint FILE] [--vkey KEY] [--tsa-ca FILE] [--witness KEY]"
	" [--format json]",
	"改ざんがないかを、すべての記録について検査する",
	options,
	1,
	1,
	run,
};
