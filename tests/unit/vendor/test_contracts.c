/* Where the sharing of roles stands, contract by contract. */
#include <string.h>

#include "supplier.h"

#include "vendor/invite.h"

static struct contract find(struct hospital *h, const char *id)
{
	struct contract *list;
	struct conn *c;
	size_t count, i;

	assert_done(h, store_read_begin(h->f->s, &c, &h->err));
	assert_done(h, contract_list(h->l, c, &h->arena, &list, &count, &h->err));
	store_read_end(c);
	for (i = 0; i < count; i++)
		if (strcmp(list[i].id, id) == 0)
			return list[i];
	fail_msg("no contract %s", id);
	return list[0];
}

static void answer_all(struct supplier *s, const char *column, enum doer doer)
{
	struct round_view v = supplier_view(s->h, s->round);
	size_t i;

	for (i = 0; i < v.line_count; i++)
		if (strcmp(v.line[i].column->id, column) == 0)
			supplier_says(s->h, s->round, v.line[i].item->id, column, ANSWER_YES, doer);
}

static void state__follows_the_answers(void **state)
{
	struct hospital *h = *state;
	struct supplier s = supplier_begin(h);
	const char *unopened =
		hospital_entry(h, "contracts", "name", "別の契約", "vendor", s.vendor, NULL);
	struct receipt receipt;
	struct contract k;

	assert_int_equal(find(h, unopened).state, CONTRACT_UNOPENED);
	k = find(h, s.contract);
	assert_int_equal(k.state, CONTRACT_VENDOR);
	assert_string_equal(k.round, s.round);
	assert_int_equal(k.sharing.vendor_open, 38);
	answer_all(&s, COLUMN_VENDOR, DOER_VENDOR);
	assert_int_equal(find(h, s.contract).state, CONTRACT_HOSPITAL);
	answer_all(&s, COLUMN_HOSPITAL, DOER_VENDOR);
	assert_int_equal(find(h, s.contract).state, CONTRACT_ALIKE);
	supplier_says(h, s.round, FIRST, COLUMN_HOSPITAL, ANSWER_YES, DOER_JOINT);
	k = find(h, s.contract);
	assert_int_equal(k.state, CONTRACT_DIFFERS);
	assert_int_equal(k.sharing.in[SHARING_DIFFERS], 1);
	assert_done(h, sharing_agree(h->l, &h->planner, s.round, 37, NULL, &receipt, &h->err));
	supplier_says(h, s.round, FIRST, COLUMN_AGREED, ANSWER_YES, DOER_JOINT);
	k = find(h, s.contract);
	assert_int_equal(k.state, CONTRACT_AGREED);
	assert_string_equal(k.sharing.agreed_on, supplier_day(h, 0));
	assert_done(h, round_approve(h->l, &h->executive, s.round, supplier_view(h, s.round).digest,
				     "", false, NULL, &receipt, &h->err));
	k = find(h, s.contract);
	assert_int_equal(k.state, CONTRACT_APPROVED);
	assert_string_equal(k.approved_on, supplier_day(h, 0));
	supplier_says(h, s.round, FIRST, COLUMN_VENDOR, ANSWER_YES, DOER_HOSPITAL);
	assert_int_equal(find(h, s.contract).state, CONTRACT_CHANGED);
}

static void lateness_and_ends__are_seen(void **state)
{
	struct hospital *h = *state;
	struct supplier s = supplier_begin(h);
	char text[LINK_TEXT_SIZE];
	struct receipt receipt;
	struct invite i;

	assert_done(h, invite_make(h->l, &h->planner,
				   &(struct invite_wish){ s.round, supplier_day(h, 5), "" },
				   &h->arena, text, &i, &receipt, &h->err));
	assert_string_equal(find(h, s.contract).until, supplier_day(h, 5));
	assert_false(find(h, s.contract).late);
	hospital_revise(h, "round_links", i.id, "until", supplier_day(h, -1), NULL);
	assert_true(find(h, s.contract).late);
	/* A page that was taken back is waited for no longer. */
	hospital_revise(h, "round_links", i.id, "revoked_on", supplier_day(h, 0), NULL);
	assert_false(find(h, s.contract).late);
	hospital_revise(h, "contracts", s.contract, "contract_to", supplier_day(h, 30), NULL);
	assert_true(find(h, s.contract).expiring);
	hospital_revise(h, "contracts", s.contract, "contract_to", supplier_day(h, -1), NULL);
	assert_true(find(h, s.contract).ended);
	assert_false(find(h, s.contract).expiring);
	hospital_revise(h, "contracts", s.contract, "auto_renew", "はい", "notice_by",
			supplier_day(h, 10), NULL);
	assert_false(find(h, s.contract).ended);
	assert_true(find(h, s.contract).expiring);
}

static void contract__is_registered_from_the_vendor(void **state)
{
	struct hospital *h = *state;
	struct supplier s = supplier_begin(h);
	struct contract_missing *missing;
	struct receipt receipt;
	struct conn *c;
	char id[ID_SIZE];
	size_t count;

	assert_done(h, store_read_begin(h->f->s, &c, &h->err));
	assert_done(h, contract_missing_list(h->l, c, &h->arena, &missing, &count, &h->err));
	store_read_end(c);
	assert_int_equal(count, 1);
	assert_string_equal(missing[0].vendor, s.other);
	hospital_revise(h, "vendors", s.other, "systems", "画像サーバ（PACS）、CT", "contract_to",
			"2030-01-31", NULL);
	assert_done(h,
		    contract_from_vendor(h->l, &h->planner, s.other, NULL, id, &receipt, &h->err));
	assert_string_equal(hospital_value(h, "contracts", id, "name"), "画像サーバの契約");
	assert_string_equal(hospital_value(h, "contracts", id, "contract_to"), "2030-01-31");
	assert_int_equal(
		contract_from_vendor(h->l, &h->planner, s.other, NULL, id, &receipt, &h->err),
		ERR_CONFLICT);
	assert_int_equal(
		contract_from_vendor(h->l, &h->auditor, s.other, NULL, id, &receipt, &h->err),
		ERR_DENIED);
}

static void parties__are_named(void **state)
{
	struct hospital *h = *state;
	struct supplier s = supplier_begin(h);
	struct round_view v = supplier_view(h, s.round);
	struct parties p;
	struct conn *c;

	hospital_revise(h, "contracts", s.contract, "number", "保-12", "vendor_person", "例田 亮",
			NULL);
	assert_done(h, store_read_begin(h->f->s, &c, &h->err));
	assert_done(h, parties_read(h->l, c, &v.round, &h->arena, &p, &h->err));
	store_read_end(c);
	assert_string_equal(p.hospital, "見本病院");
	assert_string_equal(p.vendor, "株式会社見本システムズ");
	assert_string_equal(p.contract, "電子カルテ保守契約");
	assert_string_equal(p.number, "保-12");
	assert_string_equal(p.vendor_person, "例田 亮");
	assert_string_equal(p.to, "2099-03-31");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, hospital_setup, hospital_teardown)
		T(state__follows_the_answers),
		T(lateness_and_ends__are_seen),
		T(contract__is_registered_from_the_vendor),
		T(parties__are_named),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
