/* Certificates as a factor: whose they are, what they open, what the table says. */
#include <stdio.h>
#include <string.h>

#include "house.h"

#include "identity/authenticator.h"
#include "identity/client_cert.h"
#include "identity/policy.h"

#define CARD "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define OTHER "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"

static enum login_result sign_in(struct house *f, const char *cert, struct session *ret)
{
	const struct session_origin from = { .address = "192.0.2.1", .cert = cert };
	enum login_result result;
	struct err err;

	ok(session_login(f->store, "kango", HOUSE_PASSWORD, &from, &f->arena, ret, &result, &err),
	   &err);
	return result;
}

static void enrol(struct house *f, const char *account, const char *print)
{
	struct receipt receipt;
	struct err err;

	ok(cert_enrol(f->store, &f->nurse, account, print, "職員証", &receipt, &err), &err);
}

static void cert__on_the_connection_is_the_second_factor(void **state)
{
	struct house *f = *state;
	struct session s, found;

	assert_int_equal(sign_in(f, CARD, &s), LOGIN_DONE);
	assert_string_equal(s.cert, "");
	enrol(f, f->nurse.account, CARD);
	assert_int_equal(house_events(f, "factor"), 1);
	assert_int_equal(sign_in(f, CARD, &s), LOGIN_DONE);
	assert_string_equal(s.cert, CARD);
	assert_string_equal(s.factors, "password cert");
	/* Kept with the session, for every later request to compare. */
	assert_int_equal(house_find(f, &s, &found), 0);
	assert_string_equal(found.cert, CARD);
	assert_int_equal(sign_in(f, NULL, &s), LOGIN_NEEDS_TOTP);
	assert_int_equal(sign_in(f, OTHER, &s), LOGIN_NEEDS_TOTP);
	assert_string_equal(s.cert, "");
}

static void cert__shown_later_completes_the_sign_in(void **state)
{
	struct house *f = *state;
	struct session s, full, found;
	struct err err;

	enrol(f, f->nurse.account, CARD);
	assert_int_equal(sign_in(f, NULL, &s), LOGIN_NEEDS_TOTP);
	assert_int_equal(session_cert(f->store, s.token, OTHER, &f->arena, &full, &err),
			 ERR_DENIED);
	assert_int_equal(session_cert(f->store, s.token, "", &f->arena, &full, &err), ERR_DENIED);
	ok(session_cert(f->store, s.token, CARD, &f->arena, &full, &err), &err);
	assert_string_not_equal(full.token, s.token);
	assert_int_equal(house_find(f, &s, NULL), ERR_DENIED);
	assert_int_equal(house_find(f, &full, &found), 0);
	assert_string_equal(found.cert, CARD);
	assert_false(found.totp_pending);
}

static void cert__is_one_persons_and_goes_with_its_removal(void **state)
{
	struct house *f = *state;
	struct receipt receipt;
	struct session s;
	struct err err;

	enrol(f, f->nurse.account, CARD);
	assert_int_equal(cert_enrol(f->store, &f->planner, f->planner.account, CARD, "借りもの",
				    &receipt, &err),
			 ERR_CONFLICT);
	assert_int_equal(
		cert_enrol(f->store, &f->nurse, f->nurse.account, CARD, "また", &receipt, &err),
		ERR_CONFLICT);
	assert_int_equal(
		cert_enrol(f->store, &f->nurse, f->nurse.account, OTHER, "", &receipt, &err),
		ERR_INVALID);
	ok(authenticator_remove(f->store, &f->nurse, f->nurse.account, CARD, &receipt, &err), &err);
	assert_int_equal(sign_in(f, CARD, &s), LOGIN_DONE);
	assert_string_equal(s.cert, "");
	enrol(f, f->planner.account, CARD);
}

static void cert__lets_a_machine_in_while_it_may_be_used(void **state)
{
	struct house *f = *state;
	struct account lab = house_put(f, true, "lab",
				       (struct account_change){ .name = "検査システム",
								.kind = ACCOUNT_MACHINE,
								.role = ROLE_OPERATOR });
	struct account found;
	struct conn *c = NULL;
	struct err err;

	enrol(f, lab.id, CARD);
	enrol(f, f->nurse.account, OTHER);
	ok(store_read_begin(f->store, &c, &err), &err);
	ok(account_by_certificate(c, CARD, &f->arena, &found, &err), &err);
	assert_string_equal(found.login, "lab");
	/* A person never comes in by a certificate alone. */
	assert_int_equal(account_by_certificate(c, OTHER, &f->arena, &found, &err), ERR_DENIED);
	assert_int_equal(account_by_certificate(c, "00", &f->arena, &found, &err), ERR_DENIED);
	store_read_end(c);
	house_put(f, false, "lab",
		  (struct account_change){ .role = -1, .disabled = 1, .must_change = -1 });
	ok(store_read_begin(f->store, &c, &err), &err);
	assert_int_equal(account_by_certificate(c, CARD, &f->arena, &found, &err), ERR_DENIED);
	store_read_end(c);
}

/* Twelve minutes of work in this session. */
static void work_on(struct house *f, struct session *s)
{
	struct session now;
	int i;

	for (i = 0; i < 4; i++) {
		house_now += 3 * MINUTE;
		assert_int_equal(house_find(f, s, &now), 0);
	}
	*s = now;
}

static void cert__is_shown_again_to_prove_who_it_is(void **state)
{
	struct house *f = *state;
	struct proof_shown shown = { .password = HOUSE_PASSWORD, .code = "" };
	struct session s, found;
	struct err err;

	enrol(f, f->nurse.account, CARD);
	assert_int_equal(sign_in(f, CARD, &s), LOGIN_DONE);
	assert_int_equal(session_wants_proof(f->store, &s), PROOF_NONE);
	work_on(f, &s);
	assert_int_equal(session_wants_proof(f->store, &s), PROOF_CERT);
	/* The password alone counts as no full proof. */
	ok(session_reauth(f->store, &s, HOUSE_PASSWORD, &err), &err);
	assert_int_equal(house_find(f, &s, &found), 0);
	assert_int_equal(session_wants_proof(f->store, &found), PROOF_CERT);
	assert_int_equal(session_prove(f->store, &s, &shown, &err), ERR_DENIED);
	shown.cert = OTHER;
	assert_int_equal(session_prove(f->store, &s, &shown, &err), ERR_DENIED);
	shown.cert = CARD;
	ok(session_prove(f->store, &s, &shown, &err), &err);
}

static void key__is_asked_for_where_it_is_the_only_second_factor(void **state)
{
	struct house *f = *state;
	struct authenticator key = { .kind = AUTHENTICATOR_KEY, .id = "aWQwMQ", .label = "鍵" };
	struct proof_shown shown = { .password = HOUSE_PASSWORD, .code = "123456" };
	struct receipt receipt;
	struct session s;
	struct err err;

	assert_int_equal(sign_in(f, NULL, &s), LOGIN_DONE);
	ok(authenticator_add(f->store, &f->nurse, f->nurse.account, &key, &receipt, &err), &err);
	work_on(f, &s);
	assert_int_equal(session_wants_proof(f->store, &s), PROOF_KEY);
	assert_int_equal(session_prove(f->store, &s, &shown, &err), ERR_DENIED);
	assert_non_null(strstr(err.text, "回復コード"));
}

static void last_factor__stays_where_the_role_needs_one(void **state)
{
	struct house *f = *state;
	struct access_policy policy;
	struct receipt receipt;
	struct err err;

	policy_defaults(&policy);
	policy.two_factor = 1U << ROLE_STAFF;
	snprintf(policy.two_factor_from, sizeof policy.two_factor_from, "2020-01-01");
	policy.two_factor_days = 0;
	ok(policy_put(f->store, &f->planner, &policy, &err), &err);
	enrol(f, f->nurse.account, CARD);
	enrol(f, f->nurse.account, OTHER);
	ok(authenticator_remove(f->store, &f->nurse, f->nurse.account, CARD, &receipt, &err), &err);
	assert_int_equal(
		authenticator_remove(f->store, &f->nurse, f->nurse.account, OTHER, &receipt, &err),
		ERR_DENIED);
	policy.two_factor = 0;
	ok(policy_put(f->store, &f->planner, &policy, &err), &err);
	ok(authenticator_remove(f->store, &f->nurse, f->nurse.account, OTHER, &receipt, &err),
	   &err);
}

static void count(void *arg, const char *text)
{
	int *n = arg;

	*n += strstr(text, "電子証明書") != NULL;
}

static int faults(struct house *f)
{
	struct conn *c = NULL;
	struct err err;
	int n = 0;

	ok(store_read_begin(f->store, &c, &err), &err);
	ok(identity_audit(c, count, &n, &err), &err);
	store_read_end(c);
	return n;
}

static void audit__finds_a_certificate_put_past_the_program(void **state)
{
	struct house *f = *state;

	enrol(f, f->nurse.account, CARD);
	assert_int_equal(faults(f), 0);
	house_sql(f, "INSERT INTO client_cert SELECT '" OTHER "', account FROM client_cert");
	assert_int_equal(faults(f), 1);
	house_sql(f, "DELETE FROM client_cert");
	assert_int_equal(faults(f), 1);
	house_sql(f, "INSERT INTO client_cert VALUES ('" OTHER "', 'nobody')");
	assert_int_equal(faults(f), 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, house_setup, house_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(cert__on_the_connection_is_the_second_factor),
		TEST(cert__shown_later_completes_the_sign_in),
		TEST(cert__is_one_persons_and_goes_with_its_removal),
		TEST(cert__lets_a_machine_in_while_it_may_be_used),
		TEST(cert__is_shown_again_to_prove_who_it_is),
		TEST(key__is_asked_for_where_it_is_the_only_second_factor),
		TEST(last_factor__stays_where_the_role_needs_one),
		TEST(audit__finds_a_certificate_put_past_the_program),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
