#include "reader/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/spawn.h"
#include "reader/child.h"
#include "reader/limits.h"

#define ABORTED "ファイルの読み取りを中止しました: "

/* Returns 0 or an errno. */
static int spawn(struct process *p, int input, int output, const struct reader_request *request)
{
	static char name[] = "daicho-reader", word[] = READER_CHILD_ARG;
	char numbers[REQUEST_ARGS][REQUEST_DIGITS];
	char *argv[REQUEST_ARGS + 3] = { name, word };

	request_format(request, numbers);
	for (size_t i = 0; i < REQUEST_ARGS; i++)
		argv[i + 2] = numbers[i];
	return spawn_self(&p->pid, argv, READER_CHILD_ENV "=1", input, output);
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
