#ifndef LIB_CONTRACT_H
#define LIB_CONTRACT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "lib/session.h"

struct contract;

/* One operation of the service's OpenAPI document. */
struct operation {
	const struct contract *contract;
	const char *id;	    /* "acceptHandover" */
	const char *method; /* "POST" */
	const char *path;   /* template: "/patients/{id}" */
	bool from_root;	    /* outside the base address (`x-root`) */
	bool secured;	    /* wants a token */
	const char *summary;
	const json_t *json;    /* the operation object */
	json_t *parameters;    /* array, references followed, those of the path included */
	const json_t *body;    /* the request body's schema, or NULL */
	const char *body_type; /* its media type */
	const json_t *example; /* a body, or NULL */
	const char *machine;   /* state machine, for transitions, or NULL */
};

/* The service's own contract. Lives in the arena that it was loaded into. */
struct contract {
	json_t *document;
	size_t count;
	struct operation *operations; /* sorted by id */
	bool stale; /* the service did not answer: this is what it said last time */
};

/*
 * Gets `/openapi.json`, asking with the ETag of the copy in the user's cache directory, and keeps
 * what is new there. Falls back on the copy when no answer comes. NULL and `*why` with neither.
 * `reply` is the answer, for its status.
 */
struct contract *contract_load(struct arena *a, struct session *s, struct reply *reply,
			       const char **why);

/* The cached copy alone, for completion: no network. NULL when there is none. */
struct contract *contract_cached(struct arena *a, const char *base_url);

/* Reads a document. NULL when it is no OpenAPI document. */
struct contract *contract_read(struct arena *a, json_t *document);

/* The operation of that id, or NULL. */
const struct operation *contract_operation(const struct contract *c, const char *id);

/* The operation with that method and path template ("/patients/{id}", whatever the names), or NULL.
 */
const struct operation *contract_find(const struct contract *c, const char *method,
				      const char *path);

/* What a `$ref` leads to, the value itself otherwise; NULL stays NULL. */
const json_t *contract_resolve(const struct contract *c, const json_t *json);

/*
 * The schema of a member, looked for in `properties` and in all branches of allOf, anyOf and oneOf.
 * NULL when the schema does not describe it.
 */
const json_t *contract_member(const struct contract *c, const json_t *schema, const char *name);

/* Whether the schema allows members that it does not name. */
bool contract_is_open(const struct contract *c, const json_t *schema);

/* Whether `type` is (one of) the schema's type(s). */
bool contract_has_type(const json_t *schema, const char *type);

/* The actions of a state machine: array of objects with "action", "required", "summary"; or NULL.
 */
const json_t *contract_actions(const struct contract *c, const char *machine);

#endif
