/* How much one reply may have attached. */
#include <string.h>

#include "base/cleanup.h"
#include "vendor/reply.h"

struct held {
	struct ledgers *l;
	struct conn *c;
	const struct ledger_def *def;
	struct buf seen; /* hashes that are counted, one after the other */
	int64_t bytes;
};

static int add_file(struct held *h, const char *hash, struct err *err)
{
	struct file_info info;
	int r;

	if (h->seen.len && memmem(h->seen.data, h->seen.len, hash, HASH_HEX_SIZE - 1))
		return 0;
	buf_add(&h->seen, hash, HASH_HEX_SIZE - 1);
	buf_putc(&h->seen, '\n');
	r = store_file_info(h->c, hash, &info, err);
	if (r >= 0)
		h->bytes += info.size;
	return r < 0 ? r : 0;
}

static int add_revision(struct held *h, const char *id, int64_t rev, struct err *err)
{
	CLEANUP(arena_release) struct arena arena;
	struct entry e;
	const char *line;
	int field = ledger_field(h->def, "files"), r;

	arena_init(&arena, 0);
	r = entry_get(h->l, h->c, h->def, id, rev, &arena, &e, err);
	line = r == 0 && field >= 0 ? e.value[field] : "";
	while (r == 0 && *line) {
		size_t n = strcspn(line, "\n");
		char hash[HASH_HEX_SIZE] = "";

		if (n == HASH_HEX_SIZE - 1) {
			memcpy(hash, line, n);
			r = add_file(h, hash, err);
		}
		line += n + (line[n] == '\n');
	}
	return r;
}

int reply_files_fit(struct ledgers *l, struct conn *c, const struct reply *reply, int64_t more,
		    struct err *err)
{
	struct held h = { .l = l, .c = c };
	int64_t rev = *reply->id ? reply->rev : 0;
	int r = ledgers_find(l, "round_replies", &h.def, err);

	buf_init(&h.seen, 0);
	for (; r == 0 && rev > 0; rev--)
		r = add_revision(&h, reply->id, rev, err);
	if (r == 0 && buf_failed(&h.seen))
		r = err_nomem(err);
	buf_release(&h.seen);
	if (r == 0 && h.bytes + more > REPLY_TOTAL_BYTES)
		return err_field(err, ERR_LIMIT, "files",
				 "付けられるのは、外したものも含めて合わせて%"
				 "lldMBまでです（今までに%lldMB）。"
				 "これより大きな資料は、医療機関の担当者に渡し方を確かめてください",
				 (long long)(REPLY_TOTAL_BYTES / 1048576),
				 (long long)((h.bytes + 1048575) / 1048576));
	return r;
}
