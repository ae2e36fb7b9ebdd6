/* Evidence of an answer: "ledger/entry" or the hash of a file per line. */
#include <string.h>

#include "round/answers.h"
#include "round/given.h"

struct reading {
	struct ledgers *l;
	struct conn *c;
	struct arena *arena;
	bool named;
};

static void entry_evidence(const struct reading *r, char *line, struct evidence *e)
{
	char *slash = strchr(line, '/');
	const struct ledger_def *def;

	e->name = line;
	if (!slash)
		return;
	*slash = '\0';
	e->ledger = line;
	e->entry = slash + 1;
	e->name = e->entry;
	def = r->named ? define_ledger(ledgers_defs(r->l), e->ledger) : NULL;
	if (def)
		e->name = arena_printf(r->arena, "%s: %s", def->title.ja,
				       entry_name(r->l, r->c, def, e->entry, r->arena));
}

static void file_evidence(const struct reading *r, const char *hash, struct evidence *e)
{
	struct file_info info;

	e->file = hash;
	e->name = hash;
	if (r->named && store_file_info(r->c, hash, &info, NULL) == 0)
		e->name = arena_strdup(r->arena, info.name);
}

int evidence_read(struct ledgers *l, struct conn *c, const char *refs, const char *files,
		  unsigned detail, struct arena *arena, struct answer *ret, struct err *err)
{
	const struct reading r = { l, c, arena, !(detail & ROUND_UNNAMED) };
	size_t count = lines_count(refs) + lines_count(files), n = 0;
	struct evidence *list = arena_calloc(arena, count + 1, sizeof *list);
	const char *texts[2] = { refs, files };
	int i;

	for (i = 0; list && i < 2; i++) {
		const char *p = texts[i];

		while (*p) {
			size_t len = strcspn(p, "\n");
			char *line = arena_strndup(arena, p, len);

			if (!line)
				return err_nomem(err);
			if (len && i == 0)
				entry_evidence(&r, line, &list[n++]);
			else if (len)
				file_evidence(&r, line, &list[n++]);
			p += len + (p[len] == '\n');
		}
	}
	ret->evidence = list;
	ret->evidence_count = n;
	return list && !arena_failed(arena) ? 0 : err_nomem(err);
}
