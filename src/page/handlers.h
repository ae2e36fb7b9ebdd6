/* Every handler named in routes.def. */
#ifndef DAICHO_PAGE_HANDLERS_H
#define DAICHO_PAGE_HANDLERS_H

#include "web/route.h"

#define ROUTE(method, pattern, handler, permission, csrf, body_limit, doc, access) \
	route_handler handler;
#include "page/routes.def"
#undef ROUTE

#endif
