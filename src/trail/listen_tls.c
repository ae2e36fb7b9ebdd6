/* The TLS of syslog: both ends show a certificate of the house's own authority. */
#include <gnutls/x509.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/canon.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/fold.h"
#include "base/hash.h"
#include "base/sink.h"
#include "trail/listen_core.h"

#define HANDSHAKE_MS 10000
#define LOOK_US 10000000   /* how often the files are looked at */
#define AGAIN_US 60000000  /* how often an open connection is verified: dates pass */
#define PEM_MAX ((size_t)256 * 1024)
#define LIST_MAX ((size_t)16 * 1024 * 1024)

enum { CERT, KEY, AUTHORITY, LIST, ISSUED, FILES };

/* The certificates in use; those of open connections live until they end. */
struct listen_set {
	gnutls_certificate_credentials_t cred;
	json_t *issued; /* what the house's authority issued; NULL: it lies elsewhere */
	uint8_t content[HASH_SIZE];
	unsigned held;
};

struct listen_tls {
	char path[FILES][PATH_MAX]; /* "": none */
	pthread_mutex_t lock;
	struct listen_set *now;
	uint8_t refused[HASH_SIZE]; /* content that could not be used, said once */
	int64_t looked_us;
};

/* --- files ------------------------------------------------------------------------------ */

static void files_release(struct buf f[FILES])
{
	int i;

	if (f[KEY].data)
		bytes_wipe(f[KEY].data, f[KEY].len);
	for (i = 0; i < FILES; i++)
		buf_release(&f[i]);
}

static int files_read(const struct listen_tls *t, struct buf f[FILES], uint8_t hash[HASH_SIZE],
		      struct err *err)
{
	uint8_t each[FILES][HASH_SIZE];
	int i, rc = 0;

	for (i = 0; i < FILES; i++)
		buf_init(&f[i], 0);
	for (i = 0; rc >= 0 && i < FILES; i++) {
		if (!t->path[i][0] || ((i == LIST || i == ISSUED) && !file_exists(t->path[i])))
			continue;
		rc = file_read(t->path[i], i == LIST || i == ISSUED ? LIST_MAX : PEM_MAX, &f[i],
			       err);
	}
	for (i = 0; i < FILES; i++)
		hash_bytes(f[i].len ? f[i].data : "", f[i].len, each[i]);
	hash_bytes(each, sizeof each, hash);
	return rc < 0 ? rc : 0;
}

static int set_fill(const struct listen_tls *t, const struct buf f[FILES], struct listen_set *s,
		    struct err *err)
{
	gnutls_datum_t pem[FILES];
	int i;

	for (i = 0; i < FILES; i++)
		pem[i] = (gnutls_datum_t){ (unsigned char *)(uintptr_t)(f[i].len ? f[i].data : ""),
					   (unsigned)f[i].len };
	if (gnutls_certificate_set_x509_key_mem(s->cred, &pem[CERT], &pem[KEY],
						GNUTLS_X509_FMT_PEM) < 0)
		return err_set(err, ERR_USAGE,
			       "syslogで使うサーバーの証明書と鍵を読めません。"
			       "daicho tls init で作るか、正しい組を置いてください: %.300s",
			       t->path[CERT]);
	if (gnutls_certificate_set_x509_trust_mem(s->cred, &pem[AUTHORITY], GNUTLS_X509_FMT_PEM) <=
	    0)
		return err_set(err, ERR_USAGE,
			       "送り元の電子証明書を確かめる認証局の証明書を読めません。"
			       "daicho tls init で作ってください: %.300s",
			       t->path[AUTHORITY]);
	if (f[LIST].len &&
	    gnutls_certificate_set_x509_crl_mem(s->cred, &pem[LIST], GNUTLS_X509_FMT_PEM) < 0)
		return err_set(err, ERR_USAGE, "失効リストを読めません: %.300s", t->path[LIST]);
	if (f[ISSUED].len && json_read(f[ISSUED].data, f[ISSUED].len, &s->issued, NULL) < 0)
		return err_set(err, ERR_USAGE, "認証局の発行の記録を読めません: %.300s",
			       t->path[ISSUED]);
	return 0;
}

static void set_free(struct listen_set *s)
{
	if (!s)
		return;
	if (s->cred)
		gnutls_certificate_free_credentials(s->cred);
	json_decref(s->issued);
	free(s);
}

static int set_load(const struct listen_tls *t, const struct buf f[FILES],
		    const uint8_t hash[HASH_SIZE], struct listen_set **ret, struct err *err)
{
	struct listen_set *s = calloc(1, sizeof *s);
	int rc;

	if (!s)
		return err_nomem(err);
	memcpy(s->content, hash, HASH_SIZE);
	s->held = 1;
	rc = gnutls_certificate_allocate_credentials(&s->cred) < 0 ? err_nomem(err)
								   : set_fill(t, f, s, err);
	if (rc < 0)
		set_free(s);
	else
		*ret = s;
	return rc;
}

static void set_drop(struct listen_tls *t, struct listen_set *s)
{
	bool last;

	if (!s)
		return;
	pthread_mutex_lock(&t->lock);
	last = --s->held == 0;
	pthread_mutex_unlock(&t->lock);
	if (last)
		set_free(s);
}

static struct listen_set *set_take(struct listen_tls *t)
{
	struct listen_set *s;

	pthread_mutex_lock(&t->lock);
	s = t->now;
	s->held++;
	pthread_mutex_unlock(&t->lock);
	return s;
}

/* --- life ------------------------------------------------------------------------------- */

/* The authority of `daicho tls init` lies in ca/ beside the server's certificate, unless it was
 * put elsewhere (a stick). */
static void issued_path(const char *cert, char ret[PATH_MAX])
{
	const char *slash = strrchr(cert, '/');

	if (snprintf(ret, PATH_MAX, "%.*sca/issued.json", slash ? (int)(slash - cert + 1) : 0,
		     cert) >= PATH_MAX)
		*ret = '\0';
}

int listen_tls_open(const struct listen_config *config, struct listen_tls **ret, struct err *err)
{
	const char *const given[] = { config->cert, config->key, config->authority, config->crl };
	struct listen_tls *t = calloc(1, sizeof *t);
	uint8_t hash[HASH_SIZE];
	struct buf f[FILES];
	size_t i;
	int rc;

	if (!t)
		return err_nomem(err);
	pthread_mutex_init(&t->lock, NULL);
	for (i = 0; i < sizeof given / sizeof given[0]; i++)
		snprintf(t->path[i], PATH_MAX, "%s", given[i] ? given[i] : "");
	issued_path(config->cert, t->path[ISSUED]);
	t->looked_us = clock_mono_us();
	rc = files_read(t, f, hash, err);
	if (rc == 0)
		rc = set_load(t, f, hash, &t->now, err);
	files_release(f);
	if (rc < 0)
		listen_tls_close(t);
	else
		*ret = t;
	return rc;
}

void listen_tls_close(struct listen_tls *t)
{
	if (!t)
		return;
	set_free(t->now);
	pthread_mutex_destroy(&t->lock);
	free(t);
}

/* Uses what the files hold now, if it can be used. */
static void reload(struct listen_tls *t)
{
	struct listen_set *fresh = NULL, *old = t->now; /* only this thread replaces it */
	struct err err = { 0 };
	uint8_t hash[HASH_SIZE];
	struct buf f[FILES];
	int rc = files_read(t, f, hash, &err);

	if (rc == 0 && !bytes_equal(hash, old->content, HASH_SIZE))
		rc = set_load(t, f, hash, &fresh, &err);
	files_release(f);
	if (fresh) {
		pthread_mutex_lock(&t->lock);
		t->now = fresh;
		pthread_mutex_unlock(&t->lock);
		set_drop(t, old);
		sink_write(SINK_INFO, "syslog_certificates_replaced", "connections=verified_again");
	} else if (rc < 0 && !bytes_equal(hash, t->refused, HASH_SIZE)) {
		sink_write(SINK_ERROR, "syslog_certificates_kept", "new files are not used: %s",
			   err.text);
	}
	memcpy(t->refused, hash, HASH_SIZE);
}

void listen_tls_look(struct listen_tls *t, bool at_once)
{
	int64_t now = clock_mono_us();

	if (!at_once && now - t->looked_us < LOOK_US)
		return;
	t->looked_us = now;
	reload(t);
}

/* --- the other end ------------------------------------------------------------------------- */

static const char *fault_of(unsigned status)
{
	if (status & GNUTLS_CERT_REVOKED)
		return "送り元の電子証明書は失効しています";
	if (status & GNUTLS_CERT_EXPIRED)
		return "送り元の電子証明書は期限が切れています";
	if (status & GNUTLS_CERT_NOT_ACTIVATED)
		return "送り元の電子証明書はまだ使える日になっていません";
	if (status & (GNUTLS_CERT_SIGNER_NOT_FOUND | GNUTLS_CERT_SIGNER_NOT_CA))
		return "送り元の電子証明書は、この施設の認証局のものではありません";
	return "送り元の電子証明書を確かめられません";
}

/* True if the house's authority lists this certificate as a machine's. */
static bool is_machine(const struct listen_set *set, gnutls_x509_crt_t crt)
{
	unsigned char serial[32];
	char hex[2 * sizeof serial + 1];
	size_t len = sizeof serial, zeros = 0, i;
	const json_t *entry;

	if (gnutls_x509_crt_get_serial(crt, serial, &len) < 0)
		return false;
	while (zeros < len && !serial[zeros])
		zeros++;
	hex_encode(serial + zeros, len - zeros, hex);
	json_array_foreach(set->issued, i, entry)
		if (strcasecmp(json_str(entry, "serial", ""), hex) == 0)
			return strcmp(json_str(entry, "kind", ""), "machine") == 0;
	return false;
}

/* Who it is: the CN. A name that is no text could not be told from another. */
static int name_of(const struct listen_set *set, gnutls_x509_crt_t crt,
		   char ret[LISTEN_NAME_MAX + 1], struct err *err)
{
	size_t size = LISTEN_NAME_MAX + 1;

	*ret = '\0';
	if (set->issued && !is_machine(set, crt))
		return err_set(err, ERR_DENIED,
			       "送り元の電子証明書は、機器連携のものではありません。daicho tls "
			       "issue の machine で出したものを使ってください");
	if (gnutls_x509_crt_get_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0, 0, ret, &size) >=
		    0 &&
	    *ret && strlen(ret) == size && utf8_valid(ret, size, NULL) &&
	    !text_has_control(ret, false))
		return 0;
	*ret = '\0';
	return err_set(err, ERR_DENIED,
		       "送り元の電子証明書に、読める名前（CN）がありません。出し直してください");
}

static int peer_name(gnutls_session_t s, const struct listen_set *set,
		     char ret[LISTEN_NAME_MAX + 1], struct err *err)
{
	unsigned count = 0;
	const gnutls_datum_t *chain = gnutls_certificate_get_peers(s, &count);
	gnutls_x509_crt_t crt;
	int rc;

	if (!chain || count == 0 || gnutls_x509_crt_init(&crt) < 0)
		return err_set(err, ERR_DENIED, "送り元が電子証明書を示しませんでした");
	rc = gnutls_x509_crt_import(crt, &chain[0], GNUTLS_X509_FMT_DER) < 0
		     ? err_set(err, ERR_DENIED, "%s", fault_of(0))
		     : name_of(set, crt, ret, err);
	gnutls_x509_crt_deinit(crt);
	return rc;
}

/* By the authority and the list of the set that the session holds. */
static int verify_peer(const struct listen_session *s, char name[LISTEN_NAME_MAX + 1],
		       struct err *err)
{
	gnutls_typed_vdata_st purpose = { GNUTLS_DT_KEY_PURPOSE_OID,
					  (unsigned char *)(uintptr_t)GNUTLS_KP_TLS_WWW_CLIENT, 0 };
	unsigned status = 0;

	if (gnutls_certificate_verify_peers(s->tls, &purpose, 1, &status) < 0)
		return err_set(err, ERR_DENIED, "送り元が電子証明書を示しませんでした");
	if (status)
		return err_set(err, ERR_DENIED, "%s", fault_of(status));
	return peer_name(s->tls, s->set, name, err);
}

static int shake(gnutls_session_t s, struct err *err)
{
	int64_t until = clock_mono_us() + HANDSHAKE_MS * INT64_C(1000);
	int rc;

	gnutls_handshake_set_timeout(s, HANDSHAKE_MS);
	do
		rc = gnutls_handshake(s);
	while (rc < 0 && !gnutls_error_is_fatal(rc) && clock_mono_us() < until);
	if (rc == GNUTLS_E_NO_CERTIFICATE_FOUND || rc == GNUTLS_E_CERTIFICATE_REQUIRED)
		return err_set(err, ERR_DENIED, "送り元が電子証明書を示しませんでした");
	if (rc < 0)
		return err_set(err, ERR_DENIED, "TLSの通信を始められませんでした（%.100s）",
			       gnutls_strerror(rc));
	return 0;
}

int listen_tls_greet(struct listen_tls *t, int fd, struct listen_session *ret,
		     char name[LISTEN_NAME_MAX + 1], struct err *err)
{
	gnutls_session_t s = NULL;
	int rc;

	*ret = (struct listen_session){ .checked_us = clock_mono_us() };
	if (gnutls_init(&s, GNUTLS_SERVER) < 0)
		return err_nomem(err);
	ret->tls = s;
	ret->set = set_take(t);
	if (gnutls_priority_set_direct(s, "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2", NULL) <
		    0 ||
	    gnutls_credentials_set(s, GNUTLS_CRD_CERTIFICATE, ret->set->cred) < 0)
		return err_nomem(err);
	gnutls_certificate_server_set_request(s, GNUTLS_CERT_REQUIRE);
	gnutls_transport_set_int(s, fd);
	rc = shake(s, err);
	return rc == 0 ? verify_peer(ret, name, err) : rc;
}

int listen_tls_again(struct listen_tls *t, struct listen_session *s, struct err *err)
{
	struct listen_set *set = set_take(t), *old = s->set;
	int64_t now = clock_mono_us();
	char name[LISTEN_NAME_MAX + 1];

	if (set == old && now - s->checked_us < AGAIN_US) {
		set_drop(t, set);
		return 0;
	}
	s->checked_us = now;
	s->set = set;
	if (gnutls_credentials_set(s->tls, GNUTLS_CRD_CERTIFICATE, set->cred) < 0) {
		s->set = old;
		set_drop(t, set);
		return err_nomem(err);
	}
	set_drop(t, old);
	return verify_peer(s, name, err);
}

void listen_tls_end(struct listen_tls *t, struct listen_session *s)
{
	if (s->tls)
		gnutls_deinit(s->tls);
	set_drop(t, s->set);
}
