/*
 * One small interface per field type; private to define. A new type is one
 * function here, one file, one row in the table of value.c.
 */
#ifndef DAICHO_DEFINE_VALUE_TYPE_H
#define DAICHO_DEFINE_VALUE_TYPE_H

#include "base/arena.h"
#include "base/buf.h"
#include "define/define.h"

#define ON_TEXT (1u << FIELD_TEXT)
#define ON_LONGTEXT (1u << FIELD_LONGTEXT)
#define ON_DATE (1u << FIELD_DATE)

/* Longest values, in characters, whatever a definition allows. */
#define TEXT_MAX 4000
#define LONGTEXT_MAX 100000
#define INT_DIGITS_MAX 18
#define SCALE_MAX 9
/* Most ids in a field of type refs or files. */
#define LIST_MAX 500

/* Turns `text` (UTF-8, trimmed, not empty, no controls but \n and \t, which only
 * longtext, refs and files keep) into the stored form in `arena`. */
typedef int value_parser(const struct field_def *f, const char *text, struct arena *arena,
			 const char **ret, struct err *err);

value_parser parse_text, parse_longtext;   /* value_text.c */
value_parser parse_int, parse_decimal;	   /* value_number.c */
value_parser parse_date;		   /* value_date.c */
value_parser parse_bool, parse_enum;	   /* value_choice.c */
value_parser parse_id, parse_id_list;	   /* value_list.c: ref and account; refs and files */

/* Applies the field's named check: writes the normalised value to `out` (empty
 * on entry). False if the value breaks the check. value_check.c, value_network.c */
typedef bool value_checker(const char *text, struct buf *out);
value_checker check_ip, check_ip_list, check_mac, check_url; /* value_network.c */
value_checker check_email, check_phone, check_kana, check_not_future; /* value_check.c */

struct value_check_row {
	const char *name;
	unsigned types; /* bits of 1u << enum field_type */
	value_checker *function;
	const char *accepted;
};
/* Row of a check, never NULL; CHECK_NONE has a NULL function. checks.c */
const struct value_check_row *value_check_row(enum value_check check);
/* Index of a name, or -1. */
int value_check_parse(const char *name);
int cross_check_parse(const char *name);
const char *cross_check_name(enum cross_check check);

/* Runs the check of `f` on `text`: *ret is the normalised value in `arena`, or
 * `text` itself without a check. */
int apply_check(const struct field_def *f, const char *text, struct arena *arena, const char **ret,
		struct err *err);
/* Half-width form of full-width ASCII, of the wide space and of the dashes people
 * use between digits; everything else stays. */
void narrow(const char *text, struct buf *out);
/* Fills err for a value the field does not take: "「LABEL」は ACCEPTED 書いてください". */
int not_accepted(const struct field_def *f, struct err *err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
