/* Rounds as text and JSON. */
#ifndef DAICHO_CLI_ROUND_PRINT_H
#define DAICHO_CLI_ROUND_PRINT_H

#include <jansson.h>

#include "round/queue.h"
#include "round/reminder.h"
#include "round/round.h"

/* One object with everything of the view; `items` only those of the queue. Takes memory from
 * `arena`; NULL when memory runs out. */
json_t *round_json(const struct round_view *v, enum round_queue only, const struct actor *who,
		   struct arena *arena);
void round_text(const struct round_view *v, enum round_queue only, const struct actor *who);
/* One row of the list. `number` as round_find takes it. */
json_t *round_row_json(const struct round_view *v, long long number,
		       const struct reminder *reminders, size_t count);
void round_row_text(const struct round_view *v, long long number, const struct reminder *reminders,
		    size_t count);
/* What answers elsewhere propose. New reference. */
json_t *inherited_json(const struct inherited *all, size_t count);
/* What a measure says, with the entries it counted. */
json_t *round_proposal_json(const struct proposal *p);
/* Writes it with a line end and releases it. */
void round_print(json_t *v);

#endif
