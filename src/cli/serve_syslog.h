/* daicho serve: the ears for access logs, where they are asked for. */
#ifndef DAICHO_CLI_SERVE_SYSLOG_H
#define DAICHO_CLI_SERVE_SYSLOG_H

#include "cli/command.h"
#include "cli/data.h"

struct intake;
struct listener;

struct syslog {
	struct intake *intake;
	struct listener *listener; /* NULL: none was asked for */
};

/* Listens where --syslog-tls, --syslog-tcp and --syslog-udp say, and prints where. Nothing
 * listens by itself. On failure *ret is safe to end. */
int syslog_begin(const struct invocation *in, struct data *d, const char *folder,
		 struct syslog *ret, struct err *err);
/* Keeps what was read, and ends. */
void syslog_end(struct syslog *s);

#endif
