#include "store/vault.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "store/folder.h"

#define NONCE_SIZE crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_SIZE crypto_aead_xchacha20poly1305_ietf_ABYTES
#define WRAPPED_SIZE (NONCE_SIZE + 32 + TAG_SIZE)

/* Contexts of crypto_kdf: eight characters, one per purpose. */
#define PURPOSE_PART "daipart1"
#define PURPOSE_FILE "daifile1"
#define PURPOSE_TAG "daitags1"
#define PURPOSE_MAC "daimacs1"
#define PURPOSE_TRAIL "daievid1"

static int keys_corrupt(struct err *err, const char *path)
{
	return err_set(err, ERR_CORRUPT,
		       "鍵のファイル %.300s が壊れているか、別のフォルダのものです。"
		       "鍵の控えから keys フォルダを戻してください",
		       path);
}

static int keys_missing(struct err *err, const char *path)
{
	return err_set(
		err, ERR_CORRUPT,
		"鍵のファイル %.300s がありません。鍵の控えから keys フォルダを戻してください"
		"（鍵がないと暗号化した内容は読めません）",
		path);
}

/* --- key files --------------------------------------------------------------- */

static void wrap(const uint8_t master[32], unsigned number, const uint8_t key[32],
		 uint8_t ret[WRAPPED_SIZE])
{
	char label[40];
	int n = snprintf(label, sizeof label, "daicho data key %u", number);

	random_bytes(ret, NONCE_SIZE);
	crypto_aead_xchacha20poly1305_ietf_encrypt(ret + NONCE_SIZE, NULL, key, 32,
						   (const uint8_t *)label, (unsigned long long)n,
						   NULL, ret, master);
}

static bool unwrap(const uint8_t master[32], unsigned number, const uint8_t wrapped[WRAPPED_SIZE],
		   uint8_t ret[32])
{
	char label[40];
	int n = snprintf(label, sizeof label, "daicho data key %u", number);

	return crypto_aead_xchacha20poly1305_ietf_decrypt(
		       ret, NULL, NULL, wrapped + NONCE_SIZE, 32 + TAG_SIZE, (const uint8_t *)label,
		       (unsigned long long)n, wrapped, master) == 0;
}

static void mac_key_make(struct vault *v)
{
	crypto_kdf_derive_from_key(v->mac, sizeof v->mac, 1, PURPOSE_MAC, v->data[0]);
}

static int hex_line_write(const char *path, const void *data, size_t len, struct err *err)
{
	char text[2 * WRAPPED_SIZE + 2];
	int rc;

	hex_encode(data, len, text);
	text[2 * len] = '\n';
	rc = file_write(path, text, 2 * len + 1, 0600, err);
	bytes_wipe(text, sizeof text);
	return rc;
}

int vault_create(const char *folder, struct vault *ret, struct err *err)
{
	char dir[PATH_MAX], path[PATH_MAX];
	uint8_t master[32], wrapped[WRAPPED_SIZE];
	int rc = folder_file(folder, "keys", dir, err);

	if (rc == 0)
		rc = dir_make(dir, 0700, err);
	memset(ret, 0, sizeof *ret);
	random_bytes(master, sizeof master);
	random_bytes(ret->data[0], sizeof ret->data[0]);
	ret->count = 1;
	mac_key_make(ret);
	wrap(master, 1, ret->data[0], wrapped);
	if (rc == 0)
		rc = folder_file(dir, "data.keys", path, err);
	if (rc == 0)
		rc = hex_line_write(path, wrapped, sizeof wrapped, err);
	if (rc == 0)
		rc = folder_file(dir, "master.key", path, err);
	if (rc == 0)
		rc = hex_line_write(path, master, sizeof master, err);
	bytes_wipe(master, sizeof master);
	return rc;
}

static int key_file_read(const char *folder, const char *name, char *ret_path, struct buf *b,
			 struct err *err)
{
	struct stat st;
	int rc = folder_file(folder, name, ret_path, err);

	if (rc < 0)
		return rc;
	if (stat(ret_path, &st) != 0)
		return keys_missing(err, ret_path);
	if ((st.st_mode & 077) != 0 && chmod(ret_path, 0600) != 0)
		return err_set(err, ERR_DENIED,
			       "鍵のファイル %.300s が他の利用者にも読める状態です。"
			       "所有者だけが読めるようにしてください（chmod 600）",
			       ret_path);
	return file_read(ret_path, 65536, b, err);
}

static int master_read(const char *folder, uint8_t ret[32], struct err *err)
{
	char path[PATH_MAX];
	CLEANUP(buf_release) struct buf b;
	int rc;

	buf_init(&b, 0);
	rc = key_file_read(folder, "keys/master.key", path, &b, err);
	if (rc < 0)
		return rc;
	if (b.len && b.data[b.len - 1] == '\n')
		b.data[--b.len] = '\0';
	if (b.len != 64 || !hex_decode(b.data, ret, 32))
		rc = keys_corrupt(err, path);
	bytes_wipe(b.data, b.alloc);
	return rc;
}

/* One line of data.keys, whose end is *line_end. */
static bool data_key_read(const uint8_t master[32], char *line, char *line_end, struct vault *v)
{
	uint8_t wrapped[WRAPPED_SIZE];

	*line_end = '\0';
	if (v->count == VAULT_KEYS_MAX || !hex_decode(line, wrapped, sizeof wrapped) ||
	    !unwrap(master, v->count + 1, wrapped, v->data[v->count]))
		return false;
	v->count++;
	return true;
}

int vault_open(const char *folder, struct vault *ret, struct err *err)
{
	char path[PATH_MAX], *line, *end;
	CLEANUP(buf_release) struct buf b;
	uint8_t master[32];
	int rc;

	memset(ret, 0, sizeof *ret);
	buf_init(&b, 0);
	rc = master_read(folder, master, err);
	if (rc == 0)
		rc = key_file_read(folder, "keys/data.keys", path, &b, err);
	line = rc == 0 ? b.data : NULL;
	for (; line && (end = strchr(line, '\n')) != NULL; line = end + 1)
		if (!data_key_read(master, line, end, ret))
			rc = keys_corrupt(err, path);
	if (rc == 0 && ret->count == 0)
		rc = keys_corrupt(err, path);
	mac_key_make(ret);
	bytes_wipe(master, sizeof master);
	return rc;
}

void vault_wipe(struct vault *v)
{
	bytes_wipe(v, sizeof *v);
}

/* --- parts --------------------------------------------------------------------- */

static void subkey(const uint8_t data[32], const char *purpose, const char *class, uint8_t ret[32])
{
	uint8_t digest[HASH_SIZE];
	uint64_t id = 0;
	size_t i;

	hash_bytes(class, strlen(class), digest);
	for (i = 0; i < 8; i++)
		id = id << 8 | digest[i];
	crypto_kdf_derive_from_key(ret, 32, id, purpose, data);
}

static bool place_text(const struct vault_place *p, struct buf *b)
{
	buf_puts(b, p->org ? p->org : "");
	buf_putc(b, '\n');
	buf_puts(b, p->entry ? p->entry : "");
	buf_printf(b, "\n%lld\n", (long long)p->rev);
	buf_puts(b, p->class);
	return !buf_failed(b);
}

int vault_seal(const struct vault *v, const struct vault_place *place, const void *plain,
	       size_t len, struct buf *ret, struct err *err)
{
	CLEANUP(buf_release) struct buf aad;
	uint8_t key[32], *out;

	buf_init(&aad, 0);
	out = place_text(place, &aad) ? buf_room(ret, NONCE_SIZE + len + TAG_SIZE) : NULL;
	if (!out)
		return err_nomem(err);
	random_bytes(out, NONCE_SIZE);
	subkey(v->data[v->count - 1], PURPOSE_PART, place->class, key);
	crypto_aead_xchacha20poly1305_ietf_encrypt(out + NONCE_SIZE, NULL, plain, len,
						   (const uint8_t *)aad.data, aad.len, NULL, out,
						   key);
	bytes_wipe(key, sizeof key);
	return (int)v->count;
}

int vault_unseal(const struct vault *v, unsigned key, const struct vault_place *place,
		 const void *sealed, size_t len, struct buf *ret, struct err *err)
{
	CLEANUP(buf_release) struct buf aad;
	const uint8_t *in = sealed;
	uint8_t sub[32], *out;
	int failed;

	buf_init(&aad, 0);
	if (key == 0 || key > v->count)
		return err_set(err, ERR_CORRUPT,
			       "暗号化した内容の鍵（%u番）が keys フォルダにありません。"
			       "鍵の控えから戻してください",
			       key);
	if (len <= NONCE_SIZE + TAG_SIZE)
		return err_set(err, ERR_CORRUPT,
			       "暗号化した内容が途中で切れています。"
			       "改ざん検査（daicho verify）をしてください");
	out = place_text(place, &aad) ? buf_room(ret, len - NONCE_SIZE - TAG_SIZE) : NULL;
	if (!out)
		return err_nomem(err);
	subkey(v->data[key - 1], PURPOSE_PART, place->class, sub);
	failed = crypto_aead_xchacha20poly1305_ietf_decrypt(
		out, NULL, NULL, in + NONCE_SIZE, len - NONCE_SIZE, (const uint8_t *)aad.data,
		aad.len, in, sub);
	bytes_wipe(sub, sizeof sub);
	if (failed)
		return err_set(err, ERR_CORRUPT,
			       "暗号化した内容が書き換えられているか、鍵が違います。"
			       "改ざん検査（daicho verify）をしてください");
	return 0;
}

/* --- other keys ------------------------------------------------------------------ */

int vault_file_key(const struct vault *v, unsigned key, uint8_t ret[32], struct err *err)
{
	if (key == 0 || key > v->count)
		return err_set(err, ERR_CORRUPT,
			       "添付ファイルの鍵（%u番）が keys フォルダにありません。"
			       "鍵の控えから戻してください",
			       key);
	crypto_kdf_derive_from_key(ret, 32, key, PURPOSE_FILE, v->data[key - 1]);
	return 0;
}

void vault_trail_key(const struct vault *v, unsigned id, void *ret, size_t len)
{
	uint8_t key[32];

	crypto_kdf_derive_from_key(key, sizeof key, id, PURPOSE_TRAIL, v->data[0]);
	memcpy(ret, key, len < sizeof key ? len : sizeof key);
	bytes_wipe(key, sizeof key);
}

void vault_tag(const struct vault *v, const char *ledger, int field_id, const char *folded,
	       char ret[33])
{
	uint8_t key[32], field[HASH_SIZE], tag[HASH_SIZE];
	char label[128];
	int n = snprintf(label, sizeof label, "%s.%d", ledger, field_id);

	/* Always of the first data key: tags must stay the same over the years. */
	crypto_kdf_derive_from_key(key, sizeof key, 1, PURPOSE_TAG, v->data[0]);
	hash_hmac(key, label, (size_t)n < sizeof label ? (size_t)n : sizeof label - 1, field);
	hash_hmac(field, folded, strlen(folded), tag);
	hex_encode(tag, 16, ret);
	bytes_wipe(key, sizeof key);
	bytes_wipe(field, sizeof field);
}

void vault_mac(const struct vault *v, const char *table, const struct hash_part *parts,
	       size_t count, uint8_t ret[HASH_SIZE])
{
	uint8_t both[2 * HASH_SIZE];

	hash_bytes(table, strlen(table), both);
	hash_parts(parts, count, both + HASH_SIZE);
	hash_hmac(v->mac, both, sizeof both, ret);
}
