#include "reader/document_parse.h"

#include <string.h>

#include "base/fold.h"

/* The place of a byte, as editors count it. */
static int not_utf8(const char *data, size_t bad, struct fault *f)
{
	uint32_t line = 1, column = 1;

	for (size_t i = 0; i < bad; i++) {
		column++;
		if (data[i] == '\n') {
			line++;
			column = 1;
		}
	}
	fault_text(f, FAULT_ENCODING, "UTF-8");
	f->row = line;
	f->column = column;
	f->a = bad + 1;
	return ERR_INVALID;
}

int document_parse(const char *data, size_t len, enum document_format format, struct arena *arena,
		   struct node **ret, struct fault *f)
{
	size_t bad = 0;

	*f = (struct fault){ 0 };
	if (len > DOCUMENT_BYTES_MAX)
		return fault_number(f, FAULT_DOCUMENT_LARGE, 0, 0, DOCUMENT_BYTES_MAX >> 20, 0);
	if (!utf8_valid(data, len, &bad))
		return not_utf8(data, bad, f);
	if (len >= 3 && memcmp(data, "\xEF\xBB\xBF", 3) == 0) {
		data += 3;
		len -= 3;
	}
	return format == DOCUMENT_JSON ? document_parse_json(data, len, arena, ret, f)
				       : document_parse_yaml(data, len, arena, ret, f);
}

int document_write(const char *data, size_t len, enum document_format format,
		   struct frame_writer *w, struct fault *f)
{
	struct arena arena;
	struct node *root = NULL;
	int rc;

	arena_init(&arena, DOCUMENT_ARENA);
	rc = document_parse(data, len, format, &arena, &root, f);
	if (rc >= 0)
		rc = frame_write_tree(w, root, f);
	arena_release(&arena);
	return rc;
}
