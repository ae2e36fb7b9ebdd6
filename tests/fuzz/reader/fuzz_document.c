/* Bytes as JSON, as YAML, and as the frames of a tree that a child taken over might send. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "reader/document_parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void parse(const char *data, size_t size, enum document_format format)
{
	struct frame_writer writer;
	struct fault f = { 0 };
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

	frame_writer_init(&writer, fd);
	if (document_write(data, size, format, &writer, &f) < 0 && f.kind == FAULT_NONE)
		abort();
	frame_writer_release(&writer);
	close(fd);
}

/* Every list and map has what it counts, or the walk crashes. */
static size_t walk(const struct node *n)
{
	size_t count = 1;

	for (size_t i = 0; i < n->count; i++) {
		if (n->kind == NODE_MAP && n->key[i]->kind != NODE_SCALAR)
			abort();
		count += walk(n->item[i]);
	}
	return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *bytes = (const char *)data;
	struct arena arena;
	struct frame_tree tree = { .arena = &arena };

	parse(bytes, size, DOCUMENT_JSON);
	parse(bytes, size, DOCUMENT_YAML);
	arena_init(&arena, 0);
	if (frame_read_tree(bytes, size, &tree) && frame_tree_whole(&tree) &&
	    walk(tree.root) > size)
		abort();
	arena_release(&arena);
	return 0;
}
