/* XML into a tree: any DOCTYPE is refused, depth is bounded, entities other than the five and
 * encodings other than the caller's UTF-8 do not exist. */
#ifndef DAICHO_MESSAGE_MARKUP_H
#define DAICHO_MESSAGE_MARKUP_H

#include "message/shape.h"

/* Parses len bytes of UTF-8 at bytes+from. NULL with the fault and the place of the byte. */
struct part *markup_read(struct reading *r, const char *bytes, size_t len,
			 enum message_fault *ret_fault, size_t *ret_at);
/* Forgets the parser kept in the reading. */
void markup_release(struct reading *r);

#endif
