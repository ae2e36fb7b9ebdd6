/* The ears for syslog: who is heard, what is kept, and that nobody stops the others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "client.h"
#include "ears.h"

static const struct listen_config usual = { .message_max = 65536 };

static void say(int fd, const char *text)
{
	ears_send(fd, text, strlen(text));
}

static void test_listen__every_way_is_heard(void **state)
{
	struct client *tls;
	struct ears e;
	int tcp, udp;

	(void)state;
	ears_open(&e, &usual);
	tls = client_open_with(listen_port(e.listener, LISTEN_TLS), e.sender_cert, e.sender_key);
	assert_non_null(tls);
	assert_true(client_send(tls, "7 <85>one7 <85>two", 18));
	tcp = ears_connect(&e, LISTEN_TCP);
	say(tcp, "<85>three\n");
	udp = ears_connect(&e, LISTEN_UDP);
	say(udp, "<85>four");
	assert_true(ears_wait(&e, 4, 0));
	assert_true(ears_has(&e, "tls emr-1 <85>one\n"));
	assert_true(ears_has(&e, "tls emr-1 <85>two\n"));
	assert_true(ears_has(&e, "tcp - <85>three\n"));
	assert_true(ears_has(&e, "udp - <85>four\n"));
	client_close(tls);
	close(tcp);
	close(udp);
	assert_int_equal(ears_close(&e, 5), 0);
	assert_int_equal(e.messages, 4);
	assert_int_equal(e.faults, 0);
	ears_release(&e);
}

static void test_listen__only_the_houses_own_certificates_are_let_in(void **state)
{
	struct client *c;
	struct ears e;
	int port;

	(void)state;
	ears_open(&e, &usual);
	port = listen_port(e.listener, LISTEN_TLS);
	/* With TLS 1.3 a sender learns of it only after its own handshake. */
	c = client_open_with(port, e.stranger_cert, e.stranger_key);
	if (c)
		client_send(c, "7 <85>one", 9);
	assert_true(ears_wait(&e, 0, 1));
	client_close(c);
	c = client_open_with(port, NULL, NULL);
	if (c)
		client_send(c, "7 <85>two", 9);
	assert_true(ears_wait(&e, 0, 2));
	client_close(c);
	assert_int_equal(ears_close(&e, 5), 0);
	assert_int_equal(e.messages, 0);
	assert_true(ears_has(&e, "tls - !送り元の電子証明書は、この施設の認証局のものではありません"));
	assert_true(ears_has(&e, "tls - !送り元が電子証明書を示しませんでした"));
	ears_release(&e);
}

static void test_listen__faults_are_kept_with_their_bytes(void **state)
{
	struct ears e;
	int fd;

	(void)state;
	ears_open(&e, &usual);
	fd = ears_connect(&e, LISTEN_TCP);
	say(fd, "7 <85>one40 <85>cut");
	close(fd);
	fd = ears_connect(&e, LISTEN_TCP);
	say(fd, "5 <1>ab?? no length");
	close(fd);
	assert_true(ears_wait(&e, 2, 2));
	assert_true(ears_has(&e, "tcp - !電文の途中で通信が切れました 40 <85>cut\n"));
	assert_true(ears_has(&e, "!電文の長さが書かれているはずの場所に、長さがありません ?? no length\n"));
	assert_int_equal(ears_close(&e, 5), 0);
	ears_release(&e);
}

/* One that floods while its messages cannot be kept does not stop one that can. */
static void test_listen__a_flood_stops_nobody_else(void **state)
{
	static char flood[65536];
	struct ears e;
	size_t at;
	int loud, quiet, i;

	(void)state;
	for (at = 0; at + 8 <= sizeof flood; at += 8)
		memcpy(flood + at, "<1>loud\n", 8);
	ears_open(&e, &usual);
	pthread_mutex_lock(&e.lock);
	e.blocked = "<1>loud";
	pthread_mutex_unlock(&e.lock);
	loud = ears_connect(&e, LISTEN_TCP);
	/* Back-pressure: sooner or later the sender cannot send on. */
	for (i = 0; i < 4096 && send(loud, flood, sizeof flood, MSG_DONTWAIT) > 0; i++)
		;
	assert_true(i < 4096);
	quiet = ears_connect(&e, LISTEN_TCP);
	for (i = 0; i < 50; i++)
		say(quiet, "<1>quiet\n");
	assert_true(ears_wait(&e, 50, 0));
	assert_int_equal(e.messages, 50);
	pthread_mutex_lock(&e.lock);
	e.blocked = NULL;
	pthread_mutex_unlock(&e.lock);
	assert_true(ears_wait(&e, 1000, 0));
	close(loud);
	close(quiet);
	ears_close(&e, 5);
	ears_release(&e);
}

static void test_listen__what_udp_loses_is_counted(void **state)
{
	struct listen_config few = { .message_max = 65536, .queue_max = 10 };
	struct ears e;
	int udp, i;

	(void)state;
	ears_open(&e, &few);
	ears_refuse(&e, true);
	udp = ears_connect(&e, LISTEN_UDP);
	for (i = 0; i < 200; i++)
		say(udp, "<85>x");
	ears_refuse(&e, false);
	assert_true(ears_wait(&e, 1, 0));
	close(udp);
	assert_int_equal(ears_close(&e, 5), 0);
	assert_int_equal(e.messages + e.lost, 200);
	assert_true(e.lost > 0);
	ears_release(&e);
}

/* What was read is handed on at the end, also when it could not be kept just then. */
static void test_listen__nothing_read_is_lost_at_the_end(void **state)
{
	struct ears e;
	char line[32];
	int fd, i;

	(void)state;
	ears_open(&e, &usual);
	fd = ears_connect(&e, LISTEN_TCP);
	for (i = 0; i < 5000; i++) {
		snprintf(line, sizeof line, "<85>number %d\n", i);
		say(fd, line);
	}
	assert_int_equal(ears_close(&e, 10), 0);
	assert_int_equal(e.messages, 5000);
	assert_true(ears_has(&e, "number 4999\n"));
	close(fd);
	ears_release(&e);
}

/* Who knocks all the time is told of once, and then how often. */
static void test_listen__failed_connections_are_told_once_a_minute(void **state)
{
	struct ears e;
	int i;

	(void)state;
	ears_open(&e, &usual);
	for (i = 0; i < 6; i++)
		client_close(client_open_with(listen_port(e.listener, LISTEN_TLS), e.stranger_cert,
					      e.stranger_key));
	assert_true(ears_wait(&e, 0, 1));
	assert_int_equal(ears_close(&e, 10), 0);
	assert_int_equal(e.faults, 2);
	assert_true(ears_has(&e, "この施設の認証局のものではありません (5) "));
	ears_release(&e);
}

/* Silent connections neither keep others out for long nor take the places of another way. */
static void test_listen__silence_takes_nobodys_place(void **state)
{
	struct listen_config few = {
		.message_max = 65536, .connections = 4, .per_address = 4, .first_ms = 1
	};
	struct client *tls;
	struct ears e;
	int silent[4], fd, i;

	(void)state;
	ears_open(&e, &few);
	for (i = 0; i < 4; i++)
		silent[i] = ears_connect(&e, LISTEN_TCP);
	tls = client_open_with(listen_port(e.listener, LISTEN_TLS), e.sender_cert, e.sender_key);
	assert_non_null(tls);
	assert_true(client_send(tls, "7 <85>one", 9));
	assert_true(ears_wait(&e, 1, 0));
	for (i = 0; i < 100 && e.messages < 2; i++) {
		fd = ears_connect(&e, LISTEN_TCP);
		send(fd, "<85>two\n", 8, MSG_NOSIGNAL);
		ears_wait_ms(&e, 2, 0, 100);
		close(fd);
	}
	assert_true(ears_has(&e, "tcp - <85>two\n"));
	client_close(tls);
	for (i = 0; i < 4; i++)
		close(silent[i]);
	ears_close(&e, 5);
	ears_release(&e);
}

/* More addresses than there are queues: every message keeps its address. */
static void test_listen__many_addresses_stay_apart(void **state)
{
	struct ears e;
	char line[32];
	int i;

	(void)state;
	ears_open(&e, &usual);
	e.addresses = true;
	ears_refuse(&e, true);
	for (i = 0; i < 600; i++) {
		int udp = ears_connect_from(&e, LISTEN_UDP, 0x7f010001u + (unsigned)i);

		snprintf(line, sizeof line, "<85>number %d.", i);
		say(udp, line);
		close(udp);
	}
	ears_refuse(&e, false);
	assert_true(ears_wait(&e, 600, 0));
	assert_true(ears_has(&e, "udp - 127.1.0.1 <85>number 0."));
	assert_true(ears_has(&e, "udp - 127.1.2.87 <85>number 598."));
	assert_int_equal(ears_close(&e, 5), 0);
	ears_release(&e);
}

/* A sender whose messages take long does not make the others of UDP wait for all of them. */
static void test_listen__who_is_slow_is_served_last(void **state)
{
	struct listen_config c = { .message_max = 65536, .slow_ms = 10 };
	struct ears e;
	int slow, quick, i;

	(void)state;
	ears_open(&e, &c);
	e.slow = "<85>slow";
	ears_refuse(&e, true);
	slow = ears_connect_from(&e, LISTEN_UDP, 0x7f000002u);
	quick = ears_connect_from(&e, LISTEN_UDP, 0x7f000003u);
	for (i = 0; i < 100; i++)
		say(slow, "<85>slow");
	for (i = 0; i < 300; i++)
		say(quick, i < 299 ? "<85>quick" : "<85>the last");
	ears_refuse(&e, false);
	assert_true(ears_wait_text(&e, "<85>the last"));
	assert_true(e.messages < 320);
	assert_true(ears_wait(&e, 400, 0));
	close(slow);
	close(quick);
	assert_int_equal(ears_close(&e, 5), 0);
	ears_release(&e);
}

/* Without descriptors nobody can be let in: that is told, and who waits is heard afterwards. */
static void test_listen__want_of_descriptors_is_told(void **state)
{
	struct rlimit usual_files, few;
	struct ears e;
	int fd, spare;

	(void)state;
	ears_open(&e, &usual);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	spare = dup(fd);
	close(spare);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &usual_files), 0);
	few = usual_files;
	few.rlim_cur = (rlim_t)spare;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	ears_connect_by(&e, LISTEN_TCP, fd);
	say(fd, "<85>one\n");
	assert_true(ears_wait(&e, 0, 1));
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &usual_files), 0);
	assert_true(ears_wait(&e, 1, 1));
	close(fd);
	assert_int_equal(ears_close(&e, 5), 0);
	assert_true(ears_has(&e, "tcp - !サーバーの資源が足りず"));
	assert_true(ears_has(&e, "tcp - <85>one\n"));
	ears_release(&e);
}

/* One message that can never be made into events is kept as bytes and stops nothing. */
static void test_listen__what_can_never_be_kept_stops_nothing_behind_it(void **state)
{
	struct ears e;
	char line[32];
	int fd, udp, i;

	(void)state;
	ears_open(&e, &usual);
	pthread_mutex_lock(&e.lock);
	e.hopeless = "<85>huge";
	pthread_mutex_unlock(&e.lock);
	fd = ears_connect(&e, LISTEN_TCP);
	udp = ears_connect(&e, LISTEN_UDP);
	for (i = 0; i < 300; i++) {
		snprintf(line, sizeof line, "<85>%s %d\n", i % 100 == 50 ? "huge" : "fine", i);
		say(fd, line);
		say(udp, line);
	}
	assert_true(ears_wait(&e, 2 * 297, 2 * 3));
	close(fd);
	close(udp);
	assert_int_equal(ears_close(&e, 10), 0);
	assert_int_equal(e.messages, 2 * 297);
	assert_int_equal(e.faults, 2 * 3);
	assert_true(ears_has(&e, "届いたままの形で残します <85>huge 150\n"));
	ears_release(&e);
}

/* After the end of time nothing is offered any more, and all of it is counted. */
static void test_listen__the_end_of_time_is_the_end(void **state)
{
	struct listen_config few = { .message_max = 65536, .queue_max = 2 };
	struct ears e;
	int i, n;

	(void)state;
	ears_open(&e, &few);
	ears_refuse(&e, true);
	for (i = 0; i < 20; i++) {
		int udp = ears_connect_from(&e, LISTEN_UDP, 0x7f000002u + (unsigned)i);

		for (n = 0; n < 5; n++)
			say(udp, "<85>x");
		close(udp);
	}
	assert_int_equal(ears_close(&e, 1), 100);
	assert_int_equal(e.messages, 0);
	assert_true(e.refused < 15);
	ears_release(&e);
}

static void test_listen__what_cannot_be_kept_is_counted_at_the_end(void **state)
{
	struct ears e;
	int fd;

	(void)state;
	ears_open(&e, &usual);
	ears_refuse(&e, true);
	fd = ears_connect(&e, LISTEN_TCP);
	say(fd, "<85>a\n<85>b\n<85>c\n");
	close(fd);
	ears_wait_refused(&e);
	assert_int_equal(ears_close(&e, 0), 3);
	ears_release(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_listen__every_way_is_heard),
		cmocka_unit_test(test_listen__only_the_houses_own_certificates_are_let_in),
		cmocka_unit_test(test_listen__faults_are_kept_with_their_bytes),
		cmocka_unit_test(test_listen__a_flood_stops_nobody_else),
		cmocka_unit_test(test_listen__what_udp_loses_is_counted),
		cmocka_unit_test(test_listen__nothing_read_is_lost_at_the_end),
		cmocka_unit_test(test_listen__what_cannot_be_kept_is_counted_at_the_end),
		cmocka_unit_test(test_listen__what_can_never_be_kept_stops_nothing_behind_it),
		cmocka_unit_test(test_listen__the_end_of_time_is_the_end),
		cmocka_unit_test(test_listen__failed_connections_are_told_once_a_minute),
		cmocka_unit_test(test_listen__silence_takes_nobodys_place),
		cmocka_unit_test(test_listen__many_addresses_stay_apart),
		cmocka_unit_test(test_listen__want_of_descriptors_is_told),
		cmocka_unit_test(test_listen__who_is_slow_is_served_last),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
