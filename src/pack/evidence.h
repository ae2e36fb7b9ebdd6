/* Evidence files of a round, decrypted into a folder with an index; private to pack. */
#ifndef DAICHO_PACK_EVIDENCE_H
#define DAICHO_PACK_EVIDENCE_H

#include "pack/gather.h"
#include "round/round.h"

/* Writes dir/evidence/NN_name and dir/evidence/index.csv. */
int evidence_write(struct gather *g, const struct round_view *v, const char *dir, struct err *err);

#endif
