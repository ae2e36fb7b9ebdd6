#include "reader/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "reader/child.h"
#include "reader/limits.h"
#include "reader/sandbox.h"

#define ABORTED "ファイルの読み取りを中止しました: "
#define ENV_MAX 6

/* The child needs nothing from the environment but where libraries lie and how
 * sanitizers report. */
static void choose_env(char *ret[ENV_MAX + 1])
{
	static const char *const kept[] = { "LD_LIBRARY_PATH=", "ASAN_OPTIONS=", "UBSAN_OPTIONS=" };
	/* A named time zone is looked up only once, see warm_up() of the child. */
	static char mark[] = READER_CHILD_ENV "=1", zone[] = "TZ=UTC0";
	size_t n = 0;

	ret[n++] = mark;
	ret[n++] = zone;
	for (char **e = environ; e && *e; e++)
		for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
			if (n < ENV_MAX && strncmp(*e, kept[i], strlen(kept[i])) == 0)
				ret[n++] = *e;
	ret[n] = NULL;
}

/* Default signals and an empty mask: a server ignores SIGPIPE, a child must not. */
static int plain_signals(posix_spawnattr_t *attr)
{
	sigset_t all, none;
	int rc;

	sigfillset(&all);
	sigemptyset(&none);
	rc = posix_spawnattr_setsigdefault(attr, &all);
	if (rc == 0)
		rc = posix_spawnattr_setsigmask(attr, &none);
	if (rc == 0)
		rc = posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
	return rc;
}

/* The file as 0, the pipe as 1, and nothing else (but 2 for sanitizers). */
static int only_two_files(posix_spawn_file_actions_t *actions, int input, int output)
{
	int rc = posix_spawn_file_actions_adddup2(actions, input, 0);

	if (rc == 0)
		rc = posix_spawn_file_actions_adddup2(actions, output, 1);
	if (rc == 0)
		rc = posix_spawn_file_actions_addclosefrom_np(actions, SANDBOX_ASAN ? 3 : 2);
	return rc;
}

/* Returns 0 or an errno. posix_spawn is used since it is safe with threads. */
static int spawn(struct process *p, int input, int output, const struct reader_request *request)
{
	static char name[] = "daicho-reader", word[] = READER_CHILD_ARG;
	char numbers[REQUEST_ARGS][REQUEST_DIGITS];
	char *argv[REQUEST_ARGS + 3] = { name, word }, *env[ENV_MAX + 1];
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	int rc;

	request_format(request, numbers);
	for (size_t i = 0; i < REQUEST_ARGS; i++)
		argv[i + 2] = numbers[i];
	choose_env(env);
	rc = posix_spawnattr_init(&attr);
	if (rc)
		return rc;
	rc = posix_spawn_file_actions_init(&actions);
	if (rc == 0) {
		rc = plain_signals(&attr);
		if (rc == 0)
			rc = only_two_files(&actions, input, output);
		if (rc == 0)
			rc = posix_spawn(&p->pid, "/proc/self/exe", &actions, &attr, argv, env);
		posix_spawn_file_actions_destroy(&actions);
	}
	posix_spawnattr_destroy(&attr);
	return rc;
}

int process_start(struct process *p, int input, const struct reader_request *request,
		  struct err *err)
{
	CLEANUP(close_fd) int in = -1, out = -1;
	int ends[2], rc;

	*p = (struct process){ .pipe = -1,
			       .left_us = (int64_t)request->options.limits.seconds * 1000000 };
	if (getenv(READER_CHILD_ENV))
		return err_set(err, ERR_BUG,
			       ABORTED "読み取り用プログラムの中から読み取りを始めようとしました。"
				       "システム管理者に知らせてください");
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_errno(err, errno, ABORTED "読み取り用プログラムを準備できません");
	p->pipe = ends[0];
	/* Above 2, so that putting them in place cannot overwrite one another. */
	in = fcntl(input, F_DUPFD_CLOEXEC, 3);
	rc = errno;
	out = fcntl(ends[1], F_DUPFD_CLOEXEC, 3);
	close(ends[1]);
	if (in >= 0 && out >= 0)
		rc = spawn(p, in, out, request);
	if (!p->pid) {
		process_end(p);
		return err_errno(err, rc, ABORTED "読み取り用プログラムを開始できません");
	}
	return 0;
}

static int too_slow(struct process *p, struct err *err)
{
	p->out_of_time = true;
	return err_set(err, ERR_LIMIT,
		       ABORTED "時間がかかりすぎました。行の少ないファイルに分けるか、"
			       "値だけを新しいブックに貼り付けてやり直してください");
}

ssize_t process_read(struct process *p, char *bytes, size_t size, struct err *err)
{
	for (;;) {
		struct pollfd fds = { .fd = p->pipe, .events = POLLIN };
		int64_t since = clock_mono_us();
		int ready = poll(&fds, 1, (int)(p->left_us / 1000) + 1);
		ssize_t n;

		p->left_us -= clock_mono_us() - since;
		if (ready == 0 || p->left_us <= 0)
			return too_slow(p, err);
		if (ready < 0 && errno == EINTR)
			continue;
		n = ready < 0 ? -1 : read(p->pipe, bytes, size);
		if (n >= 0)
			return n;
		if (errno != EINTR)
			return err_errno(err, errno,
					 ABORTED "読み取り用プログラムの返答を受け取れません");
	}
}

static int died(int signal_number, struct process *p, struct err *err)
{
	switch (signal_number) {
	case SIGSYS:
		return err_set(
			err, ERR_IO,
			ABORTED
			"読み取り中に、許していない操作がありました。危険なファイルかもしれません。"
			"開かずに、システム管理者に知らせてください");
	case SIGXCPU: return too_slow(p, err);
	case SIGKILL:
		return err_set(err, ERR_IO,
			       ABORTED "読み取り用プログラムが止められました。"
				       "サーバのメモリが足りないことがあります。"
				       "ほかの作業が終わってからやり直してください");
	default:
		return err_set(err, ERR_IO,
			       ABORTED "読み取り用プログラムが異常終了しました。ファイルが壊れてい"
				       "るかもしれません。"
				       "Excelで開き、xlsx形式で保存し直してください");
	}
}

int process_finish(struct process *p, struct err *err)
{
	int status = 0;

	while (waitpid(p->pid, &status, 0) < 0)
		if (errno != EINTR)
			break;
	p->pid = 0;
	if (WIFSIGNALED(status))
		return died(WTERMSIG(status), p, err);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : died(0, p, err);
}

void process_end(struct process *p)
{
	if (p->pipe >= 0)
		close(p->pipe);
	p->pipe = -1;
	if (p->pid <= 0)
		return;
	kill(p->pid, SIGKILL);
	while (waitpid(p->pid, NULL, 0) < 0 && errno == EINTR)
		;
	p->pid = 0;
}
