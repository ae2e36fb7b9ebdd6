#include "supplier.h"

#include <string.h>

int supplier_year(void)
{
	char today[DATE_SIZE];

	date_today(today);
	return date_fiscal_year(today);
}

const char *supplier_day(struct hospital *h, long days)
{
	char today[DATE_SIZE], date[DATE_SIZE];

	date_today(today);
	date_add_days(today, days, date);
	return arena_strdup(&h->arena, date);
}

struct actor supplier_account(struct hospital *h, const char *login, const char *vendor)
{
	struct account_change c = { .name = "例田 亮",
				    .role = ROLE_VENDOR,
				    .vendor = vendor,
				    .disabled = -1,
				    .must_change = -1 };
	struct account a;
	struct actor who = { .role = ROLE_VENDOR, .name = "例田 亮", .vendor = vendor };

	assert_done(h,
		    account_put(h->f->s, &actor_system, true, login, &c, &a, &h->arena, &h->err));
	memcpy(who.account, a.id, sizeof a.id);
	return who;
}

const char *supplier_open(struct hospital *h, const char *catalogue, const char *scope)
{
	char *id = arena_alloc(&h->arena, ID_SIZE);
	struct receipt receipt;

	assert_done(h, round_open(h->l, &h->planner, catalogue, supplier_year(), scope, NULL, id,
				  &receipt, &h->err));
	return id;
}

struct supplier supplier_begin(struct hospital *h)
{
	struct supplier s = { .h = h };

	s.vendor = hospital_entry(h, "vendors", "name", "株式会社見本システムズ", "systems",
				  "電子カルテ、オーダリング", "contract", "はい", NULL);
	s.other = hospital_entry(h, "vendors", "name", "別の会社", "contract", "はい", NULL);
	s.contract = hospital_entry(h, "contracts", "name", "電子カルテ保守契約", "vendor",
				    s.vendor, "contract_to", "2099-03-31", NULL);
	s.person = supplier_account(h, "reida", s.vendor);
	s.round = supplier_open(h, SHEET_OF_ROLES,
				arena_printf(&h->arena, "contract:%s/%s", s.vendor, s.contract));
	return s;
}

struct round_view supplier_view(struct hospital *h, const char *round)
{
	struct round_view v;
	struct conn *c;

	assert_done(h, store_read_begin(h->f->s, &c, &h->err));
	assert_done(h, round_view(h->l, c, round, 0, &h->arena, &v, &h->err));
	store_read_end(c);
	return v;
}

struct answer supplier_answer(struct hospital *h, const char *round, const char *item,
			      const char *column)
{
	struct round_view v = supplier_view(h, round);
	const struct round_line *l;

	assert_done(h, round_line_find(&v, item, column, &l, &h->err));
	return l->now;
}

void supplier_says(struct hospital *h, const char *round, const char *item, const char *column,
		   enum answer_value value, enum doer doer)
{
	struct answer_change a = { .round = round,
				   .item = item,
				   .column = column,
				   .base_rev = supplier_answer(h, round, item, column).rev,
				   .value = value,
				   .doer = doer,
				   .note = value == ANSWER_NA ? "ありません" : "",
				   .target_on = value == ANSWER_NO ? supplier_day(h, 30) : "" };
	struct receipt receipt;

	assert_done(h, round_answer(h->l, &h->planner, &a, &receipt, &h->faults, &h->err));
}
