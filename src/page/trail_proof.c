/* A complete answer about a patient and a closed month, for checking outside. */
#include "page/handlers.h"
#include "page/trail_search.h"
#include "web/response.h"

int page_trail_proof(struct request *req, struct response *res, struct err *err)
{
	static const char *const names[] = { "patient", "month" };
	const struct visit *v = visit_of(req);
	const char *patient = trail_field(req, "patient");
	const struct question_ask ask = { .question = QUESTION_PATIENT, .patient = patient };
	struct buf b;
	int month = 0, r = req_form_only(req, names, sizeof names / sizeof names[0], err);

	if (r >= 0 && !*patient)
		r = err_field(err, ERR_INVALID, "patient", "患者番号を指定してください");
	if (r >= 0 && !question_month(trail_field(req, "month"), &month))
		r = err_field(err, ERR_INVALID, "month", "月を 2026-10 の形で指定してください");
	if (r < 0)
		return r;
	trail_note(req, &ask, "漏れのないことの証明の作成");
	buf_init(&b, ANSWER_BYTES_MAX);
	r = evidence_answer(v->app->store, month, patient, 0, 0, true, &b, err);
	if (r >= 0)
		r = resp_bytes(res, "application/json",
			       arena_printf(req_arena(req), "証明_%d.json", month), &b, err);
	buf_release(&b);
	return r;
}
