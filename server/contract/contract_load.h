#ifndef CONTRACT_CONTRACT_LOAD_H
#define CONTRACT_CONTRACT_LOAD_H

#include "contract/contract.h"

/* The loader at work; private to contract_*.c. */
struct loader {
	struct arena *arena, *scratch; /* of the contract; of one operation's reading */
	struct kept_texts *texts;
	const json_t *document; /* all of it; gone when the contract is loaded */
	struct contract *contract;
	struct schema_set *schemas;
	const char *where; /* the operation being read, for messages */
	const char *why;
};

/* Says why the contract is refused; always false. */
bool loader_refuse(struct loader *l, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Reads one operation ("get" of the path item) into `op`. */
bool operation_load(struct loader *l, const char *method, const json_t *item, struct operation *op);

/* Its `deprecated`, `x-deprecated-since` and `x-sunset`. */
bool operation_load_deprecation(struct loader *l, const json_t *json, struct operation *op);

/* What can be judged only when all operations are known: answers, machines, matrix rows, scopes. */
bool operation_check(struct loader *l, const struct operation *op);

/* A text that the contract keeps. NULL stays NULL. */
const char *loader_keep(struct loader *l, const char *text);

/* The text of a member, kept; NULL when it is not there. */
const char *loader_text(struct loader *l, const json_t *object, const char *name);

/* A value that the contract keeps. NULL stays NULL. */
const json_t *loader_keep_json(struct loader *l, const json_t *json);

/* The parts of the document that are read after start (struct contract), kept. */
const json_t *loader_keep_parts(struct loader *l);

/* The x- members of an operation, kept. */
const json_t *loader_keep_extensions(struct loader *l, const json_t *json);

/* The object that `json` is or refers to, and its JSON Pointer; NULL when refused. */
const json_t *loader_resolve(struct loader *l, const json_t *json, const char **pointer);

/* Compiles the schema at the pointer; NULL when refused. */
struct schema *loader_schema(struct loader *l, const char *pointer);

/* A reference token with ~ and / escaped, in scratch memory as all pointers are. */
const char *loader_token(struct loader *l, const char *name);

#endif
