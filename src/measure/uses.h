/* Which items of the catalogues in force a measure proposes answers for. */
#ifndef DAICHO_MEASURE_USES_H
#define DAICHO_MEASURE_USES_H

#include "measure/measure.h"

struct measure_use {
	const struct catalogue *catalogue;
	const struct item_def *item;
};

/* Those of one measure, in the order of catalogues and items. */
struct measure_uses {
	const struct measure_use *use;
	size_t count;
};

/* One element for each measure, in the order of measure_defs; all lives in the arena. */
int measure_uses_index(const struct definitions *d, struct arena *arena,
		       const struct measure_uses **ret, struct err *err);

#endif
