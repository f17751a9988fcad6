#ifndef API_PROBLEM_H
#define API_PROBLEM_H

#include <jansson.h>
#include <stdbool.h>

#include "api/request.h"

/*
 * The only way to say no: RFC 9457 problem details from the contract's catalogue (x-problems).
 * `code` names an entry there; an unknown code is a bug and becomes "internal".
 */

/* Reads the catalogue and the rules behind refusals (reason.h); the document outlives the process's
 * requests. */
void problem_load(const json_t *document);

/* The catalogue's entry, or NULL. */
const json_t *problem_entry(const char *code);

/* Answers with the problem. Returns false, so that a room can `return problem(…)`. */
bool problem(struct request *r, const char *code, const char *detail_format, ...)
	__attribute__((format(printf, 3, 4)));

/* The same with further members (`extension` is an object; borrowed, may be NULL). */
bool problem_with(struct request *r, const char *code, const json_t *extension);

/* The same with the status given (CivetWeb's own refusals). */
bool problem_status(struct request *r, int status, const char *code, const char *detail);

/* The faults noted in r->faults as errors[]. */
bool problem_faults(struct request *r, const char *code);

#endif
