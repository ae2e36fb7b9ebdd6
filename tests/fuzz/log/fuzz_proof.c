/* Proof files: what is read is written the same, and checking never crashes. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "log/proof.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct proof_file p;
	struct checkpoint c;
	uint8_t hash[HASH_SIZE] = { 0 };
	struct arena a;
	struct buf b;

	arena_init(&a, 0);
	buf_init(&b, 0);
	if (proof_file_read((const char *)data, size, &a, &p, NULL) == 0) {
		if (proof_file_write(&p, &b, NULL) < 0 || b.len != size ||
		    memcmp(b.data, data, size) != 0)
			abort();
		if (checkpoint_peek(p.checkpoint, p.checkpoint_len, &c, NULL) < 0)
			abort();
		proof_check_inclusion(p.index, c.size, hash, &p.path, c.root, NULL);
		proof_check_consistency(p.index, c.size, hash, c.root, &p.path, NULL);
	}
	buf_release(&b);
	arena_release(&a);
	return 0;
}
