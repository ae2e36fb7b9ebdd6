#include "page/item_filter.h"

#include <string.h>

#include "base/fold.h"

static const char *const shows[SHOW_MAX] = { "", "all", "excluded" };

/* The value of a query field, or NULL when absent or empty. */
static const char *asked(struct request *req, const char *name)
{
	const char *value = req_query(req, name);

	return value && *value ? value : NULL;
}

static int unknown(struct err *err)
{
	return err_set(err, ERR_INVALID,
		       "絞り込みの条件が正しくありません。画面の選択肢から選び直してください");
}

/* Index of the name asked for; -1 when nothing is asked, -2 when there is no such name. */
static int choice(struct request *req, const char *field, const char *(*name)(int), int count)
{
	const char *value = asked(req, field);
	int i;

	for (i = 0; value && i < count; i++)
		if (strcmp(name(i), value) == 0)
			return i;
	return value ? -2 : -1;
}

static const char *name_of_role(int i)
{
	return role_name((enum role)i);
}

static const char *name_of_org(int i)
{
	return org_kind_name((enum org_kind)i);
}

static const char *name_of_control(int i)
{
	return i == CONTROL_UNSAID ? " " : control_kind_name((enum control_kind)i);
}

static const char *name_of_area(int i)
{
	return area_name((enum area)i);
}

static const char *name_of_group(int i)
{
	static const char *const names[GROUP_MAX] = { "guideline", "checklist",	 "contract",
						      "survey",	   "disclosure", "other" };

	return names[i];
}

static const char *name_of_show(int i)
{
	return i == SHOW_OURS ? " " : shows[i];
}

static int read_topic(struct request *req, struct item_asked *a, struct err *err)
{
	char key[600];
	const char *topic = asked(req, "topic");

	a->topic = topic ? topic : "";
	if (!topic)
		return 0;
	if (fold_key(topic, key, sizeof key) < 0)
		return unknown(err);
	a->filter.topic = arena_strdup(req_arena(req), key);
	return a->filter.topic ? 0 : err_nomem(err);
}

int item_asked_read(struct request *req, struct item_asked *ret, struct err *err)
{
	static const char *const names[] = { "q",     "catalogue",   "group",	"role",	 "org",
					     "level", "area",	     "control", "topic", "show",
					     "page",  "unconfirmed", "section", "done" };
	struct app *app = req_app(req);
	struct item_filter *f = &ret->filter;
	int show = choice(req, "show", name_of_show, SHOW_MAX);
	int r = req_query_only(req, names, sizeof names / sizeof *names, err);

	filter_init(f);
	if (r < 0)
		return r;
	ret->q = asked(req, "q") ? asked(req, "q") : "";
	f->catalogue = asked(req, "catalogue");
	f->level = asked(req, "level");
	f->role = choice(req, "role", name_of_role, ROLE_MAX);
	f->org = choice(req, "org", name_of_org, ORG_MAX);
	f->control = choice(req, "control", name_of_control, CONTROL_MAX);
	f->area = choice(req, "area", name_of_area, AREA_MAX);
	f->group = choice(req, "group", name_of_group, GROUP_MAX);
	f->unconfirmed = asked(req, "unconfirmed") != NULL;
	ret->show = show < 0 ? SHOW_OURS : (enum item_show)show;
	if (show == -2 || f->role == -2 || f->org == -2 || f->control == -2 || f->area == -2 ||
	    f->group == -2 || (f->catalogue && !define_catalogue(app->defs, f->catalogue)))
		return unknown(err);
	return read_topic(req, ret, err);
}

/* --- the form ------------------------------------------------------------------------------ */

static void write_choice(struct html *h, struct request *req, const char *field, const char *label,
			 const char *(*name)(int), const char *(*text)(int), int first, int count)
{
	int i;

	choice_begin(h, field, label, "すべて");
	for (i = first; i < count; i++)
		choice_option(h, name(i), text(i), asked(req, field));
	choice_end(h);
}

static const char *text_of_role(int i)
{
	return role_label((enum role)i);
}

static const char *text_of_org(int i)
{
	return org_kind_label((enum org_kind)i);
}

static const char *text_of_control(int i)
{
	return control_kind_label((enum control_kind)i);
}

static const char *text_of_area(int i)
{
	return area_label((enum area)i);
}

static const char *text_of_group(int i)
{
	return catalogue_group_label((enum shelf_group)i);
}

static void write_catalogues(struct html *h, struct request *req)
{
	struct app *app = req_app(req);
	size_t count, i;
	const struct catalogue *const *all = define_catalogues(app->defs, &count);

	write_choice(h, req, "group", "種類", name_of_group, text_of_group, 0, GROUP_MAX);
	choice_begin(h, "catalogue", "基準", "すべて");
	for (i = 0; i < count; i++)
		choice_option(h, all[i]->id, all[i]->title, asked(req, "catalogue"));
	choice_end(h);
}

#define LEVELS_MAX 16

/* Every level that some item has, in the order of the catalogues. */
static void write_levels(struct html *h, struct request *req, const struct catalogue *one)
{
	struct app *app = req_app(req);
	const char *level[LEVELS_MAX];
	size_t count, i, k, n = 0, at;
	const struct catalogue *const *all = define_catalogues(app->defs, &count);

	for (i = 0; i < count; i++)
		for (k = 0; (!one || one == all[i]) && k < all[i]->item_count; k++) {
			const char *l = all[i]->item[k].level;

			for (at = 0; at < n && strcmp(level[at], l) != 0;)
				at++;
			if (at == n && n < LEVELS_MAX && *l)
				level[n++] = l;
		}
	if (!n)
		return;
	choice_begin(h, "level", "区分", "すべて");
	for (i = 0; i < n; i++)
		choice_option(h, level[i], level[i], asked(req, "level"));
	choice_end(h);
}

static void write_show(struct html *h, const struct item_asked *a)
{
	static const char *const texts[SHOW_MAX] = { "当てはまるものだけ",
						     "対象外のものも（理由つき）",
						     "対象外のものだけ（理由つき）" };
	int i;

	choice_begin(h, "show", "当てはまるか", NULL);
	for (i = 0; i < SHOW_MAX; i++)
		choice_option(h, shows[i], texts[i], shows[a->show]);
	choice_end(h);
}

static void write_topic(struct html *h, const struct item_asked *a)
{
	html_open(h, EL_DIV);
	html_attr(h, "class", "field field-inline");
	html_open(h, EL_LABEL);
	html_attr(h, "for", "q-topic");
	html_text(h, "見出しの言葉");
	html_close(h, EL_LABEL);
	html_open(h, EL_INPUT);
	html_attr(h, "id", "q-topic");
	html_attr(h, "name", "topic");
	html_attr(h, "type", "text");
	html_attr(h, "maxlength", "100");
	html_attr(h, "value", a->topic);
	html_close(h, EL_DIV);
}

static bool narrowed(const struct item_asked *a, const struct catalogue *one)
{
	const struct item_filter *f = &a->filter;

	return (!one && (f->catalogue || f->group >= 0)) || f->level || f->topic || f->role >= 0 ||
	       f->org >= 0 || f->control >= 0 || f->area >= 0 || f->unconfirmed ||
	       a->show != SHOW_OURS;
}

void item_asked_form(struct html *h, struct request *req, const char *action,
		     const struct item_asked *a, const struct catalogue *one)
{
	html_open(h, EL_FORM);
	html_attr(h, "method", "get");
	html_attr(h, "class", "filters");
	html_attr(h, "role", "search");
	html_url(h, "action", action);
	search_field(h, one ? "この基準からさがす" : "さがす言葉", a->q);
	html_open(h, EL_DETAILS);
	html_flag(h, "open", narrowed(a, one));
	html_el(h, EL_SUMMARY, "絞り込み");
	html_open(h, EL_DIV);
	html_attr(h, "class", "filter-grid");
	if (!one)
		write_catalogues(h, req);
	write_choice(h, req, "role", "受け持つ人", name_of_role, text_of_role, 0, ROLE_INSPECTOR);
	write_choice(h, req, "org", "施設の種類", name_of_org, text_of_org, 0, ORG_MAX);
	write_levels(h, req, one);
	write_choice(h, req, "area", "対策の場所", name_of_area, text_of_area, 0, AREA_MAX);
	write_choice(h, req, "control", "予防か発見か", name_of_control, text_of_control,
		     CONTROL_PREVENTIVE, CONTROL_MAX);
	write_topic(h, a);
	write_show(h, a);
	html_close(h, EL_DIV);
	html_close(h, EL_DETAILS);
	form_submit(h, "secondary", "表示する");
	html_link(h, action, "条件をすべて消す");
	html_close(h, EL_FORM);
}

char *item_asked_path(struct request *req, const char *path, const char *name, const char *value)
{
	char *ret = arena_strdup(req_arena(req), path);
	const char *field, *given;
	size_t i;

	for (i = 0; ret && req_query_at(req, i, &field, &given); i++)
		if (strcmp(field, name) != 0 && strcmp(field, "done") != 0 &&
		    strcmp(field, "page") != 0 && *given)
			ret = html_path_add(req_arena(req), ret, field, given);
	return ret ? html_path_add(req_arena(req), ret, name, value) : ret;
}
