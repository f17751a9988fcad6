/* Compiles schemas: references, sharing, loops. What each keyword means is in schema_keywords.c. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "contract/kept_texts.h"
#include "contract/schema_node.h"
#include "contract/schema_uri.h"

enum { BUCKETS = 1024 };

struct compiled {
	struct compiled *next, *before; /* in the bucket; made before this one */
	const json_t *json;
	struct schema schema;
};

/* A schema that has a URI of its own: by $id or $anchor. */
struct resource {
	struct resource *next;
	const char *uri, *base; /* base: of what is around it, its own $id not yet applied */
	const json_t *json;
};

struct schema_set {
	struct schema_source source;
	struct compiled *compiled[BUCKETS]; /* by the address of their JSON */
	struct pattern_set *patterns;
	struct resource *resources;
	struct kept_texts *names;
	struct schema always, never;
	struct compiled *last; /* the newest */
	bool scanned;
};

static const char *const drafts[] = {"https://json-schema.org/draft/2020-12/schema",
				     "https://json-schema.org/draft/2020-12/schema#"};

json_t *json_unconst(const json_t *json)
{
	return (json_t *)(uintptr_t)json;
}

static const char *pointer_of(struct compiler *c, const struct place *p)
{
	if (p->up == NULL)
		return p->keyword;
	return arena_printf(c->scratch, "%s/%s%s%s", pointer_of(c, p->up), p->keyword,
			    p->member == NULL ? "" : "/", p->member == NULL ? "" : p->member);
}

bool compiler_refuse(struct compiler *c, const char *format, ...)
{
	va_list args;

	va_start(args, format);

	const char *what = arena_vprintf(c->arena, format, args);

	va_end(args);
	if (c->why == NULL)
		c->why = arena_printf(c->arena, "%s at #%s", what, pointer_of(c, c->at));
	return false;
}

static void release_json(void *json)
{
	json_decref(json);
}

const json_t *compiler_keep(struct compiler *c, const json_t *constant)
{
	json_t *copy = json_deep_copy(constant);

	arena_adopt(c->arena, release_json, copy);
	return copy;
}

const char *compiler_keep_name(struct compiler *c, const char *name)
{
	return kept_texts_keep(c->set->names, name);
}

const struct schema_format *compiler_formats(const struct compiler *c)
{
	return c->set->source.formats;
}

const struct pattern *compiler_pattern(struct compiler *c, const char *text)
{
	const char *why = NULL;
	const struct pattern *p = pattern_set_compile(c->set->patterns, text, &why);

	if (p == NULL)
		compiler_refuse(c, "pattern '%s' %s", text, why);
	return p;
}

/* --- resources: what can be referred to by URI --------------------------------------------- */

static void scan(struct compiler *c, const json_t *json);

static void scan_keyword(struct compiler *c, const struct keyword *keyword, json_t *value)
{
	const char *key;
	size_t index;
	json_t *one;

	if (keyword->shape == SHAPE_SCHEMA)
		scan(c, value);
	if (keyword->shape == SHAPE_LIST)
		json_array_foreach(value, index, one) scan(c, one);
	if (keyword->shape == SHAPE_MAP)
		json_object_foreach(value, key, one) scan(c, one);
}

static void add_resource(struct compiler *c, const char *uri, const char *base, const json_t *json)
{
	struct resource *r = arena_alloc(c->arena, sizeof(*r));

	*r = (struct resource){c->set->resources, uri, base, json};
	c->set->resources = r;
}

static void enter_base(struct compiler *c, const json_t *json)
{
	const char *id = json_string_value(json_object_get(json, "$id"));

	if (id != NULL)
		c->base = uri_resolve(c->arena, c->base, id);
}

static void scan(struct compiler *c, const json_t *json)
{
	const char *base = c->base, *key;
	const char *anchor = json_string_value(json_object_get(json, "$anchor"));
	json_t *value;

	enter_base(c, json);
	if (c->base != base)
		add_resource(c, c->base, base, json);
	if (anchor != NULL)
		add_resource(c, arena_printf(c->arena, "%s#%s", c->base, anchor), base, json);
	json_object_foreach(json_unconst(json), key, value)
	{
		const struct keyword *keyword = keyword_find(key);

		if (keyword != NULL)
			scan_keyword(c, keyword, value);
	}
	c->base = base;
}

static const struct resource *find_resource(const struct schema_set *set, const char *uri,
					    size_t len)
{
	for (const struct resource *r = set->resources; r != NULL; r = r->next)
		if (strlen(r->uri) == len && strncmp(r->uri, uri, len) == 0)
			return r;
	return NULL;
}

/* --- references ------------------------------------------------------------------------------ */

static const json_t *one_step(const json_t *at, const char *token)
{
	char *end = NULL;

	if (json_is_object(at))
		return json_object_get(at, token);
	if (!json_is_array(at))
		return NULL;

	unsigned long index = strtoul(token, &end, 10);

	return *token == '\0' || *end != '\0' ? NULL : json_array_get(at, index);
}

/* Follows a pointer ("" or "/a/b"); the base around the target becomes the compiler's. */
static const json_t *follow(struct compiler *c, const json_t *at, const char *pointer, bool percent)
{
	while (*pointer == '/' && at != NULL) {
		pointer++;
		enter_base(c, at);
		at = one_step(at, pointer_token(c->scratch, &pointer, percent));
	}
	return *pointer == '\0' ? at : NULL;
}

static const json_t *find_target(struct compiler *c, const char *uri)
{
	size_t len = strcspn(uri, "#");
	const struct resource *whole = find_resource(c->set, uri, strlen(uri));

	if (whole == NULL)
		whole = find_resource(c->set, uri, len);
	if (whole == NULL)
		return NULL;
	c->base = whole->base;
	if (strlen(whole->uri) != len || uri[len] == '\0')
		return whole->json;
	return follow(c, whole->json, uri + len + 1, true);
}

static struct schema *compile(struct compiler *c, const json_t *json);

struct schema *compiler_reference(struct compiler *c, const char *reference)
{
	const char *base = c->base;
	const char *uri = uri_resolve(c->scratch, base, reference);
	const json_t *target = find_target(c, uri);
	const struct place *from = c->at;
	const struct place there = {.keyword = *reference == '#' ? reference + 1 : reference};
	struct schema *s = NULL;

	if (target == NULL) {
		compiler_refuse(c, "reference '%s' points at nothing in this document", reference);
	} else {
		c->at = &there;
		s = compile(c, target);
	}
	c->base = base;
	c->at = from;
	return s;
}

/* --- schemas --------------------------------------------------------------------------------- */

/* Keeps the list in the order of ranks, and of appearance within one. */
static void add_rule(struct schema *s, struct rule *rule)
{
	struct rule **at = &s->rules;

	while (*at != NULL && (*at)->keyword->rank <= rule->keyword->rank)
		at = &(*at)->next;
	rule->next = *at;
	*at = rule;
}

static bool compile_keyword(struct compiler *c, struct schema *s, const char *name,
			    const json_t *value)
{
	const struct keyword *keyword = keyword_find(name);

	if (strncmp(name, "x-", 2) == 0)
		return true;
	if (keyword == NULL)
		return compiler_refuse(c, "unknown keyword '%s'", name);
	if (keyword->compile == NULL)
		return true;

	struct rule *rule = arena_alloc(c->arena, sizeof(*rule));

	rule->keyword = keyword;
	if (!keyword->compile(c, s, value, rule))
		return false;
	if (keyword->check != NULL)
		add_rule(s, rule);
	return true;
}

static bool compile_object(struct compiler *c, struct schema *s)
{
	const char *key;
	json_t *value;

	json_object_foreach(json_unconst(c->json), key, value)
	{
		if (!compile_keyword(c, s, key, value))
			return false;
	}
	return true;
}

static struct schema *compile(struct compiler *c, const json_t *json)
{
	struct compiled **bucket = &c->set->compiled[((uintptr_t)json >> 4) % BUCKETS];

	if (json_is_boolean(json))
		return json_is_true(json) ? &c->set->always : &c->set->never;
	for (struct compiled *known = *bucket; known != NULL; known = known->next)
		if (known->json == json)
			return &known->schema;
	if (!json_is_object(json)) {
		compiler_refuse(c, "a schema must be an object or a boolean");
		return NULL;
	}

	struct compiled *made = arena_alloc(c->arena, sizeof(*made));
	const char *base = c->base;
	const json_t *around = c->json;

	made->next = *bucket;
	made->json = c->json = json;
	*bucket = made;
	made->before = c->set->last;
	c->set->last = made;
	enter_base(c, json);

	bool ok = compile_object(c, &made->schema);

	c->base = base;
	c->json = around;
	return ok ? &made->schema : NULL;
}

struct schema *compiler_subschema(struct compiler *c, const json_t *json, const char *keyword,
				  const char *member)
{
	const struct place here = {.up = c->at, .keyword = keyword, .member = member};

	c->at = &here;

	struct schema *s = compile(c, json);

	c->at = here.up;
	return s;
}

static bool any_loops(struct compiled *one)
{
	for (; one != NULL && one->schema.walk != 2; one = one->before)
		if (schema_loops(&one->schema))
			return true;
	return false;
}

/* --- the interface --------------------------------------------------------------------------- */

struct schema_set *schema_set_new(const struct schema_source *source)
{
	struct schema_set *set = arena_alloc(source->arena, sizeof(*set));

	set->source = *source;
	set->patterns = pattern_set_new(source->arena);
	set->names = source->names == NULL ? kept_texts_new(source->arena) : source->names;
	set->always.kind = SCHEMA_TRUE;
	set->never.kind = SCHEMA_FALSE;
	return set;
}

/* Names inside an OpenAPI document come by pointer; only a document that is a schema has $id. */
static void scan_once(struct compiler *c, const char *pointer)
{
	if (c->set->scanned)
		return;
	c->set->scanned = true;
	add_resource(c, "", "", c->set->source.root);
	if (*pointer == '\0')
		scan(c, c->set->source.root);
}

struct schema *schema_set_compile(struct schema_set *set, const char *pointer, const char **why)
{
	const struct schema_source *source = &set->source;
	const struct place whole = {.keyword = pointer};
	struct compiler c = {.set = set,
			     .arena = source->arena,
			     .scratch = source->scratch == NULL ? source->arena : source->scratch,
			     .base = "",
			     .at = &whole};

	scan_once(&c, pointer);

	const json_t *json = follow(&c, source->root, pointer, false);
	struct schema *s = NULL;

	c.base = "";
	if (json == NULL)
		compiler_refuse(&c, "nothing is");
	else
		s = compile(&c, json);
	if (s != NULL && any_loops(set->last)) {
		compiler_refuse(&c, "a schema refers to itself without end");
		s = NULL;
	}
	if (s == NULL)
		*why = c.why;
	return s;
}

struct schema *schema_compile(const struct schema_source *source, const char *pointer,
			      const char **why)
{
	const char *draft = json_string_value(json_object_get(source->root, "$schema"));

	if (draft != NULL && strcmp(draft, drafts[0]) != 0 && strcmp(draft, drafts[1]) != 0) {
		*why = arena_printf(source->arena, "unknown keyword '$schema' of value '%s'",
				    draft);
		return NULL;
	}
	return schema_set_compile(schema_set_new(source), pointer, why);
}
