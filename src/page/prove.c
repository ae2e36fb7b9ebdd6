#include "page/prove.h"

#include "page/certificate.h"
#include "page/security_keys.h"

static void second_fields(struct html *h, struct request *req, enum proof_kind kind)
{
	if (kind == PROOF_CODE)
		form_input(h, &(struct form_input){
				      .name = "proof",
				      .label = "今の認証アプリの確認コード（ご本人の確認のため）",
				      .help = "アプリに今出ている6桁の数字です。",
				      .autocomplete = "one-time-code",
				      .required = true });
	if (kind == PROOF_CERT)
		html_el_class(h, EL_P, "help",
			      "ご本人の確認のため、登録した電子証明書（ICカードなど）を差したまま"
			      "続けてください。手元にないときは、一度ログアウトし、回復コードでログ"
			      "インし直してください。");
	if (kind == PROOF_KEY && key_prove_place(h, req, NULL) < 0)
		html_el_class(h, EL_P, "help",
			      "セキュリティキーの確認を準備できませんでした。画面を開き直してくだ"
			      "さい。");
}

void prove_fields(struct html *h, struct request *req)
{
	const struct visit *v = visit_of(req);

	form_input(h, &(struct form_input){ .name = "password",
					    .label = "今のパスワード（ご本人の確認のため）",
					    .type = "password",
					    .autocomplete = "current-password",
					    .required = true });
	/* Proved a moment ago, in this request: nothing more is asked for. */
	if (!v->proved)
		second_fields(h, req, session_wants_proof(v->app->store, &v->session));
}

int prove_check(struct request *req, struct err *err)
{
	const char *password = req_form(req, "password"), *code = req_form(req, "proof");
	const struct webauthn_answer answer = key_answer(req);
	struct webauthn_site site;
	struct proof_shown shown = { .password = password ? password : "",
				     .code = code ? code : "",
				     .site = &site,
				     .answer = &answer,
				     .cert = certificate_shown(req) };
	int r = key_site(req, &site, err);

	return r < 0 ? r : visit_prove(req, &shown, err);
}

bool prove_again(int r)
{
	return r == ERR_DENIED || r == ERR_BUSY || r == ERR_INVALID || r == ERR_CONFLICT;
}
