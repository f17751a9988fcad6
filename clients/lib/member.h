#ifndef LIB_MEMBER_H
#define LIB_MEMBER_H

#include <jansson.h>
#include <stddef.h>

#include "base/arena.h"

/* Hands a JSON value over to the arena, which drops the reference at its clear. Returns it. */
json_t *member_keep(struct arena *a, json_t *json);

/* The text member of that name, or NULL when there is none or it is no text. */
const char *member_text(const json_t *json, const char *name);

/* The value at a dotted path ("sender.category"), or NULL. */
json_t *member_at(const json_t *json, const char *path);

/* The value as JSON text in the arena; `flags` as for json_dumps. */
char *member_dump(struct arena *a, const json_t *json, size_t flags);

/* A scalar as people read it: text as it is, yes and no, numbers; "" for null and NULL. */
const char *member_readable(struct arena *a, const json_t *value);

#endif
