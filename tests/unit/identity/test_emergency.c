/* Emergency accounts: the code counts once, two people open, what is open is known after a
 * restart, and nothing is left of an account that was closed. */
#include "house.h"

#include <stdio.h>
#include <string.h>

#include "identity/emergency.h"

struct step {
	struct emergency_act act;
	int (*run)(struct tx *tx, const struct emergency_act *a, const char *hash, struct err *err);
	const char *hash;
};

static int run_step(struct tx *tx, void *arg, struct err *err)
{
	struct step *s = arg;

	return s->run(tx, &s->act, s->hash, err);
}

static int close_it(struct tx *tx, const struct emergency_act *a, const char *hash, struct err *err)
{
	(void)hash;
	return emergency_close(tx, a, err);
}

/* Does one step as the planner. */
static int step(struct house *f, const struct account *a,
		int (*run)(struct tx *, const struct emergency_act *, const char *, struct err *),
		const char *hash, struct err *err)
{
	struct step s = { .act = { .who = &f->planner,
				   .account = a->id,
				   .ledger = "emergency_uses",
				   .said = "管理 花子さんと運用 一郎さん" },
			  .run = run,
			  .hash = hash };
	int r = store_write(f->store, NULL, run_step, &s, NULL, err);

	emergency_changed(f->store);
	return r;
}

static struct account make(struct house *f, struct emergency_code *code)
{
	struct account_change c = { .name = "非常時用1",
				    .kind = ACCOUNT_EMERGENCY,
				    .role = ROLE_OPERATOR,
				    .disabled = -1,
				    .must_change = -1 };
	struct account a = house_put(f, true, "hijou1", c);
	struct err err;

	ok(emergency_code_new(f->store, code, &err), &err);
	ok(step(f, &a, emergency_seal, code->hash, &err), &err);
	return a;
}

static enum emergency_state state_of(struct house *f)
{
	struct emergency_account a;
	struct conn *c = NULL;
	struct err err;

	ok(store_read_begin(f->store, &c, &err), &err);
	ok(emergency_get(c, "hijou1", &f->arena, &a, &err), &err);
	store_read_end(c);
	return a.state;
}

struct entering {
	struct house *f;
	struct emergency_entry in;
	struct session session;
};

static int enter_write(struct tx *tx, void *arg, struct err *err)
{
	const struct session_origin from = { .address = "192.0.2.9" };
	struct entering *k = arg;
	struct actor self;
	struct emergency_act act = { .who = &self,
				     .account = k->in.account.id,
				     .ledger = "emergency_uses",
				     .said = "封筒のコード" };

	emergency_actor(&k->in.account, &self);
	return emergency_enter(tx, k->f->store, &k->in, &act, &from, &k->session, err);
}

static int enter(struct house *f, const char *code, struct session *ret)
{
	const struct session_origin from = { .address = "192.0.2.9" };
	struct entering k = { .f = f };
	int r = emergency_prove(f->store, "HIJOU1", code, &from, &f->arena, &k.in, NULL);

	if (r >= 0)
		r = store_write(f->store, NULL, enter_write, &k, NULL, NULL);
	emergency_changed(f->store);
	*ret = k.session;
	return r;
}

static void seal__opens_once(void **state)
{
	struct house *f = *state;
	struct emergency_open open[EMERGENCIES_SHOWN];
	struct emergency_code code;
	struct session s, other, found;
	struct account a = make(f, &code);
	struct err err;

	assert_int_equal(state_of(f), EMERGENCY_SEALED);
	assert_int_equal(emergency_now(f->store, open), 0);
	assert_int_equal(enter(f, "aaaa-bbbb-cccc-dddd", &s), ERR_DENIED);
	ok(enter(f, code.code, &s), NULL);
	assert_int_equal(s.mark, ACT_EMERGENCY);
	assert_int_equal(state_of(f), EMERGENCY_OPENED);
	assert_int_equal(enter(f, code.code, &other), ERR_DENIED);
	assert_int_equal(house_find(f, &s, &found), 0);
	assert_int_equal(found.mark, ACT_EMERGENCY);
	assert_false(found.must_enrol);
	/* An envelope is not put into an open account. */
	assert_int_equal(step(f, &a, emergency_seal, code.hash, &err), ERR_CONFLICT);
	ok(step(f, &a, close_it, NULL, &err), &err);
	assert_int_equal(state_of(f), EMERGENCY_UNSEALED);
	assert_int_equal(house_find(f, &s, NULL), ERR_DENIED);
	assert_int_equal(enter(f, code.code, &other), ERR_DENIED);
	assert_int_equal(step(f, &a, close_it, NULL, &err), ERR_CONFLICT);
}

static void opening__by_two_voids_the_envelope(void **state)
{
	struct house *f = *state;
	struct emergency_code sealed, given;
	struct account a = make(f, &sealed);
	struct session s;
	struct err err;

	ok(emergency_code_new(f->store, &given, &err), &err);
	ok(step(f, &a, emergency_open_given, given.hash, &err), &err);
	assert_int_equal(enter(f, sealed.code, &s), ERR_DENIED);
	ok(enter(f, given.code, &s), NULL);
	assert_int_equal(enter(f, given.code, &s), ERR_DENIED);
}

static void banner__is_right_after_a_restart(void **state)
{
	struct house *f = *state;
	struct emergency_open open[EMERGENCIES_SHOWN];
	struct emergency_code sealed, given;
	struct account a = make(f, &sealed);
	struct err err;

	assert_int_equal(emergency_now(f->store, open), 0);
	ok(emergency_code_new(f->store, &given, &err), &err);
	ok(step(f, &a, emergency_open_given, given.hash, &err), &err);
	assert_int_equal(emergency_now(f->store, open), 1);
	house_reopen(f, 0);
	assert_int_equal(emergency_now(f->store, open), 1);
	assert_string_equal(open[0].name, "非常時用1");
	assert_string_equal(open[0].by, "管理 花子さんと運用 一郎さん");
	assert_true(open[0].since_us > 0);
	ok(step(f, &a, close_it, NULL, &err), &err);
	assert_int_equal(emergency_now(f->store, open), 0);
}

static void session__ends_by_the_policy_for_emergencies(void **state)
{
	struct house *f = *state;
	struct emergency_code code;
	struct session s;
	int i;

	make(f, &code);
	ok(enter(f, code.code, &s), NULL);
	/* Used all the time. */
	for (i = 0; i < 8 * 60 - 5; i += 5) {
		house_now += 5 * MINUTE;
		assert_int_equal(house_find(f, &s, NULL), 0);
	}
	house_now += 5 * MINUTE;
	assert_int_equal(house_find(f, &s, NULL), ERR_DENIED);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, house_setup, house_teardown)
	const struct CMUnitTest tests[] = {
		T(seal__opens_once),
		T(opening__by_two_voids_the_envelope),
		T(banner__is_right_after_a_restart),
		T(session__ends_by_the_policy_for_emergencies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
