/* Pages given to a vendor without an account. */
#include <string.h>

#include "supplier.h"

#include "vendor/invite.h"

static int make(struct supplier *s, const struct actor *who, const char *round, const char *until,
		char text[LINK_TEXT_SIZE], struct invite *ret)
{
	struct receipt receipt;

	err_clear(&s->h->err);
	return invite_make(s->h->l, who, &(struct invite_wish){ round, until, "保守部 例田様" },
			   &s->h->arena, text, ret, &receipt, &s->h->err);
}

static int find(struct supplier *s, const char *text, struct link_use *ret)
{
	return link_find(s->h->f->s, text, "192.0.2.1", &s->h->arena, ret, &s->h->err);
}

static void page__opens_its_round_until_it_is_taken_back(void **state)
{
	struct hospital *h = *state;
	struct supplier s = supplier_begin(h);
	char text[LINK_TEXT_SIZE];
	struct invite i, *list;
	struct link_use use;
	struct receipt receipt;
	struct conn *c;
	size_t count;

	assert_done(h, make(&s, &h->planner, s.round, supplier_day(h, 14), text, &i));
	assert_true(i.open);
	assert_string_equal(i.sent_to, "保守部 例田様");
	assert_done(h, find(&s, text, &use));
	assert_string_equal(use.round, s.round);
	assert_string_equal(use.account.id, i.account);
	assert_string_equal(use.account.name, "株式会社見本システムズの回答ページ");
	assert_done(h, invite_revoke(h->l, &h->planner, i.id, &h->arena, &receipt, &h->err));
	assert_int_equal(find(&s, text, &use), ERR_NOT_FOUND);
	assert_done(h, store_read_begin(h->f->s, &c, &h->err));
	assert_done(h, invite_list(h->l, c, s.round, &h->arena, &list, &count, &h->err));
	store_read_end(c);
	assert_int_equal(count, 1);
	assert_false(list[0].open);
	assert_string_equal(list[0].revoked_on, supplier_day(h, 0));
	/* Once more changes nothing. */
	assert_done(h, invite_revoke(h->l, &h->planner, i.id, &h->arena, &receipt, &h->err));
	assert_int_equal(receipt.seq, -1);
}

static void page__is_for_rounds_about_a_vendor(void **state)
{
	struct hospital *h = *state;
	struct supplier s = supplier_begin(h);
	const char *own = supplier_open(h, "mhlw-checklist-r7-hospital", "");
	const char *list =
		supplier_open(h, VENDOR_R7, arena_printf(&h->arena, "vendor:%s", s.vendor));
	char text[LINK_TEXT_SIZE];
	struct invite i;

	assert_int_equal(make(&s, &h->planner, own, supplier_day(h, 14), text, &i), ERR_INVALID);
	assert_string_equal(text, "");
	assert_int_equal(make(&s, &h->operator, s.round, supplier_day(h, 14), text, &i),
			 ERR_DENIED);
	assert_int_equal(make(&s, &h->planner, s.round, supplier_day(h, -1), text, &i),
			 ERR_INVALID);
	assert_string_equal(h->err.field, "until");
	assert_done(h, make(&s, &h->planner, list, supplier_day(h, 0), text, &i));
}

/* The account is named after the vendor: a name of any length, cut wherever it must. */
static void page__is_made_for_vendors_with_long_names(void **state)
{
	struct hospital *h = *state;
	struct supplier s = supplier_begin(h);
	int i;

	for (i = 0; i < 3; i++) {
		const char *name = arena_printf(
			&h->arena,
			"%s株式会社見本医療情報システム開発保守運用支援サービス東日本統括本部",
			&"ab"[2 - i]);
		const char *vendor =
			hospital_entry(h, "vendors", "name", name, "contract", "はい", NULL);
		char text[LINK_TEXT_SIZE];
		struct link_use use;
		struct invite made;

		s.round = supplier_open(h, VENDOR_R7, arena_printf(&h->arena, "vendor:%s", vendor));
		assert_done(h, make(&s, &h->planner, s.round, supplier_day(h, 14), text, &made));
		assert_done(h, find(&s, text, &use));
		assert_non_null(strstr(use.account.name, "の回答ページ"));
		assert_memory_equal(use.account.name, name, 78);
	}
}

static void letter__names_what_is_asked_and_until_when(void **state)
{
	struct hospital *h = *state;
	struct supplier s = supplier_begin(h);
	struct round_view v = supplier_view(h, s.round);
	char text[LINK_TEXT_SIZE];
	const char *letter;
	struct invite i;

	assert_done(h, make(&s, &h->planner, s.round, "2026-12-01", text, &i) < 0
			       ? make(&s, &h->planner, s.round, supplier_day(h, 9), text, &i)
			       : 0);
	letter = invite_letter(&v.round, "見本病院", "株式会社見本システムズ", &i,
			       "https://daicho.example/reply/x", &h->arena);
	assert_non_null(strstr(letter, "https://daicho.example/reply/x"));
	assert_non_null(strstr(letter, "電子カルテ保守契約"));
	assert_non_null(strstr(letter, "令和"));
	assert_non_null(strstr(letter, "保守部 例田様"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, hospital_setup, hospital_teardown)
		T(page__opens_its_round_until_it_is_taken_back),
		T(page__is_for_rounds_about_a_vendor),
		T(page__is_made_for_vendors_with_long_names),
		T(letter__names_what_is_asked_and_until_when),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
