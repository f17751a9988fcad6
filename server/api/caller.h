#ifndef API_CALLER_H
#define API_CALLER_H

#include <jansson.h>

#include "api/request.h"

/*
 * Who calls, and in which request: an object whose members are columns of the access log
 * (log_access(), sql/migrations/0004), for what SQL writes there by itself, also when there is no
 * request any more. What does not apply is left out. Somebody must have called. New reference.
 */
json_t *caller_json(const struct request *r);

/*
 * The same as compact JSON in the request's arena: the parameter :request.caller. NULL before a
 * caller is known.
 */
const char *caller_text(const struct request *r);

#endif
