/* States, roles, four eyes, on behalf, conflicts and double submits. */
#include "desk.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "ledger/proxy.h"

#define BIT(op) (1U << (op))

static void state__follows_the_operations(void **state)
{
	struct desk *d = *state;
	const char *id = desk_item(d, "サーバ1");
	struct entry e = desk_get(d, d->items, id);

	assert_int_equal(e.state, STATE_CONFIRMED);
	assert_int_equal(e.rev, 1);
	assert_string_equal(e.op, "create");
	assert_string_equal(e.actor, d->planner.account);
	assert_done(d, desk_act(d, &d->executive, d->items, id, OP_APPROVE));
	assert_int_equal(desk_get(d, d->items, id).state, STATE_APPROVED);
	assert_done(d, desk_act(d, &d->executive, d->items, id, OP_RETURN));
	e = desk_get(d, d->items, id);
	assert_int_equal(e.state, STATE_RETURNED);
	assert_string_equal(e.reason, "確認したため");
	assert_string_equal(desk_value(d, &e, "name"), "サーバ1");
	assert_done(
		d,
		desk_change(d, &d->second,
			    (struct change){
				    .def = d->items, .entry = id, .base_rev = 3, .value = e.value },
			    NULL, NULL));
	assert_int_equal(desk_get(d, d->items, id).state, STATE_DRAFT);
	assert_done(d, desk_act(d, &d->second, d->items, id, OP_CONFIRM));
	assert_done(d, desk_act(d, &d->planner, d->items, id, OP_VOID));
	e = desk_get(d, d->items, id);
	assert_int_equal(e.state, STATE_VOIDED);
	assert_int_equal(e.rev, 6);
	/* Final, and still readable. */
	assert_int_equal(desk_act(d, &d->planner, d->items, id, OP_VOID), ERR_INVALID);
	assert_says(d, "取消");
	assert_int_equal(
		desk_change(d, &d->planner,
			    (struct change){
				    .def = d->items, .entry = id, .base_rev = 6, .value = e.value },
			    NULL, NULL),
		ERR_INVALID);
}

static void state__matrix_of_operations(void **state)
{
	/* What the planner, who may everything but approve own content, sees. */
	static const unsigned expected[STATE_MAX] = {
		[STATE_DRAFT] = BIT(OP_SAVE) | BIT(OP_CONFIRM) | BIT(OP_RETURN) | BIT(OP_VOID),
		[STATE_CONFIRMED] = BIT(OP_SAVE) | BIT(OP_APPROVE) | BIT(OP_RETURN) | BIT(OP_VOID),
		[STATE_APPROVED] = BIT(OP_SAVE) | BIT(OP_RETURN) | BIT(OP_VOID),
		[STATE_RETURNED] = BIT(OP_SAVE) | BIT(OP_VOID),
		[STATE_VOIDED] = 0,
	};
	struct desk *d = *state;
	struct entry e = { .def = d->items,
			   .actor = d->second.account,
			   .author = d->second.account,
			   .principal = "",
			   .behalf = "" };
	int s;

	for (s = 0; s < STATE_MAX; s++) {
		e.state = (enum entry_state)s;
		assert_int_equal(entry_ops(&d->planner, &e), expected[s]);
		assert_int_equal(entry_ops(&d->auditor, &e), 0);
		assert_int_equal(entry_ops(&d->staff, &e), 0);
		assert_int_equal(entry_ops(&d->second, &e),
				 expected[s] & (BIT(OP_SAVE) | BIT(OP_CONFIRM)));
		assert_int_equal(entry_ops(&d->executive, &e),
				 expected[s] & (BIT(OP_APPROVE) | BIT(OP_RETURN)));
		assert_int_equal(entry_state_parse(entry_state_name(e.state)), s);
	}
	assert_int_equal(entry_state_parse("nonsense"), -1);
	assert_string_equal(entry_state_label(STATE_RETURNED), "差戻し");
}

static void roles__who_may_not_is_told_who_may(void **state)
{
	struct desk *d = *state;
	const char *id = desk_item(d, "サーバ1");
	struct change ch = { .def = d->items,
			     .value = desk_values(d, d->items, "name", "x", NULL) };

	assert_int_equal(desk_change(d, &d->staff, ch, NULL, NULL), ERR_DENIED);
	assert_says(d, "備品台帳");
	assert_int_equal(desk_act(d, &d->second, d->items, id, OP_VOID), ERR_DENIED);
	assert_says(d, role_label(ROLE_PLANNER));
	assert_int_equal(desk_act(d, &d->executive, d->items, id, OP_SAVE), ERR_DENIED);
	assert_int_equal(desk_act(d, &d->executive, d->places, desk_place(d, "A"), OP_APPROVE),
			 ERR_INVALID);
	assert_says(d, "承認の手続きがありません");
}

static void four_eyes__author_neither_confirms_nor_approves(void **state)
{
	struct desk *d = *state;
	struct change ch = { .def = d->places,
			     .confirm = true,
			     .value = desk_values(d, d->places, "name", "3階", NULL) };
	char id[ID_SIZE];
	const char *item = desk_item(d, "サーバ1");

	assert_done(d, desk_change(d, &d->planner, ch, id, NULL));
	assert_int_equal(desk_get(d, d->places, id).state, STATE_DRAFT);
	assert_int_equal(desk_act(d, &d->planner, d->places, id, OP_CONFIRM), ERR_DENIED);
	assert_says(d, "別の人");
	assert_done(d, desk_act(d, &d->second, d->places, id, OP_CONFIRM));
	/* The planner may approve items, but not what she wrote herself; nor does a
	 * confirmation by another person make it less hers. */
	assert_int_equal(desk_act(d, &d->planner, d->items, item, OP_APPROVE), ERR_DENIED);
	ch = (struct change){ .def = d->items,
			      .entry = item,
			      .base_rev = 1,
			      .value = desk_get(d, d->items, item).value };
	assert_done(d, desk_change(d, &d->planner, ch, NULL, NULL));
	assert_done(d, desk_act(d, &d->second, d->items, item, OP_CONFIRM));
	assert_int_equal(desk_act(d, &d->planner, d->items, item, OP_APPROVE), ERR_DENIED);
	assert_done(d, desk_act(d, &d->executive, d->items, item, OP_APPROVE));
	assert_string_equal(desk_get(d, d->items, item).author, d->planner.account);
}

/* Lets `proxy` type for `principal` into the items, as of today; the grant's id. */
static const char *grant(struct desk *d, const struct actor *proxy, const struct actor *principal,
			 const char *until)
{
	char *id = arena_alloc(&d->arena, ID_SIZE);
	const struct proxy_wish wish = { .proxy = proxy->account,
					 .principal = principal->account,
					 .ledgers = "items",
					 .from_on = "2026-01-01",
					 .until_on = until,
					 .reason = "手術の日は本人が入力できないため" };
	struct receipt receipt;

	assert_done(d, proxy_request(d->l, proxy, &wish, id, &receipt, &d->faults, &d->err));
	assert_done(d, proxy_decide(d->l, principal, id, true, "", &receipt, &d->err));
	return id;
}

static void behalf__waits_for_the_person_it_was_typed_for(void **state)
{
	struct desk *d = *state;
	struct change ch = { .def = d->items,
			     .confirm = true,
			     .behalf = d->planner.account,
			     .value = desk_values(d, d->items, "name", "金庫", NULL) };
	struct proxy_draft *drafts;
	struct conn *c;
	struct entry e;
	char id[ID_SIZE];
	size_t count;

	grant(d, &d->second, &d->planner, "2199-12-31");
	assert_done(d, desk_change(d, &d->second, ch, id, NULL));
	e = desk_get(d, d->items, id);
	assert_int_equal(e.state, STATE_DRAFT);
	assert_string_equal(e.behalf, d->planner.account);
	assert_done(d, store_read_begin(d->f->s, &c, &d->err));
	assert_done(d, proxy_drafts(d->l, c, d->planner.account, 10, &d->arena, &drafts, &count,
				    &d->err));
	store_read_end(c);
	assert_int_equal(count, 1);
	assert_string_equal(drafts[0].id, id);
	assert_string_equal(drafts[0].typist, d->second.account);
	assert_int_equal(desk_act(d, &d->second, d->items, id, OP_CONFIRM), ERR_DENIED);
	assert_int_equal(desk_act(d, &d->auditor, d->items, id, OP_CONFIRM), ERR_DENIED);
	assert_true(entry_ops(&d->planner, &e) & BIT(OP_CONFIRM));
	assert_done(d, desk_act(d, &d->planner, d->items, id, OP_CONFIRM));
	e = desk_get(d, d->items, id);
	assert_string_equal(e.author, d->second.account);
	assert_string_equal(e.principal, d->planner.account);
	assert_string_equal(e.behalf, "");
	/* Her own content: another one must approve. */
	assert_int_equal(desk_act(d, &d->planner, d->items, id, OP_APPROVE), ERR_DENIED);
	assert_done(d, desk_act(d, &d->executive, d->items, id, OP_APPROVE));
	ch.behalf = "01jd0000000000000000000000";
	assert_int_equal(desk_change(d, &d->second, ch, NULL, NULL), ERR_INVALID);
	assert_string_equal(d->err.field, "behalf");
}

static void behalf__needs_a_grant_that_holds_today(void **state)
{
	struct desk *d = *state;
	struct change ch = { .def = d->items,
			     .behalf = d->planner.account,
			     .value = desk_values(d, d->items, "name", "金庫", NULL) };
	struct receipt receipt;
	const char *id;

	assert_int_equal(desk_change(d, &d->second, ch, NULL, NULL), ERR_DENIED);
	assert_says(d, "許可がありません");
	grant(d, &d->second, &d->planner, "2026-01-02");
	assert_int_equal(desk_change(d, &d->second, ch, NULL, NULL), ERR_DENIED);
	id = grant(d, &d->second, &d->planner, "2199-12-31");
	assert_done(d, desk_change(d, &d->second, ch, NULL, NULL));
	/* Neither another ledger, nor another person, nor the other way round. */
	ch.value = desk_values(d, d->items, "name", "金庫2", NULL);
	assert_int_equal(desk_change(d, &d->planner,
				     (struct change){ .def = d->items,
						      .behalf = d->second.account,
						      .value = ch.value },
				     NULL, NULL),
			 ERR_DENIED);
	assert_int_equal(desk_change(d, &d->second,
				     (struct change){ .def = d->places,
						      .behalf = d->planner.account,
						      .value = desk_values(d, d->places, "name",
									   "北館", NULL) },
				     NULL, NULL),
			 ERR_DENIED);
	/* A principal who may not type there lends nothing. */
	ch.behalf = d->auditor.account;
	assert_int_equal(desk_change(d, &d->second, ch, NULL, NULL), ERR_DENIED);
	ch.behalf = d->planner.account;
	assert_done(d, proxy_revoke(d->l, &d->planner, id, "復帰したため", &receipt, &d->err));
	assert_int_equal(desk_change(d, &d->second, ch, NULL, NULL), ERR_DENIED);
}

static void grant__is_decided_by_another_than_who_asked(void **state)
{
	struct desk *d = *state;
	struct proxy_wish wish = { .proxy = d->second.account,
				   .principal = d->planner.account,
				   .ledgers = "items",
				   .from_on = "2026-01-01",
				   .until_on = "2199-12-31",
				   .reason = "手術の日" };
	struct receipt receipt;
	char id[ID_SIZE];

	/* The principal asked herself: somebody else must decide, and not the proxy. */
	assert_done(d, proxy_request(d->l, &d->planner, &wish, id, &receipt, &d->faults, &d->err));
	assert_int_equal(proxy_decide(d->l, &d->planner, id, true, "", &receipt, &d->err),
			 ERR_DENIED);
	assert_int_equal(proxy_decide(d->l, &d->second, id, true, "", &receipt, &d->err),
			 ERR_DENIED);
	assert_int_equal(proxy_decide(d->l, &d->executive, id, true, "", &receipt, &d->err),
			 ERR_DENIED);
	/* Nobody asks for others; nobody grants what the principal may not do. */
	assert_int_equal(proxy_request(d->l, &d->staff, &wish, id, &receipt, &d->faults, &d->err),
			 ERR_INVALID);
	wish.principal = d->staff.account;
	assert_int_equal(proxy_request(d->l, &d->second, &wish, id, &receipt, &d->faults, &d->err),
			 ERR_INVALID);
	assert_says(d, "本人が入力できない台帳");
}

static void reason__is_required_to_return_and_void(void **state)
{
	struct desk *d = *state;
	const char *id = desk_item(d, "サーバ1");
	struct change ch = { .def = d->items, .entry = id, .base_rev = 1, .op = OP_VOID };

	assert_int_equal(desk_change(d, &d->planner, ch, NULL, NULL), ERR_INVALID);
	assert_string_equal(d->err.field, "reason");
	ch.reason = "　"; /* one full-width space is a mark of sorts, two ASCII ones are none */
	ch.reason = " \n";
	assert_int_equal(desk_change(d, &d->planner, ch, NULL, NULL), ERR_INVALID);
	ch.reason = "買い替え\x01";
	assert_int_equal(desk_change(d, &d->planner, ch, NULL, NULL), ERR_INVALID);
}

static void conflict__names_who_and_when_and_loses_nothing(void **state)
{
	struct desk *d = *state;
	const char *id = desk_item(d, "サーバ1");
	struct change first = { .def = d->items,
				.entry = id,
				.base_rev = 1,
				.value = desk_values(d, d->items, "name", "サーバ1", "count", "2",
						     NULL) };
	struct change later = first;
	struct entry e;
	char today[DATE_SIZE];

	later.value = desk_values(d, d->items, "name", "サーバ1", "count", "9", NULL);
	assert_done(d, desk_change(d, &d->second, first, NULL, NULL));
	assert_int_equal(desk_change(d, &d->planner, later, NULL, NULL), ERR_CONFLICT);
	assert_says(d, "運用 一郎");
	date_today(today);
	assert_says(d, today);
	e = desk_get(d, d->items, id);
	assert_int_equal(e.rev, 2);
	assert_string_equal(desk_value(d, &e, "count"), "2");
	later.base_rev = 2;
	assert_done(d, desk_change(d, &d->planner, later, NULL, NULL));
	assert_string_equal(desk_audit(d), "");
}

static void repeat__second_click_gives_the_first_receipt(void **state)
{
	struct desk *d = *state;
	struct change ch = { .def = d->items,
			     .confirm = true,
			     .key = "form-1",
			     .value = desk_values(d, d->items, "name", "サーバ1", NULL) };
	struct receipt one, two;
	char id[ID_SIZE], again[ID_SIZE];

	assert_done(d, desk_change(d, &d->planner, ch, id, &one));
	assert_false(one.repeated);
	assert_done(d, desk_change(d, &d->planner, ch, again, &two));
	assert_true(two.repeated);
	assert_int_equal(one.seq, two.seq);
	assert_string_equal(id, again);
	/* An edit sent twice meets its own new revision: no conflict either. */
	ch.entry = id;
	ch.base_rev = 1;
	ch.key = "form-2";
	assert_done(d, desk_change(d, &d->planner, ch, NULL, &one));
	assert_done(d, desk_change(d, &d->planner, ch, again, &two));
	assert_true(two.repeated);
	assert_int_equal(one.seq, two.seq);
	assert_string_equal(id, again);
	assert_int_equal(desk_get(d, d->items, id).rev, 2);
	/* With a key of its own it is a conflict. */
	ch.key = "form-3";
	assert_int_equal(desk_change(d, &d->planner, ch, NULL, NULL), ERR_CONFLICT);
	assert_string_equal(desk_find(d, (struct list_query){ .sort = -1 }), "サーバ1");
}

static void entry__unknown_ones_are_not_found(void **state)
{
	struct desk *d = *state;
	struct change ch = { .def = d->items,
			     .entry = "01jd0000000000000000000000",
			     .base_rev = 1,
			     .op = OP_CONFIRM };

	assert_int_equal(desk_change(d, &d->planner, ch, NULL, NULL), ERR_NOT_FOUND);
	ch.entry = "' OR 1=1 --";
	assert_int_equal(desk_change(d, &d->planner, ch, NULL, NULL), ERR_NOT_FOUND);
	/* An entry of another ledger is none of this one. */
	ch.entry = desk_place(d, "A");
	assert_int_equal(desk_change(d, &d->planner, ch, NULL, NULL), ERR_NOT_FOUND);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, desk_setup, desk_teardown)
	const struct CMUnitTest tests[] = {
		T(state__follows_the_operations),
		T(state__matrix_of_operations),
		T(roles__who_may_not_is_told_who_may),
		T(four_eyes__author_neither_confirms_nor_approves),
		T(behalf__waits_for_the_person_it_was_typed_for),
		T(behalf__needs_a_grant_that_holds_today),
		T(grant__is_decided_by_another_than_who_asked),
		T(reason__is_required_to_return_and_void),
		T(conflict__names_who_and_when_and_loses_nothing),
		T(repeat__second_click_gives_the_first_receipt),
		T(entry__unknown_ones_are_not_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
