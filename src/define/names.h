/* Tables of the words a definition may use; private to define. */
#ifndef DAICHO_DEFINE_NAMES_H
#define DAICHO_DEFINE_NAMES_H

#include "define/define.h"

extern const char *const define_types[FIELD_TYPE_MAX];
extern const char *const define_classes[CLASS_MAX];
extern const char *const define_value_checks[CHECK_VALUE_MAX];
extern const char *const define_cross_checks[CROSS_MAX];
extern const char *const define_roles[ROLE_MAX];
extern const char *const define_scopes[SCOPE_KIND_MAX];
extern const char *const define_orgs[ORG_MAX];
extern const char *const define_controls[CONTROL_MAX]; /* the first is "" */
extern const char *const define_areas[AREA_MAX];
extern const char *const define_asks[ASK_MAX];
extern const char *const define_relations[PAIR_MAX];
extern const char *const define_confidences[CONFIDENCE_MAX];

#endif
