#ifndef CONTRACT_SCHEMA_NODE_H
#define CONTRACT_SCHEMA_NODE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "contract/schema.h"
#include "contract/schema_pattern.h"

/*
 * What a schema is compiled to; private to schema_*.c. A schema is a list of rules, one for each
 * keyword that asserts something, in the order in which they are tried.
 */
struct rule;
struct run;

/* Where in the value the run stands: a chain up the stack, made into a pointer only for faults. */
struct step {
	const struct step *up; /* NULL for the whole value */
	json_t *container;
	const char *key; /* NULL for array items */
	size_t index;
};

struct named_schema {
	const char *name;
	struct schema *schema;
};

struct named_list {
	const char *name;
	size_t count;
	const char **members;
};

struct pattern_schema {
	const struct pattern *pattern;
	struct schema *schema;
};

/* Names in the order of strcmp(). */
struct sorted_names {
	size_t count;
	const char **list;
};

/*
 * What the compiler has learnt of one keyword; each check knows which of these it uses. Nothing
 * here points into the document, which is gone when requests come.
 */
struct rule {
	struct rule *next;
	const struct keyword *keyword;
	size_t count, min, max;
	union {
		const json_t *json;		  /* constants, a copy */
		const struct sorted_names *known; /* the properties beside additionalProperties */
	};
	struct schema *schema; /* the one subschema; `if` of a conditional */
	struct schema *then, *otherwise;
	union {
		struct schema **schemas;
		struct named_schema *named;
		struct named_list *lists;
		struct pattern_schema *patterns;
		const char **names;
		const struct pattern *pattern;
		const struct schema_format *format;
		long double number;
	};
	bool own_format; /* the format is the source's: visited */
};

enum schema_kind { SCHEMA_RULES, SCHEMA_TRUE, SCHEMA_FALSE };

enum json_types {
	TYPE_NULL = 1,
	TYPE_BOOLEAN = 2,
	TYPE_INTEGER = 4,
	TYPE_NUMBER = 8,
	TYPE_STRING = 16,
	TYPE_ARRAY = 32,
	TYPE_OBJECT = 64
};

/* Their names, in the order of the bits; a NULL ends the list. */
extern const char *const json_type_names[];

struct schema {
	enum schema_kind kind;
	unsigned types;	    /* json_types of `type`; 0 when it says nothing */
	unsigned char walk; /* for the search for loops: 0 not seen, 1 on the way, 2 done */
	struct rule *rules;
};

/* Where a keyword's value holds subschemas. */
enum shape { SHAPE_NONE, SHAPE_SCHEMA, SHAPE_LIST, SHAPE_MAP };

/* When a rule is tried, and whether a fault ends the schema: type and lengths come first. */
enum rank { RANK_TYPE, RANK_SIZE, RANK_REST };

struct compiler;

struct keyword {
	const char *name;
	enum shape shape;
	enum rank rank;
	bool in_place; /* its subschemas see the same value, so a loop through them never ends */
	/* Fills the rule; false with compiler_refuse(). NULL: an annotation, nothing to do. */
	bool (*compile)(struct compiler *c, struct schema *s, const json_t *value,
			struct rule *rule);
	/* Tries the rule; false, with a fault noted, when it does not hold. NULL: never tried. */
	bool (*check)(struct run *run, const struct rule *rule, json_t *value,
		      const struct step *at);
};

/* The keyword's row, or NULL. Rows are in schema_keywords.c. */
const struct keyword *keyword_find(const char *name);

/* The format by name among the source's and the standard ones (`*own` says which), or NULL. */
const struct schema_format *format_find(const struct schema_format *formats, const char *name,
					bool *own);

/* Where the compiler stands: a chain up the stack, made into a pointer only for messages. */
struct place {
	const struct place *up;
	const char *keyword, *member; /* without `up`: the whole pointer, and NULL */
};

/* What a compilation knows; `base` is the URI that references are resolved against. */
struct compiler {
	struct schema_set *set;
	struct arena *arena, *scratch; /* of what is compiled; of what only the compiler needs */
	const char *base;
	const json_t *json; /* the schema being compiled */
	const struct place *at;
	const char *why;
};

/* Says why the document is refused; always false. */
bool compiler_refuse(struct compiler *c, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Compiles a subschema below keyword/member; NULL when refused. `member` may be NULL. */
struct schema *compiler_subschema(struct compiler *c, const json_t *json, const char *keyword,
				  const char *member);

/* True when applying the schema to a value would apply it to the same value again, without end. */
bool schema_loops(struct schema *s);

/* The schema that a reference means, or NULL when refused. */
struct schema *compiler_reference(struct compiler *c, const char *reference);

/* A copy of a constant, and of a name, that lives as long as what is compiled. */
const json_t *compiler_keep(struct compiler *c, const json_t *constant);
const char *compiler_keep_name(struct compiler *c, const char *name);

/* The pattern, compiled once per set, or NULL when refused. */
const struct pattern *compiler_pattern(struct compiler *c, const char *text);

/* The source's own formats. */
const struct schema_format *compiler_formats(const struct compiler *c);

/* jansson's iteration wants a non-const object although it only reads. */
json_t *json_unconst(const json_t *json);

#endif
