#include "folder.h"

#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "log/leaf.h"
#include "store/audit.h"

void die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

void folder_temporary(char ret[PATH_MAX])
{
	const char *tmp = getenv("TMPDIR");

	snprintf(ret, PATH_MAX, "%s/daicho-fault-XXXXXX", tmp ? tmp : P_tmpdir);
	if (!mkdtemp(ret))
		die("cannot make %s", ret);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

void folder_remove(const char *path)
{
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void folder_copy(const char *from, const char *to)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		execlp("cp", "cp", "-a", from, to, (char *)NULL);
		_exit(127);
	}
	if (waitpid(child, &status, 0) != child || status != 0)
		die("cannot copy %s", from);
}

void data_create(const char *path)
{
	char org[ID_SIZE];
	struct store_init init = { .org_id = org, .org_name = "見本病院", .kind = "hospital" };
	struct err err;

	id_new(org);
	if (store_create(path, &init, &err) < 0)
		die("create: %s", err.text);
}

struct store *data_open(const char *path)
{
	struct store *s;
	struct err err;

	if (store_open(path, 0, &s, &err) < 0)
		die("open: %s", err.text);
	return s;
}

static void print_finding(void *arg, const struct audit_finding *f)
{
	(void)arg;
	fprintf(stderr, "finding: %s %s\n", f->kind, f->text);
}

void data_audit(struct store *s, const char *when)
{
	struct audit_input in = { .attachments = true, .found = print_finding };
	struct audit_result result;
	struct conn *c;
	struct err err;

	if (store_read_begin(s, &c, &err) < 0 || store_audit(c, &in, &result, &err) < 0)
		die("%s: cannot examine: %s", when, err.text);
	store_read_end(c);
	if (result.findings != 0 || !verify_ok(&result.log))
		die("%s: the folder does not verify", when);
}

static int append(struct tx *tx, void *arg, struct err *err)
{
	return tx_append(tx, arg, NULL, err);
}

int entry_write(struct store *s, const char *key, const char *entry, int64_t rev,
		struct receipt *ret, struct err *err)
{
	struct fact f = { .kind = "entry",
			  .ledger = "devices",
			  .entry = entry,
			  .rev = rev,
			  .op = "create",
			  .actor = "system",
			  .part = { { "internal", "{\"1\":\"値\"}", 11, false },
				    { "patient", "{\"2\":\"患者\"}", 14, true } },
			  .part_count = 2 };

	/* As entries are written. */
	return store_write_repeatable(s, key, append, &f, ret, err);
}

bool entry_is(struct conn *c, int64_t seq, const char *entry, int64_t rev)
{
	CLEANUP(buf_release) struct buf b;
	struct leaf_view leaf;

	buf_init(&b, 0);
	if (store_leaf(c, seq, &b, NULL) < 0 || leaf_scan(b.data, b.len, &leaf, NULL) < 0)
		return false;
	return leaf.rev == rev && leaf.entry.data && leaf.entry.len == strlen(entry) &&
	       memcmp(leaf.entry.data, entry, leaf.entry.len) == 0;
}
