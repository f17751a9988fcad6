#ifndef CONTRACT_SCHEMA_H
#define CONTRACT_SCHEMA_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/*
 * JSON Schema draft 2020-12 as OpenAPI 3.1 uses it, compiled once and then only read (thread-safe).
 * Checked against the official JSON-Schema-Test-Suite. A keyword that the compiler does not know
 * is refused by name: nothing in the contract is silently ignored.
 */
struct schema;

/* A named format that is asserted, e.g. "uuid"; `check` gets the string's bytes. */
struct schema_format {
	const char *name;
	bool (*check)(const char *s, size_t len);
};

/* The formats that the validator itself knows (date, date-time, uuid, uri, email …), NULL-named
 * end. */
extern const struct schema_format schema_standard_formats[];

struct kept_texts;

struct schema_source {
	struct arena *arena;	  /* owns what is compiled; must outlive the schema */
	struct arena *scratch;	  /* for what is needed while compiling alone; NULL takes `arena` */
	struct kept_texts *names; /* where names are kept, to share them; NULL makes one */
	const json_t *root; /* the document that "#/…" references point into; compiled schemas
			       do not need it */
	const struct schema_format
		*formats; /* asserted beside the standard ones; may be NULL; end NULL */
};

/*
 * Compiles the schema at JSON Pointer `pointer` of `source->root` ("" for the whole document).
 * References are resolved and shared, recursion included. On failure NULL, and `*why` says in the
 * arena's memory what is wrong and where ("unknown keyword 'foo' at #/components/schemas/X").
 */
struct schema *schema_compile(const struct schema_source *source, const char *pointer,
			      const char **why);

/* Schemas of one document that share what they refer to and their patterns. Lives in the arena. */
struct schema_set;

/* An empty one. The source is copied; its document must outlive all compiling. Never NULL. */
struct schema_set *schema_set_new(const struct schema_source *source);

/* As schema_compile(), sharing with what the set has compiled before. */
struct schema *schema_set_compile(struct schema_set *set, const char *pointer, const char **why);

/* A member that an object's schema describes. */
struct schema_property {
	const char *name;
	const char *type;   /* "integer", "string" …; "" for several, or when it says none */
	const char *format; /* "date-time" …; "" without one */
};

/* What the schema, or what it refers to, lists under `properties`; the count. NULL lists none. */
size_t schema_properties(struct arena *a, const struct schema *s, struct schema_property **list);

/* One thing that is wrong with a value. */
struct fault {
	const char *pointer; /* RFC 6901 pointer of the offending value, "" for the whole */
	const char
		*code; /* the keyword's name in snake case: "required", "min_length", "format" … */
	const char *detail; /* English, lower case; never contains the value itself */
};

enum { FAULTS_MAX = 64 };

struct faults {
	struct arena *arena;
	size_t count; /* at most FAULTS_MAX are kept */
	struct fault list[FAULTS_MAX];
};

/* Notes a fault; beyond FAULTS_MAX silently drops it. Strings are copied into the arena. */
void faults_add(struct faults *f, const char *pointer, const char *code, const char *detail);

/* A string that stood under one of the source's own formats. */
struct schema_found {
	const char *format;  /* its name */
	const char *pointer; /* as a fault's, in the faults' arena */
	json_t *parent;	     /* the object or array; NULL: the string is the whole document */
	const char *key;     /* the member's name; NULL: it is the item `index` of an array */
	size_t index;
};

/*
 * Called, once the whole value is valid, for every such string, so that a caller can replace
 * personal numbers in place. A value with more than SCHEMA_VISITS_MAX of them is not valid.
 */
enum { SCHEMA_VISITS_MAX = 1000 };

struct schema_visitor {
	void (*formatted)(void *context, const struct schema_found *found);
	void *context;
};

/* Validates `value`, noting all faults at once. True when there are none. `visitor` may be NULL. */
bool schema_validate(const struct schema *s, json_t *value, struct faults *faults,
		     const struct schema_visitor *visitor);

/*
 * Like schema_validate for a parameter's text: coerced by the declared type (integer, number,
 * boolean; an array is a list of items between commas; anything else is a string).
 */
bool schema_validate_text(const struct schema *s, const char *text, const char *pointer,
			  struct faults *faults);

#endif
