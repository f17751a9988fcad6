/* What the FHIR face can, read off the contract. */
#include "api/fhir_capability.h"

#include <string.h>

#include "api/fhir.h"

/* Our name of an interaction or of a parameter's kind → FHIR's. */
struct word {
	const char *ours, *theirs;
};

static const struct word interactions[] = {
	{"read", "read"},     {"search", "search-type"}, {"vread", "vread"},
	{"create", "create"}, {"update", "update"},	 {"history", "history-instance"},
	{"patch", "patch"},   {"delete", "delete"},
};

static const struct word kinds[] = {
	{"id", "token"},  {"token", "token"}, {"identifier", "token"},	  {"string", "string"},
	{"date", "date"}, {"uri", "uri"},     {"reference", "reference"}, {"person", "reference"},
};

static const char own[] = "https://samhandling.example/fhir/SearchParameter/";

#define WORD(list, ours) word(list, sizeof(list) / sizeof((list)[0]), ours)

static const char *word(const struct word *list, size_t count, const char *ours)
{
	for (size_t i = 0; ours != NULL && i < count; i++)
		if (strcmp(list[i].ours, ours) == 0)
			return list[i].theirs;
	return NULL;
}

/* The list of that name in the object, made when it is not there. */
static json_t *list_of(json_t *object, const char *name)
{
	json_t *list = json_object_get(object, name);

	if (list == NULL) {
		list = json_array();
		json_object_set_new(object, name, list);
	}
	return list;
}

static json_t *resource_of(json_t *resources, const char *type)
{
	json_t *one;
	size_t i;

	json_array_foreach(resources, i, one)
	{
		if (strcmp(json_string_value(json_object_get(one, "type")), type) == 0)
			return one;
	}
	one = json_pack("{s:s, s:s, s:b, s:s, s:[s, s]}", "type", type, "versioning", "versioned",
			"updateCreate", 0, "conditionalRead", "not-supported", "referencePolicy",
			"literal", "enforced");
	json_array_append_new(resources, one);
	return one;
}

/* What the contract says of the parameter beside how it is asked for. */
static const json_t *defined(const struct operation *op, const struct parameter *p)
{
	const json_t *fhir = json_object_get(op->extensions, "x-fhir");

	return json_object_get(json_object_get(fhir, "defines"), p->name);
}

/* HL7's, or our own where HL7 has none of that name and kind. */
static json_t *definition_of(const struct operation *op, const struct parameter *p)
{
	const json_t *theirs = json_object_get(defined(op, p), "definition");

	return theirs != NULL ? json_deep_copy(theirs)
			      : json_pack("s+++", own, fhir_type(op), "-", p->name);
}

/* Calls for each parameter that a search of FHIR's has, with the kind that it has there. */
static void each_parameter(const struct operation *op, json_t *list,
			   json_t *(*made)(const struct operation *op, const struct parameter *p,
					   const char *kind))
{
	for (size_t i = 0; i < op->parameter_count; i++) {
		const char *kind = WORD(kinds, op->parameters[i].kind);

		if (kind != NULL)
			json_array_append_new(list, made(op, &op->parameters[i], kind));
	}
}

static json_t *search_parameter(const struct operation *op, const struct parameter *p,
				const char *kind)
{
	return json_pack("{s:s, s:o, s:s, s:s*}", "name", p->name, "definition",
			 definition_of(op, p), "type", kind, "documentation", p->about);
}

static void add_search(const struct operation *op, json_t *resource)
{
	each_parameter(op, list_of(resource, "searchParam"), search_parameter);
}

/* What comes along when it is asked for. */
static void add_inclusions(const struct operation *op, json_t *resource)
{
	const json_t *fhir = json_object_get(op->extensions, "x-fhir");
	json_t *include = json_object_get(fhir, "include");
	json_t *revinclude = json_object_get(fhir, "revinclude");

	if (include != NULL)
		json_object_set_new(resource, "searchInclude", json_deep_copy(include));
	if (revinclude != NULL)
		json_object_set_new(resource, "searchRevInclude", json_deep_copy(revinclude));
}

static void add_operation(const struct operation *op, json_t *resources)
{
	const json_t *fhir = json_object_get(op->extensions, "x-fhir");
	json_t *name = json_object_get(fhir, "operation");

	if (name != NULL)
		json_array_append_new(list_of(resource_of(resources, fhir_type(op)), "operation"),
				      json_pack("{s:O, s:O}", "name", name, "definition",
						json_object_get(fhir, "definition")));
}

static void add_read(const struct operation *op, json_t *resource)
{
	const json_t *profile =
		json_object_get(json_object_get(op->extensions, "x-fhir"), "profile");

	if (profile != NULL)
		json_object_set_new(resource, "supportedProfile", json_pack("[O]", profile));
	for (size_t i = 0; i < op->parameter_count; i++)
		if (strcmp(op->parameters[i].name, "If-None-Match") == 0)
			json_object_set_new(resource, "conditionalRead", json_string("not-match"));
}

/* A change names its version, and something made may name an identifier. */
static void add_write(const struct operation *op, json_t *resource)
{
	for (size_t i = 0; i < op->parameter_count; i++) {
		if (strcmp(op->parameters[i].name, "If-Match") == 0)
			json_object_set_new(resource, "versioning",
					    json_string("versioned-update"));
		if (strcmp(op->parameters[i].name, "If-None-Exist") == 0)
			json_object_set_new(resource, "conditionalCreate", json_true());
	}
}

static void add(const struct operation *op, json_t *resources)
{
	const char *code = WORD(interactions, op->fhir);
	json_t *resource;

	/* the same search by POST is the same interaction */
	if (code == NULL || fhir_type(op) == NULL ||
	    (fhir_does(op, "search") && op->method != METHOD_GET))
		return;
	resource = resource_of(resources, fhir_type(op));
	json_array_append_new(list_of(resource, "interaction"), json_pack("{s:s}", "code", code));
	if (fhir_does(op, "search")) {
		add_search(op, resource);
		add_inclusions(op, resource);
	}
	if (fhir_does(op, "read"))
		add_read(op, resource);
	add_write(op, resource);
}

static json_t *rest(json_t *resources)
{
	return json_pack(
		"{s:s, s:s, s:{s:b, s:[{s:[{s:s, s:s}]}], s:s}, s:o, s:[{s:s}, {s:s}]}", "mode",
		"server", "documentation",
		"Search by national identity number SHALL use POST [type]/_search; GET is refused "
		"with 400. Unknown parameters are refused unless Prefer: handling=lenient is sent.",
		"security", "cors", 1, "service", "coding", "system",
		"http://terminology.hl7.org/CodeSystem/restful-security-service", "code", "OAuth",
		"description", "A bearer token of the agency's own issuer, as for the native API",
		"resource", resources, "interaction", "code", "transaction", "code", "batch");
}

static json_t *told_parameter(const struct operation *op, const struct parameter *p,
			      const char *kind)
{
	json_t *one = json_pack("{s:s, s:s, s:s, s:s*}", "base", fhir_type(op), "code", p->name,
				"type", kind, "says", p->about);

	json_object_update_new(one, json_deep_copy(defined(op, p)));
	return one;
}

json_t *fhir_search_parameters(const struct contract *c)
{
	json_t *list = json_array();

	for (size_t i = 0; i < c->operation_count; i++)
		if (fhir_does(&c->operations[i], "search") && c->operations[i].method == METHOD_GET)
			each_parameter(&c->operations[i], list, told_parameter);
	return list;
}

json_t *fhir_capability(struct arena *a, const struct contract *c)
{
	const char *version =
		json_string_value(json_object_get(json_object_get(c->document, "info"), "version"));
	const char *date = "";
	json_t *resources = json_array();

	for (size_t i = 0; i < c->operation_count; i++) {
		const struct operation *op = &c->operations[i];

		add(op, resources);
		add_operation(op, resources);
		if (fhir_does(op, "capabilities"))
			date = json_string_value(
				json_object_get(json_object_get(op->extensions, "x-fhir"), "date"));
	}
	return json_pack(
		"{s:s, s:s, s:s, s:s, s:[s], s:{s:s, s:s}, s:{s:s, s:s}, s:s, s:[s, s], s:[s], "
		"s:[s], s:[o]}",
		"resourceType", "CapabilityStatement", "status", "active", "date", date, "kind",
		"instance", "instantiates",
		"http://hl7.org/fhir/uv/bulkdata/CapabilityStatement/bulk-data", "software", "name",
		"Samhandling", "version", version, "implementation", "description",
		"Samhandling, the FHIR R4 face", "url", fhir_base(a), "fhirVersion", "4.0.1",
		"format", "application/fhir+json", "json", "patchFormat",
		"application/json-patch+json", "implementationGuide",
		"http://hl7.org/fhir/uv/subscriptions-backport/ImplementationGuide/"
		"hl7.fhir.uv.subscriptions-backport",
		"rest", rest(resources));
}
