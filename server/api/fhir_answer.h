#ifndef API_FHIR_ANSWER_H
#define API_FHIR_ANSWER_H

#include "api/work.h"

/*
 * Answers from the row of an operation of the FHIR face. Its columns:
 *
 *   body      a resource; of a search the array of its Bundle's entries; NULL when there is none
 *   etag      the version, sent as `W/"3"` and, of what was made, in Location
 *   modified  when it was last changed, as Last-Modified says it
 *   next      of a search: where the next page begins
 *   total     of a search: how many there are, when that was asked
 */
void fhir_answer(struct work *w);

/* The text of a searchset: entries (an array's text, or NULL), next page's cursor and total, or
 * NULL. */
const char *fhir_searchset(const struct request *r, const char *entries, const char *next,
			   const char *total);

#endif
