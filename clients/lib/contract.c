/* The service's OpenAPI document as a table of operations; the cache is cache.c's. */
#include "lib/contract.h"

#include <stdlib.h>
#include <string.h>

#include "lib/cache.h"
#include "lib/member.h"

enum { REFERENCES_MAX = 16 };

static const struct verb {
	const char *member, *method;
} verbs[] = {
	{"get", "GET"}, {"post", "POST"}, {"put", "PUT"}, {"patch", "PATCH"}, {"delete", "DELETE"},
};

enum { VERB_COUNT = sizeof(verbs) / sizeof(*verbs) };

/* "#/components/schemas/X" without escapes: the house names hold neither ~ nor / */
static const json_t *follow(const json_t *document, const char *reference)
{
	if (strncmp(reference, "#/", 2) != 0)
		return NULL;
	for (const char *at = reference + 2; document != NULL;) {
		size_t length = strcspn(at, "/");

		document = json_object_getn(document, at, length);
		if (at[length] == '\0')
			break;
		at += length + 1;
	}
	return document;
}

const json_t *contract_resolve(const struct contract *c, const json_t *json)
{
	for (int hops = 0; hops < REFERENCES_MAX; hops++) {
		const char *reference = member_text(json, "$ref");

		if (reference == NULL)
			return json;
		json = follow(c->document, reference);
	}
	return NULL;
}

static void add_parameters(struct contract *c, json_t *list, const json_t *more)
{
	const json_t *one;
	size_t i;

	json_array_foreach(more, i, one)
	{
		const json_t *whole = contract_resolve(c, one);

		if (member_text(whole, "name") != NULL && member_text(whole, "in") != NULL)
			json_array_append(list, (json_t *)(uintptr_t)whole);
	}
}

static void read_body(struct contract *c, struct operation *op)
{
	const json_t *content = json_object_get(
		contract_resolve(c, json_object_get(op->json, "requestBody")), "content");
	const char *type;
	json_t *media;

	json_object_foreach((json_t *)(uintptr_t)content, type, media)
	{
		if (op->body != NULL && strstr(type, "json") == NULL)
			continue;
		op->body_type = type;
		op->body = json_object_get(media, "schema");
		op->example = json_object_get(media, "example");
	}
}

static void read_operation(struct contract *c, struct arena *a, const json_t *item,
			   struct operation *op)
{
	const json_t *security = json_object_get(op->json, "security");

	if (security == NULL)
		security = json_object_get(c->document, "security");
	op->id = member_text(op->json, "operationId");
	op->summary = member_text(op->json, "summary");
	op->machine = member_text(op->json, "x-machine");
	op->from_root = json_is_true(json_object_get(item, "x-root"));
	op->secured = json_array_size(security) > 0;
	op->parameters = member_keep(a, json_array());
	add_parameters(c, op->parameters, json_object_get(item, "parameters"));
	add_parameters(c, op->parameters, json_object_get(op->json, "parameters"));
	read_body(c, op);
	if (op->example == NULL)
		op->example = json_object_get(contract_resolve(c, op->body), "example");
}

static int by_id(const void *a, const void *b)
{
	return strcmp(((const struct operation *)a)->id, ((const struct operation *)b)->id);
}

struct contract *contract_read(struct arena *a, json_t *document)
{
	json_t *paths = json_object_get(document, "paths"), *item;
	struct contract *c = arena_alloc(a, sizeof(*c));
	const char *path;

	if (!json_is_object(paths))
		return NULL;
	c->document = document;
	c->operations =
		arena_alloc(a, (json_object_size(paths) * VERB_COUNT + 1) * sizeof(*c->operations));
	json_object_foreach(paths, path, item)
	{
		for (size_t i = 0; i < VERB_COUNT; i++) {
			struct operation *op = &c->operations[c->count];

			op->json = json_object_get(item, verbs[i].member);
			if (member_text(op->json, "operationId") == NULL)
				continue;
			op->contract = c;
			op->method = verbs[i].method;
			op->path = path;
			read_operation(c, a, item, op);
			c->count++;
		}
	}
	qsort(c->operations, c->count, sizeof(*c->operations), by_id);
	return c;
}

struct contract *contract_cached(struct arena *a, const char *base_url)
{
	const json_t *kept = cache_read(a, base_url);
	json_t *document = json_object_get(kept, "document");

	return document != NULL ? contract_read(a, document) : NULL;
}

static json_t *headers_with(struct arena *a, const char *etag)
{
	json_t *headers = member_keep(a, json_object());

	if (etag != NULL)
		json_object_set_new(headers, "If-None-Match", json_string(etag));
	return headers;
}

struct contract *contract_load(struct arena *a, struct session *s, struct reply *reply,
			       const char **why)
{
	const json_t *kept = cache_read(a, session_base_url(s));
	json_t *document = json_object_get(kept, "document");
	const struct call call = {
		.method = "GET",
		.path = "/openapi.json",
		.anonymous = true,
		.headers = headers_with(a, document != NULL ? member_text(kept, "etag") : NULL),
	};
	struct contract *c = NULL;
	bool answered = session_call(s, a, &call, reply);

	if (answered && reply->status == 200) {
		document = reply->json;
		cache_write(a, session_base_url(s), reply->etag, document);
	}
	if (answered || reply->status == 0 || reply->status >= 500)
		c = document != NULL ? contract_read(a, document) : NULL;
	if (c != NULL)
		c->stale = !answered;
	else
		*why = answered ? "the service's contract cannot be read"
				: "the service did not give its contract";
	return c;
}

const struct operation *contract_operation(const struct contract *c, const char *id)
{
	const struct operation key = {.id = id};

	return bsearch(&key, c->operations, c->count, sizeof(key), by_id);
}

/* Same shape: equal segments, and parameters where the other has parameters */
static bool same_shape(const char *a, const char *b)
{
	for (;;) {
		size_t la = strcspn(a, "/"), lb = strcspn(b, "/");
		bool parameters = a[0] == '{' && b[0] == '{';

		if (!parameters && (la != lb || strncmp(a, b, la) != 0))
			return false;
		if (a[la] != b[lb])
			return false;
		if (a[la] == '\0')
			return true;
		a += la + 1;
		b += lb + 1;
	}
}

const struct operation *contract_find(const struct contract *c, const char *method,
				      const char *path)
{
	for (size_t i = 0; i < c->count; i++)
		if (strcmp(c->operations[i].method, method) == 0 &&
		    same_shape(c->operations[i].path, path))
			return &c->operations[i];
	return NULL;
}

static const json_t *member_within(const struct contract *c, const json_t *schema, const char *name,
				   int depth)
{
	static const char *const branches[] = {"allOf", "anyOf", "oneOf"};
	const json_t *found, *branch;
	size_t k;

	schema = contract_resolve(c, schema);
	found = json_object_get(json_object_get(schema, "properties"), name);
	if (found != NULL)
		return contract_resolve(c, found);
	for (size_t i = 0; i < sizeof(branches) / sizeof(*branches) && depth > 0; i++)
		json_array_foreach(json_object_get(schema, branches[i]), k, branch)
		{
			found = member_within(c, branch, name, depth - 1);
			if (found != NULL)
				return found;
		}
	return NULL;
}

const json_t *contract_member(const struct contract *c, const json_t *schema, const char *name)
{
	return member_within(c, schema, name, REFERENCES_MAX);
}

bool contract_is_open(const struct contract *c, const json_t *schema)
{
	schema = contract_resolve(c, schema);
	return !json_is_false(json_object_get(schema, "additionalProperties"));
}

bool contract_has_type(const json_t *schema, const char *type)
{
	const json_t *types = json_object_get(schema, "type"), *one;
	size_t i;

	if (json_is_string(types))
		return strcmp(json_string_value(types), type) == 0;
	json_array_foreach(types, i, one)
	{
		if (json_is_string(one) && strcmp(json_string_value(one), type) == 0)
			return true;
	}
	return false;
}

const json_t *contract_actions(const struct contract *c, const char *machine)
{
	const json_t *machines = json_object_get(c->document, "x-state-machines");

	return machine == NULL ? NULL
			       : json_object_get(json_object_get(machines, machine), "actions");
}
