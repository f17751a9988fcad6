/* Reads one operation of the contract: parameters, bodies, responses, security, our extensions. */
#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "contract/contract_load.h"

/* Extensions of an operation that mean something; any other is a misspelling. */
static const char *const known_extensions[] = {
	"x-action",   "x-answer", "x-beside",  "x-cost",     "x-deprecated-since",
	"x-executor", "x-fhir",	  "x-list",    "x-machine",  "x-no-standard-responses",
	"x-parts",    "x-person", "x-receipt", "x-resource", "x-statement",
	"x-stream",   "x-sunset",
};

/* --- parameters ------------------------------------------------------------------------------ */

static bool read_place(struct loader *l, const char *in, const char *name, enum place *place)
{
	static const char *const names[] = {"path", "query", "header"};

	for (size_t i = 0; in != NULL && i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(in, names[i]) == 0) {
			*place = (enum place)i;
			return true;
		}
	return loader_refuse(l, "parameter '%s' is not in path, query or header", name);
}

static bool load_parameter(struct loader *l, const json_t *json, const char *pointer,
			   struct operation *op)
{
	struct parameter *p = &op->parameters[op->parameter_count];
	const json_t *found = loader_resolve(l, json, &pointer);

	if (found == NULL)
		return false;
	p->name = loader_text(l, found, "name");
	if (p->name == NULL)
		return loader_refuse(l, "a parameter has no name");
	if (!read_place(l, loader_text(l, found, "in"), p->name, &p->place))
		return false;
	p->kind = loader_text(l, found, "x-search");
	p->about = p->kind == NULL ? NULL : loader_text(l, found, "description");
	p->at = loader_keep_json(l, json_object_get(found, "x-at"));
	p->required = json_is_true(json_object_get(found, "required"));
	if (p->place == IN_PATH && !p->required)
		return loader_refuse(l, "path parameter '%s' is not required", p->name);
	for (size_t i = 0; i < op->parameter_count; i++)
		if (op->parameters[i].place == p->place &&
		    strcmp(op->parameters[i].name, p->name) == 0)
			return loader_refuse(l, "parameter '%s' is there twice", p->name);
	p->schema = loader_schema(l, arena_printf(l->scratch, "%s/schema", pointer));
	op->parameter_count++;
	return p->schema != NULL;
}

static bool load_parameters(struct loader *l, const json_t *list, const char *pointer,
			    struct operation *op)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (!load_parameter(l, json_array_get(list, i),
				    arena_printf(l->scratch, "%s/parameters/%zu", pointer, i), op))
			return false;
	return true;
}

static const struct parameter *path_parameter(const struct operation *op, const char *name,
					      size_t len)
{
	for (size_t i = 0; i < op->parameter_count; i++)
		if (op->parameters[i].place == IN_PATH && strlen(op->parameters[i].name) == len &&
		    strncmp(op->parameters[i].name, name, len) == 0)
			return &op->parameters[i];
	return NULL;
}

static bool check_path_parameters(struct loader *l, const struct operation *op)
{
	size_t declared = 0, used = 0;

	for (size_t i = 0; i < op->parameter_count; i++)
		declared += op->parameters[i].place == IN_PATH;
	for (const char *open = strchr(op->path, '{'); open != NULL; open = strchr(open, '{')) {
		size_t len = strcspn(++open, "}");

		if (path_parameter(op, open, len) == NULL)
			return loader_refuse(l, "path parameter '%.*s' is not described", (int)len,
					     open);
		used++;
	}
	return declared == used ||
	       loader_refuse(l, "a path parameter is described that the path does not have");
}

/* --- bodies and responses -------------------------------------------------------------------- */

static bool load_content(struct loader *l, const json_t *content, const char *pointer,
			 struct media **media, size_t *count)
{
	const char *type;
	json_t *one;

	*media = arena_alloc(l->arena, (json_object_size(content) + 1) * sizeof(**media));
	json_object_foreach((json_t *)(uintptr_t)content, type, one)
	{
		struct media *m = &(*media)[(*count)++];

		m->type = loader_keep(l, type);
		if (json_object_get(one, "schema") == NULL)
			continue;
		m->schema = loader_schema(l, arena_printf(l->scratch, "%s/content/%s/schema",
							  pointer, loader_token(l, type)));
		if (m->schema == NULL)
			return false;
	}
	return true;
}

static bool load_body(struct loader *l, const json_t *json, const char *pointer,
		      struct operation *op)
{
	const json_t *body = json_object_get(json, "requestBody");

	if (body == NULL)
		return true;
	pointer = arena_printf(l->scratch, "%s/requestBody", pointer);
	body = loader_resolve(l, body, &pointer);
	if (body == NULL)
		return false;
	op->body_required = json_is_true(json_object_get(body, "required"));
	return load_content(l, json_object_get(body, "content"), pointer, &op->bodies,
			    &op->body_count) &&
	       (op->body_count > 0 || loader_refuse(l, "requestBody has no content"));
}

static bool read_status(const char *name, int *status)
{
	*status = 0;
	if (strcmp(name, "default") == 0)
		return true;
	if (strlen(name) != 3 || strspn(name, "0123456789") != 3)
		return false;
	*status = (name[0] - '0') * 100 + (name[1] - '0') * 10 + (name[2] - '0');
	return *status >= 200 && *status < 600;
}

static bool load_responses(struct loader *l, const json_t *json, const char *pointer,
			   struct operation *op)
{
	const json_t *responses = json_object_get(json, "responses");
	const char *name;
	json_t *one;
	bool success = false;

	op->responses =
		arena_alloc(l->arena, (json_object_size(responses) + 1) * sizeof(*op->responses));
	json_object_foreach((json_t *)(uintptr_t)responses, name, one)
	{
		struct response *r = &op->responses[op->response_count++];
		const char *at = arena_printf(l->scratch, "%s/responses/%s", pointer, name);
		const json_t *found = loader_resolve(l, one, &at);

		if (!read_status(name, &r->status))
			return loader_refuse(l, "response '%s' is not a status", name);
		if (found == NULL || !load_content(l, json_object_get(found, "content"), at,
						   &r->media, &r->media_count))
			return false;
		success = success || (r->status >= 200 && r->status < 400);
	}
	return success || loader_refuse(l, "no response for success");
}

/* --- security and extensions ----------------------------------------------------------------- */

static bool load_security(struct loader *l, const json_t *json, struct operation *op)
{
	const json_t *security = json_object_get(json, "security");
	const json_t *scopes = json_object_get(json_array_get(security, 0), "agency");

	if (!json_is_array(security))
		return loader_refuse(l, "security is not said");
	op->secured = json_array_size(security) > 0;
	if (!op->secured)
		return true;
	if (json_array_size(security) != 1 || !json_is_array(scopes) || json_array_size(scopes) > 1)
		return loader_refuse(l,
				     "security is not one agency requirement of at most one scope");
	op->scope = loader_keep(l, json_string_value(json_array_get(scopes, 0)));
	return true;
}

static bool check_extensions(struct loader *l, const json_t *json)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)json, name, value)
	{
		bool known = strncmp(name, "x-", 2) != 0;

		for (size_t i = 0; i < sizeof(known_extensions) / sizeof(*known_extensions); i++)
			known = known || strcmp(name, known_extensions[i]) == 0;
		if (!known)
			return loader_refuse(l, "unknown extension '%s'", name);
	}
	return true;
}

static bool ends_in(const char *s, const char *end)
{
	size_t len = strlen(s), tail = strlen(end);

	return len >= tail && strcmp(s + len - tail, end) == 0;
}

static bool load_executor(struct loader *l, const json_t *json, struct operation *op)
{
	static const char *const names[] = {"statement", "transition", "ops"};
	const char *name = loader_text(l, json, "x-executor");

	op->machine = loader_text(l, json, "x-machine");
	op->executor = op->machine != NULL && ends_in(op->path, "/transitions")
			       ? EXECUTOR_TRANSITION
			       : EXECUTOR_STATEMENT;
	for (size_t i = 0; name != NULL && i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(name, names[i]) == 0) {
			op->executor = (enum executor)i;
			name = NULL;
		}
	if (name != NULL)
		return loader_refuse(l, "unknown x-executor '%s'", name);
	return op->executor != EXECUTOR_TRANSITION || op->machine != NULL ||
	       loader_refuse(l, "a transition needs x-machine");
}

static bool load_person(struct loader *l, const json_t *json, struct operation *op)
{
	const char *person = loader_text(l, json, "x-person");

	if (person == NULL)
		return true;
	if (strncmp(person, "path.", 5) != 0 ||
	    path_parameter(op, person + 5, strlen(person + 5)) == NULL)
		return loader_refuse(l, "x-person '%s' is not a path parameter", person);
	op->person_param = person + 5;
	return true;
}

/* Rows of the matrix: one name, or a list of them. */
static bool load_rows(struct loader *l, const json_t *given, const char ***rows, size_t *count)
{
	*count = json_is_array(given) ? json_array_size(given) : given != NULL;
	*rows = arena_alloc(l->arena, (*count + 1) * sizeof(**rows));
	for (size_t i = 0; i < *count; i++) {
		(*rows)[i] = loader_keep(
			l,
			json_string_value(json_is_array(given) ? json_array_get(given, i) : given));
		if ((*rows)[i] == NULL)
			return loader_refuse(l, "x-resource is not a name or a list of names");
	}
	return true;
}

/* Of several rows the thing itself decides which one holds. */
static bool load_resources(struct loader *l, const json_t *json, struct operation *op)
{
	if (!load_rows(l, json_object_get(json, "x-resource"), &op->resources,
		       &op->resource_count) ||
	    !load_rows(l, json_object_get(json, "x-beside"), &op->beside, &op->beside_count))
		return false;
	op->resource = op->resource_count > 0 ? op->resources[0] : NULL;
	return true;
}

/* What the operation takes of a client's share; bundle.mjs has written the default of its kind. */
static bool load_cost(struct loader *l, const json_t *json, struct operation *op)
{
	const json_t *cost = json_object_get(json, "x-cost");

	if (cost == NULL)
		return true;
	op->cost = (unsigned)json_integer_value(cost);
	return (json_is_integer(cost) && op->cost <= COST_MAX) ||
	       loader_refuse(l, "x-cost is not a number from 0 to %d", COST_MAX);
}

static bool load_extensions(struct loader *l, const json_t *json, struct operation *op)
{
	static const char *const actions[] = {"read", "write", "search", "create"};
	const char *action = loader_text(l, json, "x-action");
	bool known = action == NULL;

	op->answer = loader_text(l, json, "x-answer");
	op->statement = loader_text(l, json, "x-statement");
	if (op->statement == NULL)
		op->statement = op->id;
	op->fhir = loader_text(l, json_object_get(json, "x-fhir"), "interaction");
	op->is_list = json_is_true(json_object_get(json, "x-list"));
	op->is_stream = json_is_true(json_object_get(json, "x-stream"));
	op->action = action != NULL ? action : op->method == METHOD_GET ? "read" : "write";
	for (size_t i = 0; i < sizeof(actions) / sizeof(*actions); i++)
		known = known || strcmp(action, actions[i]) == 0;
	if (!known)
		return loader_refuse(l, "unknown x-action '%s'", action);
	return check_extensions(l, json) && load_resources(l, json, op) && load_cost(l, json, op) &&
	       load_executor(l, json, op) && load_person(l, json, op);
}

static bool load_id(struct loader *l, const json_t *json, struct operation *op)
{
	op->id = loader_text(l, json, "operationId");
	if (op->id == NULL || !islower((unsigned char)*op->id))
		return loader_refuse(l, "operationId is missing or not camelCase");
	for (const char *c = op->id; *c != '\0'; c++)
		if (!isalnum((unsigned char)*c))
			return loader_refuse(l, "operationId '%s' is not camelCase", op->id);
	return true;
}

bool operation_load(struct loader *l, const char *method, const json_t *item, struct operation *op)
{
	const json_t *json = json_object_get(item, method);
	const json_t *shared = json_object_get(item, "parameters");
	const json_t *own = json_object_get(json, "parameters");
	const char *of_path = arena_printf(l->scratch, "/paths/%s", loader_token(l, op->path));
	const char *pointer = arena_printf(l->scratch, "%s/%s", of_path, method);
	size_t most = json_array_size(shared) + json_array_size(own);

	op->extensions = loader_keep_extensions(l, json);
	op->parameters = arena_alloc(l->arena, (most + 1) * sizeof(*op->parameters));
	return load_id(l, json, op) && load_parameters(l, shared, of_path, op) &&
	       load_parameters(l, own, pointer, op) && check_path_parameters(l, op) &&
	       load_body(l, json, pointer, op) && load_responses(l, json, pointer, op) &&
	       load_security(l, json, op) && load_extensions(l, json, op) &&
	       operation_load_deprecation(l, json, op);
}

/* --- among all ------------------------------------------------------------------------------- */

static bool check_answer(struct loader *l, const struct operation *op)
{
	const struct operation *answer =
		op->answer == NULL ? NULL : contract_operation(l->contract, op->answer);

	if (op->answer == NULL || (answer != NULL && answer->method == METHOD_GET))
		return true;
	return loader_refuse(l, "x-answer '%s' is not the operationId of a GET", op->answer);
}

static bool check_scope(struct loader *l, const struct operation *op)
{
	const json_t *components = json_object_get(l->document, "components");
	const json_t *scheme =
		json_object_get(json_object_get(components, "securitySchemes"), "agency");
	const json_t *scopes = json_object_get(scheme, "x-scopes");

	return op->scope == NULL || json_object_get(scopes, op->scope) != NULL ||
	       loader_refuse(l, "unknown scope '%s'", op->scope);
}

bool operation_check(struct loader *l, const struct operation *op)
{
	const json_t *document = l->document;
	const json_t *machines = json_object_get(document, "x-state-machines");
	const json_t *matrix = json_object_get(document, "x-access-matrix");
	const json_t *rows = json_object_get(matrix, "resources");

	l->where = op->id;
	if (op->machine != NULL && json_object_get(machines, op->machine) == NULL)
		return loader_refuse(l, "unknown x-machine '%s'", op->machine);
	if (op->secured && op->resource == NULL)
		return loader_refuse(l, "x-resource is missing");
	for (size_t i = 0; i < op->resource_count; i++)
		if (json_object_get(rows, op->resources[i]) == NULL)
			return loader_refuse(l, "x-resource '%s' is not in the access matrix",
					     op->resources[i]);
	return check_answer(l, op) && check_scope(l, op);
}
