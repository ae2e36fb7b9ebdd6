/* Certificates on the port of syslog: whose are let in, and what changes while it listens. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "client.h"
#include "ears.h"
#include "web/ca.h"

static const struct listen_config usual = { .message_max = 65536 };

struct sender {
	char cert[96], key[96], serial[CA_SERIAL_SIZE];
};

static struct ca *authority(const struct ears *e)
{
	struct err err = { 0 };
	struct ca *ca = NULL;
	char folder[80];

	snprintf(folder, sizeof folder, "%s/ca", e->dir);
	assert_int_equal(ca_open(folder, &ca, &err), 0);
	return ca;
}

static struct sender issued(const struct ears *e, enum ca_kind kind, const char *name)
{
	struct ca *ca = authority(e);
	struct ca_order order = { .kind = kind, .name = name };
	struct err err = { 0 };
	struct sender s;
	struct ca_out out = { .cert = s.cert, .key = s.key };

	snprintf(s.cert, sizeof s.cert, "%s/%s.pem", e->dir, name);
	snprintf(s.key, sizeof s.key, "%s/%s-key.pem", e->dir, name);
	assert_int_equal(ca_issue(ca, &order, &out, &err), 0);
	memcpy(s.serial, out.serial, sizeof s.serial);
	ca_free(ca);
	return s;
}

static struct client *connected(const struct ears *e, const struct sender *s)
{
	return client_open_with(listen_port(e->listener, LISTEN_TLS), s->cert, s->key);
}

static void say(struct client *c, const char *text)
{
	char counted[128];
	int n = snprintf(counted, sizeof counted, "%zu %s", strlen(text), text);

	client_send(c, counted, (size_t)n);
}

static void only_machines__are_heard(void **state)
{
	struct sender machine, person;
	struct client *c;
	struct ears e;

	(void)state;
	ears_open_house(&e, &usual);
	machine = issued(&e, CA_MACHINE, "emr-1");
	person = issued(&e, CA_PERSON, "sato");
	listen_reload(e.listener);
	/* The new list of what was issued is in use once the machine is let in. */
	do {
		c = connected(&e, &machine);
		if (c)
			say(c, "<85>machine");
		client_close(c);
	} while (!ears_wait_ms(&e, 1, 0, 200));
	c = connected(&e, &person);
	if (c)
		say(c, "<85>person");
	assert_true(ears_wait_text(&e, "tls - !送り元の電子証明書は、機器連携のものではありません"));
	client_close(c);
	ears_close(&e, 5);
	assert_true(ears_has(&e, "tls emr-1 <85>machine\n"));
	assert_false(ears_has(&e, "<85>person"));
	ears_release(&e);
}

/* A name that no entry could name, and no event could tell, is refused. */
static void a_name_that_is_no_text__is_refused(void **state)
{
	struct sender s;
	struct client *c;
	struct ears e;

	(void)state;
	ears_open_house(&e, &usual);
	s = issued(&e, CA_MACHINE, "emr\n1");
	ears_restart(&e, &usual);
	c = connected(&e, &s);
	if (c)
		say(c, "<85>one");
	assert_true(ears_wait_text(&e, "tls - !送り元の電子証明書に、読める名前（CN）がありません"));
	client_close(c);
	ears_close(&e, 5);
	assert_int_equal(e.messages, 0);
	ears_release(&e);
}

/* A revoked sender is cut off, though its connection was open before. */
static void a_revoked_certificate__is_heard_no_longer(void **state)
{
	struct err err = { 0 };
	struct sender s, other;
	struct client *c, *good;
	struct ears e;
	struct ca *ca;

	(void)state;
	ears_open_house(&e, &usual);
	s = issued(&e, CA_MACHINE, "emr-1");
	other = issued(&e, CA_MACHINE, "lab-1");
	ears_restart(&e, &usual);
	c = connected(&e, &s);
	good = connected(&e, &other);
	assert_non_null(c);
	assert_non_null(good);
	say(c, "<85>before");
	say(good, "<85>good");
	assert_true(ears_wait(&e, 2, 0));
	ca = authority(&e);
	assert_int_equal(ca_revoke(ca, s.serial, "keyCompromise", &err), 0);
	assert_int_equal(ca_publish_list(ca, e.crl, &err), 0);
	ca_free(ca);
	listen_reload(e.listener);
	assert_true(ears_wait_text(&e, "!送り元の電子証明書は失効しています"));
	say(c, "<85>after");
	client_close(c);
	c = connected(&e, &s);
	if (c)
		say(c, "<85>again");
	client_close(c);
	say(good, "<85>still");
	assert_true(ears_wait(&e, 3, 0));
	client_close(good);
	ears_close(&e, 5);
	assert_int_equal(e.messages, 3);
	assert_true(ears_has(&e, "tls lab-1 <85>still\n"));
	ears_release(&e);
}

static void a_renewed_server_certificate__is_shown_without_a_restart(void **state)
{
	static const char *const hosts[] = { "localhost" };
	struct ca_order order = { CA_SERVER, "localhost", hosts, 1, NULL };
	unsigned char first[32], now[32];
	struct err err = { 0 };
	struct sender s;
	struct client *c;
	struct ears e;
	struct ca *ca;
	int64_t until;

	(void)state;
	ears_open_house(&e, &usual);
	s = issued(&e, CA_MACHINE, "emr-1");
	ears_restart(&e, &usual);
	c = connected(&e, &s);
	client_saw(c, first);
	client_close(c);
	ca = authority(&e);
	assert_int_equal(ca_issue(ca, &order,
				  &(struct ca_out){ .cert = e.cert, .key = e.key }, &err),
			 0);
	ca_free(ca);
	listen_reload(e.listener);
	until = clock_mono_us() + 10000000;
	do {
		c = connected(&e, &s);
		assert_non_null(c);
		client_saw(c, now);
		client_close(c);
	} while (memcmp(first, now, 32) == 0 && clock_mono_us() < until);
	assert_memory_not_equal(first, now, 32);
	ears_close(&e, 5);
	ears_release(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_machines__are_heard),
		cmocka_unit_test(a_name_that_is_no_text__is_refused),
		cmocka_unit_test(a_revoked_certificate__is_heard_no_longer),
		cmocka_unit_test(a_renewed_server_certificate__is_shown_without_a_restart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
