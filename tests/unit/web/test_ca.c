/* The authority of one's own, and what the server makes of the certificates it issues. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/clock.h"
#include "base/file.h"
#include "client.h"
#include "web/ca.h"
#include "web/cert.h"
#include "world.h"

#define DAY_US (INT64_C(86400) * 1000000)

static char folder[128];

static const char *in_folder(const char *name)
{
	static char path[8][256];
	static unsigned next;
	char *p = path[next++ % 8];

	snprintf(p, 256, "%s/%s", folder, name);
	return p;
}

static int group_setup(void **state)
{
	snprintf(folder, sizeof folder, "/tmp/daicho-ca-XXXXXX");
	return mkdtemp(folder) ? world_setup(state) : -1;
}

static int group_teardown(void **state)
{
	char command[160];

	snprintf(command, sizeof command, "rm -r %s", folder);
	return system(command) ? -1 : world_teardown(state);
}

static struct ca *fresh(const char *name)
{
	struct err err = { 0 };
	struct ca *ca = NULL;

	assert_int_equal(ca_create(in_folder(name), "見本病院", &err), 0);
	assert_int_equal(ca_open(in_folder(name), &ca, &err), 0);
	return ca;
}

static void a_name__is_of_one_kind_only(void **state)
{
	struct ca *ca = fresh("kinds");
	struct ca_order machine = { CA_MACHINE, "emr-1", NULL, 0, NULL };
	struct ca_order person = { CA_PERSON, "EMR-1", NULL, 0, NULL };
	struct ca_out out = { .cert = in_folder("kinds-1.pem") };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(ca_issue(ca, &machine, &out, &err), 0);
	assert_int_equal(ca_issue(ca, &person, &out, &err), ERR_CONFLICT);
	assert_non_null(strstr(err.text, "機器連携"));
	assert_int_equal(ca_issue(ca, &machine, &out, &err), 0); /* renewed */
	assert_int_equal(ca_revoke(ca, out.serial, "superseded", &err), 0);
	assert_int_equal(ca_issue(ca, &person, &out, &err), ERR_CONFLICT);
	ca_free(ca);
}

static void ca__is_made_once_with_a_key_nobody_else_reads(void **state)
{
	struct err err = { 0 };
	struct ca *ca = fresh("once");
	struct stat st;

	(void)state;
	assert_int_equal(stat(in_folder("once/ca-key.pem"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(ca_create(in_folder("once"), "見本病院", &err), ERR_CONFLICT);
	ca_free(ca);
	ca = NULL;
	assert_int_equal(ca_open(in_folder("nowhere"), &ca, &err), ERR_NOT_FOUND);
	assert_non_null(strstr(err.text, "--ca"));
	assert_null(ca);
}

static void ca__remembers_what_it_issued(void **state)
{
	static const char *const hosts[] = { "daicho.example", "192.0.2.10" };
	struct ca_order server = { CA_SERVER, "daicho.example", hosts, 2, NULL };
	struct ca_order person = { CA_PERSON, "hanako", NULL, 0, NULL };
	struct ca_out a = { .cert = in_folder("s.pem"), .key = in_folder("s.key") };
	struct ca_out b = { .p12 = in_folder("h.p12") };
	const struct ca_entry *all;
	struct err err = { 0 };
	struct ca *ca = fresh("memory");
	size_t n;

	(void)state;
	assert_int_equal(ca_issue(ca, &server, &a, &err), 0);
	assert_int_equal(ca_issue(ca, &person, &b, &err), 0);
	assert_true(strlen(b.passphrase) >= 20);
	assert_string_not_equal(a.serial, b.serial);
	ca_free(ca);
	assert_int_equal(ca_open(in_folder("memory"), &ca, &err), 0);
	all = ca_entries(ca, &n);
	assert_int_equal(n, 2);
	assert_string_equal(all[0].hosts, "daicho.example 192.0.2.10");
	assert_string_equal(all[1].name, "hanako");
	assert_int_equal(all[1].kind, CA_PERSON);
	assert_true(all[1].until_us - clock_now_us() > (CA_LEAF_DAYS - 2) * DAY_US);
	assert_true(all[1].until_us - clock_now_us() <= CA_LEAF_DAYS * DAY_US);
	ca_free(ca);
}

static void ca__revokes_once_with_a_known_reason(void **state)
{
	struct ca_order person = { CA_PERSON, "hanako", NULL, 0, NULL };
	struct ca_out out = { .p12 = in_folder("r.p12") };
	const struct ca_entry *all;
	struct err err = { 0 };
	struct ca *ca = fresh("revoking");
	size_t n;

	(void)state;
	assert_int_equal(ca_issue(ca, &person, &out, &err), 0);
	assert_int_equal(ca_revoke(ca, out.serial, "because", &err), ERR_USAGE);
	assert_int_equal(ca_revoke(ca, "00", "keyCompromise", &err), ERR_NOT_FOUND);
	assert_int_equal(ca_revoke(ca, out.serial, "keyCompromise", &err), 0);
	assert_int_equal(ca_revoke(ca, out.serial, "superseded", &err), ERR_CONFLICT);
	all = ca_entries(ca, &n);
	assert_true(all[0].revoked_us > 0);
	assert_string_equal(all[0].reason, "keyCompromise");
	ca_free(ca);
}

static void ca__refuses_names_and_requests_it_cannot_use(void **state)
{
	static const char *const hosts[] = { "bad host" };
	struct ca_order server = { CA_SERVER, "x", hosts, 1, NULL };
	struct ca_order person = { CA_PERSON, "x", NULL, 0, in_folder("no.csr") };
	struct ca_out out = { .cert = in_folder("x.pem") };
	struct err err = { 0 };
	struct ca *ca = fresh("refusing");
	size_t n;

	(void)state;
	assert_int_equal(ca_issue(ca, &server, &out, &err), ERR_IO);
	assert_int_equal(file_write(person.csr, "nothing", 7, 0644, &err), 0);
	assert_int_equal(ca_issue(ca, &person, &out, &err), ERR_INVALID);
	assert_false(file_exists(in_folder("x.pem")));
	ca_entries(ca, &n);
	assert_int_equal(n, 0);
	ca_free(ca);
}

static void ca__lists_of_others_stay_when_ours_is_published(void **state)
{
	struct err err = { 0 };
	struct ca *one = fresh("first"), *two;
	struct buf b;
	const char *p;
	int blocks = 0;

	(void)state;
	/* Another name, as of another day. */
	assert_int_equal(ca_create(in_folder("second"), "別の病院", &err), 0);
	assert_int_equal(ca_open(in_folder("second"), &two, &err), 0);
	assert_int_equal(ca_publish_list(one, in_folder("lists.pem"), &err), 0);
	assert_int_equal(ca_publish_list(two, in_folder("lists.pem"), &err), 0);
	assert_int_equal(ca_publish_list(one, in_folder("lists.pem"), &err), 0);
	buf_init(&b, 0);
	assert_int_equal(file_read(in_folder("lists.pem"), 100000, &b, &err), 0);
	for (p = b.data; (p = strstr(p, "BEGIN X509 CRL")) != NULL; p++)
		blocks++;
	assert_int_equal(blocks, 2);
	buf_release(&b);
	ca_free(one);
	ca_free(two);
}

/* --- on the server --------------------------------------------------------------------- */

static int ask_with(struct world *w, int port, const char *cert, const char *key)
{
	static const char request[] = "GET /who HTTP/1.1\r\n" HOST "\r\n";
	struct client *c = client_open_with(port, cert, key);
	int status = 0;

	buf_clear(&w->got);
	if (!c)
		return 0;
	if (client_send(c, request, sizeof request - 1))
		client_answer(c, 5000, &w->got);
	if (w->got.len > 12)
		status = atoi(w->got.data + 9);
	client_close(c);
	return status;
}

static void order(struct ca *ca, enum ca_kind kind, const char *name, char ret_serial[])
{
	static const char *const hosts[] = { "localhost" };
	struct ca_order o = { kind, name, hosts, kind == CA_SERVER, NULL };
	struct ca_out out = { .cert = NULL };
	struct err err = { 0 };
	char cert[256], key[256];

	snprintf(cert, sizeof cert, "%s/%s.pem", folder, name);
	snprintf(key, sizeof key, "%s/%s.key", folder, name);
	out.cert = cert;
	out.key = key;
	assert_int_equal(ca_issue(ca, &o, &out, &err), 0);
	if (ret_serial)
		memcpy(ret_serial, out.serial, sizeof out.serial);
}

static void server__knows_a_client_by_a_verified_certificate_only(void **state)
{
	struct world *w = *state;
	struct web_config c;
	struct web_tls_ends ends;
	struct web *web = NULL;
	struct err err = { 0 };
	struct ca *ca = fresh("ours"), *other;
	char serial[CA_SERIAL_SIZE];
	int port;

	assert_int_equal(ca_create(in_folder("theirs"), "よその病院", &err), 0);
	assert_int_equal(ca_open(in_folder("theirs"), &other, &err), 0);
	order(ca, CA_SERVER, "localhost", NULL);
	order(ca, CA_PERSON, "hanako", serial);
	order(ca, CA_MACHINE, "lab", NULL);
	order(other, CA_PERSON, "stranger", NULL);
	world_config(w, &c);
	c.cert_path = in_folder("localhost.pem");
	c.key_path = in_folder("localhost.key");
	c.client_ca_path = in_folder("ours/ca.pem");
	c.crl_path = in_folder("ours/crl.pem");
	assert_int_equal(web_start(&c, &web, &err), 0);
	port = web_port(web);
	web_tls_ends(web, &ends);
	assert_true(ends.cert_us > clock_now_us() && ends.list_us > clock_now_us());

	assert_int_equal(ask_with(w, port, NULL, NULL), 200);
	assert_true(has(w, "nobody none"));
	assert_int_equal(ask_with(w, port, in_folder("hanako.pem"), in_folder("hanako.key")), 200);
	assert_true(has(w, "CN=hanako"));
	assert_int_equal(ask_with(w, port, in_folder("lab.pem"), in_folder("lab.key")), 200);
	assert_true(has(w, "CN=lab"));
	/* Of another authority, not meant for clients, taken back: nobody, and why. */
	assert_int_equal(ask_with(w, port, in_folder("stranger.pem"), in_folder("stranger.key")),
			 200);
	assert_true(has(w, "nobody この電子証明書は、この施設で使うと決めた発行元のもので"));
	assert_int_equal(ask_with(w, port, in_folder("localhost.pem"), in_folder("localhost.key")),
			 200);
	assert_true(has(w, "nobody この電子証明書は、人や機器の確認に使う種類ではありません"));
	assert_int_equal(web_reload(web, false, &err), 0);
	assert_int_equal(ca_revoke(ca, serial, "keyCompromise", &err), 0);
	assert_int_equal(web_reload(web, false, &err), 1);
	assert_int_equal(ask_with(w, port, in_folder("hanako.pem"), in_folder("hanako.key")), 200);
	assert_true(has(w, "nobody この電子証明書は失効しています"));
	assert_int_equal(ask_with(w, port, in_folder("lab.pem"), in_folder("lab.key")), 200);
	assert_true(has(w, "CN=lab"));

	/* A list that somebody else signed is not used, and said once. */
	assert_int_equal(rename(in_folder("theirs/crl.pem"), in_folder("ours/crl.pem")), 0);
	assert_int_equal(web_reload(web, false, &err), ERR_USAGE);
	assert_int_equal(web_reload(web, false, &err), 0);
	assert_int_equal(web_reload(web, true, &err), ERR_USAGE);
	assert_int_equal(ask_with(w, port, in_folder("hanako.pem"), in_folder("hanako.key")), 200);
	assert_true(has(w, "nobody この電子証明書は失効しています"));
	web_stop(web, 1);
	ca_free(ca);
	ca_free(other);
}

/* A list of this authority that should have been renewed an hour ago. */
static void write_old_list(const char *ca, const char *to)
{
	char cert[256], key[256];
	X509_CRL *crl = X509_CRL_new();
	ASN1_TIME *from = X509_gmtime_adj(NULL, -86400), *until = X509_gmtime_adj(NULL, -3600);
	EVP_PKEY *k;
	X509 *x;
	FILE *f;

	snprintf(cert, sizeof cert, "%s/%s/ca.pem", folder, ca);
	snprintf(key, sizeof key, "%s/%s/ca-key.pem", folder, ca);
	f = fopen(cert, "r");
	x = PEM_read_X509(f, NULL, NULL, NULL);
	fclose(f);
	f = fopen(key, "r");
	k = PEM_read_PrivateKey(f, NULL, NULL, NULL);
	fclose(f);
	assert_true(X509_CRL_set_version(crl, X509_CRL_VERSION_2));
	assert_true(X509_CRL_set_issuer_name(crl, X509_get_subject_name(x)));
	assert_true(X509_CRL_set1_lastUpdate(crl, from) && X509_CRL_set1_nextUpdate(crl, until));
	assert_true(X509_CRL_sign(crl, k, EVP_sha256()) > 0);
	f = fopen(to, "w");
	assert_true(PEM_write_X509_CRL(f, crl));
	fclose(f);
	ASN1_TIME_free(from);
	ASN1_TIME_free(until);
	X509_CRL_free(crl);
	X509_free(x);
	EVP_PKEY_free(k);
}

static void server__trusts_no_certificate_while_the_list_is_outdated(void **state)
{
	struct world *w = *state;
	struct web_config c;
	struct web_tls_ends ends;
	struct web *web = NULL;
	struct err err = { 0 };
	struct ca *ca = fresh("late");
	const char *list = in_folder("late.crl");

	order(ca, CA_PERSON, "osoi", NULL);
	write_old_list("late", list);
	world_config(w, &c);
	c.client_ca_path = in_folder("late/ca.pem");
	c.crl_path = list;
	/* The server still starts: others must get in. */
	assert_int_equal(web_start(&c, &web, &err), 0);
	web_tls_ends(web, &ends);
	assert_true(ends.list_us > 0 && ends.list_us < clock_now_us());
	assert_int_equal(ask_with(w, web_port(web), in_folder("osoi.pem"), in_folder("osoi.key")),
			 200);
	assert_true(has(w, "nobody 失効リストが古いため"));
	assert_int_equal(ca_publish_list(ca, list, &err), 0);
	assert_int_equal(web_reload(web, false, &err), 1);
	assert_int_equal(ask_with(w, web_port(web), in_folder("osoi.pem"), in_folder("osoi.key")),
			 200);
	assert_true(has(w, "CN=osoi"));
	web_stop(web, 1);
	ca_free(ca);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name__is_of_one_kind_only),
		cmocka_unit_test(ca__is_made_once_with_a_key_nobody_else_reads),
		cmocka_unit_test(ca__remembers_what_it_issued),
		cmocka_unit_test(ca__revokes_once_with_a_known_reason),
		cmocka_unit_test(ca__refuses_names_and_requests_it_cannot_use),
		cmocka_unit_test(ca__lists_of_others_stay_when_ours_is_published),
		cmocka_unit_test(server__knows_a_client_by_a_verified_certificate_only),
		cmocka_unit_test(server__trusts_no_certificate_while_the_list_is_outdated),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
