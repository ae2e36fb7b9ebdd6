/*
 * The authoring sheets: a catalogue or a crosswalk as a workbook that a person fills in, one row
 * per item or pair, and back again without loss; private to interop.
 *
 * A cell may hold a list, one member a line. A backslash keeps a line break (\n) or itself (\\)
 * within a member; a member of two parts has them apart by "｜".
 */
#ifndef DAICHO_INTEROP_AUTHOR_H
#define DAICHO_INTEROP_AUTHOR_H

#include "interop/making.h"
#include "report/xlsx.h"

enum author_form {
	AUTHOR_TEXT,
	AUTHOR_WORD,  /* one of a closed set, shown by its label */
	AUTHOR_LIST,  /* texts */
	AUTHOR_WORDS, /* of a closed set */
	AUTHOR_PARTS, /* {first, second} each */
	AUTHOR_FORM_MAX
};

/* A closed set: names as definitions have them, and as people read them. */
struct author_words {
	const char *(*name)(int i);
	const char *(*label)(int i);
	int count;
};

struct author_column {
	const char *label, *key, *help;
	enum author_form form;
	const struct author_words *words;
	const char *first, *second; /* AUTHOR_PARTS: keys */
	double width;
	bool required;
};

extern const struct author_column author_items[], author_sections[], author_columns[],
	author_pairs[];
/* Rows of the first sheet; label, key, help. */
extern const struct author_column author_catalogue_head[], author_crosswalk_head[];
size_t author_count(const struct author_column *columns); /* up to the one without a label */

#define AUTHOR_SHEET_CATALOGUE "基準"
#define AUTHOR_SHEET_ITEMS "項目"
#define AUTHOR_SHEET_SECTIONS "区分"
#define AUTHOR_SHEET_COLUMNS "欄"
#define AUTHOR_SHEET_CROSSWALK "対応表"
#define AUTHOR_SHEET_PAIRS "組"
#define AUTHOR_SHEET_NOTES "書き方"
#define AUTHOR_BAR "｜"

/* Adds a member to a cell. */
void author_member_add(struct buf *cell, const char *member);
void author_parts_add(struct buf *cell, const char *first, const char *second);
/* The next member of a cell as it stands there, escapes and all; NULL at the end. */
const char *author_member_next(const char **at, struct arena *arena);
/* A member of one part. */
const char *author_member(const char *raw, struct arena *arena);
/* A member of two parts; false when there is but one. ": " also keeps them apart. */
bool author_parts_split(const char *raw, struct arena *arena, const char **ret_first,
			const char **ret_second);

#endif
