/*
 * The power fails before every single call while a witness makes its folder and learns of a log:
 * a key whose verification key was told to others is there, and so is what it was told to know.
 */
#include <stdio.h>
#include <string.h>

#include "anchor/witness_store.h"
#include "base/file.h"
#include "base/sink.h"
#include "folder.h"
#include "power.h"

#define ORIGIN "daicho/power"

struct run {
	char vkey[NOTE_VKEY_SIZE];
	int acked; /* 1: the key was told, 2: the log is known */
};

static void deeds(const char *place, const char *log_key, struct run *r)
{
	struct witness_store *w = NULL;
	char dir[PATH_MAX + 32];
	struct err err;

	snprintf(dir, sizeof dir, "%s/witness", place);
	if (witness_store_open(dir, "w.example.jp", &w, &err) < 0)
		die("open: %s", err.text);
	witness_store_vkey(w, r->vkey);
	__atomic_add_fetch(&r->acked, 1, __ATOMIC_SEQ_CST);
	if (witness_store_add(w, ORIGIN, log_key, &err) < 0)
		die("add: %s", err.text);
	__atomic_add_fetch(&r->acked, 1, __ATOMIC_SEQ_CST);
	witness_store_free(w);
}

/* The file of the only log. */
static bool log_known(const char *dir)
{
	char path[PATH_MAX + 160], hex[HASH_HEX_SIZE];
	uint8_t hash[HASH_SIZE];

	hash_bytes(ORIGIN, strlen(ORIGIN), hash);
	hex_encode(hash, sizeof hash, hex);
	snprintf(path, sizeof path, "%s/logs/%s", dir, hex);
	return file_exists(path);
}

static void check(const char *image, const struct run *r, int acked)
{
	struct witness_store *w = NULL;
	char dir[PATH_MAX + 32], vkey[NOTE_VKEY_SIZE];
	struct err err;

	if (!acked)
		return;
	snprintf(dir, sizeof dir, "%s/witness", image);
	if (witness_store_open(dir, NULL, &w, &err) < 0)
		die("the key that was told is lost: %s", err.text);
	witness_store_vkey(w, vkey);
	if (strcmp(vkey, r->vkey) != 0)
		die("another key than was told");
	if (acked > 1 && !log_known(dir))
		die("a log that was told to be known is lost");
	witness_store_free(w);
}

/* False when the sequence has fewer calls. */
static bool one(const char *root, const char *log_key, int nth)
{
	char place[PATH_MAX + 16], image[PATH_MAX + 16];
	struct run r = { .acked = 0 };
	struct err err;
	int acked = 0;
	bool cut;

	snprintf(place, sizeof place, "%s/place", root);
	snprintf(image, sizeof image, "%s/image", root);
	folder_remove(place);
	folder_remove(image);
	if (dir_make(place, 0700, &err) < 0)
		die("%s", err.text);
	power_begin(place, nth, image, false, &r.acked, &acked);
	deeds(place, log_key, &r);
	/* One more call, so that the power can fail after all that was told, too. */
	snprintf(place + strlen(place), 8, "/later");
	(void)dir_make(place, 0700, NULL);
	cut = power_end();
	if (cut)
		check(image, &r, acked);
	return cut;
}

int main(void)
{
	static const uint8_t seed[32] = { 1 };
	char root[PATH_MAX], log_key[NOTE_VKEY_SIZE];
	struct note_key key;
	struct err err;
	int nth = 1;

	sink_quiet(1);
	if (note_key_from_seed(ORIGIN, seed, &key, &err) < 0)
		die("%s", err.text);
	note_vkey_write(&key, log_key);
	folder_temporary(root);
	while (one(root, log_key, nth))
		nth++;
	folder_remove(root);
	if (nth < 10)
		die("only %d cuts could be made", nth);
	printf("%d power cuts: 0 told lost\n", nth);
	return 0;
}
