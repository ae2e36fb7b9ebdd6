#include "cli/used.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fold.h"
#include "identity/event_left.h"

#define NAME_SIZE 64
#define WHAT_BYTES 120 /* of what was done, before who did it at the machine */

static void name_of(uid_t uid, char ret[NAME_SIZE])
{
	char room[4096];
	struct passwd entry, *found = NULL;

	if (getpwuid_r(uid, &entry, room, sizeof room, &found) == 0 && found)
		snprintf(ret, NAME_SIZE, "%s", found->pw_name);
	else
		snprintf(ret, NAME_SIZE, "uid %u", (unsigned)uid);
}

/* Who signed in at the machine, which stays true under sudo; false where nobody did
 * (a job of the system) or the kernel does not say. */
static bool signed_in_as(uid_t *ret)
{
	char text[32] = "";
	FILE *f = fopen("/proc/self/loginuid", "re");
	unsigned long uid;
	char *end;

	if (!f)
		return false;
	if (!fgets(text, sizeof text, f))
		text[0] = '\0';
	fclose(f);
	uid = strtoul(text, &end, 10);
	*ret = (uid_t)uid;
	return end != text && uid != (uid_t)-1;
}

/* "tanaka", or "root、ログインは tanaka". */
static void person(char *ret, size_t size)
{
	char name[NAME_SIZE], login[NAME_SIZE];
	uid_t uid;

	name_of(geteuid(), name);
	if (signed_in_as(&uid) && uid != geteuid()) {
		name_of(uid, login);
		snprintf(ret, size, "%s、ログインは %s", name, login);
	} else {
		snprintf(ret, size, "%s", name);
	}
}

static int write_elsewhere(const char *folder, const struct actor *who, const struct event *e,
			   struct err *err)
{
	struct store *s = NULL;
	int r = store_open(folder, 0, &s, err);

	/* Somebody else writes, or nobody can before the folder has been mended. */
	if (r < 0)
		return event_leave(folder, who, e, err);
	r = event_write(s, who, e, err);
	store_close(s);
	return r;
}

/* The drawing process of a server. Neither a folder nobody writes (0) nor a parent outside the
 * PID namespace (0 too) makes one. */
static bool server_asks(const struct data *d)
{
	long writer = store_readonly(d->store) ? store_writer(store_path(d->store)) : 0;

	return writer > 0 && writer == getppid();
}

/* On a full disk people must be able to save what they have, and to read a medium that takes no
 * writing. Any other trouble (rights, a broken disk) is mended first. */
static bool takes_nothing(const struct err *why)
{
	return why->code == ERR_IO &&
	       (why->sys == ENOSPC || why->sys == EDQUOT || why->sys == EROFS);
}

int used_note(struct data *d, const struct actor *who, const struct event *e, struct err *err)
{
	const char *folder = store_path(d->store), *what = e->detail ? e->detail : "";
	struct event full = *e;
	struct err why = { 0 };
	char by[2 * NAME_SIZE + 32], detail[320];
	int r;

	if (server_asks(d))
		return 0;
	person(by, sizeof by);
	snprintf(detail, sizeof detail, "%.*s（コマンド、OSの利用者 %s）",
		 (int)utf8_cut(what, strnlen(what, WHAT_BYTES)), what, by);
	full.detail = detail;
	r = store_readonly(d->store) ? write_elsewhere(folder, who, &full, &why)
				     : event_write(d->store, who, &full, &why);
	if (r < 0 && takes_nothing(&why)) {
		(void)fprintf(
			stderr,
			"注意: "
			"このデータフォルダには書けないので、取り出したことを利用の記録に残せま"
			"せん。%s\n",
			why.text);
		return 0;
	}
	return r < 0 ? err_set(err, r, "利用の記録に残せないので、何も取り出していません。%s",
			       why.text)
		     : 0;
}

void used_refused(struct data *d, const struct actor *who, const char *ledger,
		  const struct err *err)
{
	const struct event e = {
		.kind = EVENT_REFUSED, .ledger = ledger, .detail = err->text, .refused = true
	};

	if (err->code == ERR_DENIED)
		(void)used_note(d, who, &e, NULL);
}
