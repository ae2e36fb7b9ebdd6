#include "trail/source.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/fold.h"

#define LIST_BYTES ((size_t)64 * 1024 * 1024)

struct source_list {
	struct arena arena;
	struct source *item;
	size_t count, alloc;
};

/* --- reading --------------------------------------------------------------------------- */

struct reading {
	struct source_list *list;
	const struct ledger_def *def;
};

static const char *text(const struct reading *r, const struct list_row *row, const char *name)
{
	int i = ledger_field(r->def, name);
	const char *v = i >= 0 && row->value[i] ? row->value[i] : "";

	return *v ? arena_strdup(&r->list->arena, v) : "";
}

static int number(const struct reading *r, const struct list_row *row, const char *name)
{
	const char *v = text(r, row, name);

	return v ? (int)strtol(v, NULL, 10) : 0;
}

static bool stands(const struct reading *r, const struct list_row *row)
{
	const char *status = text(r, row, "status");

	return (row->state == STATE_CONFIRMED || row->state == STATE_APPROVED) && status &&
	       strcmp(status, "ended") != 0;
}

static bool room(struct source_list *list)
{
	size_t n = list->alloc ? list->alloc * 2 : 32;
	struct source *grown;

	if (list->count < list->alloc)
		return true;
	grown = arena_calloc(&list->arena, n, sizeof *grown);
	if (!grown)
		return false;
	if (list->count)
		memcpy(grown, list->item, list->count * sizeof *grown);
	list->item = grown;
	list->alloc = n;
	return true;
}

static int keep_source(void *arg, const struct list_row *row, struct err *err)
{
	struct reading *r = arg;
	struct source_list *list = r->list;

	if (!stands(r, row))
		return 0;
	if (!room(list))
		return err_nomem(err);
	list->item[list->count++] = (struct source){
		.id = arena_strdup(&list->arena, row->id),
		.name = text(r, row, "name"),
		.format = text(r, row, "format"),
		.map = text(r, row, "map"),
		.keep = text(r, row, "keep"),
		.certificate = text(r, row, "certificate"),
		.address = text(r, row, "address"),
		.host = text(r, row, "host_name"),
		.code = text(r, row, "source_code"),
		.silence_minutes = number(r, row, "silence_minutes"),
		.clock_seconds = number(r, row, "clock_seconds"),
		.patient_digits = number(r, row, "patient_digits"),
		.maintenance = number(r, row, "maintenance") == 1,
	};
	if (arena_failed(&list->arena))
		return err_nomem(err);
	if (!*list->item[list->count - 1].keep)
		list->item[list->count - 1].keep = "standard";
	return 0;
}

int source_list_read(struct ledgers *l, struct conn *c, struct source_list **ret, struct err *err)
{
	struct source_list *list = calloc(1, sizeof *list);
	struct reading r = { .list = list };
	struct list_query q = { .sort = -1 };
	int rc;

	if (!list)
		return err_nomem(err);
	arena_init(&list->arena, LIST_BYTES);
	rc = ledgers_find(l, "log_sources", &r.def, err);
	q.def = r.def;
	if (rc == 0 && ledgers_current(l, r.def))
		rc = list_each(l, c, &q, keep_source, &r, err);
	if (rc < 0)
		source_list_free(list);
	else
		*ret = list;
	return rc < 0 ? rc : 0;
}

void source_list_free(struct source_list *list)
{
	if (!list)
		return;
	arena_release(&list->arena);
	free(list);
}

const struct source *source_all(const struct source_list *list, size_t *ret_count)
{
	*ret_count = list->count;
	return list->item;
}

const struct source *source_find(const struct source_list *list, const char *id_or_name)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (strcmp(list->item[i].id, id_or_name) == 0 ||
		    strcmp(list->item[i].name, id_or_name) == 0)
			return &list->item[i];
	return NULL;
}

/* --- recognising --------------------------------------------------------------------------- */

static bool bits_equal(const uint8_t *a, const uint8_t *b, long bits)
{
	size_t whole = (size_t)bits / 8;
	unsigned rest = (unsigned)bits % 8;

	return memcmp(a, b, whole) == 0 && (rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0);
}

/* `net` is "192.0.2.1" or "192.0.2.0/24". */
static bool net_holds(char *net, const char *address)
{
	uint8_t want[16], have[16];
	char *slash = strchr(net, '/');
	int family = strchr(address, ':') ? AF_INET6 : AF_INET;
	long most = family == AF_INET6 ? 128 : 32, bits = most;

	if (slash) {
		*slash = '\0';
		bits = strtol(slash + 1, NULL, 10);
	}
	return bits >= 0 && bits <= most && inet_pton(family, net, want) == 1 &&
	       inet_pton(family, address, have) == 1 && bits_equal(want, have, bits);
}

/* The list is written as people write it; see the check ip_list. */
static bool address_holds(const char *list, const char *address)
{
	static const char marks[] = " ,\n;";
	struct buf b;
	char *p, *save = NULL, *one;
	bool holds = false;

	buf_init(&b, 0);
	for (; *list; list++) {
		if (strncmp(list, "、", strlen("、")) == 0) {
			buf_putc(&b, ' ');
			list += strlen("、") - 1;
		} else {
			buf_putc(&b, *list);
		}
	}
	p = buf_failed(&b) || !b.len ? NULL : b.data;
	for (one = p ? strtok_r(p, marks, &save) : NULL; one && !holds;
	     one = strtok_r(NULL, marks, &save))
		holds = net_holds(one, address);
	buf_release(&b);
	return holds;
}

static bool same_host(const char *want, const char *have)
{
	return strcasecmp(want, have) == 0;
}

static bool same_text(const char *want, const char *have)
{
	return strcmp(want, have) == 0;
}

/* How well a source fits: 0 not at all. */
static unsigned weight(const struct source *s, const struct source_signs *signs)
{
	const struct {
		const char *want, *have;
		bool (*holds)(const char *want, const char *have);
		unsigned weight;
	} sign[] = {
		{ s->certificate, signs->certificate, same_text, 8 },
		{ s->code, signs->code, same_text, 4 },
		{ s->host, signs->host, same_host, 2 },
		{ s->address, signs->address, address_holds, 1 },
	};
	unsigned sum = 0;
	size_t i;

	for (i = 0; i < sizeof sign / sizeof sign[0]; i++) {
		if (!*sign[i].want)
			continue;
		if (!sign[i].have || !*sign[i].have || !sign[i].holds(sign[i].want, sign[i].have))
			return 0;
		sum += sign[i].weight;
	}
	return sum;
}

/* Whether an entry names the certificate shown. Then what its holder says of itself, a host name
 * or an AuditSourceID, must not make it one of the others. */
static bool is_named(const struct source_list *list, const char *certificate)
{
	size_t i;

	for (i = 0; certificate && *certificate && i < list->count; i++)
		if (same_text(list->item[i].certificate, certificate))
			return true;
	return false;
}

const struct source *source_recognise(const struct source_list *list,
				      const struct source_signs *signs)
{
	bool named = is_named(list, signs->certificate);
	const struct source *best = NULL;
	unsigned most = 0;
	size_t i;

	for (i = 0; i < list->count; i++) {
		unsigned w = named && !*list->item[i].certificate
				     ? 0
				     : weight(&list->item[i], signs);

		if (w == 0 || w < most)
			continue;
		best = w > most ? &list->item[i] : NULL;
		most = w;
	}
	return best;
}

/* --- patients --------------------------------------------------------------------------------- */

void source_patient(const struct source *s, const char *given, char ret[SOURCE_PATIENT_SIZE])
{
	char key[SOURCE_PATIENT_SIZE];
	const char *p = key;
	int digits = s ? s->patient_digits : 0;

	*ret = '\0';
	if (fold_key_cut(given, key, sizeof key) <= 0)
		return;
	if (digits > SOURCE_PATIENT_SIZE - 1)
		digits = SOURCE_PATIENT_SIZE - 1;
	if (strspn(key, "0123456789") != strlen(key)) {
		memcpy(ret, key, sizeof key);
		return;
	}
	while (*p == '0' && p[1])
		p++;
	for (; digits > (int)strlen(p); digits--)
		*ret++ = '0';
	memcpy(ret, p, strlen(p) + 1);
}
