#include "log/verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "log/tiles.h"

static void tiles_drop(struct tiles **t)
{
	tiles_free(*t);
}

/* An export whose checkpoint is missing or unreadable proves nothing, whatever
 * else is in it: a finding, not a failure to look. */
static int no_checkpoint(struct verify_result *ret, const struct err *why)
{
	memset(ret, 0, sizeof *ret);
	ret->failure_count = 1;
	ret->failure[0].fault = VERIFY_NOTE;
	snprintf(ret->failure[0].text, sizeof ret->failure[0].text, "%s", why->text);
	return 0;
}

int verify_export(const char *dir, const struct verify_checkpoint *held, size_t held_count,
		  const char *origin, const char *vkey, struct verify_result *ret, struct err *err)
{
	CLEANUP(tiles_drop) struct tiles *t = NULL;
	CLEANUP(free_ptr) struct verify_checkpoint *all = calloc(held_count + 1, sizeof *all);
	struct verify_input in = { .checkpoint = all,
				   .checkpoint_count = held_count + 1,
				   .origin = origin,
				   .vkey = vkey,
				   .signed_to_end = true };
	struct tree_source stored;
	struct err why = { 0 };
	int r;

	if (!all)
		return err_nomem(err);
	r = tiles_open(dir, &t, &why);
	if (r == ERR_CORRUPT)
		return no_checkpoint(ret, &why);
	if (r < 0) {
		if (err)
			*err = why;
		return r;
	}
	if (held_count > 0)
		memcpy(all + 1, held, held_count * sizeof *held);
	all[0].name = "checkpoint";
	all[0].note = tiles_note(t, &all[0].len);
	stored = tiles_hashes(t);
	in.stored = &stored;
	in.leaves = tiles_leaves(t);
	in.size = tiles_size(t);
	return verify_log(&in, ret, err);
}
