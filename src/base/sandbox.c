#include "base/sandbox.h"

#include <seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Landlock as in the kernel's documentation; Debian 12's headers stop at ABI 2. */
#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_restrict_self 446
#endif
#define LANDLOCK_VERSION 1U

struct landlock_attr {
	uint64_t fs, net, scoped;
};

/* Forbids every kind of access the kernel knows. A kernel without Landlock is no
 * error: the list of system calls already leaves nothing to open with. */
static const char *enter_landlock(void)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_VERSION);
	/* Rights by ABI: 13 in the first, then refer, truncate, (net), device ioctl. */
	unsigned rights = abi >= 5 ? 16 : abi >= 3 ? 15 : abi == 2 ? 14 : 13;
	struct landlock_attr attr = { .fs = ((uint64_t)1 << rights) - 1,
				      .net = abi >= 4 ? 3 : 0,
				      .scoped = abi >= 6 ? 3 : 0 };
	long fd, rc;

	if (abi < 1)
		return NULL;
	fd = syscall(SYS_landlock_create_ruleset, &attr, sizeof attr, 0);
	if (fd < 0)
		return "landlock_create_ruleset";
	rc = syscall(SYS_landlock_restrict_self, (int)fd, 0);
	close((int)fd);
	return rc < 0 ? "landlock_restrict_self" : NULL;
}

static const char *enter_limits(const struct sandbox_rules *rules)
{
	rlim_t cpu = rules->cpu_seconds ? rules->cpu_seconds : RLIM_INFINITY;
	const struct {
		__rlimit_resource_t what;
		rlim_t soft, hard;
	} limits[] = {
		{ RLIMIT_CPU, cpu, rules->cpu_seconds ? cpu + 1 : cpu },
		{ RLIMIT_NOFILE, 0, 0 },
		{ RLIMIT_FSIZE, 0, 0 },
		{ RLIMIT_CORE, 0, 0 },
		{ RLIMIT_NPROC, 0, 0 },
#if !SANDBOX_ASAN
		{ RLIMIT_DATA, rules->data_bytes, rules->data_bytes },
		{ RLIMIT_AS, rules->address_bytes, rules->address_bytes },
#endif
	};

	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
		struct rlimit r = { .rlim_cur = limits[i].soft, .rlim_max = limits[i].hard };

		if (setrlimit(limits[i].what, &r) < 0)
			return "setrlimit";
	}
	return NULL;
}

/* Calls allowed with one argument restricted. */
static int allow_some(scmp_filter_ctx ctx)
{
	const struct {
		int call;
		struct scmp_arg_cmp only;
	} some[] = {
		/* Memory, but never memory that can be run. */
		{ SCMP_SYS(mmap), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0) },
		{ SCMP_SYS(mprotect), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0) },
		{ SCMP_SYS(write), SCMP_A0(SCMP_CMP_EQ, 1) },
		/* Only itself, for abort(). */
		{ SCMP_SYS(tgkill), SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid()) },
#if SANDBOX_ASAN
		{ SCMP_SYS(write), SCMP_A0(SCMP_CMP_EQ, 2) }, /* its reports */
#endif
	};
	int rc = 0;

	for (size_t i = 0; i < sizeof some / sizeof *some && rc == 0; i++)
		rc = seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, some[i].call, 1, &some[i].only);
	return rc;
}

static int allow_calls(scmp_filter_ctx ctx)
{
	static const int calls[] = {
		SCMP_SYS(munmap),
		SCMP_SYS(mremap),
		SCMP_SYS(madvise),
		SCMP_SYS(brk),
		SCMP_SYS(futex),
		SCMP_SYS(exit),
		SCMP_SYS(exit_group),
		SCMP_SYS(getrandom),
		SCMP_SYS(clock_gettime),
		SCMP_SYS(rt_sigreturn),
		SCMP_SYS(restart_syscall),
		SCMP_SYS(rt_sigprocmask),
		SCMP_SYS(getpid),
		SCMP_SYS(gettid),
#if SANDBOX_ASAN
		SCMP_SYS(sched_yield),
		SCMP_SYS(sigaltstack),
		SCMP_SYS(rt_sigaction),
#endif
	};
	int rc = 0;

	for (size_t i = 0; i < sizeof calls / sizeof *calls && rc == 0; i++)
		rc = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, calls[i], 0);
	return rc ? rc : allow_some(ctx);
}

static int allow_conversation(scmp_filter_ctx ctx)
{
	const struct scmp_arg_cmp input = SCMP_A0(SCMP_CMP_EQ, 0);
	int rc = seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, SCMP_SYS(read), 1, &input);

	return rc ? rc : seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(setitimer), 0);
}

static const char *enter_seccomp(bool converses)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int rc;

	if (!ctx)
		return "seccomp_init";
	rc = allow_calls(ctx);
	if (rc == 0 && converses)
		rc = allow_conversation(ctx);
	if (rc == 0)
		rc = seccomp_load(ctx);
	seccomp_release(ctx);
	return rc < 0 ? "seccomp_load" : NULL;
}

static int by_value(const void *a, const void *b)
{
	return *(const unsigned char *)a - *(const unsigned char *)b;
}

/* glibc asks for the size of the memory (sysinfo) when it first sorts 1 KiB or more, and keeps
 * the answer: asked for here, the call stays off the list. */
static void warm_up_sort(void)
{
	unsigned char some[4096] = { 0 };

	qsort(some, sizeof some, 1, by_value);
}

const char *sandbox_enter(const struct sandbox_rules *rules)
{
	const char *failed = NULL;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return "no_new_privs";
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return "dumpable";
	warm_up_sort();
	failed = enter_landlock();
	if (!failed)
		failed = enter_limits(rules);
	if (!failed)
		failed = enter_seccomp(rules->converses);
	return failed;
}
