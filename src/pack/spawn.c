/* Drawing in a process of its own: pango and fontconfig stay out of the server. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "pack/pack.h"

#define SECONDS_MAX 60

extern char **environ;

static int start(const char *const argv[], int said, pid_t *ret, struct err *err)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none;
	int e;

	sigemptyset(&none);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	/* The server blocks its signals; the child must be killable as usual. */
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, said, 2);
	e = posix_spawn(ret, "/proc/self/exe", &actions, &attributes,
			(char *const *)(uintptr_t)argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return e ? err_errno(err, e, "資料を作るプログラムを始められません") : 0;
}

/* Collects what the child says until it ends or the time is up. */
static void listen_to(int fd, char *said, size_t size, pid_t child)
{
	int64_t deadline = clock_mono_us() + (int64_t)SECONDS_MAX * 1000000;
	size_t len = 0;

	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		int64_t left = deadline - clock_mono_us();
		char drop[256];
		ssize_t n;

		if (left <= 0 || poll(&p, 1, (int)(left / 1000) + 1) <= 0) {
			(void)kill(child, SIGKILL);
			break;
		}
		n = len + 1 < size ? read(fd, said + len, size - 1 - len)
				   : read(fd, drop, sizeof drop);
		if (n <= 0)
			break;
		if (len + 1 < size)
			len += (size_t)n;
	}
	said[len] = '\0';
}

static int outcome(pid_t child, const char *said, struct err *err)
{
	int status;

	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return err_errno(err, errno, "資料を作るプログラムの終わりを待てません");
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (WIFSIGNALED(status))
		return err_set(err, ERR_IO,
			       "資料を作れませんでした（時間がかかりすぎたか、途中で止まりました）"
			       "。もう一度やり直してください");
	return err_set(err, ERR_IO, "資料を作れませんでした。%s", said);
}

int pack_spawn(struct store *s, const char *kind, const char *which, const char *login,
	       const char *dir, struct err *err)
{
	const char *option = strcmp(kind, "ledger") == 0      ? "--ledger"
			     : strcmp(kind, "stocktake") == 0 ? "--stocktake"
							      : "--round";
	const char *const argv[] = { "daicho", "report", kind, store_path(s), option, which, "--as",
				     login,    "--out",	 dir,  "--snapshot",  NULL };
	CLEANUP(close_fd) int in = -1;
	CLEANUP(close_fd) int out = -1;
	struct log_head head;
	char said[512];
	int pipes[2], r;
	pid_t child;

	/* The child reads only: what it prints in the footer is signed here. */
	r = store_head(s, &head, err);
	if (r < 0)
		return r;
	if (pipe2(pipes, O_CLOEXEC) != 0)
		return err_errno(err, errno, "資料を作るプログラムを始められません");
	in = pipes[0];
	out = pipes[1];
	r = start(argv, out, &child, err);
	if (r < 0)
		return r;
	close(out);
	out = -1;
	listen_to(in, said, sizeof said, child);
	return outcome(child, said, err);
}
