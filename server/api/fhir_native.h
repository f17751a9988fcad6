#ifndef API_FHIR_NATIVE_H
#define API_FHIR_NATIVE_H

#include "api/fhir_map.h"
#include "api/room.h"

/*
 * A native operation that a FHIR write has come to: run with the caller's own rights through the
 * same rooms, answered with the resource.
 */
struct fhir_written {
	const char *type;		/* "Task" */
	const json_t *way;		/* the rules, for naming elements in faults */
	const char *key;		/* of them: "create", "update", or the action */
	const struct operation *answer; /* the FHIR read that gives the representation */
	const char *identifiers;	/* JSON: {"type", "identifiers"} of what is made, or NULL */
};

struct fhir_call {
	const char *operation;	 /* "create", "update" or "step": which of the way's */
	const char *key;	 /* of the rules */
	const json_t *body;	 /* native */
	const char *id;		 /* of the thing, or NULL for a new one */
	const char *version;	 /* that it must have, or NULL */
	const char *identifiers; /* as above */
};

/* Runs it; `*inner` is the request with its answer. Not ANSWERED: to be begun anew. */
enum outcome fhir_native(struct request *r, const struct fhir_map *m, const struct fhir_call *call,
			 struct request **inner);

/* Whether the body's form is what the operation takes, without running it. False when answered. */
bool fhir_native_fits(const struct fhir_map *m, const struct fhir_call *call);

/* Answers that nothing is wrong with what was tried, or what would be left out of it. */
void fhir_native_fine(const struct fhir_map *m);

/* Reads the resource as its FHIR read does, gate and log row included. */
enum outcome fhir_native_read(struct request *r, const char *id, struct request **inner);

/* The inner's answer becomes the request's, as the caller prefers to be told. */
enum outcome fhir_native_finish(const struct fhir_map *m, const struct request *inner);

/* Answers with the faults that were noted, unless the request is answered already. */
enum outcome fhir_native_refuse(struct request *r);

/* The elements that a native fault's pointer ("/due_at") means, as an expression. */
const char *fhir_native_expression(const struct request *r, const char *pointer);

#endif
