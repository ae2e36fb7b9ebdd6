/* Merged ranges of a sheet: which cells lie hidden under them. */
#include <stdlib.h>
#include <string.h>

#include "reader/worksheet.h"

#define MERGES_MAX 20000

bool worksheet_cell_ref(const char *ref, uint32_t *ret_column, uint32_t *ret_row)
{
	uint32_t column = 0, row = 0;
	size_t i = 0;

	for (; ref[i] == '$'; i++)
		;
	for (; ref[i] >= 'A' && ref[i] <= 'Z' && column < 100000; i++)
		column = column * 26 + (uint32_t)(ref[i] - 'A') + 1;
	for (; ref[i] == '$'; i++)
		;
	for (; ref[i] >= '0' && ref[i] <= '9' && row < 100000000; i++)
		row = row * 10 + (uint32_t)(ref[i] - '0');
	*ret_column = column;
	*ret_row = row;
	return column && row && ref[i] == '\0';
}

static int add(struct worksheet *s, struct worksheet_merge m, struct fault *f)
{
	if (s->merge_count == MERGES_MAX)
		return fault_text(f, FAULT_SHEET_COMPLEX, "結合したセルが多すぎます");
	if (s->merge_count == s->merge_alloc) {
		size_t alloc = s->merge_alloc ? s->merge_alloc * 2 : 64;
		struct worksheet_merge *merges = realloc(s->merges, alloc * sizeof *merges);

		if (!merges)
			return fault_set(f, FAULT_NOMEM, 0, 0);
		s->merges = merges;
		s->merge_alloc = alloc;
	}
	s->merges[s->merge_count++] = m;
	return 0;
}

static int on_start(void *arg, const char *name, const char **attrs, struct fault *f)
{
	struct worksheet_merge m;
	const char *ref, *colon;
	char first[32];

	if (strcmp(name, "mergeCell") != 0)
		return 0;
	ref = xml_attr(attrs, "ref");
	colon = ref ? strchr(ref, ':') : NULL;
	if (!colon || (size_t)(colon - ref) >= sizeof first)
		return 0; /* a range of one cell covers nothing */
	memcpy(first, ref, (size_t)(colon - ref));
	first[colon - ref] = '\0';
	if (!worksheet_cell_ref(first, &m.left, &m.top) ||
	    !worksheet_cell_ref(colon + 1, &m.right, &m.bottom))
		return fault_set(f, FAULT_CELL_REF, 0, 0);
	return add(arg, m, f);
}

struct xml_handler worksheet_merge_handler(struct worksheet *s)
{
	return (struct xml_handler){ .start = on_start, .arg = s };
}

static int by_top(const void *a, const void *b)
{
	const struct worksheet_merge *x = a, *y = b;

	return (x->top > y->top) - (x->top < y->top);
}

int worksheet_merges_done(struct worksheet *s, struct fault *f)
{
	if (!s->merge_count)
		return 0;
	qsort(s->merges, s->merge_count, sizeof *s->merges, by_top);
	s->live = calloc(s->merge_count, sizeof *s->live);
	return s->live ? 0 : fault_set(f, FAULT_NOMEM, 0, 0);
}

void worksheet_merge_row(struct worksheet *s, uint32_t row)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->live_count; i++)
		if (s->live[i].bottom >= row)
			s->live[kept++] = s->live[i];
	while (s->merge_next < s->merge_count && s->merges[s->merge_next].top <= row) {
		if (s->merges[s->merge_next].bottom >= row)
			s->live[kept++] = s->merges[s->merge_next];
		s->merge_next++;
	}
	s->live_count = kept;
}

bool worksheet_covered(const struct worksheet *s, uint32_t column)
{
	for (size_t i = 0; i < s->live_count; i++) {
		const struct worksheet_merge *m = &s->live[i];

		if (column >= m->left && column <= m->right &&
		    (column != m->left || s->row != m->top))
			return true;
	}
	return false;
}
