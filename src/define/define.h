/*
 * The frozen definitions of one program start: every ledger and catalogue of
 * content/, parsed, linked, checked. Constant afterwards; shared by all threads.
 *
 * Pipeline (one file or more per stage): yaml -> parse_* -> link -> check -> freeze.
 * Every object carries its position, so that the last stage can still complain
 * at the right place. Unknown keys, dangling references and reused field ids
 * are errors with file:line:column; several are reported in one run.
 */
#ifndef DAICHO_DEFINE_DEFINE_H
#define DAICHO_DEFINE_DEFINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/node.h"

struct pos {
	const char *file; /* path below content/, "ledgers/devices.yaml" */
	int line, column; /* 1-based */
};

/* A text in Japanese and English. en is never NULL (ja is repeated if absent). */
struct label {
	const char *ja, *en;
};

struct strings {
	const char **item;
	size_t count;
};

enum field_type {
	FIELD_TEXT,
	FIELD_LONGTEXT,
	FIELD_INT,
	FIELD_DECIMAL,
	FIELD_DATE,
	FIELD_BOOL,
	FIELD_ENUM,
	FIELD_REF,
	FIELD_REFS,
	FIELD_ACCOUNT,
	FIELD_FILES,
	FIELD_TYPE_MAX
};

/* Who may be harmed by disclosure. PATIENT and SECRET are encrypted at rest. */
enum field_class {
	CLASS_PUBLIC,
	CLASS_INTERNAL,
	CLASS_PERSONAL,
	CLASS_PATIENT,
	CLASS_SECRET,
	CLASS_MAX
};
const char *field_class_name(enum field_class c); /* "public" ... */
const char *field_type_name(enum field_type t);	  /* "text" ... */

/* Roles of DESIGN.md section 1, as bits. */
enum role {
	ROLE_EXECUTIVE,
	ROLE_PLANNER,
	ROLE_OPERATOR,
	ROLE_AUDITOR,
	ROLE_STAFF,
	ROLE_VENDOR,
	ROLE_INSPECTOR,
	ROLE_MAX
};
typedef uint32_t role_set;	     /* bit 1u << enum role */
const char *role_name(enum role r);  /* "executive" ... */
const char *role_label(enum role r); /* "経営層" ... */
int role_parse(const char *name);    /* enum role, or -1 */

struct enum_value {
	const char *value; /* stored; never renumbered, never reused */
	struct label label;
	struct strings aliases;
	bool retired;
	struct pos pos;
};

/* A spelling that stands for a value, as fold_key makes it. */
struct enum_name {
	const char *folded;
	const struct enum_value *value;
};

struct enum_def {
	const char *name;
	const struct enum_value *value;
	size_t count;
	const struct enum_name *names; /* all spellings, sorted, each once */
	size_t name_count;
	struct pos pos;
};

/* Named checks of one value (define/checks.def). */
enum value_check {
	CHECK_NONE,
	CHECK_IP,
	CHECK_IP_LIST,
	CHECK_EMAIL,
	CHECK_PHONE,
	CHECK_URL,
	CHECK_MAC,
	CHECK_NOT_FUTURE,
	CHECK_KANA,
	CHECK_VALUE_MAX
};

struct ledger_def;

struct field_def {
	int id; /* > 0, never reused within its ledger */
	const char *name;
	enum field_type type;
	struct label label, help;
	const char *example; /* "" when none */
	enum field_class class;
	bool required, unique;
	bool has_min, has_max;
	int64_t min, max;    /* length in characters for text, value for int */
	int scale;	     /* decimals: digits after the point */
	const char *pattern; /* POSIX extended regular expression, or NULL */
	enum value_check check;
	const struct enum_def *enum_def; /* FIELD_ENUM */
	const struct ledger_def *ref;	 /* FIELD_REF, FIELD_REFS */
	const char *default_value;	 /* or NULL */
	struct strings aliases;		 /* column names seen in imports */
	struct pos pos;
};

/* Cross-field checks: named predicates with arguments (define/checks.def). */
enum cross_check { CROSS_DATE_ORDER, CROSS_REQUIRED_IF, CROSS_MAX };

struct check_def {
	enum cross_check kind;
	int first, second;  /* field indexes: date order first <= second;
			     * required_if: field `first` when `second` equals */
	const char *equals; /* required_if */
	struct label message;
	struct pos pos;
};

struct transition_def {
	bool present;
	role_set roles;
	bool four_eyes; /* must not be who wrote the revision */
};

struct workflow_def {
	struct transition_def confirm, approve, return_, void_;
};

enum permission_kind {
	PERMIT_READ,
	PERMIT_CREATE,
	PERMIT_EDIT,
	PERMIT_EXPORT,
	PERMIT_IMPORT,
	PERMIT_MAX
};

/* Which entries of a ledger a role sees (access.rows). OWN, DEPARTMENT, SITE and VENDOR
 * compare fields with the account: any one of them suffices. ITSELF: the entry is the
 * account's vendor. OPENED: all, once the planner has opened the ledger to an inspector. */
enum scope_kind {
	SCOPE_NONE,
	SCOPE_ALL,
	SCOPE_OWN,
	SCOPE_DEPARTMENT,
	SCOPE_SITE,
	SCOPE_VENDOR,
	SCOPE_ITSELF,
	SCOPE_OPENED,
	SCOPE_KIND_MAX
};
const char *scope_kind_name(enum scope_kind k);	 /* "none" ... */
const char *scope_kind_label(enum scope_kind k); /* 見られません ... */

/* What one role sees of a ledger. */
struct role_access {
	enum scope_kind scope;
	const int *field; /* field indexes compared with the account */
	size_t field_count;
	unsigned classes;  /* bit 1u << enum field_class; PATIENT also by profession */
	const int *hidden; /* field indexes hidden in spite of their class */
	size_t hidden_count;
	struct pos rows_pos, fields_pos; /* where it is said; that of the ledger by default */
};

struct access_def {
	struct role_access role[ROLE_MAX];
	struct strings patient; /* professions that see fields of class patient */
	role_set drafts;	/* roles that see drafts of others without a right to act on them */
	struct pos pos;
};

struct sort_def {
	int field; /* index into fields */
	bool descending;
};

struct form_section {
	struct label title;
	const int *field; /* field indexes */
	size_t count;
};

struct retention_def {
	const char *clock; /* "voided", "confirmed" or the name of a date field */
	int years;
	const char *basis;
	const char *action; /* "keep", "anonymise", "delete" */
};

struct source_def {
	const char *document, *place;
};

struct ledger_def {
	const char *name;
	int version, order;
	bool system; /* not listed, not editable through the generic screens */
	struct label title, purpose;
	const struct source_def *source;
	size_t source_count;
	enum role owner;
	const struct field_def *field;
	size_t field_count;
	int name_field; /* index: what an entry is called */
	const struct enum_def *enums;
	size_t enum_count;
	const struct check_def *check;
	size_t check_count;
	struct workflow_def workflow;
	role_set permission[PERMIT_MAX];
	struct pos permission_pos[PERMIT_MAX];
	struct access_def access;
	struct retention_def retention;
	const int *import_key; /* field indexes, meeting existing entries */
	size_t import_key_count;
	const int *import_fallback;
	size_t import_fallback_count;
	const int *list_column;
	size_t list_column_count;
	const struct sort_def *sort; /* default sort, at least one */
	size_t sort_count;
	const int *filter;
	size_t filter_count;
	const struct form_section *form;
	size_t form_count;
	const int *report_column;
	size_t report_column_count;
	bool report_landscape;
	struct pos pos;
};

#include "define/catalogue.h"

struct definitions; /* opaque; owns everything above */

/* Messages of one run, in order. */
struct complaints {
	struct err *item;
	size_t count, alloc;
};
void complaints_release(struct complaints *c);

/* Loads content/ (scope, glossary, ledgers, catalogues, crosswalks) below `folder`.
 * `measures` (count `measure_count`) are the measure names the program knows;
 * an unknown one in a catalogue is a complaint. NULL skips that check.
 * On failure returns ERR_INVALID (complaints, at least one) or another code,
 * *ret is untouched. Caller frees *ret with define_free. */
int define_load(const char *folder, const char *const *measures, size_t measure_count,
		struct definitions **ret, struct complaints *complaints, struct err *err);
/* Only the files of content/catalogues/ called by these ids, and the crosswalks between them:
 * what a command that shows one of them needs, without reading all. No ledgers; `replaces` is
 * not followed. An id without a file is left out. */
int define_load_some(const char *folder, const char *const *ids, size_t id_count,
		     struct definitions **ret, struct complaints *complaints, struct err *err);
/* Checks one file alone or against the definitions already loaded (may be
 * NULL), for `daicho ledger check FILE`. kind is "ledger", "catalogue",
 * "crosswalk", "glossary" or "scope". */
int define_check_file(const struct definitions *d, const char *kind, const char *path,
		      struct complaints *complaints, struct err *err);
/* A definition that is not in a file yet. */
struct definition_draft {
	const char *kind; /* as for define_check_file */
	const char *file; /* what complaints call it */
	const struct node *root;
	bool alone; /* a crosswalk of which a catalogue is not there: only its form is checked */
};
/* As define_check_file, for drafts that may refer to one another. On success *ret, if asked for,
 * holds them and the ledgers and catalogues of `d` they may refer to; it must go (define_free)
 * before `d` and the trees do. */
int define_check_drafts(const struct definitions *d, const struct definition_draft *draft,
			size_t count, struct definitions **ret, struct complaints *complaints,
			struct err *err);
/* As define_check_file for a catalogue, and as define_check_coverage once it is sound. */
int define_check_covered(const struct definitions *d, const char *path, const char *coverage,
			 struct complaints *complaints, struct err *err);
/* Compares the printed numbers of a catalogue with a list of them: missing, foreign and double
 * ones are complaints. `coverage` is a table with tabs (section, group or title, number, branch;
 * 2 to 4 columns, "-" for none, a heading row or not), or a folder with one table for each
 * catalogue, named as its `coverage` says (none: nothing to compare). */
int define_check_coverage(const struct catalogue *c, const char *coverage,
			  struct complaints *complaints, struct err *err);
void define_free(struct definitions *d); /* NULL-safe */

/* Look-up; NULL when there is none. */
const struct ledger_def *define_ledger(const struct definitions *d, const char *name);
const struct catalogue *define_catalogue(const struct definitions *d, const char *id);
/* All, in menu order (ledgers: `order`, then name; catalogues: id). */
const struct ledger_def *const *define_ledgers(const struct definitions *d, size_t *ret_count);
const struct catalogue *const *define_catalogues(const struct definitions *d, size_t *ret_count);
const struct crosswalk *const *define_crosswalks(const struct definitions *d, size_t *ret_count);
/* In that direction only; see pair_relation_inverse for the other. */
const struct crosswalk *define_crosswalk(const struct definitions *d, const char *from,
					 const char *to);
const struct term_def *define_terms(const struct definitions *d, size_t *ret_count);
const struct fact_def *define_facts(const struct definitions *d, size_t *ret_count);
/* Index of a fact by id, or -1. */
int define_fact(const struct definitions *d, const char *id);

/* Index of a field by name, or -1. */
int ledger_field(const struct ledger_def *l, const char *name);
/* Index of an item by id, or -1. */
int catalogue_item(const struct catalogue *c, const char *id);
/* The enum value stored as `value`, or NULL. */
const struct enum_value *enum_find(const struct enum_def *e, const char *value);

#endif
