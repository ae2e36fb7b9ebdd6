/* The catalogues that ship: every printed number, and words of our own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/fold.h"
#include "define/define.h"

#define RUN 40 /* characters in a row that would be a copy */

static int load(void **state)
{
	struct complaints complaints = { NULL, 0, 0 };
	struct definitions *d = NULL;
	struct err err;
	int r = define_load(DAICHO_SHARE "/content", NULL, 0, &d, &complaints, &err);

	if (r < 0)
		print_error("%s: %s\n", err.text, complaints.count ? complaints.item[0].text : "");
	complaints_release(&complaints);
	*state = d;
	return r;
}

static int unload(void **state)
{
	define_free(*state);
	return 0;
}

/* Says so and returns false where the folder of the sources is not beside the project. */
static bool shared(const char *sub, char ret[PATH_MAX])
{
	const char *folder = getenv("DAICHO_SHARED");
	DIR *dir;

	snprintf(ret, PATH_MAX, "%s/%s", folder ? folder : DAICHO_SHARE "/../shared", sub);
	dir = opendir(ret);
	if (dir) {
		closedir(dir);
		return true;
	}
	print_message("SKIP: %s is not there\n", ret);
	return false;
}

static void catalogue__holds_every_printed_number(void **state)
{
	static const char *const lists[] = { "cloud-medical", "contract-role-sharing",
					     "control-6.0", "governance-6.0", "management-6.0" };
	struct complaints complaints = { NULL, 0, 0 };
	char folder[PATH_MAX];
	size_t count, i, k, seen = 0;
	const struct catalogue *const *all = define_catalogues(*state, &count);
	struct err err;

	if (!shared("coverage", folder))
		skip();
	for (i = 0; i < count; i++) {
		if (!*all[i]->coverage)
			continue;
		for (k = 0; k < sizeof lists / sizeof *lists; k++)
			seen += strcmp(lists[k], all[i]->coverage) == 0;
		if (define_check_coverage(all[i], folder, &complaints, &err) < 0)
			fail_msg("%s: %s: %s", all[i]->id, err.text,
				 complaints.count ? complaints.item[0].text : "");
	}
	complaints_release(&complaints);
	assert_int_equal(seen, sizeof lists / sizeof *lists);
}

/* Statements count where an item has some. */
static size_t checks_of(const struct catalogue *c)
{
	size_t n = 0, i;

	for (i = 0; i < c->item_count; i++)
		n += c->item[i].statement_count ? c->item[i].statement_count : 1;
	return n;
}

static void catalogue__has_as_many_items_as_its_source(void **state)
{
	static const struct {
		const char *id;
		size_t items;
	} counts[] = { { "mhlw-6.0-governance", 49 }, { "mhlw-6.0-management", 115 },
		       { "mhlw-6.0-control", 67 },    { "mhlw-5-cd", 151 },
		       { "cloud-medical", 308 },      { "contract-role-sharing", 38 },
		       { "bcp-confirmation-r6", 21 } };
	size_t i;

	for (i = 0; i < sizeof counts / sizeof *counts; i++) {
		const struct catalogue *c = define_catalogue(*state, counts[i].id);

		assert_non_null(c);
		if (c->item_count != counts[i].items)
			fail_msg("%s: %zu items instead of %zu", c->id, c->item_count,
				 counts[i].items);
	}
	assert_int_equal(checks_of(define_catalogue(*state, "bcp-confirmation-r6")), 27);
}

static void fifth_edition__keeps_its_levels(void **state)
{
	const struct catalogue *c = define_catalogue(*state, "mhlw-5-cd");
	size_t least = 0, advised = 0, none = 0, i;

	assert_non_null(c);
	for (i = 0; i < c->item_count; i++) {
		least += strcmp(c->item[i].level, "C") == 0;
		advised += strcmp(c->item[i].level, "D") == 0;
		none += !*c->item[i].level;
	}
	assert_int_equal(least, 123);
	assert_int_equal(advised, 26);
	assert_int_equal(none, 2);
}

/* --- copied runs ------------------------------------------------------------------------- */

struct runs {
	uint64_t *hash;
	size_t count, alloc;
};

/* The characters of a text without white space. */
static uint32_t *letters(const char *text, size_t len, size_t *ret_count)
{
	uint32_t *ret = calloc(len + 1, sizeof *ret);
	size_t at = 0, n = 0;

	assert_non_null(ret);
	while (at < len) {
		uint32_t cp;

		at += utf8_decode(text + at, &cp);
		if (cp > ' ' && cp != 0x3000 && cp != 0xA0)
			ret[n++] = cp;
	}
	*ret_count = n;
	return ret;
}

static uint64_t hash_of(const uint32_t *letter)
{
	uint64_t h = UINT64_C(14695981039346656037);
	size_t i;

	for (i = 0; i < RUN; i++)
		h = (h ^ letter[i]) * UINT64_C(1099511628211);
	return h;
}

static void add_runs(struct runs *runs, const char *text, size_t len)
{
	size_t count, i;
	uint32_t *letter = letters(text, len, &count);

	for (i = 0; i + RUN <= count; i++) {
		if (runs->count == runs->alloc) {
			runs->alloc = runs->alloc ? runs->alloc * 2 : 65536;
			runs->hash = realloc(runs->hash, runs->alloc * sizeof *runs->hash);
			assert_non_null(runs->hash);
		}
		runs->hash[runs->count++] = hash_of(letter + i);
	}
	free(letter);
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void read_sources(const char *folder, struct runs *runs)
{
	DIR *dir = opendir(folder);
	const struct dirent *d;
	char path[PATH_MAX + 300];
	struct err err;

	assert_non_null(dir);
	while ((d = readdir(dir))) {
		struct buf b;

		if (d->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "%s/%s", folder, d->d_name);
		buf_init(&b, 0);
		assert_int_equal(file_read(path, (size_t)16 << 20, &b, &err), 0);
		assert_true(utf8_valid(b.data, b.len, NULL));
		add_runs(runs, b.data, b.len);
		buf_release(&b);
	}
	closedir(dir);
	assert_true(runs->count > 10000);
	qsort(runs->hash, runs->count, sizeof *runs->hash, by_value);
}

static int copies(const struct runs *runs, const char *where, const char *id, const char *text)
{
	size_t count, i;
	uint32_t *letter = letters(text, strlen(text), &count);
	int found = 0;

	for (i = 0; !found && i + RUN <= count; i++) {
		uint64_t h = hash_of(letter + i);

		found = bsearch(&h, runs->hash, runs->count, sizeof h, by_value) != NULL;
	}
	if (found)
		print_error("%s %s copies its source: %s\n", where, id, text);
	free(letter);
	return found;
}

static int item_copies(const struct runs *runs, const struct catalogue *c,
		       const struct item_def *item)
{
	int n = copies(runs, c->id, item->id, item->says);
	size_t i;

	for (i = 0; i < item->statement_count; i++)
		n += copies(runs, c->id, item->id, item->statement[i].says);
	for (i = 0; i < item->do_.count; i++)
		n += copies(runs, c->id, item->id, item->do_.item[i]);
	for (i = 0; i < item->show.count; i++)
		n += copies(runs, c->id, item->id, item->show.item[i]);
	return n + copies(runs, c->id, item->id, item->slip);
}

static int crosswalk_copies(const struct runs *runs, const struct crosswalk *w)
{
	size_t i;
	int n = 0;

	for (i = 0; i < w->pair_count; i++) {
		n += copies(runs, w->to_id, w->pair[i].from.text, w->pair[i].reason);
		n += copies(runs, w->to_id, w->pair[i].from.text, w->pair[i].remains);
		n += copies(runs, w->to_id, w->pair[i].from.text, w->pair[i].remains_back);
	}
	return n;
}

static void content__copies_no_sentence_of_its_sources(void **state)
{
	struct runs runs = { NULL, 0, 0 };
	char folder[PATH_MAX];
	size_t count, i, n;
	const struct catalogue *const *all = define_catalogues(*state, &count);
	const struct crosswalk *const *walks;
	const struct term_def *term;
	int found = 0;

	if (!shared("seeds", folder))
		skip();
	read_sources(folder, &runs);
	for (i = 0; i < count; i++)
		for (n = 0; n < all[i]->item_count; n++)
			found += item_copies(&runs, all[i], &all[i]->item[n]);
	walks = define_crosswalks(*state, &count);
	for (i = 0; i < count; i++)
		found += crosswalk_copies(&runs, walks[i]);
	term = define_terms(*state, &count);
	for (i = 0; i < count; i++)
		found += copies(&runs, "glossary", term[i].term, term[i].says);
	free(runs.hash);
	assert_int_equal(found, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(catalogue__holds_every_printed_number),
		cmocka_unit_test(catalogue__has_as_many_items_as_its_source),
		cmocka_unit_test(fifth_edition__keeps_its_levels),
		cmocka_unit_test(content__copies_no_sentence_of_its_sources),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
