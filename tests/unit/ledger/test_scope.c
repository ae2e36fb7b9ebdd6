/* What somebody sees and may write who sees a part of a ledger: here only items they keep,
 * without note and count. */
#include "desk.h"

#include <stdio.h>
#include <string.h>

static struct actor keeper(struct desk *d)
{
	struct actor who = d->staff;

	who.role = ROLE_VENDOR;
	return who;
}

static const char *put(struct desk *d, const char *name, const char *whose, const char *note,
		       bool confirm)
{
	struct change ch = { .def = d->items,
			     .confirm = confirm,
			     .value =
				     desk_values(d, d->items, "name", name, "keeper", whose, "note",
						 note, "count", "7", "kind", "server", NULL) };
	char *id = arena_alloc(&d->arena, ID_SIZE);

	assert_non_null(id);
	assert_done(d, desk_change(d, &d->planner, ch, id, NULL));
	return id;
}

struct found {
	char names[400];
	const struct ledger_def *def;
};

static int add_name(void *arg, const struct list_row *row, struct err *err)
{
	struct found *f = arg;
	size_t n = strlen(f->names);

	(void)err;
	snprintf(f->names + n, sizeof f->names - n, "%s%s", n ? "," : "",
		 row->value[f->def->name_field]);
	assert_string_equal(row->value[ledger_field(f->def, "note")], "");
	return 0;
}

/* Names of what `q` finds for the keeper, after checking that the count agrees. */
static const char *find(struct desk *d, struct list_query q)
{
	struct actor who = keeper(d);
	struct sight sight;
	struct found f = { "", d->items };
	struct conn *c;
	int64_t count = -1;

	sight_of(&who, d->items, &sight);
	q.def = d->items;
	q.sight = &sight;
	assert_done(d, store_read_begin(ledgers_store(d->l), &c, &d->err));
	assert_done(d, list_each(d->l, c, &q, add_name, &f, &d->err));
	if (!q.limit && !q.offset) {
		size_t i, names = *f.names ? 1 : 0;

		assert_done(d, list_count(d->l, c, &q, 0, &count, &d->err));
		for (i = 0; f.names[i]; i++)
			names += f.names[i] == ',';
		assert_int_equal(count, names);
	}
	store_read_end(c);
	return arena_strdup(&d->arena, f.names);
}

static void list__holds_ones_own_items_in_every_way(void **state)
{
	struct desk *d = *state;
	const char *mine = d->staff.account, *other = d->auditor.account, *gone;
	struct list_filter voided = { -1, TABLE_EQ, "voided" };
	struct list_filter note = { ledger_field(d->items, "note"), TABLE_FILLED, NULL };
	struct list_query q = { .sort = -1, .filter = &note, .filter_count = 1 };
	struct actor who = keeper(d);
	struct sight sight;
	struct conn *c;

	put(d, "私のA", mine, "", true);
	put(d, "私のB", mine, "", true);
	put(d, "人のC", other, "", true);
	put(d, "誰のでもないD", "", "", true);
	gone = put(d, "取り消したE", mine, "", true);
	assert_done(d, desk_act(d, &d->planner, d->items, gone, OP_VOID));
	assert_string_equal(find(d, (struct list_query){ .sort = -1 }), "私のA,私のB");
	assert_string_equal(find(d, (struct list_query){ .sort = -1, .with_voided = true }),
			    "私のA,私のB");
	assert_string_equal(
		find(d, (struct list_query){ .sort = -1, .filter = &voided, .filter_count = 1 }),
		"");
	assert_string_equal(find(d, (struct list_query){ .sort = -1, .limit = 1, .offset = 1 }),
			    "私のB");
	/* By a hidden field nothing is filtered and nothing sorted. */
	sight_of(&who, d->items, &sight);
	q.def = d->items;
	q.sight = &sight;
	assert_done(d, store_read_begin(ledgers_store(d->l), &c, &d->err));
	assert_int_equal(list_each(d->l, c, &q, add_name, NULL, &d->err), ERR_INVALID);
	q.filter_count = 0;
	q.sort = ledger_field(d->items, "count");
	assert_int_equal(list_each(d->l, c, &q, add_name, NULL, &d->err), ERR_INVALID);
	store_read_end(c);
}

static void search__looks_only_at_what_is_visible(void **state)
{
	static const struct {
		const char *typed, *found;
	} cases[] = {
		{ "サーバ", "ファイルサーバー1,ファイルサーバー2,ファイルサーバー3" },
		{ "ｻｰﾊﾞ 2", "ファイルサーバー2" },
		{ "機", "ファイルサーバー1,ファイルサーバー2,ファイルサーバー3" }, /* its kind */
		{ "ヒミツ", "" },	 /* stands in the hidden note */
		{ "サーバ ヒミツ", "" }, /* one word visible, one hidden */
		{ "発熱", "" },
	};
	struct desk *d = *state;
	size_t i;

	put(d, "ファイルサーバー1", d->staff.account, "ヒミツの場所", true);
	put(d, "ファイルサーバー2", d->staff.account, "", true);
	put(d, "ファイルサーバー3", d->staff.account, "", true);
	put(d, "人のサーバー", d->auditor.account, "", true);
	for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *found =
			find(d, (struct list_query){ .search = cases[i].typed, .sort = -1 });

		if (strcmp(found, cases[i].found) != 0)
			fail_msg("%s found %s", cases[i].typed, found);
	}
	assert_string_equal(find(d,
				 (struct list_query){
					 .search = "サーバ", .sort = -1, .limit = 1, .offset = 1 }),
			    "ファイルサーバー2");
	assert_string_equal(find(d,
				 (struct list_query){
					 .search = "サーバ", .sort = -1, .offset = 3, .limit = 5 }),
			    "");
}

static void entry__out_of_sight_does_not_exist(void **state)
{
	struct desk *d = *state;
	const char *mine = put(d, "私の", d->staff.account, "ヒミツ", true);
	const char *draft = put(d, "作成中の", d->staff.account, "", false);
	const char *other = put(d, "人の", d->auditor.account, "", true);
	struct actor who = keeper(d);
	struct revision *revisions;
	struct sight sight;
	struct conn *c;
	struct entry e;
	struct err none;
	size_t count;

	sight_of(&who, d->items, &sight);
	assert_done(d, store_read_begin(ledgers_store(d->l), &c, &d->err));
	assert_done(d, entry_see(d->l, c, &sight, mine, 0, &d->arena, &e, &d->err));
	assert_string_equal(desk_value(d, &e, "name"), "私の");
	assert_string_equal(desk_value(d, &e, "note"), "");
	assert_done(d, entry_see(d->l, c, &sight, draft, 1, &d->arena, &e, &d->err));
	assert_int_equal(entry_see(d->l, c, &sight, other, 0, &d->arena, &e, &d->err),
			 ERR_NOT_FOUND);
	assert_int_equal(
		entry_see(d->l, c, &sight, "01jzzzzzzzzzzzzzzzzzzzzzzz", 0, &d->arena, &e, &none),
		ERR_NOT_FOUND);
	assert_string_equal(d->err.text, none.text);
	assert_int_equal(entry_history(d->l, c, d->items, &sight, other, 0, 10, &d->arena,
				       &revisions, &count, &d->err),
			 ERR_NOT_FOUND);
	assert_done(d, entry_history(d->l, c, d->items, &sight, mine, 0, 10, &d->arena, &revisions,
				     &count, &d->err));
	assert_int_equal(count, 1);
	assert_int_equal(revisions[0].difference_count, 3); /* name, keeper, kind */
	store_read_end(c);
}

static int save(struct desk *d, const char *id, const char *const *value, char ret_id[ID_SIZE])
{
	struct actor who = keeper(d);
	struct change ch = { .def = d->items, .value = value, .entry = id, .base_rev = id ? 1 : 0 };

	return desk_change(d, &who, ch, ret_id, NULL);
}

static void save__keeps_what_is_hidden_and_what_is_ones_own(void **state)
{
	struct desk *d = *state;
	const char *mine = put(d, "私の", d->staff.account, "ヒミツ", true);
	const char *other = put(d, "人の", d->auditor.account, "", true);
	const char *me = d->staff.account;
	char id[ID_SIZE];
	struct entry e;

#define VALUES(...) desk_values(d, d->items, __VA_ARGS__, NULL)
	/* Mass assignment: another's item, another keeper, a hidden field. */
	assert_int_equal(save(d, other, VALUES("name", "奪う", "keeper", me), id), ERR_NOT_FOUND);
	assert_int_equal(save(d, mine, VALUES("name", "渡す", "keeper", d->auditor.account), id),
			 ERR_DENIED);
	assert_int_equal(save(d, mine, VALUES("name", "手放す"), id), ERR_DENIED);
	assert_int_equal(save(d, NULL, VALUES("name", "人の分", "keeper", d->auditor.account), id),
			 ERR_DENIED);
	assert_int_equal(save(d, mine, VALUES("name", "x", "keeper", me, "note", "上書き"), id),
			 ERR_INVALID);
	assert_int_equal(save(d, NULL, VALUES("name", "x", "keeper", me, "note", "書く"), id),
			 ERR_INVALID);
	/* One's own, and a new one that says nothing about whose it is. */
	assert_done(d, save(d, mine, VALUES("name", "私の新しい名", "keeper", me), id));
	e = desk_get(d, d->items, mine);
	assert_string_equal(desk_value(d, &e, "note"), "ヒミツ");
	assert_string_equal(desk_value(d, &e, "count"), "7");
	assert_done(d, save(d, NULL, VALUES("name", "私の追加"), id));
	e = desk_get(d, d->items, id);
	assert_string_equal(desk_value(d, &e, "keeper"), me);
	/* Another's item may not be referred to, one's own may. */
	assert_int_equal(save(d, NULL, VALUES("name", "参照1", "related", other), id), ERR_INVALID);
	assert_done(d, save(d, NULL, VALUES("name", "参照2", "related", mine), id));
	/* A name that is taken is refused without telling by which item. */
	assert_int_equal(save(d, NULL, VALUES("name", "人の"), id), ERR_INVALID);
	assert_says(d, "別の記録");
#undef VALUES
	assert_string_equal(desk_audit(d), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, desk_setup, desk_teardown)
		T(list__holds_ones_own_items_in_every_way),
		T(search__looks_only_at_what_is_visible),
		T(entry__out_of_sight_does_not_exist),
		T(save__keeps_what_is_hidden_and_what_is_ones_own),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
