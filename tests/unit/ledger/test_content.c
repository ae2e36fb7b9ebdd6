/* Content: faults, unique values, references, sealed fields, history, attachments. */
#include "desk.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "ledger/attach.h"

static int save(struct desk *d, const char *const *value, char *ret_id)
{
	return desk_change(d, &d->planner,
			   (struct change){ .def = d->items, .confirm = true, .value = value },
			   ret_id, NULL);
}

static void content__comes_back_as_it_was_given(void **state)
{
	struct desk *d = *state;
	const char *place = desk_place(d, "3階病棟");
	const char *const *value =
		desk_values(d, d->items, "name", "髙橋の\"サーバ\"\\", "kind", "server", "place",
			    place, "price", "-12.50", "count", "3", "bought", "2026-04-01",
			    "leased", "1", "note", "1行目\n2行目\t<b>", "keeper", d->second.account,
			    "pin", "9876", "patient", "P-0001", "phone", "03-0000-1111", NULL);
	struct entry e;
	struct conn *c;
	char id[ID_SIZE];
	size_t i;

	assert_done(d, save(d, value, id));
	desk_reopen(d);
	e = desk_get(d, d->items, id);
	for (i = 0; i < d->items->field_count; i++)
		assert_string_equal(e.value[i], value[i]);
	assert_done(d, store_read_begin(d->f->s, &c, &d->err));
	assert_string_equal(entry_show(d->l, c, &d->items->field[1], "server", &d->arena),
			    "サーバ機");
	assert_string_equal(entry_show(d->l, c, &d->items->field[2], place, &d->arena), "3階病棟");
	assert_string_equal(entry_show(d->l, c, &d->items->field[8], e.value[8], &d->arena),
			    "運用 一郎");
	assert_string_equal(entry_name(d->l, c, d->places, place, &d->arena), "3階病棟");
	assert_string_equal(entry_name(d->l, c, d->places, "gone", &d->arena), "gone");
	store_read_end(c);
	assert_string_equal(desk_audit(d), "");
}

static void faults__name_every_field(void **state)
{
	struct desk *d = *state;
	const char *const *value = desk_values(d, d->items, "place", "01jd0000000000000000000000",
					       "keeper", "nobody", "papers", "0000", NULL);

	assert_int_equal(save(d, value, NULL), ERR_INVALID);
	assert_int_equal(d->faults.count, 4);
	assert_string_equal(d->faults.item[0].field, "name");
	assert_string_equal(d->faults.item[1].field, "place");
	assert_string_equal(d->faults.item[2].field, "keeper");
	assert_string_equal(d->faults.item[3].field, "papers");
	assert_string_equal(desk_find(d, (struct list_query){ .sort = -1 }), "");
}

static void refs__to_voided_entries_are_refused_but_old_ones_stay(void **state)
{
	struct desk *d = *state;
	const char *place = desk_place(d, "3階病棟");
	const char *const *value = desk_values(d, d->items, "name", "A", "place", place, NULL);
	char id[ID_SIZE];

	assert_done(d, save(d, value, id));
	assert_done(d, desk_act(d, &d->planner, d->places, place, OP_VOID));
	/* The item can still be corrected elsewhere. */
	value = desk_values(d, d->items, "name", "A2", "place", place, NULL);
	assert_done(
		d,
		desk_change(d, &d->planner,
			    (struct change){
				    .def = d->items, .entry = id, .base_rev = 1, .value = value },
			    NULL, NULL));
	value = desk_values(d, d->items, "name", "B", "place", place, NULL);
	assert_int_equal(save(d, value, NULL), ERR_INVALID);
	assert_says(d, "3階病棟");
}

static void unique__names_the_other_entry(void **state)
{
	struct desk *d = *state;
	const char *first = desk_item(d, "サーバ1"), *second = desk_item(d, "サーバ2");
	struct entry e = desk_get(d, d->items, second);

	assert_int_equal(save(d, desk_values(d, d->items, "name", "サーバ1", NULL), NULL),
			 ERR_INVALID);
	assert_string_equal(d->err.field, "name");
	assert_says(d, "サーバ1");
	assert_int_equal(d->faults.count, 1);
	/* Saving an entry again does not collide with itself; a void frees the value. */
	assert_done(d, desk_change(d, &d->planner,
				   (struct change){ .def = d->items,
						    .entry = second,
						    .base_rev = 1,
						    .value = e.value },
				   NULL, NULL));
	assert_done(d, desk_act(d, &d->planner, d->items, first, OP_VOID));
	assert_done(d, save(d, desk_values(d, d->items, "name", "サーバ1", NULL), NULL));
}

static void sealed__is_found_by_tag_and_not_in_plain(void **state)
{
	struct desk *d = *state;
	int patient = ledger_field(d->items, "patient"), pin = ledger_field(d->items, "pin");
	struct list_filter by = { patient, TABLE_EQ, "kanja-4711" };
	struct list_query q = { .filter = &by, .filter_count = 1, .sort = -1 };
	struct entry e;
	struct conn *c;
	char id[ID_SIZE], found[ID_SIZE];

	assert_done(d, save(d,
			    desk_values(d, d->items, "name", "A", "patient", "kanja-4711", "pin",
					"himitsu-0815", NULL),
			    id));
	desk_item(d, "B");
	assert_string_equal(desk_find(d, q), "A");
	by.value = "ＫＡＮＪＡ　-4711";
	assert_string_equal(desk_find(d, q), "A");
	by.value = "kanja-4712";
	assert_string_equal(desk_find(d, q), "");
	q.filter_count = 0;
	q.search = "kanja";
	assert_string_equal(desk_find(d, q), "");
	assert_done(d, store_read_begin(d->f->s, &c, &d->err));
	assert_done(d, list_find(d->l, c, d->items, patient, "kanja-4711", found, &d->err));
	assert_string_equal(found, id);
	assert_int_equal(list_find(d->l, c, d->items, patient, "none", found, &d->err),
			 ERR_NOT_FOUND);
	by = (struct list_filter){ patient, TABLE_GT, "a" };
	q = (struct list_query){ .def = d->items, .filter = &by, .filter_count = 1 };
	assert_int_equal(list_count(d->l, c, &q, 0, &(int64_t){ 0 }, &d->err), ERR_INVALID);
	q = (struct list_query){ .def = d->items, .sort = pin };
	assert_int_equal(list_count(d->l, c, &q, 0, &(int64_t){ 0 }, &d->err), ERR_INVALID);
	store_read_end(c);
	fixture_close(d->f);
	assert_false(fixture_grep(d->f, "kanja-4711"));
	assert_false(fixture_grep(d->f, "himitsu-0815"));
	fixture_open(d->f);
	desk_reopen(d);
	e = desk_get(d, d->items, id);
	assert_string_equal(desk_value(d, &e, "pin"), "himitsu-0815");
}

static void history__tells_what_changed_in_words(void **state)
{
	struct desk *d = *state;
	const char *place = desk_place(d, "3階病棟"), *id = desk_item(d, "A");
	struct revision *list;
	struct conn *c;
	size_t n;

	assert_done(d, desk_change(d, &d->second,
				   (struct change){ .def = d->items,
						    .entry = id,
						    .base_rev = 1,
						    .reason = "移設",
						    .value = desk_values(d, d->items, "name", "A",
									 "kind", "pc", "place",
									 place, NULL) },
				   NULL, NULL));
	assert_done(d, desk_act(d, &d->planner, d->items, id, OP_CONFIRM));
	assert_done(d, store_read_begin(d->f->s, &c, &d->err));
	assert_done(d, entry_history(d->l, c, d->items, NULL, id, 0, 10, &d->arena, &list, &n, &d->err));
	assert_int_equal(n, 3);
	assert_string_equal(list[0].op, "confirm");
	assert_int_equal(list[0].difference_count, 0);
	assert_string_equal(list[1].op, "revise");
	assert_string_equal(list[1].reason, "移設");
	assert_string_equal(list[1].actor_name, "運用 一郎");
	assert_int_equal(list[1].difference_count, 2);
	assert_string_equal(list[1].difference[0].field->name, "kind");
	assert_string_equal(list[1].difference[0].before, "");
	assert_string_equal(list[1].difference[0].after, "パソコン");
	assert_string_equal(list[1].difference[1].after, "3階病棟");
	assert_int_equal(list[2].rev, 1);
	assert_int_equal(list[2].difference_count, 1);
	/* In pages, each compared with the revision before it. */
	assert_done(d, entry_history(d->l, c, d->items, NULL, id, 3, 1, &d->arena, &list, &n, &d->err));
	assert_int_equal(n, 1);
	assert_int_equal(list[0].rev, 2);
	assert_int_equal(list[0].difference_count, 2);
	store_read_end(c);
}

/* --- attachments --------------------------------------------------------------------- */

static int attach(struct desk *d, const char *name, const char *bytes, size_t len,
		  struct file_info *ret)
{
	char path[PATH_MAX + 16];

	snprintf(path, sizeof path, "%s/upload", d->f->root);
	assert_done(d, file_write(path, bytes, len, 0600, &d->err));
	return attach_put(d->l, &d->planner, d->items, path, name, 0, ret, &d->err);
}

#define ATTACH(d, name, text, ret) attach(d, name, text, sizeof text - 1, ret)

static void attach__keeps_a_document_encrypted(void **state)
{
	static const char pdf[] = "%PDF-1.7\nkeiyaku-naiyou\n%%EOF\n";
	struct desk *d = *state;
	struct file_info info;
	struct entry e;
	char id[ID_SIZE];

	assert_done(d, ATTACH(d, "C:\\書類\\契約書.pdf", pdf, &info));
	assert_string_equal(info.name, "契約書.pdf");
	assert_string_equal(info.mime, "application/pdf");
	assert_false(fixture_grep(d->f, "keiyaku-naiyou"));
	assert_done(d,
		    save(d, desk_values(d, d->items, "name", "A", "papers", info.hash, NULL), id));
	e = desk_get(d, d->items, id);
	assert_true(attach_belongs(&e, info.hash));
	assert_false(attach_belongs(&e, "0000"));
	assert_string_equal(desk_find(d, (struct list_query){ .search = "契約書", .sort = -1 }),
			    "A");
}

static int accept(struct desk *d, const struct actor *who, const char *entry, const char *posted)
{
	char hash[HASH_HEX_SIZE];
	struct conn *c;
	int r;

	err_clear(&d->err);
	assert_done(d, store_read_begin(ledgers_store(d->l), &c, &d->err));
	r = attach_accept(d->l, c, who, d->items, entry, posted, hash, &d->err);
	store_read_end(c);
	if (r == 0)
		assert_memory_equal(hash, posted, HASH_HEX_SIZE - 1);
	return r;
}

static void attach__takes_no_file_by_its_hash_alone(void **state)
{
	struct desk *d = *state;
	struct file_info info;
	char own[ID_SIZE], other[ID_SIZE];
	const char *offered;

	assert_done(d, ATTACH(d, "a.pdf", "%PDF-1.7\nhimitsu\n%%EOF\n", &info));
	assert_done(d,
		    save(d, desk_values(d, d->items, "name", "A", "papers", info.hash, NULL), own));
	assert_done(d, save(d, desk_values(d, d->items, "name", "B", NULL), other));
	assert_int_equal(accept(d, &d->staff, other, info.hash), ERR_INVALID);
	assert_non_null(strstr(d->err.text, "この記録のものではありません"));
	assert_int_equal(accept(d, &d->staff, NULL, info.hash), ERR_INVALID);
	assert_int_equal(accept(d, &d->staff, own, info.hash), 0);
	/* What a form was shown comes back, but only from the one it was shown to. */
	offered = attach_offer(d->l, &d->planner, info.hash, &d->arena);
	assert_int_equal(accept(d, &d->planner, NULL, offered), 0);
	assert_int_equal(accept(d, &d->staff, NULL, offered), ERR_INVALID);
	assert_int_equal(accept(d, &d->planner, NULL, ""), ERR_INVALID);
}

static void attach__refuses_what_could_run_or_lies(void **state)
{
	struct desk *d = *state;
	struct file_info info;

	assert_int_equal(ATTACH(d, "a.html", "<!DOCTYPE html><script>1</script>", &info),
			 ERR_INVALID);
	assert_says(d, "プログラム");
	assert_int_equal(ATTACH(d, "a.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>", &info),
			 ERR_INVALID);
	assert_int_equal(ATTACH(d, "setup.pdf", "MZ\x90\x00\x03", &info), ERR_INVALID);
	assert_int_equal(ATTACH(d, "photo.png", "%PDF-1.7\n%%EOF\n", &info), ERR_INVALID);
	assert_int_equal(ATTACH(d, "empty.pdf", "", &info), ERR_INVALID);
	assert_says(d, "空です");
	assert_int_equal(ATTACH(d, "", "%PDF-1.7\n", &info), ERR_INVALID);
	assert_int_equal(
		attach_put(d->l, &d->staff, d->items, "/dev/null", "a.pdf", 0, &info, &d->err),
		ERR_DENIED);
	assert_int_equal(
		attach_put(d->l, &d->planner, d->items, "/dev/zero", "a.pdf", 0, &info, &d->err),
		ERR_INVALID);
}

static void attach__refuses_too_large_ones(void **state)
{
	struct desk *d = *state;
	struct file_info info;
	char path[PATH_MAX + 16];
	int fd;

	snprintf(path, sizeof path, "%s/large", d->f->root);
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	assert_int_equal(ftruncate(fd, ATTACH_SIZE_MAX + 1), 0);
	close(fd);
	assert_int_equal(attach_put(d->l, &d->planner, d->items, path, "a.pdf", 0, &info, &d->err),
			 ERR_LIMIT);
	assert_says(d, "50 MB");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, desk_setup, desk_teardown)
	const struct CMUnitTest tests[] = {
		T(content__comes_back_as_it_was_given),
		T(faults__name_every_field),
		T(refs__to_voided_entries_are_refused_but_old_ones_stay),
		T(unique__names_the_other_entry),
		T(sealed__is_found_by_tag_and_not_in_plain),
		T(history__tells_what_changed_in_words),
		T(attach__keeps_a_document_encrypted),
		T(attach__takes_no_file_by_its_hash_alone),
		T(attach__refuses_what_could_run_or_lies),
		T(attach__refuses_too_large_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
