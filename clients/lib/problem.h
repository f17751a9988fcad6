#ifndef LIB_PROBLEM_H
#define LIB_PROBLEM_H

#include <stdbool.h>

#include "lib/session.h"

/* A problem (RFC 9457) as the service answers it. Texts are never NULL but maybe empty. */
struct problem {
	int status;
	const char *code, *title, *detail, *request_id;
	const json_t *json;   /* with the type's own members: "from", "allowed", "changed" … */
	const json_t *faults; /* array of {pointer, code, detail}, or NULL */
};

/* False when the reply is no problem (a success, no answer, or not problem+json). */
bool problem_read(const struct reply *reply, struct problem *out);

/* What went wrong, for people: one line, then a line a fault. Any reply that is no success. */
const char *problem_text(struct arena *a, const struct reply *reply);

#endif
