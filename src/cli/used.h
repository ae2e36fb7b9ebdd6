/*
 * What commands hand out is noted as it is on pages: who took what, before anything is
 * handed out. The actor is that of --as, or the program itself; the person at the machine
 * stands in the words, as the operating system knows them.
 */
#ifndef DAICHO_CLI_USED_H
#define DAICHO_CLI_USED_H

#include "cli/data.h"
#include "identity/event.h"

/* Notes the event with the name of the person at the machine added to its detail; in the log
 * when this returns, or on its way there (identity/event_left.h) where another process writes.
 * `d` may be read-only. Where nothing can be written (a full disk, a medium that is only read)
 * it says so on standard error and goes on; after any other error nothing may be handed out.
 * Nothing is noted for the drawing process of a server, which has noted it itself. */
int used_note(struct data *d, const struct actor *who, const struct event *e, struct err *err);
/* For acts that `who` may not do: notes the refusal whose words stand in *err, as far as
 * that is possible. */
void used_refused(struct data *d, const struct actor *who, const char *ledger,
		  const struct err *err);

#endif
