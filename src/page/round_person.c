#include "page/round_person.h"

#include <string.h>

#include "base/clock.h"

static void option(struct html *h, const char *value, const char *text, bool selected)
{
	html_open(h, EL_OPTION);
	html_attr(h, "value", value);
	html_flag(h, "selected", selected);
	html_text(h, text);
	html_close(h, EL_OPTION);
}

/* People who work here and can sign in. */
static bool offered(const struct account *a, const char *today)
{
	return a->kind == ACCOUNT_PERSON && !a->disabled && a->role != ROLE_INSPECTOR &&
	       a->role != ROLE_VENDOR && account_usable(a, today);
}

int write_person_fields(struct html *h, struct request *req, struct conn *c, const char *account,
			const char *name, struct err *err)
{
	struct account *all;
	char today[DATE_SIZE];
	size_t count, i;
	bool found = !*account;
	int r = account_list(c, req_arena(req), &all, &count, err);

	if (r < 0)
		return r;
	date_today(today);
	html_open(h, EL_DIV);
	html_attr(h, "class", "field");
	html_open(h, EL_LABEL);
	html_attr(h, "for", "f-responsible");
	html_text(h, "受け持つ人");
	html_close(h, EL_LABEL);
	html_open(h, EL_SELECT);
	html_attr(h, "id", "f-responsible");
	html_attr(h, "name", "responsible");
	option(h, "", "決めない・下に名前を書く", !*account);
	for (i = 0; i < count; i++) {
		bool here = strcmp(all[i].id, account) == 0;

		found = found || here;
		if (here || offered(&all[i], today))
			option(h, all[i].id,
			       arena_printf(req_arena(req), "%s（%s）", all[i].name,
					    role_label(all[i].role)),
			       here);
	}
	if (!found)
		option(h, account, account, true);
	html_close(h, EL_SELECT);
	html_close(h, EL_DIV);
	form_input(h, &(struct form_input){ .name = "responsible_name",
					    .label = "利用者でない人の名前か役職",
					    .value = name });
	return 0;
}

int person_posted(const struct request *req, const char **ret, struct err *err)
{
	const char *account = req_form(req, "responsible");
	const char *name = req_form(req, "responsible_name");

	if (account && *account && name && *name)
		return err_field(
			err, ERR_INVALID, "responsible",
			"受け持つ人は、一覧から選ぶか名前を書くか、どちらか一方にしてください");
	*ret = account && *account ? account : name ? name : account;
	return 0;
}
