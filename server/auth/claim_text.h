#ifndef AUTH_CLAIM_TEXT_H
#define AUTH_CLAIM_TEXT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/*
 * Text out of claims. It ends in a log that patients read, so it is bounded and has no control
 * characters and nothing that turns the direction of writing (the attestation model warns of
 * injection). All of these: true and `*out` NULL when the claim is absent or null; false when it
 * is there and is not what it should be.
 */

/* Text of 1 … `max` bytes. */
bool claim_text(struct arena *a, const json_t *claim, size_t max, const char **out);

/* Text, or an object with the text (or integer) in its member `name`. */
bool claim_text_or_member(struct arena *a, const json_t *claim, const char *name, const char **out);

/* A flat object of text and booleans, as compact JSON of at most `max` bytes; or text. */
bool claim_object(struct arena *a, const json_t *claim, size_t max, const char **out);

/*
 * Scopes as text with any number of spaces between, or as an array; out: one space between, "" when
 * the claim grants none, NULL when there is no claim.
 */
bool claim_scope(struct arena *a, const json_t *claim, const char **out);

#endif
