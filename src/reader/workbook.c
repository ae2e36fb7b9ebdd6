#include "reader/workbook.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "reader/worksheet.h"

/* One line of a .rels part. */
struct relation {
	const char *id, *type, *target;
};

struct relations {
	struct arena *arena;
	struct relation *list;
	size_t count;
};

#define RELATIONS_MAX 4096

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && strcmp(s + n - m, end) == 0;
}

static int relation_start(void *arg, const char *name, const char **attrs, struct fault *f)
{
	struct relations *r = arg;
	const char *id = xml_attr(attrs, "Id"), *type = xml_attr(attrs, "Type");
	const char *target = xml_attr(attrs, "Target");

	if (strcmp(name, "Relationship") != 0 || !id || !type || !target)
		return 0;
	if (r->count == RELATIONS_MAX)
		return fault_text(f, FAULT_SHEET_COMPLEX, "部品のつながりが多すぎます");
	r->list[r->count++] = (struct relation){ .id = arena_strdup(r->arena, id),
						 .type = arena_strdup(r->arena, type),
						 .target = arena_strdup(r->arena, target) };
	return arena_failed(r->arena) ? fault_set(f, FAULT_NOMEM, 0, 0) : 0;
}

static int read_relations(struct workbook *w, const char *part, struct relations *ret,
			  struct fault *f)
{
	struct xml_handler h = { .start = relation_start, .arg = ret };

	*ret = (struct relations){ .arena = &w->names };
	ret->list = arena_calloc(&w->names, RELATIONS_MAX, sizeof *ret->list);
	if (!ret->list)
		return fault_set(f, FAULT_NOMEM, 0, 0);
	return xml_read(w->package, part, &h, f);
}

/* The part a target means, seen from the folder of `base`. Names that climb out
 * of their folder stay as they are and are therefore never found. */
static const char *resolve(struct workbook *w, const char *base, const char *target)
{
	const char *slash = strrchr(base, '/');

	if (*target == '/')
		return target + 1;
	if (!slash)
		return target;
	return arena_printf(&w->names, "%.*s/%s", (int)(slash - base), base, target);
}

static int type_start(void *arg, const char *name, const char **attrs, struct fault *f)
{
	const char *type = xml_attr(attrs, "ContentType");

	(void)name, (void)arg;
	if (type && strstr(type, "macroEnabled"))
		return fault_set(f, FAULT_XLSM, 0, 0);
	if (type && strstr(type, "sheet.binary"))
		return fault_set(f, FAULT_XLSB, 0, 0);
	return 0;
}

struct book_state {
	struct workbook *w;
	const struct relations *relations;
	const char *part;
};

static const char *sheet_part(const struct book_state *b, const char *id)
{
	for (size_t i = 0; id && i < b->relations->count; i++) {
		const struct relation *r = &b->relations->list[i];

		if (strcmp(r->id, id) == 0 && ends_with(r->type, "/worksheet"))
			return resolve(b->w, b->part, r->target);
	}
	return NULL; /* a chart or a dialog */
}

static int book_start(void *arg, const char *name, const char **attrs, struct fault *f)
{
	struct book_state *b = arg;
	struct workbook *w = b->w;
	const char *label = xml_attr(attrs, "name"), *state = xml_attr(attrs, "state");
	const char *part;

	if (strcmp(name, "workbookPr") == 0)
		w->date1904 = xml_true(xml_attr(attrs, "date1904"));
	if (strcmp(name, "sheet") != 0)
		return 0;
	part = sheet_part(b, xml_attr(attrs, "id"));
	if (!part || !label)
		return arena_failed(&w->names) ? fault_set(f, FAULT_NOMEM, 0, 0) : 0;
	if (state && strcmp(state, "visible") != 0) {
		w->hidden_count++;
		return 0;
	}
	if (w->sheet_count == LIMIT_SHEETS || strlen(label) > LIMIT_SHEET_NAME)
		return fault_text(f, FAULT_SHEET_COMPLEX, "シートが多すぎるか、名前が長すぎます");
	w->sheets[w->sheet_count].name = arena_strdup(&w->names, label);
	w->sheets[w->sheet_count].part = part;
	w->sheet_names[w->sheet_count] = w->sheets[w->sheet_count].name;
	w->sheet_count++;
	return arena_failed(&w->names) ? fault_set(f, FAULT_NOMEM, 0, 0) : 0;
}

/* The sheets, and the parts that hold styles and strings. */
static int read_book(struct workbook *w, const char *part, struct fault *f)
{
	const char *slash = strrchr(part, '/');
	int folder = slash ? (int)(slash - part) + 1 : 0;
	const char *rels =
		arena_printf(&w->names, "%.*s_rels/%s.rels", folder, part, part + folder);
	struct relations relations;
	struct book_state state = { .w = w, .relations = &relations, .part = part };
	struct xml_handler h = { .start = book_start, .arg = &state };

	w->sheets = arena_calloc(&w->names, LIMIT_SHEETS, sizeof *w->sheets);
	w->sheet_names = arena_calloc(&w->names, LIMIT_SHEETS, sizeof *w->sheet_names);
	if (arena_failed(&w->names))
		return fault_set(f, FAULT_NOMEM, 0, 0);
	if (read_relations(w, rels, &relations, f) < 0)
		return ERR_INVALID;
	for (size_t i = 0; i < relations.count; i++) {
		const struct relation *r = &relations.list[i];

		if (ends_with(r->type, "/styles"))
			w->styles_part = resolve(w, part, r->target);
		else if (ends_with(r->type, "/sharedStrings"))
			w->strings_part = resolve(w, part, r->target);
	}
	return xml_read(w->package, part, &h, f);
}

static int find_book(struct workbook *w, const char **ret, struct fault *f)
{
	struct xml_handler types = { .start = type_start };
	struct relations relations;

	if (!package_has(w->package, "[Content_Types].xml"))
		return fault_text(f, FAULT_FORMAT, "ZIP圧縮ファイル");
	if (xml_read(w->package, "[Content_Types].xml", &types, f) < 0 ||
	    read_relations(w, "_rels/.rels", &relations, f) < 0)
		return ERR_INVALID;
	if (package_has(w->package, "xl/vbaProject.bin"))
		return fault_set(f, FAULT_XLSM, 0, 0);
	*ret = NULL;
	for (size_t i = 0; i < relations.count; i++)
		if (ends_with(relations.list[i].type, "/officeDocument"))
			*ret = resolve(w, "", relations.list[i].target);
	return *ret ? 0 : fault_text(f, FAULT_PART_MISSING, "xl/workbook.xml");
}

int workbook_open(struct workbook *w, const char *data, size_t len,
		  const struct sheet_limits *limits, struct fault *f)
{
	const char *part;

	*w = (struct workbook){ 0 };
	arena_init(&w->names, (size_t)16 << 20);
	buf_init(&w->strings.text, LIMIT_STRINGS);
	if (package_check(data, len, limits, f) < 0 ||
	    package_open(data, len, limits, &w->package, f) < 0 || find_book(w, &part, f) < 0 ||
	    read_book(w, part, f) < 0)
		return ERR_INVALID;
	w->book_part = part;
	if (!w->sheet_count)
		return fault_set(f, FAULT_SHEET_NONE, 0, 0);
	if (workbook_read_styles(w, f) < 0)
		return ERR_INVALID;
	return workbook_read_strings(w, f);
}

void workbook_release(struct workbook *w)
{
	package_free(w->package);
	arena_release(&w->names);
	buf_release(&w->strings.text);
	free(w->strings.at);
	free(w->styles);
	*w = (struct workbook){ 0 };
}

/* Looks for "<mergeCell" in the bytes, which is far cheaper than parsing. */
struct merge_search {
	char tail[16];
	size_t tail_len;
	bool found;
};

static int search_merges(void *arg, const char *bytes, size_t len, struct fault *f)
{
	struct merge_search *m = arg;
	char seam[sizeof m->tail * 2];
	size_t head = len < sizeof m->tail ? len : sizeof m->tail;

	(void)f;
	memcpy(seam, m->tail, m->tail_len);
	memcpy(seam + m->tail_len, bytes, head);
	if (memmem(bytes, len, "mergeCell", 9) || memmem(seam, m->tail_len + head, "mergeCell", 9))
		m->found = true;
	memcpy(m->tail, bytes + len - head, head);
	m->tail_len = head;
	return 0;
}

static int read_sheet(struct workbook *w, const char *part, struct grid *grid, struct fault *f)
{
	CLEANUP(worksheet_release) struct worksheet s = { 0 };
	struct merge_search search = { 0 };
	struct xml_handler merges = worksheet_merge_handler(&s);
	struct xml_handler cells = worksheet_handler(&s);

	if (worksheet_init(&s, w, grid, f) < 0 ||
	    package_read(w->package, part, search_merges, &search, f) < 0)
		return ERR_INVALID;
	/* Merged ranges stand behind the cells they concern, so they need a pass. */
	if (search.found &&
	    (xml_read(w->package, part, &merges, f) < 0 || worksheet_merges_done(&s, f) < 0))
		return ERR_INVALID;
	return xml_read(w->package, part, &cells, f);
}

int workbook_read(struct workbook *w, uint32_t wanted, struct grid *grid, uint32_t *ret_sheet,
		  struct fault *f)
{
	if (wanted > w->sheet_count)
		return fault_number(f, FAULT_SHEET_INDEX, 0, 0, wanted, w->sheet_count);
	for (uint32_t i = wanted ? wanted : 1; i <= w->sheet_count; i++) {
		*ret_sheet = i;
		if (read_sheet(w, w->sheets[i - 1].part, grid, f) < 0)
			return ERR_INVALID;
		if (grid_has_data(grid) || wanted)
			return grid_end(grid, f);
		grid_restart(grid);
	}
	return fault_set(f, FAULT_SHEET_NONE, 0, 0);
}
