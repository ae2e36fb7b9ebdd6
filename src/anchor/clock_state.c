#include "anchor/clock_state.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>
#include <sys/wait.h>
#include <unistd.h>

#include "anchor/steps.h"
#include "base/clock.h"

#define PATIENCE_MS 3000

extern char **environ;

/* Reads until the end, the limit or the end of patience; false if it ended early. */
static bool drain(int fd, char *ret, size_t size)
{
	int64_t until = clock_mono_us() + PATIENCE_MS * 1000;
	size_t used = 0;
	ssize_t n = -1;

	while (used + 1 < size) {
		int64_t left = (until - clock_mono_us()) / 1000;
		struct pollfd p = { .fd = fd, .events = POLLIN };

		if (left <= 0 || poll(&p, 1, (int)left) <= 0)
			break;
		n = read(fd, ret + used, size - 1 - used);
		if (n <= 0)
			break;
		used += (size_t)n;
	}
	ret[used] = '\0';
	return n == 0;
}

/* What a program of this machine prints; false if there is none or it fails. */
static bool output_of(const char *const *argv, char *ret, size_t size)
{
	posix_spawn_file_actions_t actions;
	int fd[2], status = -1, r;
	bool whole;
	pid_t pid;

	if (pipe2(fd, O_CLOEXEC) != 0)
		return false;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, fd[1], 1);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	r = posix_spawn(&pid, argv[0], &actions, NULL, (char *const *)(uintptr_t)argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(fd[1]);
	whole = r == 0 && drain(fd[0], ret, size);
	close(fd[0]);
	if (r != 0)
		return false;
	if (!whole)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return whole && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* Reference, name, stratum, time, offset in seconds, ... , leap status; commas between. */
bool clock_read_chrony(const char *text, struct clock_report *ret)
{
	char copy[1024], *field[14], *p = copy;
	size_t n = 0;

	(void)snprintf(copy, sizeof copy, "%s", text);
	copy[strcspn(copy, "\n")] = '\0';
	while (n < 14 && (field[n] = strsep(&p, ",")))
		n++;
	if (n < 14)
		return false;
	memset(ret, 0, sizeof *ret);
	ret->by = "chrony";
	(void)snprintf(ret->server, sizeof ret->server, "%.120s", field[1]);
	ret->synchronised = strcmp(field[13], "Normal") == 0 && strcmp(field[2], "0") != 0;
	ret->has_offset = true;
	ret->offset_us = (int64_t)(strtod(field[4], NULL) * 1e6);
	return true;
}

bool clock_read_timedatectl(const char *text, struct clock_report *ret)
{
	const char *at = strstr(text, "NTPSynchronized=");

	if (!at)
		return false;
	memset(ret, 0, sizeof *ret);
	ret->by = "timedatectl";
	ret->synchronised = strncmp(at + 16, "yes", 3) == 0;
	return true;
}

/* What the kernel's clock was told last. */
static void kernel(struct clock_report *ret)
{
	struct timex t = { .modes = 0 };
	int state = adjtimex(&t);

	memset(ret, 0, sizeof *ret);
	ret->by = "kernel";
	ret->synchronised = state >= 0 && state != TIME_ERROR && !(t.status & STA_UNSYNC);
	ret->has_offset = state >= 0;
	ret->offset_us = t.status & STA_NANO ? t.offset / 1000 : t.offset;
}

void clock_report(struct clock_report *ret)
{
	static const char *const chrony[] = { "/usr/bin/chronyc", "-c", "tracking", NULL };
	static const char *const systemd[] = { "/usr/bin/timedatectl", "show", NULL };
	struct clock_report inside;
	char text[4096];

	if (access(chrony[0], X_OK) == 0 && output_of(chrony, text, sizeof text) &&
	    clock_read_chrony(text, ret))
		return;
	kernel(&inside);
	if (access(systemd[0], X_OK) == 0 && output_of(systemd, text, sizeof text) &&
	    clock_read_timedatectl(text, ret)) {
		ret->has_offset = inside.has_offset;
		ret->offset_us = inside.offset_us;
		return;
	}
	*ret = inside;
}

int64_t clock_watch_look(struct clock_watch *w, int64_t system_us, int64_t mono_us)
{
	int64_t difference = system_us - mono_us, step = difference - w->difference_us;
	bool known = w->known;

	w->known = true;
	w->difference_us = difference;
	return known && llabs(step) > CLOCK_STEP_US ? step : 0;
}

/* --- the channel -------------------------------------------------------------------------- */

int step_clock(struct step *s, struct err *err)
{
	struct clock_report now;
	json_t *o;
	int r;

	clock_report(&now);
	o = json_pack("{s:s,s:b,s:s,s:I}", "by", now.by, "synchronised", (int)now.synchronised,
		      "server", now.server, "offset_us",
		      (json_int_t)(now.has_offset ? now.offset_us : 0));
	r = step_fact(s->store, "clock", o, err);
	json_decref(o);
	if (r < 0)
		return r;
	(void)snprintf(s->st->who, sizeof s->st->who, "%s%s%s", now.by, *now.server ? " " : "",
		       now.server);
	if (!now.synchronised)
		return err_set(err, ERR_INVALID,
			       "このコンピュータの時計が合わせられていません（%s による）。記録の時刻"
			       "がずれるおそれがあります",
			       now.by);
	(void)snprintf(s->st->text, sizeof s->st->text, "合わせられています（ずれ %.3f 秒）",
		       (double)now.offset_us / 1e6);
	return 1;
}
