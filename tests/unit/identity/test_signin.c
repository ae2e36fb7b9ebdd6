/* Signing in when something is lost, old, used before or not yet there. */
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/clock.h"
#include "identity/account.h"
#include "identity/device.h"
#include "identity/event.h"
#include "identity/own.h"
#include "identity/policy.h"
#include "identity/rescue.h"
#include "identity/state.h"
#include "identity/totp.h"

#define MINUTE (INT64_C(60) * 1000000)
#define DAY (24 * 60 * MINUTE)
#define FROM(address_) (&(const struct session_origin){ .address = (address_) })
#define PASSWORD "kumo-7-ringo-hashi"
#define SECRET "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
#define PROOF "01jd00000000000000000pr00f"

struct fixture {
	char folder[1024], data[1040];
	struct store *store;
	struct arena arena;
	struct actor planner, operator_;
};

static int64_t test_now = 1000 * MINUTE;

static int64_t test_clock(void)
{
	return test_now;
}

static void ok(int r, const struct err *err)
{
	if (r < 0)
		fail_msg("%d %s", r, err->text);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

#define CHANGE(role_, ...) \
	((struct account_change){ .role = role_, .disabled = -1, .must_change = -1, __VA_ARGS__ })

static struct account put(struct fixture *f, bool create, const char *login,
			  struct account_change c)
{
	struct account a;
	struct err err;

	ok(account_put(f->store, &actor_system, create, login, &c, &a, &f->arena, &err), &err);
	return a;
}

static void act_as(struct actor *who, const struct account *a)
{
	memcpy(who->account, a->id, sizeof who->account);
	who->name = a->name;
	who->role = a->role;
}

static int setup(void **state)
{
	const char *tmp = getenv("TMPDIR");
	struct fixture *f = calloc(1, sizeof *f);
	struct store_init init = { .org_id = "01jd0000000000000000000000",
				   .org_name = "見本病院",
				   .kind = "hospital" };
	struct account a;
	struct err err;

	snprintf(f->folder, sizeof f->folder, "%s/daicho-XXXXXX", tmp ? tmp : P_tmpdir);
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->data, sizeof f->data, "%s/data", f->folder);
	ok(store_create(f->data, &init, &err), &err);
	ok(store_open(f->data, 0, &f->store, &err), &err);
	identity_set_clock(f->store, test_clock);
	arena_init(&f->arena, 0);
	a = put(f, true, "kanri", CHANGE(ROLE_PLANNER, .name = "管理 花子", .password = PASSWORD));
	act_as(&f->planner, &a);
	a = put(f, true, "unyo", CHANGE(ROLE_OPERATOR, .name = "運用 一郎", .password = PASSWORD));
	act_as(&f->operator_, &a);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	store_close(f->store);
	arena_release(&f->arena);
	nftw(f->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	free(f);
	return 0;
}

static int login(struct fixture *f, const char *name, const char *password, struct session *ret,
		 enum login_result *ret_result)
{
	return session_login(f->store, name, password, FROM("192.0.2.1"), &f->arena, ret,
			     ret_result, NULL);
}

static struct session sign_in(struct fixture *f, const char *name, const char *password,
			      enum login_result want)
{
	enum login_result result = LOGIN_DONE;
	struct session s;

	assert_int_equal(login(f, name, password, &s, &result), 0);
	assert_int_equal(result, want);
	return s;
}

static struct access_policy policy(struct fixture *f)
{
	struct access_policy p;
	struct err err;

	ok(policy_current(f->store, &p, &err), &err);
	return p;
}

/* What the newest events say, newest first, with the mark and whether refused. */
static struct event_row newest(struct fixture *f, size_t back)
{
	struct event_query q = { .kind = -1, .limit = back + 1 };
	struct event_row *rows;
	struct conn *c;
	struct err err;
	size_t n;

	events_flush(f->store);
	ok(store_read_begin(f->store, &c, &err), &err);
	ok(event_list(c, &q, &f->arena, &rows, &n, &err), &err);
	store_read_end(c);
	assert_true(n > back);
	return rows[back];
}

static int findings;

static void count(void *arg, const char *text)
{
	(void)arg;
	(void)text;
	findings++;
}

static int audit(struct fixture *f)
{
	struct conn *c;
	struct err err;

	findings = 0;
	ok(store_read_begin(f->store, &c, &err), &err);
	ok(identity_audit(c, count, NULL, &err), &err);
	store_read_end(c);
	return findings;
}

static char *code_now(char ret[TOTP_CODE_SIZE], int64_t steps)
{
	assert_true(totp_code(SECRET, clock_now_us() / (30 * 1000000) + steps, ret));
	return ret;
}

static void event__of_signing_in_names_the_person_and_a_refusal_not_what_was_typed(void **state)
{
	struct fixture *f = *state;
	enum login_result result;
	struct event_row e;
	struct session s;

	sign_in(f, "kanri", PASSWORD, LOGIN_DONE);
	e = newest(f, 0);
	assert_int_equal(e.kind, EVENT_SIGNIN);
	assert_string_equal(e.actor, f->planner.account);
	assert_int_equal(login(f, "kanri", "wrong-password-1", &s, &result), ERR_DENIED);
	e = newest(f, 0);
	assert_int_equal(e.kind, EVENT_SIGNIN_REFUSED);
	assert_true(e.refused);
	assert_string_equal(e.actor, "-");
	assert_string_equal(e.subject, f->planner.account);
	/* People type their password into the wrong field. */
	assert_int_equal(login(f, "hunter2-secret", "x", &s, &result), ERR_DENIED);
	e = newest(f, 0);
	assert_string_equal(e.subject, "");
	assert_null(strstr(e.detail, "hunter2"));
	assert_int_equal(audit(f), 0);
}

static void password__is_not_used_again(void **state)
{
	struct fixture *f = *state;
	static const char *const next[] = { "mado-5-tegami-sora", "fune-3-tsukue-midori",
					    "hako-8-kasa-yubi" };
	struct session s = sign_in(f, "kanri", PASSWORD, LOGIN_DONE);
	const char *now = PASSWORD;
	struct err err;
	size_t i;

	for (i = 0; i < 3; i++) {
		ok(session_change_password(f->store, &s, now, next[i], &f->arena, &s, &err), &err);
		now = next[i];
	}
	assert_int_equal(session_change_password(f->store, &s, now, PASSWORD, &f->arena, &s, &err),
			 ERR_INVALID);
	assert_non_null(strstr(err.text, "前に使った"));
}

static void password__of_an_older_edition_has_to_be_changed_in_two_months(void **state)
{
	struct fixture *f = *state;
	struct access_policy p = policy(f);
	struct session s;
	struct err err;

	ok(policy_set(&p, 0, "gl6-8", &err), &err);
	assert_int_equal(policy_put(f->store, &f->operator_, &p, NULL), ERR_DENIED);
	ok(policy_put(f->store, &f->planner, &p, &err), &err);
	put(f, true, "tanaka", CHANGE(ROLE_STAFF, .name = "田中", .password = "kumo-7ri"));
	sign_in(f, "tanaka", "kumo-7ri", LOGIN_DONE);
	/* The stricter edition: the short one is no longer enough. */
	ok(policy_set(&p, 0, "gl7", &err), &err);
	ok(policy_put(f->store, &f->planner, &p, &err), &err);
	s = sign_in(f, "tanaka", "kumo-7ri", LOGIN_NEEDS_CHANGE);
	ok(session_change_password(f->store, &s, "kumo-7ri", "mado-5-tegami-sora", &f->arena, &s,
				   &err),
	   &err);
	assert_int_equal(session_next(&s), LOGIN_DONE);
	assert_int_equal(audit(f), 0);
}

static void policy__is_a_fact_and_its_table_is_compared(void **state)
{
	struct fixture *f = *state;
	struct access_policy p = policy(f), again;
	struct conn *c;
	struct err err;

	assert_int_equal(p.seq, -1);
	p.idle_ward = 3;
	ok(policy_put(f->store, &f->planner, &p, &err), &err);
	assert_int_equal(newest(f, 0).kind, EVENT_RIGHTS);
	store_close(f->store);
	ok(store_open(f->data, 0, &f->store, &err), &err);
	identity_set_clock(f->store, test_clock);
	ok(store_read_begin(f->store, &c, &err), &err);
	ok(policy_load(c, &again, &err), &err);
	store_read_end(c);
	assert_int_equal(again.idle_ward, 3);
	assert_true(again.seq > 0);
	assert_int_equal(audit(f), 0);
}

static int spoil_policy(struct tx *tx, void *arg, struct err *err)
{
	struct stmt *st;
	int r = stmt_begin(tx_conn(tx), STMT_POLICY_PUT, &st, err);

	(void)arg;
	stmt_text(st, 1, "bypass_hours");
	stmt_text(st, 2, "72");
	stmt_int(st, 3, -1);
	return r < 0 ? r : stmt_run(st, err);
}

static void policy__changed_behind_the_log_is_found(void **state)
{
	struct fixture *f = *state;
	struct access_policy p = policy(f);
	struct err err;

	ok(policy_put(f->store, &f->planner, &p, &err), &err);
	ok(store_write(f->store, NULL, spoil_policy, NULL, NULL, &err), &err);
	assert_int_equal(audit(f), 1);
}

static void factor__is_wanted_from_the_day_on_and_people_are_led_there(void **state)
{
	struct fixture *f = *state;
	struct access_policy p = policy(f);
	char code[TOTP_CODE_SIZE];
	struct session s;
	struct err err;

	memcpy(p.two_factor_from, "2020-04-01", DATE_SIZE);
	p.two_factor_days = 0;
	ok(policy_put(f->store, &f->planner, &p, &err), &err);
	s = sign_in(f, "unyo", PASSWORD, LOGIN_NEEDS_FACTOR);
	ok(totp_enrol(f->store, &s, SECRET, code_now(code, 0), &f->arena, &s, &err), &err);
	assert_int_equal(session_next(&s), LOGIN_DONE);
	assert_int_equal(newest(f, 0).kind, EVENT_FACTOR);
	/* It cannot simply be taken away again, and its code is used up. */
	assert_int_equal(totp_remove(f->store, &s, &f->arena, &s, &err), ERR_DENIED);
	s = sign_in(f, "unyo", PASSWORD, LOGIN_NEEDS_TOTP);
	assert_int_equal(session_totp(f->store, s.token, code, &f->arena, &s, NULL), ERR_DENIED);
}

static void recovery__codes_work_once_each_and_say_how_many_remain(void **state)
{
	struct fixture *f = *state;
	char codes[RECOVERY_CODES][SPARE_CODE_SIZE], code[TOTP_CODE_SIZE];
	struct session s = sign_in(f, "kanri", PASSWORD, LOGIN_DONE), full;
	struct err err;

	assert_int_equal(recovery_new(f->store, &s, codes, &f->arena, &s, &err), ERR_INVALID);
	ok(totp_enrol(f->store, &s, SECRET, code_now(code, 0), &f->arena, &s, &err), &err);
	ok(recovery_new(f->store, &s, codes, &f->arena, &s, &err), &err);
	assert_int_equal(s.account.recovery, RECOVERY_CODES);
	s = sign_in(f, "kanri", PASSWORD, LOGIN_NEEDS_TOTP);
	ok(session_spare_code(f->store, s.token, codes[3], &f->arena, &full, &err), &err);
	assert_int_equal(full.mark, ACT_NORMAL);
	assert_string_equal(full.factors, "password recovery");
	assert_non_null(strstr(newest(f, 1).detail, "残り9個"));
	/* Whoever came in with one may enrol again without the lost app. */
	test_now += 20 * MINUTE;
	assert_int_equal(session_wants_proof(f->store, &full), PROOF_NONE);
	s = sign_in(f, "kanri", PASSWORD, LOGIN_NEEDS_TOTP);
	assert_int_equal(session_spare_code(f->store, s.token, codes[3], &f->arena, &full, &err),
			 ERR_DENIED);
	assert_int_equal(audit(f), 0);
}

static int prove(struct fixture *f, const struct session *s, const char *password, const char *code,
		 struct err *err)
{
	const struct proof_shown shown = { .password = password, .code = code };

	return session_prove(f->store, s, &shown, err);
}

static void prove__asks_for_the_code_again_after_ten_minutes(void **state)
{
	struct fixture *f = *state;
	char code[TOTP_CODE_SIZE];
	struct session s = sign_in(f, "kanri", PASSWORD, LOGIN_DONE);
	struct err err;

	ok(totp_enrol(f->store, &s, SECRET, code_now(code, -1), &f->arena, &s, &err), &err);
	assert_int_equal(session_wants_proof(f->store, &s), PROOF_NONE);
	ok(prove(f, &s, PASSWORD, "", &err), &err);
	test_now += 11 * MINUTE;
	assert_int_equal(session_wants_proof(f->store, &s), PROOF_CODE);
	assert_int_equal(prove(f, &s, PASSWORD, "", &err), ERR_DENIED);
	assert_int_equal(prove(f, &s, "wrong-password-1", code, &err), ERR_DENIED);
	ok(prove(f, &s, PASSWORD, code_now(code, 1), &err), &err);
}

static void bypass__opens_one_marked_session_within_its_hours(void **state)
{
	struct fixture *f = *state;
	struct rescued given;
	struct account a;
	struct session s, full;
	struct err err;

	a = put(f, true, "tanaka",
		CHANGE(ROLE_STAFF, .name = "田中", .password = PASSWORD, .totp = SECRET));
	assert_int_equal(rescue(f->store, &f->operator_, RESCUE_BYPASS, a.id, "", &given, &err),
			 ERR_INVALID); /* no proof, no code */
	ok(rescue(f->store, &f->operator_, RESCUE_BYPASS, a.id, PROOF, &given, &err), &err);
	assert_true(given.until_us > clock_now_us() + 11 * 60 * MINUTE);
	assert_string_equal(newest(f, 0).entry, PROOF);
	s = sign_in(f, "tanaka", PASSWORD, LOGIN_NEEDS_TOTP);
	ok(session_spare_code(f->store, s.token, given.secret, &f->arena, &full, &err), &err);
	assert_int_equal(full.mark, ACT_BYPASS);
	assert_int_equal(newest(f, 0).mark, ACT_BYPASS);
	ok(session_find(f->store, full.token, &f->arena, &s, &err), &err);
	assert_int_equal(s.mark, ACT_BYPASS);
	/* Once only, and not alone: the password is asked for as always. */
	s = sign_in(f, "tanaka", PASSWORD, LOGIN_NEEDS_TOTP);
	assert_int_equal(
		session_spare_code(f->store, s.token, given.secret, &f->arena, &full, &err),
		ERR_DENIED);
	assert_int_equal(audit(f), 0);
}

static int age_bypass(struct tx *tx, void *arg, struct err *err)
{
	struct fixture *f = arg;
	struct credentials cred;
	struct account a;
	int64_t seq;
	int r = account_load(tx_conn(tx), NULL, "tanaka", &f->arena, &a, &seq, err);

	if (r >= 0)
		r = credentials_load(tx_conn(tx), seq, &cred, err);
	cred.bypass_until_us = tx_now(tx) - 1;
	return r < 0 ? r : account_append(tx, "system", &a, &cred, err);
}

static void bypass__ends_by_itself_and_can_be_taken_back(void **state)
{
	struct fixture *f = *state;
	struct rescued given;
	struct account a;
	struct session s, full;
	struct err err;

	a = put(f, true, "tanaka",
		CHANGE(ROLE_STAFF, .name = "田中", .password = PASSWORD, .totp = SECRET));
	ok(rescue(f->store, &f->operator_, RESCUE_BYPASS, a.id, PROOF, &given, &err), &err);
	ok(store_write(f->store, NULL, age_bypass, f, NULL, &err), &err);
	s = sign_in(f, "tanaka", PASSWORD, LOGIN_NEEDS_TOTP);
	assert_int_equal(
		session_spare_code(f->store, s.token, given.secret, &f->arena, &full, &err),
		ERR_DENIED);
	ok(rescue(f->store, &f->operator_, RESCUE_BYPASS, a.id, PROOF, &given, &err), &err);
	ok(rescue_revoke(f->store, &f->operator_, a.id, &err), &err);
	assert_int_equal(rescue_revoke(f->store, &f->operator_, a.id, &err), ERR_NOT_FOUND);
	s = sign_in(f, "tanaka", PASSWORD, LOGIN_NEEDS_TOTP);
	assert_int_equal(
		session_spare_code(f->store, s.token, given.secret, &f->arena, &full, &err),
		ERR_DENIED);
}

static void rescue__is_for_others_only_and_gives_no_more_rights(void **state)
{
	struct fixture *f = *state;
	struct actor marked = f->planner, staff = { .role = ROLE_STAFF };
	struct account a =
		put(f, true, "tanaka", CHANGE(ROLE_STAFF, .name = "田中", .password = PASSWORD));
	struct rescued given;
	struct session s;
	struct err err;

	memcpy(staff.account, a.id, sizeof a.id);
	marked.mark = ACT_BYPASS;
	assert_int_equal(rescue(f->store, &f->planner, RESCUE_PASSWORD, f->planner.account, PROOF,
				&given, &err),
			 ERR_DENIED);
	assert_int_equal(rescue(f->store, &f->operator_, RESCUE_PASSWORD, f->planner.account, PROOF,
				&given, &err),
			 ERR_DENIED);
	assert_int_equal(rescue(f->store, &marked, RESCUE_PASSWORD, a.id, PROOF, &given, &err),
			 ERR_DENIED);
	assert_int_equal(rescue(f->store, &staff, RESCUE_PASSWORD, f->operator_.account, PROOF,
				&given, &err),
			 ERR_DENIED);
	assert_int_equal(rescue(f->store, &f->operator_, RESCUE_BYPASS, a.id, PROOF, &given, &err),
			 ERR_INVALID); /* has no second factor */
	ok(rescue(f->store, &f->operator_, RESCUE_PASSWORD, a.id, PROOF, &given, &err), &err);
	s = sign_in(f, "tanaka", given.secret, LOGIN_NEEDS_CHANGE);
	assert_true(s.account.must_change);
}

static int age_password(struct tx *tx, void *arg, struct err *err)
{
	struct fixture *f = arg;
	struct credentials cred;
	struct account a;
	int64_t seq;
	int r = account_load(tx_conn(tx), NULL, "tanaka", &f->arena, &a, &seq, err);

	if (r >= 0)
		r = credentials_load(tx_conn(tx), seq, &cred, err);
	cred.set_us -= 60 * DAY;
	return r < 0 ? r : account_append(tx, "system", &a, &cred, err);
}

static void password__old_ones_are_changed_and_first_ones_end(void **state)
{
	struct fixture *f = *state;
	struct access_policy p = policy(f);
	enum login_result result;
	char first[32];
	struct account_change c = CHANGE(ROLE_STAFF, .name = "鈴木");
	struct session s;
	struct err err;

	ok(policy_set(&p, 0, "gl6-8", &err), &err);
	ok(policy_put(f->store, &f->planner, &p, &err), &err);
	put(f, true, "tanaka", CHANGE(ROLE_STAFF, .name = "田中", .password = PASSWORD));
	ok(store_write(f->store, NULL, age_password, f, NULL, &err), &err);
	sign_in(f, "tanaka", PASSWORD, LOGIN_NEEDS_CHANGE);
	/* A first password nobody used in time opens nothing, and says no more than that. */
	c = CHANGE(-1, .name = NULL);
	ok(account_put_first(f->store, &f->planner, false, "tanaka", &c, first, NULL, &f->arena,
			     &err),
	   &err);
	sign_in(f, "tanaka", first, LOGIN_NEEDS_CHANGE);
	ok(store_write(f->store, NULL, age_password, f, NULL, &err), &err);
	assert_int_equal(login(f, "tanaka", first, &s, &result), ERR_DENIED);
}

static void account__is_usable_within_its_dates_only(void **state)
{
	struct fixture *f = *state;
	enum login_result result;
	char today[DATE_SIZE], before[DATE_SIZE], after[DATE_SIZE];
	struct session s, found;

	date_today(today);
	date_add_days(today, -1, before);
	date_add_days(today, 1, after);
	put(f, true, "tanaka",
	    CHANGE(ROLE_STAFF, .name = "田中", .password = PASSWORD, .valid_until = today));
	s = sign_in(f, "tanaka", PASSWORD, LOGIN_DONE);
	put(f, false, "tanaka", CHANGE(-1, .valid_until = before));
	assert_int_equal(session_find(f->store, s.token, &f->arena, &found, NULL), ERR_DENIED);
	assert_int_equal(login(f, "tanaka", PASSWORD, &s, &result), ERR_DENIED);
	put(f, false, "tanaka", CHANGE(-1, .valid_until = "", .valid_from = after));
	assert_int_equal(login(f, "tanaka", PASSWORD, &s, &result), ERR_DENIED);
	put(f, false, "tanaka", CHANGE(-1, .valid_from = today));
	sign_in(f, "tanaka", PASSWORD, LOGIN_DONE);
}

static int hire(struct tx *tx, void *arg, struct err *err)
{
	struct fact fact = { .kind = "entry",
			     .ledger = "staff",
			     .entry = arg,
			     .rev = 1,
			     .op = "create",
			     .actor = "system" };
	int64_t seq;

	fact.part[0] = (struct fact_part){ "internal", "{}", 2, false };
	fact.part_count = 1;
	return tx_append(tx, &fact, &seq, err);
}

static void account__is_one_persons_and_cannot_be_shared(void **state)
{
	struct fixture *f = *state;
	struct account_change c = CHANGE(ROLE_STAFF, .name = "3階病棟");
	char person[] = "01jd00000000000000000pers0";
	struct session s;
	enum login_result result;
	struct err err;

	assert_int_equal(
		account_put(f->store, &f->planner, true, "byo3", &c, NULL, &f->arena, &err),
		ERR_INVALID);
	assert_non_null(strstr(err.text, "1人に1つ"));
	c.name = "佐藤 美咲";
	assert_int_equal(
		account_put(f->store, &f->planner, true, "kyouyou1", &c, NULL, &f->arena, &err),
		ERR_INVALID);
	ok(store_write(f->store, NULL, hire, person, NULL, &err), &err);
	put(f, true, "sato", CHANGE(ROLE_STAFF, .name = "佐藤 美咲", .staff = person));
	c.staff = person;
	assert_int_equal(
		account_put(f->store, &f->planner, true, "sato2", &c, NULL, &f->arena, &err),
		ERR_CONFLICT);
	/* Machines never sign in with a password; emergency accounts are made sealed. */
	c = CHANGE(ROLE_STAFF, .name = "検査装置", .kind = ACCOUNT_MACHINE, .password = PASSWORD);
	assert_int_equal(
		account_put(f->store, &f->planner, true, "kensa1", &c, NULL, &f->arena, &err),
		ERR_INVALID);
	c = CHANGE(ROLE_STAFF, .name = "非常時用1", .kind = ACCOUNT_EMERGENCY,
		   .password = PASSWORD);
	assert_int_equal(
		account_put(f->store, &f->planner, true, "hijou1", &c, NULL, &f->arena, &err),
		ERR_INVALID);
	put(f, true, "hijou1", CHANGE(ROLE_STAFF, .name = "非常時用1", .kind = ACCOUNT_EMERGENCY));
	assert_int_equal(login(f, "hijou1", PASSWORD, &s, &result), ERR_DENIED);
	c = CHANGE(-1);
	c.disabled = 0;
	assert_int_equal(
		account_put(f->store, &f->planner, false, "hijou1", &c, NULL, &f->arena, &err),
		ERR_INVALID);
}

static void account__another_role_ends_its_sessions(void **state)
{
	struct fixture *f = *state;
	struct session s = sign_in(f, "unyo", PASSWORD, LOGIN_DONE), found;

	put(f, false, "unyo", CHANGE(ROLE_STAFF, .name = NULL));
	assert_int_equal(session_find(f->store, s.token, &f->arena, &found, NULL), ERR_DENIED);
	assert_int_equal(newest(f, 0).kind, EVENT_RIGHTS);
}

static void device__is_known_for_those_who_signed_in_there(void **state)
{
	struct fixture *f = *state;
	char cookie[DEVICE_COOKIE_SIZE], next[DEVICE_COOKIE_SIZE], id[DEVICE_ID_SIZE], name[16];
	struct session_origin from = { .address = "192.0.2.1" };
	enum login_result result;
	struct session s;
	int i, r = 0;

	device_remember(f->store, "forged<script>", "KANRI", cookie);
	assert_true(device_known(f->store, cookie, "kanri", id));
	assert_false(device_known(f->store, cookie, "unyo", id));
	assert_false(device_known(f->store, NULL, "kanri", id));
	cookie[40] = cookie[40] == 'a' ? 'b' : 'a';
	assert_false(device_known(f->store, cookie, "kanri", id));
	for (i = 0; i < 30; i++) {
		snprintf(name, sizeof name, "nurse%d", i);
		device_remember(f->store, cookie, name, next);
		memcpy(cookie, next, sizeof next);
	}
	assert_true(device_known(f->store, cookie, "nurse29", id));
	device_remember(f->store, cookie, "kanri", next);
	/* A colleague behind the same address guesses; the own browser still gets in. */
	for (i = 0; i < 12 && r != ERR_BUSY; i++)
		r = login(f, "kanri", "wrong-password-1", &s, &result);
	assert_int_equal(r, ERR_BUSY);
	assert_int_equal(login(f, "kanri", PASSWORD, &s, &result), ERR_BUSY);
	from.device = next;
	assert_int_equal(
		session_login(f->store, "kanri", PASSWORD, &from, &f->arena, &s, &result, NULL), 0);
}

static void guessing__gets_ten_tries_in_a_quarter_of_an_hour(void **state)
{
	struct fixture *f = *state;
	struct session_origin from = { .address = NULL };
	int64_t end = test_now + 15 * MINUTE;
	enum login_result result;
	char address[32];
	struct session s;
	int tries = 0, i = 0;

	/* From ever new addresses, as fast as the server lets them. */
	for (; test_now < end; test_now += 2 * 1000000) {
		snprintf(address, sizeof address, "198.51.%d.%d", i / 250, i % 250);
		i++;
		from.address = address;
		tries += session_login(f->store, "kanri", "wrong-password-1", &from, &f->arena, &s,
				       &result, NULL) == ERR_DENIED;
	}
	assert_in_range(tries, 1, 10);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(event__of_signing_in_names_the_person_and_a_refusal_not_what_was_typed),
		T(password__is_not_used_again),
		T(password__of_an_older_edition_has_to_be_changed_in_two_months),
		T(password__old_ones_are_changed_and_first_ones_end),
		T(policy__is_a_fact_and_its_table_is_compared),
		T(policy__changed_behind_the_log_is_found),
		T(factor__is_wanted_from_the_day_on_and_people_are_led_there),
		T(recovery__codes_work_once_each_and_say_how_many_remain),
		T(prove__asks_for_the_code_again_after_ten_minutes),
		T(bypass__opens_one_marked_session_within_its_hours),
		T(bypass__ends_by_itself_and_can_be_taken_back),
		T(rescue__is_for_others_only_and_gives_no_more_rights),
		T(account__is_usable_within_its_dates_only),
		T(account__is_one_persons_and_cannot_be_shared),
		T(account__another_role_ends_its_sessions),
		T(device__is_known_for_those_who_signed_in_there),
		T(guessing__gets_ten_tries_in_a_quarter_of_an_hour),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
