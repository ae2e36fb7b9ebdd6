#include "page/prove.h"

void prove_fields(struct html *h, struct request *req)
{
	const struct visit *v = visit_of(req);

	form_input(h, &(struct form_input){ .name = "password",
					    .label = "今のパスワード（ご本人の確認のため）",
					    .type = "password",
					    .autocomplete = "current-password",
					    .required = true });
	if (session_wants_code(v->app->store, &v->session))
		form_input(h, &(struct form_input){
				      .name = "proof",
				      .label = "今の認証アプリの確認コード（ご本人の確認のため）",
				      .help = "アプリに今出ている6桁の数字です。",
				      .autocomplete = "one-time-code",
				      .required = true });
}

int prove_check(struct request *req, struct err *err)
{
	return visit_prove(req, req_form(req, "password"), req_form(req, "proof"), err);
}

bool prove_again(int r)
{
	return r == ERR_DENIED || r == ERR_BUSY || r == ERR_INVALID || r == ERR_CONFLICT;
}
