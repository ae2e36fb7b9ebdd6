/* One function per row of measure.def; private to the room. */
#ifndef DAICHO_ROUND_MEASURES_H
#define DAICHO_ROUND_MEASURES_H

#include "round/measure.h"

#define MEASURE(name)                                                                              \
	int measure_##name(const struct measure_input *in, struct proposal *ret, struct err *err);
#include "round/measure.def"
#undef MEASURE

#endif
