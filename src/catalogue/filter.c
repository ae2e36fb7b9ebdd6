#include "catalogue/filter.h"

#include <string.h>

#include "base/fold.h"

enum shelf_group catalogue_group(const struct catalogue *c)
{
	static const struct {
		const char *kind;
		enum shelf_group group;
	} groups[] = { { "guideline", GROUP_GUIDELINE },
		       { "checklist", GROUP_CHECKLIST },
		       { "contract", GROUP_CONTRACT },
		       { "survey", GROUP_SURVEY },
		       { "disclosure", GROUP_DISCLOSURE } };
	size_t i;

	for (i = 0; i < sizeof groups / sizeof *groups; i++)
		if (strcmp(groups[i].kind, c->kind) == 0)
			return groups[i].group;
	return GROUP_OTHER;
}

const char *catalogue_group_label(enum shelf_group g)
{
	static const char *const labels[GROUP_MAX] = { "ガイドライン",	 "チェックリスト",
						       "契約・役割分担", "調査票",
						       "開示書",	 "その他" };

	return labels[g];
}

void filter_init(struct item_filter *f)
{
	*f = (struct item_filter){
		.group = -1, .role = -1, .org = -1, .control = -1, .area = -1, .term = -1
	};
}

static bool has_role(const struct item_def *item, int role)
{
	size_t i;

	for (i = 0; i < item->role.count; i++)
		if (role_parse(item->role.item[i]) == role)
			return true;
	return false;
}

static bool contains(const char *text, const char *folded)
{
	char key[2048];

	return fold_key(text, key, sizeof key) >= 0 && strstr(key, folded);
}

static bool has_topic(const struct item_def *item, const char *folded)
{
	size_t i;

	if (contains(item->topic, folded))
		return true;
	for (i = 0; i < item->headings.count; i++)
		if (contains(item->headings.item[i], folded))
			return true;
	return false;
}

static bool is_control(const struct item_def *item, int control)
{
	return (int)item->control == control ||
	       (item->control == CONTROL_BOTH &&
		(control == CONTROL_PREVENTIVE || control == CONTROL_DETECTIVE));
}

bool filter_takes(const struct item_filter *f, const struct item_ref *at)
{
	const struct item_def *item = item_of(at);

	if (f->catalogue && strcmp(f->catalogue, at->catalogue->id) != 0)
		return false;
	if (f->group >= 0 && (int)catalogue_group(at->catalogue) != f->group)
		return false;
	if (f->level && strcmp(f->level, item->level) != 0)
		return false;
	if (f->role >= 0 && !has_role(item, f->role))
		return false;
	if (f->org >= 0 && item->applies && !(item->applies & 1U << f->org))
		return false;
	if (f->control >= 0 && !is_control(item, f->control))
		return false;
	if (f->area >= 0 && !(item->areas & 1U << f->area))
		return false;
	if (f->unconfirmed && !item->unconfirmed)
		return false;
	return !f->topic || has_topic(item, f->topic);
}
