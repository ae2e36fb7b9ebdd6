#include "ears.h"

#include <arpa/inet.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/sink.h"
#include "web/ca.h"
#include "web/x509.h"

/* --- certificates ----------------------------------------------------------------- */

static X509 *make(enum x509_use use, const char *name, X509 *issuer, EVP_PKEY *issuer_key,
		  EVP_PKEY **ret_key, const char *cert, const char *key)
{
	static const char *const hosts[] = { "localhost" };
	struct x509_plan plan = { .use = use, .name = name, .days = 10 };
	X509 *x;

	if (use == X509_FOR_SERVER) {
		plan.hosts = hosts;
		plan.host_count = 1;
	}
	*ret_key = EVP_EC_gen("P-256");
	x = x509_make(&plan, *ret_key, issuer, issuer ? issuer_key : *ret_key);
	assert_non_null(x);
	assert_int_equal(x509_save(cert, x, NULL), 0);
	assert_int_equal(x509_save_key(key, *ret_key, NULL), 0);
	return x;
}

static void certificates(struct ears *e)
{
	EVP_PKEY *ca_key, *other_key, *key;
	char path[96];
	X509 *ca, *other;

	snprintf(path, sizeof path, "%s/ca-key.pem", e->dir);
	ca = make(X509_FOR_AUTHORITY, "House", NULL, NULL, &ca_key, e->authority, path);
	X509_free(make(X509_FOR_SERVER, "localhost", ca, ca_key, &key, e->cert, e->key));
	EVP_PKEY_free(key);
	X509_free(make(X509_FOR_CLIENT, "emr-1", ca, ca_key, &key, e->sender_cert, e->sender_key));
	EVP_PKEY_free(key);
	snprintf(path, sizeof path, "%s/other.pem", e->dir);
	other = make(X509_FOR_AUTHORITY, "Other", NULL, NULL, &other_key, path, e->stranger_key);
	X509_free(make(X509_FOR_CLIENT, "emr-1", other, other_key, &key, e->stranger_cert,
		       e->stranger_key));
	EVP_PKEY_free(key);
	EVP_PKEY_free(other_key);
	X509_free(other);
	EVP_PKEY_free(ca_key);
	X509_free(ca);
}

static void house(struct ears *e)
{
	static const char *const hosts[] = { "localhost" };
	struct ca_order order = { CA_SERVER, "localhost", hosts, 1, NULL };
	struct ca_out out = { .cert = e->cert, .key = e->key };
	CLEANUP(buf_release) struct buf pem;
	struct err err = { 0 };
	struct ca *ca = NULL;
	char folder[80], root[96];

	snprintf(folder, sizeof folder, "%s/ca", e->dir);
	snprintf(root, sizeof root, "%s/ca.pem", folder);
	buf_init(&pem, 0);
	if (ca_create(folder, "病院", &err) < 0 || ca_open(folder, &ca, &err) < 0 ||
	    ca_issue(ca, &order, &out, &err) < 0 || ca_publish_list(ca, e->crl, &err) < 0 ||
	    file_read(root, 65536, &pem, &err) < 0 ||
	    file_write(e->authority, pem.data, pem.len, 0600, &err) < 0)
		fail_msg("%s", err.text);
	ca_free(ca);
}

static void names(struct ears *e)
{
	snprintf(e->dir, sizeof e->dir, "/tmp/daicho-ears-XXXXXX");
	assert_non_null(mkdtemp(e->dir));
	snprintf(e->cert, sizeof e->cert, "%s/cert.pem", e->dir);
	snprintf(e->key, sizeof e->key, "%s/key.pem", e->dir);
	snprintf(e->authority, sizeof e->authority, "%s/ca.pem", e->dir);
	snprintf(e->crl, sizeof e->crl, "%s/crl.pem", e->dir);
	snprintf(e->sender_cert, sizeof e->sender_cert, "%s/sender.pem", e->dir);
	snprintf(e->sender_key, sizeof e->sender_key, "%s/sender-key.pem", e->dir);
	snprintf(e->stranger_cert, sizeof e->stranger_cert, "%s/stranger.pem", e->dir);
	snprintf(e->stranger_key, sizeof e->stranger_key, "%s/stranger-key.pem", e->dir);
}

/* --- hearing ------------------------------------------------------------------------- */

static bool begins(const struct listen_item *item, const char *text)
{
	return text && item->len >= strlen(text) && memcmp(item->bytes, text, strlen(text)) == 0;
}

static bool any_hopeless(const struct ears *e, const struct listen_item *items, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!items[i].fault && begins(&items[i], e->hopeless))
			return true;
	return false;
}

static void linger(const struct ears *e, const struct listen_item *items, size_t count)
{
	const struct timespec each = { 0, 20 * 1000000 };
	size_t i;

	for (i = 0; i < count; i++)
		if (begins(&items[i], e->slow))
			nanosleep(&each, NULL);
}

static int take(void *arg, const struct listen_peer *peer, const struct listen_item *items,
		size_t count, struct err *err)
{
	struct ears *e = arg;
	size_t i;

	linger(e, items, count);
	pthread_mutex_lock(&e->lock);
	if (any_hopeless(e, items, count)) {
		pthread_mutex_unlock(&e->lock);
		return err_nomem(err);
	}
	if (e->refuse || begins(&items[0], e->blocked)) {
		e->refused++;
		pthread_cond_broadcast(&e->heard);
		pthread_mutex_unlock(&e->lock);
		return err_set(err, ERR_IO, "いまは保存できません");
	}
	for (i = 0; i < count; i++) {
		buf_printf(&e->text, "%s %s ", listen_way_name(peer->way),
			   *peer->name ? peer->name : "-");
		if (e->addresses)
			buf_printf(&e->text, "%s ", peer->address);
		if (items[i].lost)
			buf_printf(&e->text, "!lost");
		else if (items[i].fault)
			buf_printf(&e->text, "!%s ", items[i].fault);
		if (items[i].times > 1)
			buf_printf(&e->text, "(%lld) ", (long long)items[i].times);
		buf_add(&e->text, items[i].bytes, items[i].len);
		buf_puts(&e->text, "\n");
		e->lost += items[i].lost;
		e->faults += items[i].fault != NULL;
		e->messages += !items[i].fault && !items[i].lost;
	}
	pthread_cond_broadcast(&e->heard);
	pthread_mutex_unlock(&e->lock);
	return 0;
}

static void start(struct ears *e, const struct listen_config *limits)
{
	struct listen_config c = *limits;
	struct err err = { 0 };

	c.place[LISTEN_TLS] = c.place[LISTEN_TCP] = c.place[LISTEN_UDP] = "127.0.0.1:0";
	c.cert = e->cert;
	c.key = e->key;
	c.authority = e->authority;
	c.crl = e->crl;
	c.take = take;
	c.arg = e;
	if (listen_start(&c, &e->listener, &err) < 0)
		fail_msg("%s", err.text);
}

static void open_with(struct ears *e, const struct listen_config *limits,
		      void (*furnish)(struct ears *e))
{
	memset(e, 0, sizeof *e);
	sink_quiet(1);
	buf_init(&e->text, 0);
	pthread_mutex_init(&e->lock, NULL);
	pthread_cond_init(&e->heard, NULL);
	names(e);
	furnish(e);
	start(e, limits);
}

void ears_open(struct ears *e, const struct listen_config *limits)
{
	open_with(e, limits, certificates);
}

void ears_open_house(struct ears *e, const struct listen_config *limits)
{
	open_with(e, limits, house);
}

void ears_restart(struct ears *e, const struct listen_config *limits)
{
	listen_stop(e->listener, 5);
	start(e, limits);
}

int64_t ears_close(struct ears *e, unsigned seconds)
{
	int64_t unkept = listen_stop(e->listener, seconds);

	e->listener = NULL;
	return unkept;
}

void ears_release(struct ears *e)
{
	char command[128];

	buf_release(&e->text);
	pthread_cond_destroy(&e->heard);
	pthread_mutex_destroy(&e->lock);
	snprintf(command, sizeof command, "rm -r %s", e->dir);
	assert_int_equal(system(command), 0);
}

void ears_refuse(struct ears *e, bool refuse)
{
	pthread_mutex_lock(&e->lock);
	e->refuse = refuse;
	pthread_mutex_unlock(&e->lock);
}

static struct timespec after_ms(long ms)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	t.tv_nsec += ms % 1000 * 1000000;
	t.tv_sec += ms / 1000 + t.tv_nsec / 1000000000;
	t.tv_nsec %= 1000000000;
	return t;
}

bool ears_wait_ms(struct ears *e, int64_t messages, int64_t faults, long ms)
{
	struct timespec until = after_ms(ms);
	bool good;

	pthread_mutex_lock(&e->lock);
	while (e->messages < messages || e->faults < faults)
		if (pthread_cond_timedwait(&e->heard, &e->lock, &until) != 0)
			break;
	good = e->messages >= messages && e->faults >= faults;
	pthread_mutex_unlock(&e->lock);
	return good;
}

bool ears_wait(struct ears *e, int64_t messages, int64_t faults)
{
	return ears_wait_ms(e, messages, faults, 10000);
}

bool ears_wait_text(struct ears *e, const char *text)
{
	struct timespec until = after_ms(10000);
	bool good;

	pthread_mutex_lock(&e->lock);
	while (!(good = e->text.len && strstr(e->text.data, text)))
		if (pthread_cond_timedwait(&e->heard, &e->lock, &until) != 0)
			break;
	pthread_mutex_unlock(&e->lock);
	return good;
}

void ears_wait_refused(struct ears *e)
{
	pthread_mutex_lock(&e->lock);
	while (!e->refused)
		pthread_cond_wait(&e->heard, &e->lock);
	pthread_mutex_unlock(&e->lock);
}

bool ears_has(struct ears *e, const char *line)
{
	bool has;

	pthread_mutex_lock(&e->lock);
	has = e->text.len && strstr(e->text.data, line);
	pthread_mutex_unlock(&e->lock);
	return has;
}

/* --- speaking -------------------------------------------------------------------------- */

int ears_connect(const struct ears *e, enum listen_way way)
{
	return ears_connect_from(e, way, INADDR_LOOPBACK);
}

void ears_connect_by(const struct ears *e, enum listen_way way, int fd)
{
	const struct sockaddr_in sa = { .sin_family = AF_INET,
					.sin_port = htons((uint16_t)listen_port(e->listener, way)),
					.sin_addr = { htonl(INADDR_LOOPBACK) } };

	assert_int_equal(connect(fd, (const struct sockaddr *)&sa, sizeof sa), 0);
}

int ears_connect_from(const struct ears *e, enum listen_way way, uint32_t from)
{
	const struct sockaddr_in here = { .sin_family = AF_INET, .sin_addr = { htonl(from) } };
	int fd = socket(AF_INET, way == LISTEN_UDP ? SOCK_DGRAM : SOCK_STREAM, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (const struct sockaddr *)&here, sizeof here), 0);
	ears_connect_by(e, way, fd);
	return fd;
}

void ears_send(int fd, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t n = send(fd, text, len, MSG_NOSIGNAL);

		assert_true(n > 0);
		text += n;
		len -= (size_t)n;
	}
}
