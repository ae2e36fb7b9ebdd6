/* The content that ships: it must load with the measures the program has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "define/define.h"
#include "define/value.h"

static const char *const measures[] = {
#define MEASURE(name, subject, ledger, preset, title) #name,
#include "measure/measure.def"
#undef MEASURE
};

static struct definitions *load(void)
{
	struct complaints complaints = { NULL, 0, 0 };
	struct definitions *d = NULL;
	struct err err;
	size_t i;
	int r = define_load(DAICHO_SHARE "/content", measures, sizeof measures / sizeof measures[0],
			    &d, &complaints, &err);

	for (i = 0; i < complaints.count; i++)
		print_error("%s:%d:%d %s\n", complaints.item[i].file, complaints.item[i].line,
			    complaints.item[i].column, complaints.item[i].text);
	complaints_release(&complaints);
	assert_int_equal(r, 0);
	return d;
}

static void content__loads_without_complaint(void **state)
{
	struct definitions *d = load();
	size_t ledgers, catalogues;

	(void)state;
	define_ledgers(d, &ledgers);
	define_catalogues(d, &catalogues);
	assert_true(ledgers >= 12);
	assert_true(catalogues >= 4);
	define_free(d);
}

/* What a field shows as its example must be taken when typed. */
static void content__examples_are_accepted(void **state)
{
	struct definitions *d = load();
	struct arena arena;
	size_t count, i, f;
	const struct ledger_def *const *ledgers = define_ledgers(d, &count);

	(void)state;
	arena_init(&arena, 0);
	for (i = 0; i < count; i++)
		for (f = 0; f < ledgers[i]->field_count; f++) {
			const struct field_def *field = &ledgers[i]->field[f];
			const char *stored;
			struct err err;

			if (value_parse(field, field->example, &arena, &stored, &err) < 0)
				fail_msg("%s.%s: %s", ledgers[i]->name, field->name, err.text);
		}
	arena_release(&arena);
	define_free(d);
}

/* Somebody must be able to begin an entry and to finish it. */
static void content__every_ledger_can_be_filled(void **state)
{
	struct definitions *d = load();
	size_t count, i;
	const struct ledger_def *const *ledgers = define_ledgers(d, &count);

	(void)state;
	for (i = 0; i < count; i++) {
		const struct ledger_def *l = ledgers[i];

		if (l->system)
			continue;
		if (!(l->permission[PERMIT_CREATE] & l->workflow.confirm.roles))
			fail_msg("%s: nobody may create and confirm", l->name);
		if (!l->import_key_count)
			fail_msg("%s: no import key", l->name);
	}
	define_free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(content__loads_without_complaint),
		cmocka_unit_test(content__examples_are_accepted),
		cmocka_unit_test(content__every_ledger_can_be_filled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
