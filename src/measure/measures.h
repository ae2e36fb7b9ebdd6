/* One function per row of measure.def; private to the room. */
#ifndef DAICHO_MEASURE_MEASURES_H
#define DAICHO_MEASURE_MEASURES_H

#include "measure/measure.h"

struct measure_input {
	struct measure_cache *cache;
	struct arena *arena;
	const char *today;  /* YYYY-MM-DD */
	const char *column; /* printed answer column, "" if none */
	const char *vendor; /* entry id of the vendor a round is about, or NULL */
};

#define MEASURE(name, subject, ledger, preset, title) \
	int measure_##name(const struct measure_input *in, struct proposal *ret, struct err *err);
#include "measure/measure.def"
#undef MEASURE

#endif
