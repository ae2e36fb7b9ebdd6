/* The contact tree as a drawing; private to pack. */
#ifndef DAICHO_PACK_CONTACTS_H
#define DAICHO_PACK_CONTACTS_H

#include "pack/gather.h"

int contacts_pdf_tree(struct gather *g, struct pdf *p, struct err *err);

#endif
