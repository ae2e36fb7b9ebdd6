/* JSON into a tree with the place of each value; numbers stay the text received. */
#ifndef DAICHO_MESSAGE_JSON_H
#define DAICHO_MESSAGE_JSON_H

#include "message/shape.h"

/* Parses len bytes of UTF-8, one value and nothing behind it. NULL with the fault and the place. */
struct part *json_parse(struct reading *r, const char *bytes, size_t len,
			enum message_fault *ret_fault, size_t *ret_at);

#endif
