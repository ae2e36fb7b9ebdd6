#include "cli/serve_syslog.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/sink.h"
#include "message/message.h"
#include "trail/intake.h"

#define END_SECONDS 10

struct paths {
	char cert[PATH_MAX], key[PATH_MAX], authority[PATH_MAX], crl[PATH_MAX];
};

static int paths_make(const char *folder, struct paths *p, struct err *err)
{
	const struct {
		char *path;
		const char *file;
	} all[] = { { p->cert, "cert.pem" },
		    { p->key, "key.pem" },
		    { p->authority, "client-ca.pem" },
		    { p->crl, "crl.pem" } };
	size_t i;

	for (i = 0; i < sizeof all / sizeof all[0]; i++)
		if (snprintf(all[i].path, PATH_MAX, "%s/tls/%s", folder, all[i].file) >= PATH_MAX)
			return err_set(err, ERR_LIMIT, "データフォルダのパスが長すぎます");
	/* Machines may be asked for certificates where people are not. */
	if (!file_exists(p->authority))
		snprintf(p->authority, PATH_MAX, "%.*s/tls/ca.pem", PATH_MAX - 16, folder);
	return 0;
}

static void print_places(const struct listen_config *c, const struct listener *l)
{
	int way;

	for (way = 0; way < LISTEN_WAYS; way++)
		if (c->place[way])
			printf("アクセスの記録を待ち受けます: syslog-%s %s（ポート %d）%s\n",
			       listen_way_name((enum listen_way)way), c->place[way],
			       listen_port(l, (enum listen_way)way),
			       way == LISTEN_TLS ? "" : "。暗号化されません");
	fflush(stdout);
}

int syslog_begin(const struct invocation *in, struct data *d, const char *folder,
		 struct syslog *ret, struct err *err)
{
	struct paths p;
	struct listen_config c = {
		.place = { [LISTEN_TLS] = option(in, "syslog-tls"),
			   [LISTEN_TCP] = option(in, "syslog-tcp"),
			   [LISTEN_UDP] = option(in, "syslog-udp") },
		.cert = p.cert,
		.key = p.key,
		.authority = p.authority,
		.crl = p.crl,
		.message_max = MESSAGE_BYTES_MAX,
		.take = intake_take,
	};
	int r;

	memset(ret, 0, sizeof *ret);
	if (!c.place[LISTEN_TLS] && !c.place[LISTEN_TCP] && !c.place[LISTEN_UDP])
		return 0;
	r = paths_make(folder, &p, err);
	if (r == 0)
		r = intake_open(d->ledgers, &ret->intake, err);
	c.arg = ret->intake;
	if (r == 0)
		r = listen_start(&c, &ret->listener, err);
	if (r == 0)
		print_places(&c, ret->listener);
	return r;
}

void syslog_end(struct syslog *s)
{
	int64_t unkept = listen_stop(s->listener, END_SECONDS);

	if (unkept)
		sink_write(SINK_ERROR, "syslog_unkept", "messages=%lld", (long long)unkept);
	intake_free(s->intake);
	memset(s, 0, sizeof *s);
}
