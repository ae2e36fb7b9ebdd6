#include "library.h"

#include <stdlib.h>

int library_setup(void **state)
{
	struct library *l = calloc(1, sizeof *l);
	struct complaints complaints = { NULL, 0, 0 };

	assert_non_null(l);
	arena_init(&l->arena, 0);
	if (define_load(DAICHO_TEST_CONTENT, NULL, 0, &l->defs, &complaints, &l->err) < 0)
		fail_msg("%s %s", l->err.text, complaints.count ? complaints.item[0].text : "");
	complaints_release(&complaints);
	if (shelf_keeper_new(l->defs, &l->keeper, &l->err) < 0 ||
	    shelf_take(l->keeper, &l->shelf, &l->err) < 0)
		fail_msg("%s", l->err.text);
	*state = l;
	return 0;
}

int library_teardown(void **state)
{
	struct library *l = *state;

	shelf_return(l->keeper, l->shelf);
	shelf_keeper_free(l->keeper);
	define_free(l->defs);
	arena_release(&l->arena);
	free(l);
	return 0;
}

struct item_ref library_item(struct library *l, const char *catalogue, const char *id)
{
	struct item_ref r = { define_catalogue(l->defs, catalogue), -1 };

	if (r.catalogue)
		r.item = catalogue_item(r.catalogue, id);
	if (r.item < 0)
		fail_msg("no item %s %s", catalogue, id);
	return r;
}
