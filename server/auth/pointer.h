#ifndef AUTH_POINTER_H
#define AUTH_POINTER_H

#include <jansson.h>
#include <stdbool.h>

/*
 * JSON Pointers (RFC 6901) into claims: "/consumer/ID", "/authorization_details/0/type",
 * "/helseid:~1~1claims~1identity~1pid". Pieces of at most POINTER_PIECE_MAX bytes after unescaping.
 */
enum { POINTER_PIECE_MAX = 127 };

/* Whether the text is a pointer to something inside a document (it begins with "/"). */
bool pointer_is_valid(const char *pointer);

/* What a valid pointer points at, or NULL. The value belongs to the document. */
const json_t *pointer_get(const json_t *json, const char *pointer);

/* The same for the pointer's first piece alone: the claim that the pointer goes into. */
const json_t *pointer_claim(const json_t *json, const char *pointer);

#endif
