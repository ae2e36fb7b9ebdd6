/*
 * A load client that costs little, so that what is measured is the server.
 *
 *   bench_client PORT SECONDS CLIENTS STATUS FILE
 *
 * FILE holds one whole HTTP request. Each client sends it over its own kept TLS
 * connection again and again, waits for the whole answer and expects STATUS. Every
 * run of 26 '@' is replaced by an id that is new for each request. Prints: answers,
 * answers per second, p50 and p99 in milliseconds.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/hash.h"

#define CLIENTS_MAX 512
#define SAMPLES_MAX 200000
#define REQUEST_MAX 65536
#define ANSWER_MAX (1 << 20)
#define MARK "@@@@@@@@@@@@@@@@@@@@@@@@@@"
#define MARK_LEN (sizeof MARK - 1)
#define MARKS_MAX 64

struct client {
	pthread_t thread;
	SSL *tls;
	int fd;
	int64_t *sample;
	size_t count;
	char request[REQUEST_MAX], answer[ANSWER_MAX];
};

static struct {
	int port, status;
	_Atomic int64_t until;
	SSL_CTX *context;
	char request[REQUEST_MAX];
	size_t request_len;
	size_t mark[MARKS_MAX], mark_count; /* where ids go */
	pthread_barrier_t start;
} bench;

static void die(const char *what)
{
	fprintf(stderr, "bench_client: %s\n", what);
	exit(1);
}

static void connect_to(struct client *c)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)bench.port) };
	int one = 1;

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&to, sizeof to) != 0)
		die("cannot connect");
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	c->tls = SSL_new(bench.context);
	if (!c->tls || SSL_set_fd(c->tls, c->fd) != 1 || SSL_connect(c->tls) != 1)
		die("TLS handshake failed");
}

/* Puts a fresh id in place of each mark. */
static void prepare(struct client *c)
{
	char id[ID_SIZE];
	size_t i;

	id_new(id);
	for (i = 0; i < bench.mark_count; i++)
		memcpy(c->request + bench.mark[i], id, MARK_LEN);
}

static size_t content_length(const char *head)
{
	const char *line = strcasestr(head, "\r\nContent-Length:");

	return line ? strtoul(line + sizeof "\r\nContent-Length:" - 1, NULL, 10) : 0;
}

/* Reads one whole answer; its status. */
static int read_answer(struct client *c)
{
	size_t have = 0, want = 0;
	char *end = NULL;

	while (!end || have < want) {
		int n = SSL_read(c->tls, c->answer + have, (int)(ANSWER_MAX - 1 - have));

		if (n <= 0)
			die("connection lost");
		have += (size_t)n;
		c->answer[have] = '\0';
		if (!end && (end = strstr(c->answer, "\r\n\r\n")) != NULL)
			want = (size_t)(end - c->answer) + 4 + content_length(c->answer);
		if (have >= ANSWER_MAX - 1 || want >= ANSWER_MAX)
			die("answer too long");
	}
	return (int)strtol(c->answer + sizeof "HTTP/1.1", NULL, 10);
}

static void *client_run(void *arg)
{
	struct client *c = arg;

	connect_to(c);
	memcpy(c->request, bench.request, bench.request_len);
	pthread_barrier_wait(&bench.start);
	while (clock_mono_us() < bench.until && c->count < SAMPLES_MAX) {
		int64_t start;
		int status;

		prepare(c);
		start = clock_mono_us();
		if (SSL_write(c->tls, c->request, (int)bench.request_len) <= 0)
			die("cannot send");
		status = read_answer(c);
		if (status != bench.status) {
			fprintf(stderr, "%.3000s\n", c->answer);
			die("unexpected status");
		}
		c->sample[c->count++] = clock_mono_us() - start;
	}
	SSL_shutdown(c->tls);
	SSL_free(c->tls);
	close(c->fd);
	return NULL;
}

static void read_request(const char *path)
{
	FILE *f = fopen(path, "rb");
	const char *at;

	if (!f)
		die("cannot read the request");
	bench.request_len = fread(bench.request, 1, REQUEST_MAX - 1, f);
	bench.request[bench.request_len] = '\0';
	fclose(f);
	for (at = bench.request; (at = strstr(at, MARK)) != NULL; at += MARK_LEN) {
		if (bench.mark_count == MARKS_MAX)
			die("too many marks");
		bench.mark[bench.mark_count++] = (size_t)(at - bench.request);
	}
}

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static void report(struct client *const *c, int clients, double seconds)
{
	size_t count = 0, at = 0;
	int64_t *all;
	int i;

	for (i = 0; i < clients; i++)
		count += c[i]->count;
	all = malloc((count + 1) * sizeof *all);
	if (!all || !count)
		die("nothing measured");
	for (i = 0; i < clients; i++) {
		memcpy(all + at, c[i]->sample, c[i]->count * sizeof *all);
		at += c[i]->count;
	}
	qsort(all, count, sizeof *all, compare);
	printf("%zu %.1f %.3f %.3f\n", count, (double)count / seconds,
	       (double)all[count / 2] / 1000.0, (double)all[(count - 1) * 99 / 100] / 1000.0);
	free(all);
}

int main(int argc, char **argv)
{
	static struct client *c[CLIENTS_MAX];
	int clients, seconds, i;
	int64_t start;

	if (argc != 6)
		die("usage: bench_client PORT SECONDS CLIENTS STATUS FILE");
	bench.port = (int)strtol(argv[1], NULL, 10);
	seconds = (int)strtol(argv[2], NULL, 10);
	clients = (int)strtol(argv[3], NULL, 10);
	bench.status = (int)strtol(argv[4], NULL, 10);
	read_request(argv[5]);
	bench.context = SSL_CTX_new(TLS_client_method());
	if (!bench.context || clients < 1 || clients > CLIENTS_MAX ||
	    pthread_barrier_init(&bench.start, NULL, (unsigned)clients + 1) != 0)
		die("cannot begin");
	bench.until = INT64_MAX;
	for (i = 0; i < clients; i++) {
		c[i] = calloc(1, sizeof *c[i]);
		if (!c[i] || !(c[i]->sample = malloc(SAMPLES_MAX * sizeof *c[i]->sample)) ||
		    pthread_create(&c[i]->thread, NULL, client_run, c[i]) != 0)
			die("cannot start clients");
	}
	/* Handshakes are over when all have come to the barrier. */
	pthread_barrier_wait(&bench.start);
	start = clock_mono_us();
	bench.until = start + (int64_t)seconds * 1000000;
	for (i = 0; i < clients; i++)
		pthread_join(c[i]->thread, NULL);
	report(c, clients, (double)(clock_mono_us() - start) / 1e6);
	return 0;
}
