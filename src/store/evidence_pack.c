#include "store/evidence_pack.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/cleanup.h"

#define NONCE_SIZE crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_SIZE crypto_aead_xchacha20poly1305_ietf_ABYTES
#define LEVEL_USUAL 5
#define LEVEL_FAST 1

/* --- packing -------------------------------------------------------------------- */

void pack_begin(struct pack *p, const char *keep, const struct month_key *key)
{
	snprintf(p->keep, sizeof p->keep, "%s", keep);
	p->key = *key;
	p->count = 0;
	if (!p->plain.data)
		buf_init(&p->plain, PACK_PLAIN_MAX);
	buf_clear(&p->plain);
}

void pack_release(struct pack *p)
{
	if (p->plain.data)
		bytes_wipe(p->plain.data, p->plain.alloc);
	buf_release(&p->plain);
	if (p->z)
		deflateEnd(p->z);
	free(p->z);
	bytes_wipe(p, sizeof *p);
}

static void put_varint(struct buf *b, uint64_t v)
{
	char bytes[10];
	size_t n = 0;

	for (; v >= 0x80; v >>= 7)
		bytes[n++] = (char)(v | 0x80);
	bytes[n++] = (char)v;
	buf_add(b, bytes, n);
}

int pack_add(struct pack *p, int64_t seq, const struct hash_part part[EVENT_PARTS],
	     uint8_t ret_commit[HASH_SIZE], struct err *err)
{
	uint8_t commit[EVENT_PARTS][HASH_SIZE];
	int i;

	if (p->count == 0)
		p->first = p->last = seq;
	put_varint(&p->plain, (uint64_t)(seq - p->last));
	for (i = 0; i < EVENT_PARTS; i++)
		put_varint(&p->plain, part[i].len);
	for (i = 0; i < EVENT_PARTS; i++) {
		buf_add(&p->plain, part[i].data, part[i].len);
		event_part_commit(p->key.salt, seq, (enum event_part)i, part[i].data, part[i].len,
				  commit[i]);
	}
	if (buf_failed(&p->plain))
		return err_nomem(err);
	event_commit((const uint8_t(*)[HASH_SIZE])commit, ret_commit);
	p->last = seq;
	p->count++;
	return 0;
}

/* --- sealing ----------------------------------------------------------------------- */

static size_t place_text(char *ret, size_t size, int month, const char *keep, int64_t first,
			 int64_t last, int64_t count, int64_t plain)
{
	int n = snprintf(ret, size, "daicho trail block v1\n%d\n%s\n%lld %lld %lld %lld\n", month,
			 keep, (long long)first, (long long)last, (long long)count,
			 (long long)plain);

	return (size_t)n;
}

/* Setting a compressor up costs more than compressing one event, so each pack keeps
 * its own. */
static z_stream *compressor(struct pack *p)
{
	if (p->z)
		return deflateReset(p->z) == Z_OK ? p->z : NULL;
	p->z = calloc(1, sizeof *p->z);
	if (p->z &&
	    deflateInit2(p->z, LEVEL_USUAL, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
		free(p->z);
		p->z = NULL;
	}
	return p->z;
}

/* Compressed bytes behind room for the nonce. */
static int squeeze(struct pack *p, int level, struct buf *ret, struct err *err)
{
	z_stream *z = compressor(p);
	size_t bound;

	if (!z || deflateParams(z, level, Z_DEFAULT_STRATEGY) != Z_OK)
		return err_nomem(err);
	bound = deflateBound(z, p->plain.len);
	if (!buf_room(ret, NONCE_SIZE + bound))
		return err_nomem(err);
	z->next_in = (Bytef *)p->plain.data;
	z->avail_in = (uInt)p->plain.len;
	z->next_out = (Bytef *)ret->data + NONCE_SIZE;
	z->avail_out = (uInt)bound;
	if (deflate(z, Z_FINISH) != Z_STREAM_END)
		return err_nomem(err);
	buf_cut(ret, NONCE_SIZE + z->total_out);
	return 0;
}

static int seal(const struct pack *p, int month, struct buf *b, struct err *err)
{
	char place[256];
	size_t len = b->len - NONCE_SIZE,
	       n = place_text(place, sizeof place, month, p->keep, p->first, p->last, p->count,
			      (int64_t)p->plain.len);
	uint8_t *bytes;

	if (!buf_room(b, TAG_SIZE))
		return err_nomem(err);
	bytes = (uint8_t *)b->data;
	random_bytes(bytes, NONCE_SIZE);
	crypto_aead_xchacha20poly1305_ietf_encrypt(bytes + NONCE_SIZE, NULL, bytes + NONCE_SIZE,
						   len, (const uint8_t *)place, n, NULL, bytes,
						   p->key.seal);
	return 0;
}

int pack_write(struct pack *p, struct conn *c, int month, bool fast, struct err *err)
{
	CLEANUP(buf_release) struct buf body;
	struct stmt *st;
	int rc;

	buf_init(&body, 0);
	if (p->count == 0)
		return 0;
	rc = squeeze(p, fast ? LEVEL_FAST : LEVEL_USUAL, &body, err);
	if (rc == 0)
		rc = seal(p, month, &body, err);
	if (rc == 0)
		rc = stmt_begin(c, STMT_BLOCK_ADD, &st, err);
	if (rc < 0)
		return rc;
	stmt_int(st, 1, p->first);
	stmt_int(st, 2, p->last);
	stmt_text(st, 3, p->keep);
	stmt_int(st, 4, p->count);
	stmt_int(st, 5, (int64_t)p->plain.len);
	stmt_blob(st, 6, body.data, body.len);
	rc = stmt_run(st, err);
	p->count = 0;
	buf_clear(&p->plain);
	return rc;
}

/* --- opening ---------------------------------------------------------------------- */

void block_row_read(struct stmt *st, struct block_row *ret)
{
	ret->first = col_int(st, 0);
	ret->last = col_int(st, 1);
	ret->keep = col_text(st, 2);
	ret->count = col_int(st, 3);
	ret->plain = col_int(st, 4);
	ret->body = col_blob(st, 5, &ret->len);
}

static int block_altered(const struct block_row *row, struct err *err)
{
	return err_set(err, ERR_CORRUPT,
		       "証跡の内容（%lld番目から）が書き換えられているか、鍵が違います。"
		       "改ざん検査（daicho verify）をしてください",
		       (long long)row->first);
}

static int expand(const struct block_row *row, const uint8_t *packed, size_t len, struct buf *ret,
		  struct err *err)
{
	z_stream z = { 0 };
	size_t at = ret->len;
	int rc;

	if (!buf_room(ret, (size_t)row->plain))
		return err_nomem(err);
	if (inflateInit2(&z, -15) != Z_OK)
		return err_nomem(err);
	z.next_in = (Bytef *)(uintptr_t)packed;
	z.avail_in = (uInt)len;
	z.next_out = (Bytef *)ret->data + at;
	z.avail_out = (uInt)row->plain;
	rc = inflate(&z, Z_FINISH);
	inflateEnd(&z);
	return rc == Z_STREAM_END && z.avail_out == 0 ? 0 : block_altered(row, err);
}

int block_open(const struct block_row *row, int month, const struct month_key *key, struct buf *ret,
	       struct err *err)
{
	CLEANUP(buf_release) struct buf packed;
	const uint8_t *in = row->body;
	char place[256];
	uint8_t *out;
	size_t n;

	buf_init(&packed, 0);
	if (row->len < NONCE_SIZE + TAG_SIZE || row->plain <= 0 || row->plain > PACK_PLAIN_MAX ||
	    strlen(row->keep) > EVENT_NAME_MAX)
		return block_altered(row, err);
	n = place_text(place, sizeof place, month, row->keep, row->first, row->last, row->count,
		       row->plain);
	out = buf_room(&packed, row->len - NONCE_SIZE);
	if (!out)
		return err_nomem(err);
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(
		    out, NULL, NULL, in + NONCE_SIZE, row->len - NONCE_SIZE, (const uint8_t *)place,
		    n, in, key->seal) != 0)
		return block_altered(row, err);
	return expand(row, out, row->len - NONCE_SIZE - TAG_SIZE, ret, err);
}

/* --- walking ------------------------------------------------------------------------- */

void block_walk_init(struct block_walk *w, const struct block_row *row, const struct buf *plain)
{
	w->p = (const uint8_t *)plain->data;
	w->end = w->p + plain->len;
	w->seq = row->first;
	w->begun = false;
}

static bool take_varint(struct block_walk *w, uint64_t *ret)
{
	unsigned shift;

	*ret = 0;
	for (shift = 0; shift < 63 && w->p < w->end; shift += 7) {
		*ret |= (uint64_t)(*w->p & 0x7f) << shift;
		if (!(*w->p++ & 0x80))
			return true;
	}
	return false;
}

int block_walk_next(struct block_walk *w, struct err *err)
{
	uint64_t step, len[EVENT_PARTS];
	bool good;
	int i;

	if (w->p == w->end)
		return 0;
	good = take_varint(w, &step) && (step == 0) != w->begun;
	for (i = 0; good && i < EVENT_PARTS; i++)
		good = take_varint(w, &len[i]);
	for (i = 0; good && i < EVENT_PARTS; i++) {
		good = len[i] <= (uint64_t)(w->end - w->p);
		if (!good)
			break;
		w->part[i] = (struct hash_part){ w->p, (size_t)len[i] };
		w->p += len[i];
	}
	if (!good)
		return err_set(err, ERR_CORRUPT,
			       "証跡の内容のまとまりが読めません。改ざん検査（daicho verify）を"
			       "してください");
	w->seq += (int64_t)step;
	w->begun = true;
	return 1;
}
