/* A log in memory for the tests: leaves, stored hashes, keys, checkpoints. */
#ifndef DAICHO_TEST_MEMLOG_H
#define DAICHO_TEST_MEMLOG_H

#include "base/buf.h"
#include "log/leaf.h"
#include "log/note.h"
#include "log/tree.h"
#include "log/verify.h"

#define MEMLOG_ORIGIN "log.example.jp/hospital"
#define MEMLOG_NOTES 8

struct memlog_leaf {
	uint64_t index;
	char *data;
	size_t len;
};

struct memlog {
	struct memlog_leaf *leaf;
	size_t count, next;
	uint8_t *hash[3]; /* stored hashes of levels 0 to 2 */
	int64_t at_us;
	struct note_key key;	   /* the newest */
	unsigned seeds;		   /* keys made so far */
	char vkey[NOTE_VKEY_SIZE]; /* of leaf 0 */
	struct buf note[MEMLOG_NOTES];
	struct verify_checkpoint checkpoint[MEMLOG_NOTES];
	size_t note_count;
};

/* A log opened with its first leaf; memlog_free() it. */
struct memlog *memlog_new(void);
void memlog_free(struct memlog *m);
/* Adds `count` ordinary leaves, one second apart. */
void memlog_grow(struct memlog *m, size_t count);
/* Hands the log over to a new key. */
void memlog_rotate(struct memlog *m);
/* Adds raw bytes as a leaf. */
void memlog_add(struct memlog *m, const char *data, size_t len);
void memlog_add_leaf(struct memlog *m, const struct leaf *leaf);
/* A signed checkpoint of all leaves, kept in checkpoint[]. */
void memlog_sign(struct memlog *m, bool anchored);
/* As memlog_sign with any key, origin and size. */
void memlog_sign_as(struct memlog *m, const struct note_key *key, const char *origin, uint64_t size,
		    bool anchored);
/* Computes the stored hashes anew from the leaves, as an attacker would. */
void memlog_rehash(struct memlog *m);
/* The key of a number. */
void memlog_key(unsigned seed, struct note_key *ret);

struct tree_source memlog_hashes(struct memlog *m);
struct leaf_source memlog_leaves(struct memlog *m);
/* Root by the definition in RFC 6962, from the leaves alone. */
void memlog_root(const struct memlog *m, size_t size, uint8_t ret[HASH_SIZE]);
void naive_root(const uint8_t *leaf_hashes, size_t count, uint8_t ret[HASH_SIZE]);

/* Path of the vectors of others, or NULL after printing SKIP. */
const char *shared_path(const char *sub, char *ret, size_t size);
/* Removes a folder with all that is in it. */
void folder_remove(const char *dir);
/* A new empty folder below the temporary folder. */
void folder_new(char *ret, size_t size);

#endif
