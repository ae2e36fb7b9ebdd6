/*
 * Where the words of the glossary stand in a text. The longest word wins ("電子保存の三原則"
 * before "保存性"); Latin words and numbers are found only as whole words ("MDS" is not in
 * "MDS2").
 */
#ifndef DAICHO_CATALOGUE_GLOSSARY_H
#define DAICHO_CATALOGUE_GLOSSARY_H

#include "base/arena.h"
#include "define/define.h"

struct glossary;

/* Keeps pointers into `d`, which must outlive it. Free with glossary_free. */
int glossary_new(const struct definitions *d, struct glossary **ret, struct err *err);
void glossary_free(struct glossary *g); /* NULL-safe */

/* One place: bytes start .. start + len of the text. */
struct word_place {
	size_t start, len;
	int term; /* index in define_terms */
};
/* The next word at or after byte `from` of `text`; false if there is none. */
bool glossary_next(const struct glossary *g, const char *text, size_t from, struct word_place *ret);

#endif
