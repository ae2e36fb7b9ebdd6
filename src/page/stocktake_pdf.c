/* A department's sheet, or the report for management, as PDF. */
#include <string.h>

#include "pack/stocktake.h"
#include "page/handlers.h"
#include "page/pack_file.h"
#include "page/stocktake_parts.h"

/* Name of the file within the pack, and what the download is called. */
static int choose(struct request *req, const char **ret_file, const char **ret_name,
		  struct err *err)
{
	const char *department = req_query(req, "department");
	char sheet[STOCKTAKE_SHEET_MAX];
	struct stocktake_view v;
	CONN_CLEANUP *c = NULL;
	size_t i;
	int r = stocktake_read(req, &c, &v, err);

	if (r < 0)
		return r;
	if (!department) {
		if (!stocktake_sees_all(&visit_of(req)->actor))
			return err_set(err, ERR_DENIED,
				       "結果報告を見られるのは、棚卸しの担当者と経営層です");
		*ret_file = STOCKTAKE_REPORT;
		*ret_name =
			arena_printf(req_arena(req), "ID棚卸しの結果報告_%s.pdf", v.take.opened_on);
		return *ret_name ? 0 : err_nomem(err);
	}
	for (i = 0; i < v.part_count; i++)
		if (strcmp(v.part[i].department, department) == 0)
			break;
	if (i == v.part_count)
		return err_set(err, ERR_NOT_FOUND, "この棚卸しに、その部署はありません");
	pack_stocktake_sheet(i, department, sheet);
	*ret_file = arena_strdup(req_arena(req), sheet);
	*ret_name = arena_printf(req_arena(req), "ID棚卸し票_%s_%s.pdf",
				 department_text(department), v.take.opened_on);
	return *ret_file && *ret_name ? 0 : err_nomem(err);
}

int page_stocktake_pdf(struct request *req, struct response *res, struct err *err)
{
	const char *file, *name;
	int fd, r = choose(req, &file, &name, err);

	if (r == 0)
		r = pack_file_make(req, "stocktake", req_param(req, "stocktake"), file, &fd, err);
	return r < 0 ? r : resp_file(res, "application/pdf", name, fd, err);
}
