#include "store/rowset.h"

#include <stdlib.h>
#include <string.h>

#define WORD_BITS 64

void rowset_release(struct rowset *s)
{
	free(s->bit);
	*s = (struct rowset){ NULL, 0 };
}

static bool grow(struct rowset *s, size_t words)
{
	size_t want = s->words * 2 > words ? s->words * 2 : words;
	uint64_t *bit = realloc(s->bit, want * sizeof *bit);

	if (!bit)
		return false;
	memset(bit + s->words, 0, (want - s->words) * sizeof *bit);
	s->bit = bit;
	s->words = want;
	return true;
}

bool rowset_put(struct rowset *s, int64_t id, bool in)
{
	size_t word = (size_t)id / WORD_BITS;
	uint64_t mask = UINT64_C(1) << ((uint64_t)id % WORD_BITS);

	if (id <= 0 || id > ROWSET_ID_MAX)
		return false;
	if (word >= s->words) {
		if (!in)
			return true;
		if (!grow(s, word + 1))
			return false;
	}
	if (in)
		s->bit[word] |= mask;
	else
		s->bit[word] &= ~mask;
	return true;
}

bool rowset_fill(struct rowset *ret, int64_t last)
{
	size_t words = (size_t)last / WORD_BITS + 1;

	if (last < 0 || last > ROWSET_ID_MAX || !grow(ret, words))
		return false;
	memset(ret->bit, 0xff, words * sizeof *ret->bit);
	ret->bit[words - 1] = UINT64_MAX >> (WORD_BITS - 1 - (uint64_t)last % WORD_BITS);
	ret->bit[0] &= ~UINT64_C(1);
	return true;
}

bool rowset_has(const struct rowset *s, int64_t id)
{
	size_t word = (size_t)id / WORD_BITS;

	return id > 0 && word < s->words && (s->bit[word] >> ((uint64_t)id % WORD_BITS) & 1);
}

bool rowset_copy(const struct rowset *s, struct rowset *ret)
{
	*ret = (struct rowset){ NULL, 0 };
	if (s->words == 0)
		return true;
	ret->bit = malloc(s->words * sizeof *ret->bit);
	if (!ret->bit)
		return false;
	memcpy(ret->bit, s->bit, s->words * sizeof *ret->bit);
	ret->words = s->words;
	return true;
}

void rowset_keep(struct rowset *s, const struct rowset *other, bool out)
{
	size_t i, both = s->words < other->words ? s->words : other->words;

	for (i = 0; i < both; i++)
		s->bit[i] &= out ? ~other->bit[i] : other->bit[i];
	if (!out)
		s->words = both;
}

int64_t rowset_count(const struct rowset *s)
{
	int64_t n = 0;
	size_t i;

	for (i = 0; i < s->words; i++)
		n += __builtin_popcountll(s->bit[i]);
	return n;
}

size_t rowset_hits(const struct rowset *s, const uint32_t *id, size_t count)
{
	size_t i, n = 0;

	for (i = 0; i < count; i++) {
		size_t word = id[i] / WORD_BITS;

		if (word < s->words)
			n += s->bit[word] >> (id[i] % WORD_BITS) & 1;
	}
	return n;
}

int64_t rowset_next(const struct rowset *s, int64_t id)
{
	size_t word = (size_t)(id + 1) / WORD_BITS;
	uint64_t bits;

	if (word >= s->words)
		return 0;
	bits = s->bit[word] & (UINT64_MAX << ((uint64_t)(id + 1) % WORD_BITS));
	while (bits == 0)
		if (++word == s->words)
			return 0;
		else
			bits = s->bit[word];
	return (int64_t)(word * WORD_BITS) + __builtin_ctzll(bits);
}
