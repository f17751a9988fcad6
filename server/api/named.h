#ifndef API_NAMED_H
#define API_NAMED_H

#include <stddef.h>

#include "base/arena.h"

/*
 * The person whom a request names beside its path: `patient_id` of its query, else of its JSON
 * body's first level; lasts as long as the arena. NULL when there is none. For the log of a
 * refusal, which may come before the request has been judged: what is not well-formed names nobody.
 * Either text may be NULL.
 */
const char *named_person(struct arena *a, const char *raw_query, const char *body, size_t size);

#endif
