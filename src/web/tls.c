#include "web/tls.h"

#include <gnutls/x509.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"

#define PEM_MAX ((size_t)256 * 1024)
#define LIST_MAX ((size_t)16 * 1024 * 1024) /* lists of a large card issuer are long */

struct tls_set {
	gnutls_certificate_credentials_t cred;
	gnutls_x509_trust_list_t trust; /* owned by cred; NULL: certificates are not asked for */
	gnutls_x509_crl_t *lists;	/* of what authorities revoked */
	unsigned list_count;
	uint8_t content[HASH_SIZE]; /* of all files */
	uint64_t number;
	unsigned held;
};

/* The files as they are now. Absent ones are empty, where they may be. */
struct files {
	struct buf cert, key, authority, list;
};

static void files_release(struct files *f)
{
	if (f->key.data)
		bytes_wipe(f->key.data, f->key.len);
	buf_release(&f->cert);
	buf_release(&f->key);
	buf_release(&f->authority);
	buf_release(&f->list);
}

static int read_if_there(const char *path, size_t max, struct buf *b, struct err *err)
{
	return path && file_exists(path) ? file_read(path, max, b, err) : 0;
}

static int read_files(const struct tls *t, struct files *f, struct err *err)
{
	int r;

	buf_init(&f->cert, 0);
	buf_init(&f->key, 0);
	buf_init(&f->authority, 0);
	buf_init(&f->list, 0);
	r = file_read(t->cert, PEM_MAX, &f->cert, err);
	if (r >= 0)
		r = file_read(t->key, PEM_MAX, &f->key, err);
	if (r >= 0)
		r = read_if_there(t->authority, PEM_MAX, &f->authority, err);
	if (r >= 0)
		r = read_if_there(t->list, LIST_MAX, &f->list, err);
	return r;
}

static void hash_files(const struct files *f, uint8_t ret[HASH_SIZE])
{
	const struct buf *all[] = { &f->cert, &f->key, &f->authority, &f->list };
	uint8_t each[4][HASH_SIZE];
	size_t i;

	for (i = 0; i < 4; i++)
		hash_bytes(all[i]->len ? all[i]->data : "", all[i]->len, each[i]);
	hash_bytes(each, sizeof each, ret);
}

static gnutls_datum_t datum(const struct buf *b)
{
	return (gnutls_datum_t){ (unsigned char *)(b->len ? b->data : ""), (unsigned)b->len };
}

static int load_pair(struct tls_set *s, const struct files *f, struct err *err)
{
	gnutls_datum_t cert = datum(&f->cert), key = datum(&f->key);

	if (gnutls_certificate_set_x509_key_mem(s->cred, &cert, &key, GNUTLS_X509_FMT_PEM) < 0)
		return err_set(err, ERR_USAGE,
			       "証明書と鍵を読めないか、組になっていません。"
			       "PEM形式の正しい組を置き直してください");
	return 0;
}

/* True if one of the authorities signed the list. Its dates are looked at later (verify):
 * an outdated list must not keep the server from starting. */
static bool is_signed(gnutls_x509_crl_t list, const gnutls_x509_crt_t *ca, unsigned count)
{
	const unsigned dates = GNUTLS_CERT_REVOCATION_DATA_SUPERSEDED |
			       GNUTLS_CERT_REVOCATION_DATA_ISSUED_IN_FUTURE | GNUTLS_CERT_INVALID;
	unsigned status = 0;

	return gnutls_x509_crl_verify(list, ca, count, 0, &status) >= 0 && !(status & ~dates);
}

static int check_lists(const struct tls_set *s, const gnutls_datum_t *authorities, struct err *err)
{
	gnutls_x509_crt_t *ca = NULL;
	unsigned count = 0, i;
	bool good;

	good = gnutls_x509_crt_list_import2(&ca, &count, authorities, GNUTLS_X509_FMT_PEM, 0) >= 0;
	for (i = 0; i < s->list_count && good; i++)
		good = is_signed(s->lists[i], ca, count);
	for (i = 0; i < count; i++)
		gnutls_x509_crt_deinit(ca[i]);
	gnutls_free(ca);
	return good ? 0
		    : err_set(err, ERR_USAGE,
			      "失効リスト（crl.pem）の署名が、client-ca.pem の認証局のものでは"
			      "ありません。発行元から取り直して置いてください");
}

static int load_lists(struct tls_set *s, const struct files *f, struct err *err)
{
	gnutls_datum_t ca = datum(&f->authority), list = datum(&f->list);

	if (!f->list.len)
		return 0;
	if (gnutls_x509_crl_list_import2(&s->lists, &s->list_count, &list, GNUTLS_X509_FMT_PEM, 0) <
		    0 ||
	    gnutls_x509_trust_list_add_trust_mem(s->trust, NULL, &list, GNUTLS_X509_FMT_PEM,
						 GNUTLS_TL_NO_DUPLICATES, 0) < 0)
		return err_set(
			err, ERR_USAGE,
			"失効リスト（crl.pem）を読めません。PEM形式のものを置き直してください");
	return check_lists(s, &ca, err);
}

static int load_authority(struct tls_set *s, const struct files *f, struct err *err)
{
	const unsigned flags = GNUTLS_TL_USE_IN_TLS | GNUTLS_TL_NO_DUPLICATES;
	gnutls_datum_t ca = datum(&f->authority);

	if (!f->authority.len)
		return 0;
	if (gnutls_x509_trust_list_init(&s->trust, 0) < 0)
		return err_nomem(err);
	gnutls_certificate_set_trust_list(s->cred, s->trust, 0);
	if (gnutls_x509_trust_list_add_trust_mem(s->trust, &ca, NULL, GNUTLS_X509_FMT_PEM, flags,
						 0) <= 0)
		return err_set(err, ERR_USAGE,
			       "認証局の証明書（client-ca.pem）を読めません。"
			       "PEM形式のものを置き直してください");
	return load_lists(s, f, err);
}

static void set_free(struct tls_set *s)
{
	unsigned i;

	if (!s)
		return;
	for (i = 0; i < s->list_count; i++)
		gnutls_x509_crl_deinit(s->lists[i]);
	gnutls_free(s->lists);
	gnutls_certificate_free_credentials(s->cred); /* and the trust list */
	free(s);
}

static int set_load(const struct files *f, struct tls_set **ret, struct err *err)
{
	struct tls_set *s = calloc(1, sizeof *s);
	int r;

	if (!s || gnutls_certificate_allocate_credentials(&s->cred) < 0) {
		free(s);
		return err_nomem(err);
	}
	hash_files(f, s->content);
	s->held = 1;
	r = load_pair(s, f, err);
	if (r >= 0)
		r = load_authority(s, f, err);
	if (r < 0)
		set_free(s);
	else
		*ret = s;
	return r;
}

int tls_start(struct tls *t, const struct web_config *paths, struct err *err)
{
	struct files f;
	int r;

	pthread_mutex_init(&t->lock, NULL);
	t->cert = paths->cert_path;
	t->key = paths->key_path;
	t->authority = paths->client_ca_path;
	t->list = paths->crl_path;
	r = read_files(t, &f, err);
	if (r >= 0)
		r = set_load(&f, &t->now, err);
	files_release(&f);
	return r;
}

void tls_stop(struct tls *t)
{
	if (!t->cert)
		return;
	set_free(t->now); /* NULL if it never started */
	pthread_mutex_destroy(&t->lock);
}

/* Puts a set in place of the one in use. */
static void swap(struct tls *t, struct tls_set *fresh)
{
	struct tls_set *old;

	pthread_mutex_lock(&t->lock);
	old = t->now;
	fresh->number = old->number + 1;
	t->now = fresh;
	pthread_mutex_unlock(&t->lock);
	tls_let_go(t, old);
}

int tls_reload(struct tls *t, bool again, struct err *err)
{
	struct tls_set *fresh = NULL;
	uint8_t content[HASH_SIZE];
	struct files f;
	int r = read_files(t, &f, err);

	hash_files(&f, content);
	/* Only this function replaces t->now, so that reading it needs no lock here. */
	if (r >= 0 && bytes_equal(content, t->now->content, HASH_SIZE)) {
		memset(t->refused, 0, sizeof t->refused);
		r = 0;
	} else if (!again && bytes_equal(content, t->refused, HASH_SIZE)) {
		r = 0;
	} else {
		if (r >= 0)
			r = set_load(&f, &fresh, err);
		memcpy(t->refused, content, HASH_SIZE);
		if (r >= 0) {
			swap(t, fresh);
			r = 1;
		}
	}
	files_release(&f);
	return r;
}

/* When the first of the lists ends; seconds, 0: there is none. */
static time_t lists_end(const struct tls_set *s)
{
	time_t first = 0;
	unsigned i;

	for (i = 0; i < s->list_count; i++) {
		time_t until = gnutls_x509_crl_get_next_update(s->lists[i]);

		if (until > 0 && (!first || until < first))
			first = until;
	}
	return first;
}

/* When the server's own certificate ends; seconds. */
static time_t cert_end(const struct tls_set *s)
{
	gnutls_x509_crt_t *chain = NULL;
	unsigned count = 0, i;
	time_t end = 0;

	if (gnutls_certificate_get_x509_crt(s->cred, 0, &chain, &count) < 0)
		return 0;
	if (count)
		end = gnutls_x509_crt_get_expiration_time(chain[0]);
	for (i = 0; i < count; i++)
		gnutls_x509_crt_deinit(chain[i]);
	gnutls_free(chain);
	return end;
}

void tls_ends(struct tls *t, struct web_tls_ends *ret)
{
	pthread_mutex_lock(&t->lock);
	ret->cert_us = (int64_t)cert_end(t->now) * 1000000;
	ret->list_us = (int64_t)lists_end(t->now) * 1000000;
	pthread_mutex_unlock(&t->lock);
}

bool tls_asks(struct tls *t)
{
	bool asks;

	pthread_mutex_lock(&t->lock);
	asks = t->now->trust != NULL;
	pthread_mutex_unlock(&t->lock);
	return asks;
}

struct tls_set *tls_give(struct tls *t, gnutls_session_t session)
{
	struct tls_set *s;

	pthread_mutex_lock(&t->lock);
	s = t->now;
	s->held++;
	pthread_mutex_unlock(&t->lock);
	if (gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, s->cred) < 0) {
		tls_let_go(t, s);
		return NULL;
	}
	if (s->trust)
		gnutls_certificate_server_set_request(session, GNUTLS_CERT_REQUEST);
	return s;
}

void tls_let_go(struct tls *t, struct tls_set *set)
{
	bool last;

	if (!set)
		return;
	pthread_mutex_lock(&t->lock);
	last = --set->held == 0;
	pthread_mutex_unlock(&t->lock);
	if (last)
		set_free(set);
}

/* --- the certificate of a client ------------------------------------------------ */

/* What a bit of the library's verdict means for the person with the card. */
static const char *fault_of(unsigned status)
{
	if (status & GNUTLS_CERT_REVOKED)
		return "この電子証明書は失効しています。発行した担当者に確かめてください";
	if (status & GNUTLS_CERT_EXPIRED)
		return "この電子証明書は期限が切れています。新しいものを発行してもらってください";
	if (status & GNUTLS_CERT_NOT_ACTIVATED)
		return "この電子証明書はまだ使える日になっていません。"
		       "この端末とサーバーの時計を確かめてください";
	if (status & (GNUTLS_CERT_SIGNER_NOT_FOUND | GNUTLS_CERT_SIGNER_NOT_CA))
		return "この電子証明書は、この施設で使うと決めた発行元のものではありません";
	if (status &
	    (GNUTLS_CERT_REVOCATION_DATA_SUPERSEDED | GNUTLS_CERT_REVOCATION_DATA_ISSUED_IN_FUTURE))
		return "失効リストが古いため、電子証明書を確かめられません。"
		       "システム運用担当者に知らせてください";
	if (status & GNUTLS_CERT_PURPOSE_MISMATCH)
		return "この電子証明書は、人や機器の確認に使う種類ではありません";
	return "この電子証明書を確かめられません。発行した担当者に確かめてください";
}

static void name_of(gnutls_x509_crt_t crt, bool issuer, char *ret, size_t size)
{
	gnutls_datum_t dn = { NULL, 0 };
	int r = issuer ? gnutls_x509_crt_get_issuer_dn3(crt, &dn, 0)
		       : gnutls_x509_crt_get_dn3(crt, &dn, 0);

	ret[0] = '\0';
	if (r < 0)
		return;
	if (dn.size < size) {
		memcpy(ret, dn.data, dn.size);
		ret[dn.size] = '\0';
	}
	gnutls_free(dn.data);
}

static void describe(gnutls_x509_crt_t crt, const gnutls_datum_t *der, struct client_cert *ret)
{
	uint8_t hash[HASH_SIZE];

	hash_bytes(der->data, der->size, hash);
	hex_encode(hash, sizeof hash, ret->fingerprint);
	name_of(crt, false, ret->subject, sizeof ret->subject);
	name_of(crt, true, ret->issuer, sizeof ret->issuer);
	ret->until_us = (int64_t)gnutls_x509_crt_get_expiration_time(crt) * 1000000;
}

/* True if the certificate is there for proving who somebody is. */
static bool may_sign(gnutls_x509_crt_t crt)
{
	unsigned usage = 0;
	int r = gnutls_x509_crt_get_key_usage(crt, &usage, NULL);

	return r == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE ||
	       (r >= 0 && (usage & GNUTLS_KEY_DIGITAL_SIGNATURE) &&
		gnutls_x509_crt_get_ca_status(crt, NULL) <= 0);
}

/* True if the list of this certificate's issuer is past its date. */
static bool list_outdated(const struct tls_set *s, gnutls_x509_crt_t crt)
{
	gnutls_datum_t want = { NULL, 0 }, have;
	bool old = false;
	unsigned i;

	if (gnutls_x509_crt_get_raw_issuer_dn(crt, &want) < 0)
		return true;
	for (i = 0; i < s->list_count && !old; i++) {
		time_t until = gnutls_x509_crl_get_next_update(s->lists[i]);

		if (until <= 0 || until >= time(NULL) ||
		    gnutls_x509_crl_get_raw_issuer_dn(s->lists[i], &have) < 0)
			continue;
		old = have.size == want.size && memcmp(have.data, want.data, have.size) == 0;
		gnutls_free(have.data);
	}
	gnutls_free(want.data);
	return old;
}

#define CHAIN_MAX 8

static const char *verify(const struct tls_set *s, gnutls_x509_crt_t *chain, unsigned count)
{
	gnutls_typed_vdata_st purpose = { GNUTLS_DT_KEY_PURPOSE_OID,
					  (unsigned char *)GNUTLS_KP_TLS_WWW_CLIENT, 0 };
	unsigned status = 0;

	if (!s->trust)
		return fault_of(GNUTLS_CERT_SIGNER_NOT_FOUND);
	/* The profile refuses RSA under 2048 bits, SHA-1 and the like. */
	if (gnutls_x509_trust_list_verify_crt2(s->trust, chain, count, &purpose, 1,
					       GNUTLS_PROFILE_TO_VFLAGS(GNUTLS_PROFILE_MEDIUM),
					       &status, NULL) < 0)
		return fault_of(0);
	if (status || list_outdated(s, chain[0]))
		return fault_of(status ? status : GNUTLS_CERT_REVOCATION_DATA_SUPERSEDED);
	return may_sign(chain[0]) ? NULL : fault_of(GNUTLS_CERT_PURPOSE_MISMATCH);
}

static void look_now(const struct tls_set *s, gnutls_session_t session, struct tls_peer *peer)
{
	gnutls_x509_crt_t chain[CHAIN_MAX];
	const gnutls_datum_t *der;
	unsigned count = 0, n = 0, i;

	peer->good = false;
	peer->why = NULL;
	der = gnutls_certificate_get_peers(session, &count);
	peer->sent = der && count;
	if (!peer->sent)
		return;
	for (; n < count && n < CHAIN_MAX; n++) {
		if (gnutls_x509_crt_init(&chain[n]) < 0)
			break;
		if (gnutls_x509_crt_import(chain[n], &der[n], GNUTLS_X509_FMT_DER) < 0) {
			gnutls_x509_crt_deinit(chain[n]);
			break;
		}
	}
	peer->why = n == count ? verify(s, chain, n) : fault_of(0);
	peer->good = !peer->why;
	if (peer->good)
		describe(chain[0], &der[0], &peer->cert);
	for (i = 0; i < n; i++)
		gnutls_x509_crt_deinit(chain[i]);
}

void tls_look(struct tls *t, gnutls_session_t session, struct tls_peer *peer)
{
	const int64_t keep_us = INT64_C(60) * 1000000;
	int64_t now = clock_mono_us();
	struct tls_set *s;

	pthread_mutex_lock(&t->lock);
	s = t->now;
	s->held++;
	pthread_mutex_unlock(&t->lock);
	if (!peer->looked || peer->by != s->number || now - peer->checked_us >= keep_us) {
		look_now(s, session, peer);
		peer->looked = true;
		peer->by = s->number;
		peer->checked_us = now;
	}
	tls_let_go(t, s);
}
