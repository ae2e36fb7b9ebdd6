#include "ledger/attach.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/fold.h"
#include "reader/filetype.h"

/* Every type that is recognised can be stored. */
#define FILETYPE(kind, mime, label, active, extensions) \
	_Static_assert(sizeof mime - 1 <= FILE_MIME_MAX, mime " is too long for the store");
#include "reader/filetypes.def"
#undef FILETYPE

/* The last part of a name as browsers and Windows send it, cut to what the store
 * holds without losing the extension. */
static int clean_name(const char *filename, char ret[FILE_NAME_MAX + 1], struct err *err)
{
	const char *name = filename, *p, *dot;
	size_t len, tail, head;

	for (p = filename; *p; p++)
		if (*p == '/' || *p == '\\')
			name = p + 1;
	if (!utf8_valid(name, strlen(name), NULL) || text_has_control(name, false))
		return err_set(
			err, ERR_INVALID,
			"ファイル名に使えない文字があります。名前を変えてから付けてください。");
	if (!*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return err_set(err, ERR_INVALID,
			       "ファイルに名前がありません。選び直してください。");
	len = strlen(name);
	if (len <= FILE_NAME_MAX) {
		memcpy(ret, name, len + 1);
		return 0;
	}
	dot = strrchr(name, '.');
	tail = dot && strlen(dot) <= 16 ? strlen(dot) : 0;
	head = FILE_NAME_MAX - tail;
	while (head && ((unsigned char)name[head] & 0xC0) == 0x80)
		head--;
	memcpy(ret, name, head);
	memcpy(ret + head, name + len - tail, tail);
	ret[head + tail] = '\0';
	return 0;
}

static int check_size(int fd, const char *name, int64_t limit, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_errno(err, errno, "ファイル「%s」を読めません", name);
	if (!S_ISREG(st.st_mode) || st.st_size == 0)
		return err_set(err, ERR_INVALID,
			       "ファイル「%s」は空です。中身のあるファイルを選んでください。",
			       name);
	if (st.st_size > limit)
		return err_set(
			err, ERR_LIMIT,
			"ファイル「%s」は大きすぎます（%lld MB）。%lld MB までにしてください。",
			name, (long long)(st.st_size / 1048576 + 1), (long long)(limit / 1048576));
	return 0;
}

static int check_type(int fd, const char *name, struct filetype *ret, struct err *err)
{
	char head[FILETYPE_HEAD];
	size_t n = 0;
	ssize_t got;

	while (n < sizeof head && (got = read(fd, head + n, sizeof head - n)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_errno(err, errno, "ファイル「%s」を読めません", name);
		n += (size_t)got;
	}
	*ret = filetype_detect(head, n, name);
	if (ret->active)
		return err_set(err, ERR_INVALID,
			       "ファイル「%s」（%"
			       "s）は、開くと動くプログラムを含むことがあるため付けられません。"
			       "PDFや画像にしてから付けてください。",
			       name, ret->label);
	if (ret->lies)
		return err_set(err, ERR_INVALID,
			       "ファイル「%s」の中身は%sで、名前と合いません。"
			       "正しいファイルか確かめ、名前を直してから付けてください。",
			       name, ret->label);
	return 0;
}

static int check_file(const char *path, const char *name, int64_t limit, struct filetype *ret,
		      struct err *err)
{
	CLEANUP(close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	int r;

	if (fd < 0)
		return err_errno(err, errno, "ファイル「%s」を読めません", name);
	r = check_size(fd, name, limit, err);
	return r < 0 ? r : check_type(fd, name, ret, err);
}

int attach_put(struct ledgers *l, const struct actor *who, const struct ledger_def *def,
	       const char *path, const char *filename, int64_t limit, struct file_info *ret,
	       struct err *err)
{
	char name[FILE_NAME_MAX + 1];
	struct filetype type;
	int r = permit(who, PERM_LEDGER_CREATE, def, NULL) == 0
			? 0
			: permit(who, PERM_LEDGER_EDIT, def, err);

	if (r >= 0)
		r = clean_name(filename, name, err);
	if (r >= 0)
		r = check_file(path, name, limit > 0 ? limit : ATTACH_SIZE_MAX, &type, err);
	if (r < 0)
		return r;
	return store_file_put(ledgers_store(l), path, name, type.mime, ret, err);
}

const char *attach_name(struct conn *c, const char *hash, struct arena *arena)
{
	struct file_info info;
	const char *name;

	name = arena_strdup(arena, store_file_info(c, hash, &info, NULL) == 0 ? info.name : hash);
	return name ? name : "";
}

bool attach_belongs(const struct entry *e, const char *hash)
{
	size_t i, len = strlen(hash);

	if (len != HASH_HEX_SIZE - 1)
		return false;
	for (i = 0; i < e->def->field_count; i++)
		if (e->def->field[i].type == FIELD_FILES && strstr(e->value[i], hash))
			return true;
	return false;
}

/* No ledger can have this name, so no tag of a field is one of these. */
static void mark_of(struct ledgers *l, const struct actor *who, const char *hash, char ret[33])
{
	char text[ID_SIZE + HASH_HEX_SIZE + 64];

	snprintf(text, sizeof text, "%.60s %.64s", who->account, hash);
	store_tag(ledgers_store(l), "posted file", 1, text, ret);
}

const char *attach_offer(struct ledgers *l, const struct actor *who, const char *hash,
			 struct arena *arena)
{
	char mark[33];

	mark_of(l, who, hash, mark);
	return arena_printf(arena, "%s:%s", hash, mark);
}

/* True if some revision of the entry names the file. */
static int was_held(struct ledgers *l, struct conn *c, const struct ledger_def *def,
		    const char *entry, const char *hash, struct err *err)
{
	struct arena arena;
	struct entry e;
	int64_t rev = 0;
	bool found = false;
	int r;

	arena_init(&arena, 0);
	do {
		arena_release(&arena);
		r = entry_get(l, c, def, entry, rev, &arena, &e, err);
		found = r == 0 && attach_belongs(&e, hash);
		rev = r == 0 ? e.rev - 1 : 0;
	} while (r == 0 && !found && rev > 0);
	arena_release(&arena);
	return r < 0 ? r : found;
}

int attach_accept(struct ledgers *l, struct conn *c, const struct actor *who,
		  const struct ledger_def *def, const char *entry, const char *posted,
		  char ret_hash[HASH_HEX_SIZE], struct err *err)
{
	const char *colon = strchr(posted, ':');
	uint8_t hash[HASH_SIZE];
	char expected[33];
	int r = 0;

	ret_hash[0] = '\0';
	if (strcspn(posted, ":") == HASH_HEX_SIZE - 1) {
		memcpy(ret_hash, posted, HASH_HEX_SIZE - 1);
		ret_hash[HASH_HEX_SIZE - 1] = '\0';
	}
	if (hex_decode(ret_hash, hash, sizeof hash)) {
		mark_of(l, who, ret_hash, expected);
		if (colon && strlen(colon + 1) == sizeof expected - 1 &&
		    bytes_equal(colon + 1, expected, sizeof expected - 1))
			return 0;
		r = entry ? was_held(l, c, def, entry, ret_hash, err) : 0;
		if (r < 0)
			return r;
	}
	return r > 0 ? 0
		     : err_set(err, ERR_INVALID,
			       "付けようとしたファイルは、この記録のものではありません。手元のファ"
			       "イルを"
			       "選んで、もう一度付けてください。");
}
