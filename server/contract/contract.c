/* Loads the contract: the document, its operations in order, the tree of paths. Look-ups by id. */
#include "contract/contract.h"

#include <stdint.h>
#include <string.h>

#include "contract/contract_load.h"
#include "contract/kept_texts.h"
#include "contract/route.h"
#include "contract/schema_uri.h"

enum { SCRATCH_MAX = 4 * 1024 * 1024 };

static const char *const method_names[METHOD_COUNT] = {"get", "post", "put", "patch", "delete"};

bool loader_refuse(struct loader *l, const char *format, ...)
{
	va_list args;

	va_start(args, format);

	const char *what = arena_vprintf(l->arena, format, args);

	va_end(args);
	if (l->why == NULL)
		l->why = l->where == NULL ? what : arena_printf(l->arena, "%s: %s", l->where, what);
	return false;
}

const char *loader_token(struct loader *l, const char *name)
{
	char *out = arena_alloc(l->scratch, 2 * strlen(name) + 1), *end = out;

	for (; *name != '\0'; name++) {
		bool escaped = *name == '~' || *name == '/';

		*end++ = escaped ? '~' : *name;
		if (escaped)
			*end++ = *name == '~' ? '0' : '1';
	}
	return out;
}

const json_t *loader_resolve(struct loader *l, const json_t *json, const char **pointer)
{
	const char *reference = json_string_value(json_object_get(json, "$ref"));
	const json_t *at = l->document;

	if (reference == NULL)
		return json;
	if (strncmp(reference, "#/", 2) != 0)
		return loader_refuse(l, "reference '%s' is not into this document", reference),
		       NULL;
	*pointer = reference + 1;
	for (const char *rest = reference + 1; *rest == '/' && at != NULL;) {
		rest++;
		at = json_object_get(at, pointer_token(l->scratch, &rest, true));
	}
	if (at == NULL)
		loader_refuse(l, "reference '%s' points at nothing", reference);
	return at;
}

struct schema *loader_schema(struct loader *l, const char *pointer)
{
	const char *why = NULL;
	struct schema *s = schema_set_compile(l->schemas, pointer, &why);

	if (s == NULL)
		loader_refuse(l, "%s", why);
	return s;
}

static size_t count_operations(const json_t *paths)
{
	const char *path;
	json_t *item;
	size_t count = 0;

	json_object_foreach((json_t *)(uintptr_t)paths, path, item)
	{
		for (int m = 0; m < METHOD_COUNT; m++)
			count += json_object_get(item, method_names[m]) != NULL;
	}
	return count;
}

static bool load_item(struct loader *l, const char *path, const json_t *item)
{
	bool root = json_is_true(json_object_get(item, "x-root"));
	struct contract *c = l->contract;

	for (int m = 0; m < METHOD_COUNT; m++) {
		struct operation *op = &c->operations[c->operation_count];

		if (json_object_get(item, method_names[m]) == NULL)
			continue;
		arena_clear(l->scratch);
		l->where = arena_printf(l->scratch, "%s %s", method_names[m], path);
		op->path = loader_keep(l, path);
		op->method = (enum method)m;
		op->index = c->operation_count;
		if (!operation_load(l, method_names[m], item, op))
			return false;
		if (contract_operation(c, op->id) != NULL)
			return loader_refuse(l, "operationId '%s' is used twice", op->id);
		c->operation_count++;
		if (!route_add(l->arena, c->routes, root ? "" : c->prefix, op, &l->why))
			return false;
	}
	return true;
}

static bool load_paths(struct loader *l, const json_t *paths)
{
	struct contract *c = l->contract;
	size_t count = count_operations(paths);
	const char *path;
	json_t *item;

	c->operations = arena_alloc(l->arena, (count + 1) * sizeof(*c->operations));
	c->routes = arena_alloc(l->arena, sizeof(*c->routes));
	json_object_foreach((json_t *)(uintptr_t)paths, path, item)
	{
		if (!load_item(l, path, item))
			return false;
	}
	for (size_t i = 0; i < c->operation_count; i++)
		if (!operation_check(l, &c->operations[i]))
			return false;
	return true;
}

/* The path of the first server's URL, without a slash at the end. */
static const char *prefix_of(struct loader *l, const json_t *document)
{
	const json_t *server = json_array_get(json_object_get(document, "servers"), 0);
	const char *url = json_string_value(json_object_get(server, "url"));
	const char *authority = url == NULL ? NULL : strstr(url, "://");

	if (authority != NULL)
		url = authority + 3 + strcspn(authority + 3, "/");
	if (url == NULL || (*url != '/' && *url != '\0'))
		return loader_refuse(l, "servers[0].url is missing or not a path"), NULL;

	size_t len = strlen(url);

	while (len > 0 && url[len - 1] == '/')
		len--;
	return arena_copy(l->arena, url, len);
}

static bool load_document(struct loader *l, const struct contract_source *source)
{
	const json_t *document = l->document;
	const char *version = json_string_value(json_object_get(document, "openapi"));
	const struct schema_source schemas = {.arena = l->arena,
					      .scratch = l->scratch,
					      .names = l->texts,
					      .root = document,
					      .formats = source->formats};

	if (version == NULL || strncmp(version, "3.1.", 4) != 0)
		return loader_refuse(l, "openapi is not 3.1");
	l->schemas = schema_set_new(&schemas);
	l->contract->prefix = prefix_of(l, document);
	l->contract->document = loader_keep_parts(l);
	return l->contract->prefix != NULL && load_paths(l, json_object_get(document, "paths"));
}

static bool load_text(struct loader *l, const struct contract_source *source)
{
	json_error_t error;
	json_t *document = json_loadb(source->text, source->size, JSON_REJECT_DUPLICATES, &error);

	if (document == NULL)
		return loader_refuse(l, "line %d: %s", error.line, error.text);
	l->document = document;
	l->scratch = arena_new(SCRATCH_MAX);

	bool ok = load_document(l, source);

	arena_free(l->scratch);
	json_decref(document);
	return ok;
}

struct contract *contract_load(const struct contract_source *source, const char **why)
{
	struct contract *c = arena_alloc(source->arena, sizeof(*c));
	struct loader l = {
		.arena = source->arena, .contract = c, .texts = kept_texts_new(source->arena)};

	c->text = source->text;
	c->text_size = source->size;
	if (load_text(&l, source))
		return c;
	*why = l.why;
	return NULL;
}

const struct operation *contract_operation(const struct contract *c, const char *id)
{
	for (size_t i = 0; i < c->operation_count; i++)
		if (strcmp(c->operations[i].id, id) == 0)
			return &c->operations[i];
	return NULL;
}

/* The type's parameters ("; version=0.0.4") do not count. */
static struct schema *media_schema(const struct response *r, const char *type)
{
	size_t len = strcspn(type, "; ");

	for (size_t i = 0; i < r->media_count; i++)
		if (strlen(r->media[i].type) == len && strncmp(r->media[i].type, type, len) == 0)
			return r->media[i].schema;
	return NULL;
}

struct schema *contract_response_schema(const struct operation *op, int status, const char *type)
{
	const struct response *otherwise = NULL;

	for (size_t i = 0; i < op->response_count; i++) {
		if (op->responses[i].status == status)
			return media_schema(&op->responses[i], type);
		if (op->responses[i].status == 0)
			otherwise = &op->responses[i];
	}
	return otherwise == NULL ? NULL : media_schema(otherwise, type);
}
