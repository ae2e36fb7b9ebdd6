/* Signed notes: opened ones must contain their own text, and no crash. */
#include <stdint.h>
#include <stdlib.h>

#include "log/note.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t seed[32] = { 1 };
	const char *text = (const char *)data;
	struct note_key key;
	struct note note;
	struct err err;

	if (note_key_from_seed("log.example.jp", seed, &key, &err) < 0)
		abort();
	if (note_peek(text, size, &note, &err) == 0 &&
	    (note.text != text || note.text_len + 2 > size || text[note.text_len - 1] != '\n'))
		abort();
	if (note_open(text, size, &key, 1, &note, &err) == 0 && note.signed_count != 1)
		abort();
	return 0;
}
