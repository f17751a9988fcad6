#ifndef CONTRACT_CONTRACT_H
#define CONTRACT_CONTRACT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "contract/schema.h"

/*
 * The bundled OpenAPI 3.1 document, read once at start: the only source of routes, parameters,
 * schemas and scopes. Immutable after contract_load(), so shared by all threads without a lock.
 */
enum method { METHOD_GET, METHOD_POST, METHOD_PUT, METHOD_PATCH, METHOD_DELETE, METHOD_COUNT };

enum place { IN_PATH, IN_QUERY, IN_HEADER };

enum { COST_MAX = 1000 };

enum executor { EXECUTOR_STATEMENT, EXECUTOR_TRANSITION, EXECUTOR_OPS };

struct parameter {
	const char *name; /* as in the contract: "limit", "If-Match" */
	enum place place;
	bool required;
	const char *kind;  /* x-search: what a FHIR search takes it for, or NULL */
	const char *about; /* the description of such a one, or NULL */
	const json_t *at;  /* x-at: where in a resource a search looks for it, or NULL */
	struct schema *schema;
};

struct media {
	const char *type; /* "application/json", "application/merge-patch+json" … */
	struct schema *schema;
};

struct response {
	int status; /* 0 is `default` */
	size_t media_count;
	struct media *media;
};

/* What a deprecated operation announces (docs/versioning.md), as header values. All NULL for
 * others. */
struct deprecation {
	const char *since;  /* Deprecation, RFC 9745: "@1798761600" */
	const char *sunset; /* Sunset, RFC 8594: an HTTP date */
	const char *link;   /* Link to its description, rel="deprecation" */
};

struct operation {
	const char *id;	  /* operationId */
	const char *path; /* template, "/patients/{id}" (without the server prefix) */
	size_t index;	  /* 0 … operation_count - 1, for counters */
	size_t parameter_count;
	struct parameter *parameters; /* path level parameters included */
	size_t body_count;
	struct media *bodies; /* accepted request media types */
	size_t response_count;
	struct response *responses;
	const char *scope;	/* the one scope it needs, or NULL */
	const char *resource;	/* x-resource: row of the access matrix, or NULL */
	size_t resource_count;	/* x-resource may name several: SQL knows which one it is about */
	const char **resources; /* `resource` is the first of them */
	size_t beside_count;	/* x-beside: rows that let nobody in, of which SQL is told too */
	const char **beside;
	const char *action;	  /* x-action: "read", "write", "search", "create" */
	const char *person_param; /* x-person: the path parameter that names a patient, or NULL */
	const char *answer;	  /* x-answer: operationId that gives the representation, or NULL */
	const char *machine;	  /* x-machine, or NULL */
	const char *statement;	  /* x-statement: whose statement it runs; its own id */
	const char *fhir;	  /* x-fhir.interaction: "read", "search" …, or NULL */
	struct deprecation deprecation; /* deprecated, x-deprecated-since, x-sunset */
	const json_t *extensions;	/* its x- members, for what is read rarely */
	enum method method;
	enum executor executor; /* x-executor, default from the form */
	unsigned cost;		/* x-cost: units of a client's share; 0 takes nothing */
	bool body_required;
	bool secured;	/* false for `security: []` */
	bool is_list;	/* x-list */
	bool is_stream; /* x-stream: the body comes in pieces */
};

struct contract {
	/* info, x-access-matrix, x-problems, x-state-machines, components.securitySchemes: the rest
	   of the document is compiled, and not in memory */
	const json_t *document;
	const char *text; /* the bytes that are served */
	size_t text_size;
	const char *prefix; /* path of servers[0].url: "/api/v1" */
	size_t operation_count;
	struct operation *operations;
	struct route_node *routes; /* private to route.c */
};

struct contract_source {
	struct arena *arena;
	const char *text; /* JSON; must outlive the contract */
	size_t size;
	const struct schema_format *formats; /* ours, beside the standard ones */
};

/* Reads and compiles the contract. On failure NULL and `*why` (in the arena's memory). */
struct contract *contract_load(const struct contract_source *source, const char **why);

/* The operation with that id, or NULL. */
const struct operation *contract_operation(const struct contract *c, const char *id);

/* The schema of a response's media type (exact status, else default), or NULL. */
struct schema *contract_response_schema(const struct operation *op, int status, const char *type);

enum { ROUTE_PARAMETERS_MAX = 8 };

/* What a path matched: for each method the operation or NULL, and the decoded path parameters. */
struct route_match {
	const struct operation *by_method[METHOD_COUNT];
	size_t parameter_count;
	struct {
		const char *name, *value;
	} parameters[ROUTE_PARAMETERS_MAX];
};

/*
 * Finds the path among the contract's. `segments` are the decoded path segments after nothing is
 * stripped ("api", "v1", "patients", …). Literal segments win over parameters. False when no path
 * has this shape. Values in `match` point into `segments`.
 */
bool contract_match(const struct contract *c, const char *const *segments, size_t count,
		    struct route_match *match);

/* Path items may carry `x-root: true`: they live outside the prefix ("/health/live"). */

#endif
