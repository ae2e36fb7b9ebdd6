/* Reading typed values, one function per group of types; private to define. */
#ifndef DAICHO_DEFINE_VALUE_TYPES_H
#define DAICHO_DEFINE_VALUE_TYPES_H

#include "define/value.h"

/* Trimmed, line ends made \n. NULL when memory runs out. */
const char *value_clean(const char *typed, struct arena *arena);
/* Full-width made half-width, lower case, runs of white space one blank. */
const char *value_narrow(const char *text, struct arena *arena);

/* Each takes a cleaned, non-empty text. */
int value_text(const struct field_def *f, const char *typed, struct arena *arena, const char **ret,
	       struct err *err);
int value_int(const struct field_def *f, const char *typed, struct arena *arena, const char **ret,
	      struct err *err);
int value_decimal(const struct field_def *f, const char *typed, struct arena *arena,
		  const char **ret, struct err *err);
int value_date(const struct field_def *f, const char *typed, struct arena *arena, const char **ret,
	       struct err *err);
int value_bool(const struct field_def *f, const char *typed, struct arena *arena, const char **ret,
	       struct err *err);
int value_enum(const struct field_def *f, const char *typed, struct arena *arena, const char **ret,
	       struct err *err);
/* The value that a spelling folded by fold_key stands for, or NULL. */
const struct enum_value *enum_called(const struct enum_def *e, const char *folded);
/* Runs the named check of the field on a stored value, which it may narrow. */
int value_run_check(const struct field_def *f, const char **value, struct arena *arena,
		    struct err *err);

#endif
