/*
 * LDIF (RFC 2849), as directories export their accounts, into a grid: one row
 * per record, one column per attribute name, several values of an attribute in
 * one cell, a line each. Only content records are read: changes and values that
 * stand elsewhere ("attr:< file:...") are refused. Values that are no text
 * (certificates, photos, GUIDs) are left empty, members of groups left out.
 *
 * Runs in the child, and in the fuzz target without one.
 */
#ifndef DAICHO_READER_LDIF_H
#define DAICHO_READER_LDIF_H

#include "reader/grid.h"

#define LDIF_ATTRIBUTES_MAX 400

/* True if the file begins as LDIF does: "version:" or "dn:" after comments. */
bool ldif_is(const char *data, size_t len);

/* Reads the whole file. *encoding says what is wanted (AUTO: find out; RFC 2849
 * knows only UTF-8, but Windows also writes UTF-16) and holds what was found.
 * Ends the grid. Row numbers count records; the header is row 1. */
int ldif_read(const char *data, size_t len, enum sheet_encoding *encoding, struct grid *grid,
	      struct fault *f);

#endif
