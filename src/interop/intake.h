/*
 * Catalogues and crosswalks of others into definition files of ours.
 *
 * The bytes come from outside: they are parsed in the sandboxed child of src/reader,
 * and what is handed on was written by us from what the child found. A file may hold
 * several catalogues and crosswalks (a CISO Assistant library of many frameworks).
 */
#ifndef DAICHO_INTEROP_INTAKE_H
#define DAICHO_INTEROP_INTAKE_H

#include "base/arena.h"
#include "define/define.h"

enum intake_kind {
	INTAKE_GUESS, /* by the bytes */
	INTAKE_OSCAL, /* OSCAL catalog or mapping-collection, JSON */
	INTAKE_CISO,  /* CISO Assistant library, YAML */
	INTAKE_XLSX,  /* our authoring sheets */
	INTAKE_YAML,  /* a definition file of ours */
	INTAKE_KIND_MAX
};
const char *intake_kind_name(enum intake_kind k);  /* "" "oscal" "ciso" "xlsx" "yaml" */
const char *intake_kind_label(enum intake_kind k); /* 自動で見分ける OSCAL（JSON） ... */
int intake_kind_parse(const char *name);	   /* or -1 */

/* One definition file, ready to be written or installed. */
struct intake_file {
	const char *kind; /* "catalogue" or "crosswalk", as define_check_file takes it */
	const char *id;	  /* "nist-csf-2.0", or "FROM--TO" of a crosswalk */
	const char *name; /* "nist-csf-2.0.yaml" */
	const char *title;
	const char *yaml; /* the file's bytes, NUL-terminated */
	size_t len;
	size_t count; /* items or pairs */
	/* A crosswalk of which `d` and this intake lack a catalogue: sound as far as can be
	 * told, but of no use before that catalogue is there. "" otherwise. */
	const char *lacks;
};

/* Something of the source that has no place in our files, or was changed to fit. */
struct intake_note {
	const char *place; /* "requirement_nodes[12]", "項目 8行目"; "" for the whole file */
	const char *text;  /* a complete sentence */
};

struct intake {
	enum intake_kind kind; /* as asked, or as guessed */
	const struct intake_file *file;
	size_t file_count; /* at least one */
	const struct intake_note *note;
	size_t note_count;
};

/* Reads the `len` bytes at `bytes`. `file_name` is what the user calls the file; only for
 * messages. `d` holds the catalogues that crosswalks may point to and the facts that items may
 * need. Every catalogue in *ret passes define_check_file, and so does every crosswalk that
 * lacks nothing. *ret and all it points to live in `arena`.
 * ERR_INVALID (with file, line and column where there are any) for a faulty file, ERR_LIMIT for
 * one that is too large, ERR_IO when the child could not be run. */
int intake_read(const struct definitions *d, enum intake_kind kind, const char *file_name,
		const void *bytes, size_t len, struct arena *arena, struct intake *ret,
		struct err *err);

#endif
