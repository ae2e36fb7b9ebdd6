#include "page/stocktake_parts.h"

int stocktake_read(struct request *req, struct conn **ret_conn, struct stocktake_view *ret,
		   struct err *err)
{
	const struct visit *v = visit_of(req);
	int r = visit_read(req, ret_conn, err);

	return r < 0 ? r
		     : stocktake_view(v->app->ledgers, *ret_conn, &v->actor,
				      req_param(req, "stocktake"), req_arena(req), ret, err);
}

char *stocktake_path(struct request *req, const char *rest)
{
	const char *id = req_param(req, "stocktake");

	return rest ? html_path(req_arena(req), "/stocktake/%s/%s", id, rest)
		    : html_path(req_arena(req), "/stocktake/%s", id);
}

char *stocktake_department_path(struct request *req, const char *rest, const char *department)
{
	return html_path(req_arena(req), "/stocktake/%s/%s?department=%s",
			 req_param(req, "stocktake"), rest, department);
}

const char *stocktake_department(const struct request *req)
{
	const char *name = req_form(req, "department");

	if (!name)
		name = req_query(req, "department");
	return name ? name : "";
}

const char *department_text(const char *department)
{
	return *department ? department : "（部署なし）";
}

void write_findings(struct html *h, unsigned findings)
{
	int f;

	for (f = 0; f < FINDING_MAX; f++)
		if (findings >> f & 1U) {
			parts_chip(h, "warning", finding_label((enum finding)f));
			html_text(h, " ");
		}
}

int stocktake_went(struct request *req, struct response *res, const char *path,
		   const struct receipt *receipt, struct err *err)
{
	return resp_redirect(
		res, receipt->seq < 0 ? path : page_done(req_arena(req), path, receipt), err);
}

bool stocktake_mendable(int code)
{
	return code == ERR_INVALID || code == ERR_CONFLICT || code == ERR_BUSY ||
	       code == ERR_NOT_FOUND || code == ERR_DENIED;
}
