#include "web/ca_inside.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/canon.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/hash.h"
#include "web/x509.h"

#define ISSUED_MAX ((size_t)16 * 1024 * 1024)
#define PEM_MAX ((size_t)64 * 1024)

static const struct {
	const char *name, *label;
	enum x509_use use;
} kinds[] = {
	[CA_SERVER] = { "server", "サーバー", X509_FOR_SERVER },
	[CA_PERSON] = { "person", "個人", X509_FOR_CLIENT },
	[CA_MACHINE] = { "machine", "機器連携", X509_FOR_CLIENT },
};

const char *ca_kind_name(enum ca_kind k)
{
	return kinds[k].name;
}

const char *ca_kind_label(enum ca_kind k)
{
	return kinds[k].label;
}

int ca_kind_parse(const char *name)
{
	int k;

	for (k = 0; k < CA_KIND_MAX; k++)
		if (strcmp(kinds[k].name, name) == 0)
			return k;
	return -1;
}

int ca_path(const char *folder, const char *file, char *ret, size_t size, struct err *err)
{
	if (snprintf(ret, size, "%s/%s", folder, file) >= (int)size)
		return err_set(err, ERR_LIMIT, "認証局のフォルダのパスが長すぎます");
	return 0;
}

/* --- what was issued ------------------------------------------------------------ */

static json_t *entry_json(const struct ca_entry *e)
{
	return json_pack("{s:s,s:s,s:s,s:s,s:I,s:I,s:I,s:s}", "serial", e->serial, "kind",
			 kinds[e->kind].name, "name", e->name, "hosts", e->hosts, "made",
			 (json_int_t)e->made_us, "until", (json_int_t)e->until_us, "revoked",
			 (json_int_t)e->revoked_us, "reason", e->reason);
}

int ca_save_entries(const struct ca *ca, struct err *err)
{
	CLEANUP(buf_release) struct buf b;
	json_t *list = json_array();
	char path[PATH_MAX];
	size_t i;
	int r = ca_path(ca->folder, "issued.json", path, sizeof path, err);

	buf_init(&b, 0);
	for (i = 0; i < ca->count; i++)
		json_array_append_new(list, entry_json(&ca->entries[i]));
	if (r >= 0)
		r = canon_write(list, &b, err);
	json_decref(list);
	buf_putc(&b, '\n');
	if (r >= 0 && buf_failed(&b))
		r = err_nomem(err);
	return r < 0 ? r : file_write(path, b.data, b.len, 0600, err);
}

static bool read_entry(struct ca *ca, const json_t *o, struct ca_entry *e)
{
	int kind = ca_kind_parse(json_str(o, "kind", ""));

	e->kind = kind < 0 ? CA_PERSON : (enum ca_kind)kind;
	snprintf(e->serial, sizeof e->serial, "%s", json_str(o, "serial", ""));
	e->name = arena_strdup(&ca->arena, json_str(o, "name", ""));
	e->hosts = arena_strdup(&ca->arena, json_str(o, "hosts", ""));
	e->reason = arena_strdup(&ca->arena, json_str(o, "reason", ""));
	e->made_us = json_int(o, "made", 0);
	e->until_us = json_int(o, "until", 0);
	e->revoked_us = json_int(o, "revoked", 0);
	return kind >= 0 && strlen(e->serial) == CA_SERIAL_SIZE - 1;
}

static int load_entries(struct ca *ca, struct err *err)
{
	CLEANUP(buf_release) struct buf b;
	char path[PATH_MAX];
	json_t *list = NULL;
	bool good;
	size_t i, n;
	int r = ca_path(ca->folder, "issued.json", path, sizeof path, err);

	buf_init(&b, 0);
	if (r >= 0)
		r = file_read(path, ISSUED_MAX, &b, err);
	if (r >= 0)
		r = json_read(b.data, b.len, &list, err);
	if (r < 0)
		return r;
	n = json_array_size(list);
	ca->entries = arena_calloc(&ca->arena, n + 1, sizeof *ca->entries);
	good = json_is_array(list) && ca->entries;
	for (i = 0; i < n && good; i++)
		good = read_entry(ca, json_array_get(list, i), &ca->entries[i]);
	json_decref(list);
	ca->count = n;
	if (arena_failed(&ca->arena))
		return err_nomem(err);
	return good ? 0
		    : err_set(err, ERR_CORRUPT,
			      "発行の記録 %s が壊れています。控えから戻してください", path);
}

/* Makes room for one more and returns it. */
static struct ca_entry *add_entry(struct ca *ca)
{
	struct ca_entry *more = arena_calloc(&ca->arena, ca->count + 2, sizeof *more);

	if (!more)
		return NULL;
	if (ca->count)
		memcpy(more, ca->entries, ca->count * sizeof *more);
	ca->entries = more;
	return &more[ca->count];
}

const struct ca_entry *ca_entries(const struct ca *ca, size_t *ret_count)
{
	*ret_count = ca->count;
	return ca->entries;
}

/* --- the authority ---------------------------------------------------------------- */

void ca_free(struct ca *ca)
{
	if (!ca)
		return;
	X509_free(ca->cert);
	EVP_PKEY_free(ca->key);
	arena_release(&ca->arena);
	free(ca);
}

static struct ca *ca_new(const char *folder)
{
	struct ca *ca = calloc(1, sizeof *ca);

	if (!ca)
		return NULL;
	snprintf(ca->folder, sizeof ca->folder, "%s", folder);
	arena_init(&ca->arena, 0);
	return ca;
}

static int create(struct ca *ca, const char *org, struct err *err)
{
	char name[256], cert[PATH_MAX], key[PATH_MAX];
	struct x509_plan plan = {
		.use = X509_FOR_AUTHORITY, .name = name, .org = org, .days = CA_YEARS * 365
	};
	char today[DATE_SIZE];
	int r;

	date_today(today);
	/* Dated: a second authority of the same facility has another name. */
	snprintf(name, sizeof name, "daicho CA %s", today);
	ca->key = EVP_EC_gen("P-256");
	ca->cert = ca->key ? x509_make(&plan, ca->key, NULL, NULL) : NULL;
	if (!ca->cert)
		return x509_failed(err);
	r = ca_path(ca->folder, "ca.pem", cert, sizeof cert, err);
	if (r >= 0)
		r = ca_path(ca->folder, "ca-key.pem", key, sizeof key, err);
	if (r >= 0 && (file_exists(cert) || file_exists(key)))
		return err_set(err, ERR_CONFLICT, "%s には既に認証局があります。何も変えていません",
			       ca->folder);
	if (r >= 0)
		r = ca_save_entries(ca, err);
	if (r >= 0)
		r = x509_save_key(key, ca->key, err);
	if (r >= 0)
		r = x509_save(cert, ca->cert, err);
	return r < 0 ? r : ca_sign_list(ca, err);
}

int ca_create(const char *folder, const char *org, struct err *err)
{
	struct ca *ca;
	int r = dir_make(folder, 0700, err);

	if (r < 0)
		return r;
	ca = ca_new(folder);
	if (!ca)
		return err_nomem(err);
	r = create(ca, org, err);
	ca_free(ca);
	return r;
}

static int load_key(const char *path, EVP_PKEY **ret, struct err *err)
{
	struct buf pem;
	BIO *bio;
	int r;

	buf_init(&pem, 0);
	r = file_read(path, PEM_MAX, &pem, err);
	if (r >= 0) {
		bio = BIO_new_mem_buf(pem.len ? pem.data : "", (int)pem.len);
		*ret = bio ? PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL) : NULL;
		BIO_free(bio);
		if (!*ret)
			r = err_set(err, ERR_INVALID, "認証局の鍵 %s を読めません", path);
	}
	if (pem.data)
		bytes_wipe(pem.data, pem.len);
	buf_release(&pem);
	return r;
}

static int open_files(struct ca *ca, struct err *err)
{
	char cert[PATH_MAX], key[PATH_MAX];
	int r = ca_path(ca->folder, "ca.pem", cert, sizeof cert, err);

	if (r >= 0)
		r = ca_path(ca->folder, "ca-key.pem", key, sizeof key, err);
	if (r >= 0 && (!file_exists(cert) || !file_exists(key)))
		return err_set(err, ERR_NOT_FOUND,
			       "%s に認証局の鍵がありません。USBメモリーなどに置いたときは "
			       "--ca でその場所を指定してください。まだ作っていなければ "
			       "daicho tls init で作ります",
			       ca->folder);
	if (r >= 0)
		r = x509_load(cert, &ca->cert, err);
	if (r >= 0)
		r = load_key(key, &ca->key, err);
	if (r >= 0 && X509_check_private_key(ca->cert, ca->key) != 1)
		r = err_set(err, ERR_INVALID, "認証局の証明書と鍵が組になっていません: %s",
			    ca->folder);
	return r < 0 ? r : load_entries(ca, err);
}

int ca_open(const char *folder, struct ca **ret, struct err *err)
{
	struct ca *ca = ca_new(folder);
	int r;

	if (!ca)
		return err_nomem(err);
	r = open_files(ca, err);
	if (r < 0)
		ca_free(ca);
	else
		*ret = ca;
	return r;
}

/* --- issuing ------------------------------------------------------------------------ */

/* Four groups of five, 100 bits, without letters people mix up. */
static void new_passphrase(char ret[40])
{
	static const char letters[] = "abcdefghijkmnpqrstuvwxyz23456789";
	uint8_t bytes[20];
	size_t i, n = 0;

	random_bytes(bytes, sizeof bytes);
	for (i = 0; i < sizeof bytes; i++) {
		if (i && i % 5 == 0)
			ret[n++] = '-';
		ret[n++] = letters[bytes[i] & 31];
	}
	ret[n] = '\0';
	bytes_wipe(bytes, sizeof bytes);
}

/* The key of a request, if whoever sent it has that key. */
static int key_of_request(const char *path, EVP_PKEY **ret, struct err *err)
{
	CLEANUP(buf_release) struct buf pem;
	X509_REQ *csr;
	BIO *bio;
	int r;

	buf_init(&pem, 0);
	r = file_read(path, PEM_MAX, &pem, err);
	if (r < 0)
		return r;
	bio = BIO_new_mem_buf(pem.len ? pem.data : "", (int)pem.len);
	csr = bio ? PEM_read_bio_X509_REQ(bio, NULL, NULL, NULL) : NULL;
	BIO_free(bio);
	*ret = csr ? X509_REQ_get_pubkey(csr) : NULL;
	if (!*ret || X509_REQ_verify(csr, *ret) != 1 || EVP_PKEY_security_bits(*ret) < 112)
		r = err_set(err, ERR_INVALID,
			    "発行の依頼（CSR）%s を使えません。PEM形式で、"
			    "鍵はECのP-256かRSAの2048ビット以上で作り直してください",
			    path);
	X509_REQ_free(csr);
	return r;
}

static int save_p12(struct ca *ca, const char *name, EVP_PKEY *key, X509 *x, struct ca_out *out,
		    struct err *err)
{
	CLEANUP(x509_bio_free) BIO *bio = BIO_new(BIO_s_mem());
	STACK_OF(X509) *chain = sk_X509_new_null();
	PKCS12 *p12 = NULL;
	int r;

	new_passphrase(out->passphrase);
	if (chain && sk_X509_push(chain, ca->cert))
		p12 = PKCS12_create(out->passphrase, name, key, x, chain, 0, 0, 0, 0, 0);
	r = p12 && bio && i2d_PKCS12_bio(bio, p12) ? x509_save_bio(out->p12, bio, 0600, err)
						   : x509_failed(err);
	PKCS12_free(p12);
	sk_X509_free(chain);
	return r;
}

static int save_issued(struct ca *ca, const struct ca_order *o, EVP_PKEY *key, X509 *x,
		       struct ca_out *out, struct err *err)
{
	int r = 0;

	if (out->p12)
		r = save_p12(ca, o->name, key, x, out, err);
	if (r >= 0 && out->key)
		r = x509_save_key(out->key, key, err);
	if (r >= 0 && out->cert)
		r = x509_save(out->cert, x, err);
	return r;
}

static const char *hosts_text(struct ca *ca, const struct ca_order *o)
{
	const char *all = "";
	size_t i;

	for (i = 0; i < o->host_count && all; i++)
		all = arena_printf(&ca->arena, "%s%s%s", all, i ? " " : "", o->hosts[i]);
	return all;
}

static int note_issued(struct ca *ca, const struct ca_order *o, const X509 *x, struct ca_out *out,
		       struct err *err)
{
	struct ca_entry *e = add_entry(ca);
	BIGNUM *n = ASN1_INTEGER_to_BN(X509_get0_serialNumber(x), NULL);
	char *hex = n ? BN_bn2hex(n) : NULL;
	struct tm until = { 0 };

	if (!e || !hex || !ASN1_TIME_to_tm(X509_get0_notAfter(x), &until)) {
		OPENSSL_free(hex);
		BN_free(n);
		return err_nomem(err);
	}
	snprintf(e->serial, sizeof e->serial, "%s", hex);
	OPENSSL_free(hex);
	BN_free(n);
	e->kind = o->kind;
	e->name = arena_strdup(&ca->arena, o->name);
	e->hosts = hosts_text(ca, o);
	e->reason = "";
	e->made_us = clock_now_us();
	e->until_us = (int64_t)timegm(&until) * 1000000;
	if (arena_failed(&ca->arena))
		return err_nomem(err);
	memcpy(out->serial, e->serial, sizeof out->serial);
	ca->count++;
	return ca_save_entries(ca, err);
}

static long days_left(const X509 *ca)
{
	int days = 0, seconds = 0;

	if (!ASN1_TIME_diff(&days, &seconds, NULL, X509_get0_notAfter(ca)))
		return 0;
	return days < CA_LEAF_DAYS ? days : CA_LEAF_DAYS;
}

/* Whoever recognises a machine by its name must not meet a person of that name, nor the other
 * way round. */
static int name_is_free(const struct ca *ca, const struct ca_order *o, struct err *err)
{
	int64_t now = clock_now_us();
	size_t i;

	for (i = 0; i < ca->count; i++) {
		const struct ca_entry *e = &ca->entries[i];

		if (e->kind != o->kind && !e->revoked_us && e->until_us > now &&
		    strcasecmp(e->name, o->name) == 0)
			return err_set(err, ERR_CONFLICT,
				       "「%s」という名前の%sの証明書（番号 %s）があります。%sには"
				       "別の名前を使うか、先にそれを失効させてください",
				       o->name, ca_kind_label(e->kind), e->serial,
				       ca_kind_label(o->kind));
	}
	return 0;
}

int ca_issue(struct ca *ca, const struct ca_order *order, struct ca_out *out, struct err *err)
{
	struct x509_plan plan = { .use = kinds[order->kind].use,
				  .name = order->name,
				  .days = days_left(ca->cert),
				  .hosts = order->hosts,
				  .host_count = order->host_count };
	CLEANUP(x509_key_free) EVP_PKEY *key = NULL;
	CLEANUP(x509_free) X509 *x = NULL;
	int r = name_is_free(ca, order, err);

	if (r < 0)
		return r;
	if (plan.days < 1)
		return err_set(err, ERR_INVALID,
			       "この認証局は期限が切れています。daicho tls init で、"
			       "別のフォルダに新しい認証局を作ってください");
	if (order->csr)
		r = key_of_request(order->csr, &key, err);
	else
		key = EVP_EC_gen("P-256");
	if (r < 0)
		return r;
	x = key ? x509_make(&plan, key, ca->cert, ca->key) : NULL;
	if (!x || !x509_fingerprint(x, out->fingerprint))
		return x509_failed(err);
	/* Noted before it is given out: nothing is in use that cannot be revoked. */
	r = note_issued(ca, order, x, out, err);
	return r < 0 ? r : save_issued(ca, order, key, x, out, err);
}
