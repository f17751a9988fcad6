#ifndef POLICE_FORM_H
#define POLICE_FORM_H

#include "lib/contract.h"

/*
 * A report of concern as an officer fills it in: the JSON body of the contract, or lines
 * "key = value" with the contract's names, dots for members of members and [] for one more item of
 * a list:
 *
 *   municipality_number = 3301
 *   subject.family_name = Nordmann
 *   danger.self = 2
 *
 * Empty lines and lines that begin with # are passed over. What is not said is: type
 * POLICE_CONCERN, has_minor_children UNKNOWN.
 */

/* The body of createConcernReport, adopted. NULL and `*pointer` to what does not fit: a key, or
 * "line 3". Never a value. */
json_t *form_read(struct arena *a, const struct operation *op, char *text, const char **pointer);

#endif
