/* Bodies that reach a witness, and notes with cosignatures: no crash, and what is read is
 * written back as it came. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "log/cosign.h"
#include "log/witness.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct witness_log log = { .origin = "example.com/log", .size = 3 };
	struct witness_request q;
	struct checkpoint c;
	struct buf b;
	uint64_t seconds;

	if (witness_request_read((const char *)data, size, &q, NULL) < 0)
		return 0;
	buf_init(&b, 0);
	assert(witness_request_write(&q, &b, NULL) == 0);
	assert(b.len == size && memcmp(b.data, data, size) == 0);
	buf_release(&b);
	(void)witness_judge(&log, &q, &c, NULL);
	(void)cosign_find(&log.key, q.note, q.note_len, &seconds, NULL);
	return 0;
}
