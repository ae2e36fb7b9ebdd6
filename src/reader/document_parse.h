/* JSON or YAML into a tree. Runs in the child, and in the fuzz targets without one. */
#ifndef DAICHO_READER_DOCUMENT_PARSE_H
#define DAICHO_READER_DOCUMENT_PARSE_H

#include "reader/document.h"
#include "reader/fault.h"
#include "reader/frame.h"

/* Parses data[0..len). Returns 0, or negative with the fault set. */
int document_parse(const char *data, size_t len, enum document_format format, struct arena *arena,
		   struct node **ret, struct fault *f);
int document_parse_json(const char *data, size_t len, struct arena *arena, struct node **ret,
			struct fault *f);
int document_parse_yaml(const char *data, size_t len, struct arena *arena, struct node **ret,
			struct fault *f);
/* Makes jansson look for its random seed now, while it may still open files. */
void document_warm_up(void);

/* Parses and writes the tree as frames. */
int document_write(const char *data, size_t len, enum document_format format,
		   struct frame_writer *w, struct fault *f);

#endif
