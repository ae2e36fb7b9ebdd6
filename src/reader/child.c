#include "reader/child.h"

#include <iconv.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>

#include "base/fold.h"
#include "base/sandbox.h"
#include "reader/document_parse.h"
#include "reader/fill_job.h"
#include "reader/frame.h"
#include "reader/probe.h"
#include "reader/request.h"
#include "reader/table.h"

#define INPUT_FD 0
#define OUTPUT_FD 1
#define EXIT_USAGE 2
#define EXIT_PIPE 3

/* What is loaded from files on first use, as none can be opened later: iconv's
 * converter (the handle is kept, as that keeps it loaded), the time zone, which libzip asks
 * for, and the seed of jansson's tables. */
static bool warm_up(void)
{
	struct buf b;
	size_t bad;
	bool ok = iconv_open("UTF-8", "CP932") != (iconv_t)-1;

	tzset();
	document_warm_up();
	buf_init(&b, 0);
	ok = ok && cp932_decode("\x95\x5C", 2, &b, &bad);
	buf_release(&b);
	return ok;
}

static int map_input(const char **ret, size_t *ret_len)
{
	struct stat st;
	void *p;

	if (fstat(INPUT_FD, &st) < 0)
		return ERR_IO;
	*ret = "";
	*ret_len = (size_t)st.st_size;
	if (st.st_size == 0)
		return 0;
	p = mmap(NULL, *ret_len, PROT_READ, MAP_PRIVATE, INPUT_FD, 0);
	if (p == MAP_FAILED)
		return ERR_IO;
	*ret = p;
	return 0;
}

static int say_fault(struct frame_writer *w, const struct fault *f)
{
	if (f->kind == FAULT_NONE)
		return EXIT_PIPE;
	/* A row half written when memory ran out must not cut the message. */
	if (buf_failed(&w->out))
		buf_clear(&w->out);
	return frame_write_fault(w, f) < 0 || frame_flush(w) < 0 ? EXIT_PIPE : 0;
}

static int work(const char *data, size_t len, const struct reader_request *request,
		struct frame_writer *w, struct fault *f)
{
	switch (request->task) {
	case READER_TASK_JSON: return document_write(data, len, DOCUMENT_JSON, w, f);
	case READER_TASK_YAML: return document_write(data, len, DOCUMENT_YAML, w, f);
	case READER_TASK_FILL: return fill_write(data, len, &request->options.limits, w, f);
	case READER_TASK_SHEET:
	case READER_TASK_MAX: break;
	}
	return table_read(data, len, &request->options, w, f);
}

/* RLIMIT_DATA is what it allocates; the address space holds the file, too. */
static const struct sandbox_rules rules = {
	.cpu_seconds = LIMIT_CPU_SECONDS,
	.data_bytes = (size_t)320 << 20,
	.address_bytes = (size_t)1 << 30,
};

static int run(const struct reader_request *request, struct frame_writer *w)
{
	const char *data, *failed = NULL;
	struct fault f = { 0 };
	size_t len;

	if (map_input(&data, &len) < 0)
		failed = "mmap";
	else if (!warm_up())
		failed = "iconv CP932";
	else
		failed = sandbox_enter(&rules);
	if (failed) {
		fault_text(&f, FAULT_SANDBOX, failed);
		return say_fault(w, &f);
	}
	if (request->probe != READER_PROBE_NONE)
		return probe_run(request->probe, w);
	if (work(data, len, request, w, &f) < 0)
		return say_fault(w, &f);
	return frame_flush(w) < 0 ? EXIT_PIPE : 0;
}

int reader_child_main(int argc, char **argv)
{
	struct reader_request request;
	struct frame_writer w;

	if (argc < 2 || strcmp(argv[1], READER_CHILD_ARG) != 0)
		return -1;
	if (!getenv(READER_CHILD_ENV) || !request_parse(argc, argv, &request))
		return EXIT_USAGE;
	frame_writer_init(&w, OUTPUT_FD);
	return run(&request, &w);
}
