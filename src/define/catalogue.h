/*
 * Catalogues (editions of guidelines and checklists), crosswalks between them, the
 * glossary, and the facts about an organisation that decide which items apply to it.
 * Part of the frozen definitions; see define.h.
 */
#ifndef DAICHO_DEFINE_CATALOGUE_H
#define DAICHO_DEFINE_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct column_def {
	const char *id, *label;
	struct pos pos;
};

struct section_def {
	const char *id, *title;
	struct pos pos;
};

/* Kinds of organisation an item is for, as bits. */
enum org_kind {
	ORG_HOSPITAL,
	ORG_CLINIC_WITH_SERVER,
	ORG_CLINIC_WITHOUT_SERVER,
	ORG_PHARMACY,
	ORG_CARE,
	ORG_VENDOR,
	ORG_MAX
};
typedef uint32_t org_set;		     /* bit 1u << enum org_kind; 0: not said, for all */
const char *org_kind_name(enum org_kind k);  /* "clinic_with_server" ... */
const char *org_kind_label(enum org_kind k); /* 診療所（院内サーバあり） ... */

/* Preventive or detective (予防的・発見的). */
enum control_kind {
	CONTROL_UNSAID,
	CONTROL_PREVENTIVE,
	CONTROL_DETECTIVE,
	CONTROL_BOTH,
	CONTROL_MAX
};
const char *control_kind_name(enum control_kind k);  /* "" "preventive" ... */
const char *control_kind_label(enum control_kind k); /* 予防 ... */

/* Classes of measures of 経営管理編 4.1, as bits. */
enum area { AREA_CLIENT, AREA_SERVER, AREA_INFRASTRUCTURE, AREA_SECURITY, AREA_MAX };
const char *area_name(enum area a);  /* "client" ... */
const char *area_label(enum area a); /* クライアント側 ... */

/* How an item is answered. */
enum ask_kind { ASK_YESNO, ASK_TEXT, ASK_NUMBER, ASK_DATE, ASK_CHOICE, ASK_CHOICES, ASK_MAX };
const char *ask_kind_name(enum ask_kind k); /* "yesno" ... */

/* A lettered or dashed part of a long item. */
struct statement_def {
	const char *id, *says;
	struct pos pos;
};

/* A figure printed beside an item (初期コスト ...). */
struct attribute_def {
	const char *name, *value;
};

struct item_def {
	const char *id, *section, *group, *number, *topic, *says;
	const char *level;	 /* "C", "D", "遵守" or "" */
	struct strings headings; /* heading chain as printed, outermost first */
	const struct statement_def *statement;
	size_t statement_count;
	struct strings do_, show, role, measure;
	org_set applies;
	uint32_t needs; /* bit 1u << index of a fact: all must hold */
	enum control_kind control;
	uint32_t areas; /* bit 1u << enum area */
	struct strings patterns;
	const int *column; /* indexes into columns: the printed answer columns */
	size_t column_count;
	enum ask_kind ask;
	struct strings options; /* ASK_CHOICE, ASK_CHOICES */
	const struct attribute_def *attribute;
	size_t attribute_count;
	const char *slip; /* what is odd in the source; "" when nothing */
	bool unconfirmed;
	const char *unconfirmed_note; /* "" when none */
	const struct source_def *cites;
	size_t cite_count;
	const char *replaces_catalogue, *replaces_id; /* or NULL */
	const char *change, *precondition;	      /* "" when none */
	struct pos pos;
};

struct catalogue {
	const char *id, *title, *edition, *publisher, *published, *source;
	const char *status, *note, *kind, *target;
	const char *coverage; /* name of the list of printed numbers; "" when none */
	const char *language; /* of its sentences: "ja", "en" ... */
	const char *rights;   /* what its publisher says about copying; "" when nothing */
	bool verbatim;	      /* sentences are the publisher's own, of whatever length */
	const struct column_def *column;
	size_t column_count;
	const struct section_def *section;
	size_t section_count;
	const struct item_def *item;
	size_t item_count;
	const int *by_id;   /* item indexes, sorted by id */
	const char *digest; /* hex SHA-256 of the file's bytes */
	const char *bytes;  /* of the file */
	size_t size;
	struct pos pos;
};

/* How what `from` demands stands to what `to` demands. */
enum pair_relation { PAIR_EQUAL, PAIR_SUBSET, PAIR_SUPERSET, PAIR_INTERSECTS, PAIR_MAX };
const char *pair_relation_name(enum pair_relation r);  /* "equal" ... */
const char *pair_relation_label(enum pair_relation r); /* 同じことを求める ... */
/* As seen from the other end. */
enum pair_relation pair_relation_inverse(enum pair_relation r);

enum confidence { CONFIDENCE_HIGH, CONFIDENCE_MEDIUM, CONFIDENCE_LOW, CONFIDENCE_MAX };
const char *confidence_name(enum confidence c);	 /* "high" ... */
const char *confidence_label(enum confidence c); /* 確か ... */

/* One end of a pair: an item ("7-⑥"), a statement of one ("7-⑥#a"), or all items of a
 * printed group ("3.2.1-(ウ)1": section and group) or of a printed section ("3.2.1"). */
struct pair_end {
	const char *text; /* as written */
	const int *item;  /* item indexes in the catalogue, at least one */
	size_t item_count;
	int statement; /* index within the one item, or -1 */
};

struct pair_def {
	struct pair_end from, to;
	enum pair_relation relation;
	enum confidence confidence;
	const char *reason;
	const char *remains; /* still to be done for `to` once `from` is met; "" when nothing */
	const char *remains_back; /* the other way round */
	struct pos pos;
};

struct crosswalk {
	const char *from_id, *to_id, *title, *source, *note;
	bool verbatim; /* reasons are those of the source, which may give one for all */
	const struct catalogue *from, *to;
	const struct pair_def *pair;
	size_t pair_count;
	struct pos pos;
};

/* A word of the guidelines that needs explaining. */
struct term_def {
	const char *term, *reading, *says;
	struct strings aliases;
	struct pos pos;
};

/* A fact about the organisation: one plain question, and what is printed beside an item that
 * is left out because the answer is no. The system ledger `scope` holds the answers in a
 * field of the same name. */
struct fact_def {
	const char *id, *ask, *help, *reason;
	struct pos pos;
};
#define FACTS_MAX 32

#endif
