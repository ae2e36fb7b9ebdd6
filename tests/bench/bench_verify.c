/*
 * How fast a log is verified, against the bare SHA-256 of the same bytes.
 *
 * Build (optimised, no sanitizer), from the root of the source:
 *   cc -O2 -std=gnu17 -D_GNU_SOURCE -Isrc tests/bench/bench_verify.c build/src/log/liblog.a \
 *      build/src/base/libbase.a -lcrypto -lsodium -ljansson -lutf8proc -lpthread -o bench_verify
 * Run: bench_verify [LEAVES [RUNS]]; prints medians. Each run measures both, one
 * after the other, and the ratio is the median of the runs' ratios.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/hash.h"
#include "log/checkpoint.h"
#include "log/stack.h"
#include "log/verify.h"

#define ORIGIN "bench.example.jp/log"
#define RUNS_MAX 32

/* All leaves in one block, as a reader of files or rows would hand them over. */
struct bench {
	struct buf bytes;
	size_t *start; /* count + 1 */
	size_t count, next;
	uint8_t *hashes; /* stored leaf hashes */
	struct buf note;
};

/* Processor time: other jobs on the machine do not count. */
static double cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void die(const char *what)
{
	fprintf(stderr, "bench_verify: %s\n", what);
	exit(1);
}

static void add_leaf(struct bench *b, size_t i, const struct leaf *leaf)
{
	b->start[i] = b->bytes.len;
	if (leaf_write(leaf, &b->bytes, NULL) < 0)
		die("leaf_write");
	b->start[i + 1] = b->bytes.len;
	tree_leaf_hash(b->bytes.data + b->start[i], b->bytes.len - b->start[i],
		       b->hashes + i * HASH_SIZE);
}

static void bench_make(struct bench *b, size_t count)
{
	struct leaf leaf = { .kind = "revision",
			     .ledger = "devices",
			     .op = "confirm",
			     .actor = "01jd0000000000000000000001",
			     .part_count = 1 };
	struct leaf open = { .kind = LEAF_KIND_OPEN, .origin = ORIGIN, .at_us = 1 };
	static const uint8_t seed[32] = { 5 };
	char vkey[NOTE_VKEY_SIZE], entry[ID_SIZE];
	struct note_key key;
	struct stack *stack = calloc(1, sizeof *stack);
	uint8_t root[HASH_SIZE];
	size_t i;

	buf_init(&b->bytes, (size_t)4 << 30);
	buf_init(&b->note, 0);
	b->count = count;
	b->start = malloc((count + 1) * sizeof *b->start);
	b->hashes = malloc(count * HASH_SIZE);
	if (!stack || !b->start || !b->hashes || note_key_from_seed(ORIGIN, seed, &key, NULL) < 0)
		die("no memory");
	note_vkey_write(&key, vkey);
	open.key = vkey;
	stack_init(stack);
	for (i = 0; i < count; i++) {
		id_new(entry);
		leaf.entry = entry;
		leaf.at_us = 1795000000000000 + (int64_t)i;
		leaf.rev = (int64_t)(i % 9) + 1;
		leaf.part[0].class = "internal";
		hash_bytes(entry, sizeof entry, leaf.part[0].commitment);
		add_leaf(b, i, i ? &leaf : &open);
		stack_push(stack, b->hashes + i * HASH_SIZE, NULL);
	}
	stack_root(stack, root);
	if (checkpoint_sign(ORIGIN, count, root, &key, &b->note, NULL) < 0)
		die("checkpoint_sign");
	free(stack);
}

static int leaf_next(void *arg, struct leaf_bytes *ret, struct err *err)
{
	struct bench *b = arg;
	size_t i = b->next;

	(void)err;
	if (i == b->count)
		return 0;
	b->next++;
	*ret = (struct leaf_bytes){ i, b->bytes.data + b->start[i], b->start[i + 1] - b->start[i] };
	return 1;
}

static int hashes_read(void *arg, unsigned level, uint64_t first, size_t count, uint8_t *ret,
		       struct err *err)
{
	const struct bench *b = arg;
	uint8_t tile[TREE_TILE * HASH_SIZE];
	size_t i;

	(void)err;
	for (i = 0; i < count; i++)
		if (level == 0) {
			memcpy(ret + i * HASH_SIZE, b->hashes + (first + i) * HASH_SIZE, HASH_SIZE);
		} else if (level == 1) {
			memcpy(tile, b->hashes + (first + i) * sizeof tile, sizeof tile);
			tree_reduce(tile, TREE_TILE, ret + i * HASH_SIZE);
		} else {
			return err_set(err, ERR_IO, "too many leaves for this bench");
		}
	return 0;
}

/* The bound: each leaf and each inner node hashed once, nothing else. */
static double seconds_bare(const struct bench *b)
{
	uint8_t hash[HASH_SIZE], l[HASH_SIZE] = { 0 };
	double start = cpu_seconds();
	size_t i;

	for (i = 0; i < b->count; i++)
		tree_leaf_hash(b->bytes.data + b->start[i], b->start[i + 1] - b->start[i], hash);
	for (i = 1; i < b->count; i++)
		tree_node_hash(l, hash, l);
	return cpu_seconds() - start;
}

static double seconds_verify(struct bench *b, bool stored)
{
	struct tree_source src = { hashes_read, b };
	struct verify_checkpoint held = { "bench", b->note.data, b->note.len, true };
	struct verify_input in = { .leaves = { leaf_next, b },
				   .size = b->count,
				   .stored = stored ? &src : NULL,
				   .checkpoint = &held,
				   .checkpoint_count = 1,
				   .signed_to_end = true };
	static struct verify_result res;
	double start = cpu_seconds();

	b->next = 0;
	if (verify_log(&in, &res, NULL) < 0 || !verify_ok(&res))
		die("the log does not verify");
	return cpu_seconds() - start;
}

static int compare(const void *a, const void *b)
{
	double l = *(const double *)a, r = *(const double *)b;

	return (l > r) - (l < r);
}

static double median(double *v, size_t n)
{
	qsort(v, n, sizeof *v, compare);
	return v[n / 2];
}

int main(int argc, char **argv)
{
	size_t count = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000000, i;
	size_t runs = argc > 2 ? strtoul(argv[2], NULL, 10) : 5;
	double bare[RUNS_MAX], plain[RUNS_MAX], stored[RUNS_MAX], ratio[RUNS_MAX], b, p, s;
	struct bench bench = { 0 };

	if (count < 2 || count >= 16777216 || runs < 1 || runs > RUNS_MAX)
		die("LEAVES from 2 to 16777215, RUNS from 1 to 32");
	bench_make(&bench, count);
	seconds_bare(&bench);
	for (i = 0; i < runs; i++) {
		bare[i] = seconds_bare(&bench);
		plain[i] = seconds_verify(&bench, false);
		ratio[i] = bare[i] / plain[i];
		stored[i] = seconds_verify(&bench, count < 65536);
	}
	b = median(bare, runs);
	p = median(plain, runs);
	s = median(stored, runs);
	printf("leaves %zu, mean %zu bytes, one core, median of %zu\n", count,
	       bench.bytes.len / count, runs);
	printf("sha256 alone  %.3f s  %.0f leaves/s\n", b, (double)count / b);
	printf("verify        %.3f s  %.0f leaves/s  %.0f %% of the SHA-256 bound\n", p,
	       (double)count / p, 100 * median(ratio, runs));
	if (count < 65536)
		printf("with stored   %.3f s  %.0f leaves/s\n", s, (double)count / s);
	buf_release(&bench.bytes);
	buf_release(&bench.note);
	free(bench.start);
	free(bench.hashes);
	return 0;
}
