/* What a browser calls itself, in words people know. */
#ifndef DAICHO_PAGE_AGENT_H
#define DAICHO_PAGE_AGENT_H

#include "base/arena.h"

/* "Chrome（Windows）" for a User-Agent header; "不明" when nothing is known in it. */
const char *agent_words(const char *agent, struct arena *arena);

#endif
