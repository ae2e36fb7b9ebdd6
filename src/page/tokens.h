/* What the pages about keys of machines share. */
#ifndef DAICHO_PAGE_TOKENS_H
#define DAICHO_PAGE_TOKENS_H

#include "page/layout.h"

/* The page that shows a new key, once. Wipes `text`. */
int token_show_once(struct request *req, struct response *res, const struct token *t,
		    char text[TOKEN_TEXT_SIZE], struct err *err);
/* What a key covers, in words people know: "機器台帳を見る、記録の証明". Never NULL. */
const char *token_scope_words(struct request *req, const struct token *t);
/* The last day of a key, and how soon that is. */
const char *token_end_words(struct request *req, const struct token *t);
/* True if it ends within 30 days. */
bool token_ends_soon(const struct token *t);

#endif
