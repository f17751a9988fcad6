#ifndef API_SEALING_H
#define API_SEALING_H

#include <stdbool.h>

#include "api/request.h"

/*
 * Validates the body and replaces every personal number in it by its seal before the text leaves C
 * (design §7). Fills r->body_text. False when faults were noted.
 */
bool sealing_validate(struct request *r, const struct schema *schema);

/* Scope and hash of an Idempotency-Key, and the receipt that a POST may hand out. */
void sealing_idempotency(struct request *r);

#endif
