/* Naming who answers for the chosen lines of a round. */
#include <string.h>

#include "page/handlers.h"
#include "page/round_filter.h"
#include "page/round_parts.h"
#include "page/round_person.h"
#include "round/assign.h"

/* "item<TAB>column" of a box. */
static int read_lines(struct request *req, struct line_name **ret, size_t *ret_count,
		      struct err *err)
{
	struct arena *a = req_arena(req);
	size_t n = 0, i;
	const char *v;

	while (req_form_nth(req, "line", n))
		n++;
	*ret = arena_calloc(a, n + 1, sizeof **ret);
	if (!*ret)
		return err_nomem(err);
	for (i = 0; i < n; i++) {
		size_t len;

		v = req_form_nth(req, "line", i);
		len = strcspn(v, "\t");
		(*ret)[i].item = arena_strndup(a, v, len);
		(*ret)[i].column = v[len] ? v + len + 1 : "";
		if (!(*ret)[i].item)
			return err_nomem(err);
	}
	*ret_count = n;
	return 0;
}

/* Back to the same lines of the table. */
static char *back(struct request *req)
{
	static const char *const names[] = { "show", "section", "q" };
	struct arena *a = req_arena(req);
	char *path = html_path(a, "/round/%s", req_param(req, "round"));
	size_t i;

	for (i = 0; i < 3; i++)
		path = html_path_add(a, path, names[i], req_form(req, names[i]));
	return path;
}

int page_round_assign(struct request *req, struct response *res, struct err *err)
{
	static const char *const names[] = {
		"key", "line", "responsible", "responsible_name", "show", "section", "q"
	};
	const struct visit *v = visit_of(req);
	const char *whom = "";
	struct receipt receipt;
	struct line_name *line = NULL;
	size_t count = 0;
	int r = req_form_only(req, names, sizeof names / sizeof names[0], err);

	if (r == 0)
		r = person_posted(req, &whom, err);
	if (r == 0)
		r = read_lines(req, &line, &count, err);
	if (r == 0)
		r = round_assign(v->app->ledgers, &v->actor, req_param(req, "round"), line, count,
				 whom, req_form(req, "key"), &receipt, err);
	return r < 0 ? r : resp_redirect(res, page_done(req_arena(req), back(req), &receipt), err);
}
