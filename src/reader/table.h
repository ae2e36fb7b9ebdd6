/*
 * Any table file into rows: finds out what it is and reads it into frames.
 * Runs in the child, and in the fuzz targets without one.
 */
#ifndef DAICHO_READER_TABLE_H
#define DAICHO_READER_TABLE_H

#include "reader/fault.h"
#include "reader/frame.h"
#include "reader/sheet.h"

/* Reads the file in data[0..len) and writes meta, rows and end. Returns 0, or
 * negative with the fault set (kind NONE when the pipe is gone). */
int table_read(const char *data, size_t len, const struct sheet_options *options,
	       struct frame_writer *writer, struct fault *f);

#endif
