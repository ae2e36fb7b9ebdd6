#include "base/spawn.h"

#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <unistd.h>

#include "base/sandbox.h"

#define ENV_MAX 6

static void choose_env(const char *mark, const char *ret[ENV_MAX + 1])
{
	static const char *const kept[] = { "LD_LIBRARY_PATH=", "ASAN_OPTIONS=", "UBSAN_OPTIONS=" };
	size_t n = 0;

	ret[n++] = mark;
	/* A named time zone would be looked up in a file. */
	ret[n++] = "TZ=UTC0";
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

/* Input as 0, output as 1, and nothing else (but 2 for sanitizers). */
static int only_two_files(posix_spawn_file_actions_t *actions, int input, int output)
{
	int rc = posix_spawn_file_actions_adddup2(actions, input, 0);

	if (rc == 0)
		rc = posix_spawn_file_actions_adddup2(actions, output, 1);
	if (rc == 0)
		rc = posix_spawn_file_actions_addclosefrom_np(actions, SANDBOX_ASAN ? 3 : 2);
	return rc;
}

int spawn_self(pid_t *ret, char *const argv[], const char *mark, int input, int output)
{
	union {
		const char *chosen[ENV_MAX + 1];
		char *given[ENV_MAX + 1]; /* posix_spawn changes nothing in it */
	} env;
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	int rc;

	choose_env(mark, env.chosen);
	rc = posix_spawnattr_init(&attr);
	if (rc)
		return rc;
	rc = posix_spawn_file_actions_init(&actions);
	if (rc == 0) {
		rc = plain_signals(&attr);
		if (rc == 0)
			rc = only_two_files(&actions, input, output);
		if (rc == 0)
			rc = posix_spawn(ret, "/proc/self/exe", &actions, &attr, argv, env.given);
		posix_spawn_file_actions_destroy(&actions);
	}
	posix_spawnattr_destroy(&attr);
	return rc;
}
