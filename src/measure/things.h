/* Which devices and services a measure looks at; private to the room. */
#ifndef DAICHO_MEASURE_THINGS_H
#define DAICHO_MEASURE_THINGS_H

#include "measure/tally.h"

/* A check older than this is no longer "within a year" (a leap year does not make it so). */
#define DAYS_YEAR 366
/* "Within three months". */
#define DAYS_QUARTER 92

/* Devices not disposed of, of the printed column and the vendor of the round. */
bool device_concerns(const struct tally *t, const struct list_row *row);
/* Services not ended, of the vendor of the round. */
bool service_concerns(const struct tally *t, const struct list_row *row);
/* Those that hold medical data, or of which nobody has said that they do not. */
bool service_holds_data(const struct tally *t, const struct list_row *row);
/* Walks the devices and puts the counts into words: without any, nothing is proposed.
 * `good`, `bad`, `day` and `next` as in tally_words. */
int devices_tell(struct tally *t, TALLY_LOOK((*look)), const char *good, const char *bad,
		 const char *day, const char *next, struct proposal *ret, struct err *err);

#endif
