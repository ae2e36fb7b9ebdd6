/* What an import did, and taking it back as a correction. */
#include <string.h>

#include "ledger/import.h"
#include "page/handlers.h"
#include "page/layout.h"

/* The import of the address. The permission was checked for the ledger in the address: that of
 * another ledger is as if it were not there. */
static int batch_of(struct request *req, struct conn *c, struct entry *ret, struct err *err)
{
	const struct visit *v = visit_of(req);
	const struct ledger_def *imports = define_ledger(v->app->defs, "imports");
	int i = ledger_field(imports, "ledger");
	int r = entry_see(v->app->ledgers, c, visit_sight(req, imports), req_param(req, "batch"), 0,
			  req_arena(req), ret, err);

	if (r == ERR_NOT_FOUND ||
	    (r == 0 && (i < 0 || strcmp(ret->value[i], v->ledger->name) != 0)))
		return err_set(
			err, ERR_NOT_FOUND,
			"その取り込みは、この台帳にありません。台帳の画面から選び直してください。");
	return r;
}

static int show_batch(struct request *req, struct response *res, int status, const char *message,
		      struct err *err)
{
	const struct visit *v = visit_of(req);
	const struct ledger_def *imports = define_ledger(v->app->defs, "imports");
	struct entry e;
	CONN_CLEANUP *c = NULL;
	HTML_CLEANUP h;
	size_t i;
	int r;

	html_init(&h, 0);
	r = visit_read(req, &c, err);
	if (r == 0)
		r = batch_of(req, c, &e, err);
	if (r < 0)
		return r;
	page_begin(&h, req, NAV_LEDGERS, "取り込みの結果", NULL);
	if (message)
		page_notice(&h, "info", NULL, message);
	html_open(&h, EL_DL);
	html_attr(&h, "class", "description-list");
	for (i = 0; i < imports->field_count; i++) {
		if (!*e.value[i] || imports->field[i].type == FIELD_LONGTEXT)
			continue;
		html_el(&h, EL_DT, imports->field[i].label.ja);
		html_el(&h, EL_DD,
			entry_show(v->app->ledgers, c, &imports->field[i], e.value[i],
				   req_arena(req)));
	}
	html_close(&h, EL_DL);
	html_open(&h, EL_P);
	html_link(&h, html_path(req_arena(req), "/ledger/%s", v->ledger->name), "一覧を見る");
	html_close(&h, EL_P);
	html_open(&h, EL_DETAILS);
	html_el(&h, EL_SUMMARY, "この取り込みを取り消す");
	form_begin(&h, req, html_path(req_arena(req), "/ledger/%s/batch/%s", v->ledger->name, e.id),
		   true, false);
	html_el_class(
		&h, EL_P, "help",
		"追加された件は「取消し」になり、変更された件は元の内容に戻ります。その後に人"
		"が直した件はそのまま残します。取り消せるのは、取り込んだ本人か、取消の権限を持つ"
		"人です。");
	form_input(&h, &(struct form_input){ .name = "reason", .label = "理由" });
	form_submit(&h, "danger", "取り消す");
	form_end(&h);
	html_close(&h, EL_DETAILS);
	return page_end(&h, req, res, status, err);
}

int page_import_done(struct request *req, struct response *res, struct err *err)
{
	return show_batch(req, res, 200, NULL, err);
}

int page_import_undo(struct request *req, struct response *res, struct err *err)
{
	const struct visit *v = visit_of(req);
	const char *reason = req_form(req, "reason");
	int64_t undone, left;
	struct receipt receipt;
	struct entry batch;
	CONN_CLEANUP *c = NULL;
	int r = visit_read(req, &c, err);

	if (r == 0)
		r = batch_of(req, c, &batch, err);
	if (r < 0)
		return r;
	store_read_end(c);
	c = NULL;
	if (!reason || !*reason)
		return show_batch(req, res, 422,
				  "取り消す理由を書いてください。まだ何も変わっていません。", err);
	r = import_undo(v->app->ledgers, &v->actor, req_param(req, "batch"), reason,
			req_form(req, "key"), &undone, &left, &receipt, err);
	return r < 0 ? r
		     : show_batch(req, res, 200,
				  arena_printf(req_arena(req),
					       "%lld件を元に戻しました（受付番号 %lld）。%s",
					       (long long)undone, (long long)receipt.seq,
					       left ? "その後に変更された件はそのまま残しました。"
						    : ""),
				  err);
}
