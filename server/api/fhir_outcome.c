/* Refusals in FHIR's words. */
#include "api/fhir_outcome.h"

#include <string.h>

#include "api/fhir.h"
#include "api/fhir_native.h"

static const char problems[] = "https://samhandling.example/fhir/CodeSystem/problem";

struct pair {
	const char *ours, *theirs;
};

/* The problem's code → issue type; what is not here goes by its status. */
static const struct pair by_code[] = {
	{"missing_token", "login"},	    {"expired_token", "expired"},
	{"invalid_token", "login"},	    {"not_json", "structure"},
	{"version_required", "required"},   {"version_mismatch", "conflict"},
	{"duplicate", "duplicate"},	    {"multiple_matches", "multiple-matches"},
	{"blocked", "suppressed"},	    {"idempotency_busy", "lock-error"},
	{"unavailable", "transient"},	    {"method_not_allowed", "not-supported"},
	{"unknown_reference", "not-found"}, {"not_implemented", "not-supported"},
};

/* A fault's code → issue type; what is not here breaks the form of a value. */
static const struct pair by_fault[] = {
	{"required", "required"},
	{"additional_properties", "not-supported"},
	{"unknown_parameter", "not-supported"},
	{"not_supported", "not-supported"},
	{"enum", "code-invalid"},
	{"const", "code-invalid"},
	{"too_costly", "too-costly"},
	{"unknown_reference", "not-found"},
	{"reference", "not-found"},
	{"json_patch", "structure"},
	{"json_patch_test", "conflict"},
	{"any_of", "structure"},
	{"one_of", "structure"},
};

static const struct {
	int status;
	const char *type;
} by_status[] = {
	{400, "invalid"},	{401, "login"},		{403, "forbidden"},
	{404, "not-found"},	{405, "not-supported"}, {406, "not-supported"},
	{409, "business-rule"}, {410, "deleted"},	{412, "conflict"},
	{413, "too-long"},	{415, "not-supported"}, {422, "business-rule"},
	{429, "throttled"},	{503, "transient"},
};

static const char *found(const struct pair *pairs, size_t count, const char *ours)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(pairs[i].ours, ours) == 0)
			return pairs[i].theirs;
	return NULL;
}

#define FOUND(pairs, ours) found(pairs, sizeof(pairs) / sizeof((pairs)[0]), ours)

static const char *type_of(const struct request *r, const char *code, int status)
{
	const char *type = FOUND(by_code, code);

	/* a path that is nowhere is a resource type that we do not have */
	if (r->op == NULL && status == 404)
		return "not-supported";
	for (size_t i = 0; type == NULL && i < sizeof(by_status) / sizeof(by_status[0]); i++)
		if (by_status[i].status == status)
			type = by_status[i].type;
	return type != NULL ? type : status >= 500 ? "exception" : "processing";
}

static const char *type_of_fault(const char *code)
{
	const char *type = FOUND(by_fault, code);

	return type != NULL ? type : "value";
}

/* What a native fault's pointer means in the resource that was sent. */
static const char *of_native(const struct request *r, const char *start, const char *pointer)
{
	const char *path = *pointer == '/' ? fhir_native_expression(r, pointer) : NULL;

	return path == NULL ? start : arena_printf(r->arena, "%s.%s", start, path);
}

/* "/payload/0/contentString" → "Communication.payload[0].contentString" */
static const char *of_pointer(const struct request *r, const char *start, const char *pointer)
{
	while (*pointer == '/') {
		size_t len = strcspn(++pointer, "/");
		bool number = len > 0 && strspn(pointer, "0123456789") == len;

		start = arena_printf(r->arena, number ? "%s[%.*s]" : "%s.%.*s", start, (int)len,
				     pointer);
		pointer += len;
	}
	return start;
}

/* Where what was sent begins: a resource's type, or its place in a Bundle. */
static const char *start_of(const struct request *r)
{
	const char *type = r->written != NULL ? r->written->type : fhir_type(r->op);

	if (r->place == NULL && fhir_does(r->op, "patch"))
		return "patch";
	return r->place != NULL ? r->place : type == NULL ? "Resource" : type;
}

/* "/query/date" → "date", "/header/If-Match" → "http.If-Match"; what is a path already, as it is */
static const char *expression(const struct request *r, const char *pointer)
{
	static const char query[] = "/query/", header[] = "/header/";

	if (strncmp(pointer, query, sizeof(query) - 1) == 0)
		return pointer + sizeof(query) - 1;
	if (strncmp(pointer, header, sizeof(header) - 1) == 0)
		return arena_printf(r->arena, "http.%s", pointer + sizeof(header) - 1);
	if (r->written != NULL)
		return of_native(r, start_of(r), pointer);
	if (*pointer != '/' && *pointer != '\0')
		return arena_printf(r->arena, "%s.%s", start_of(r), pointer);
	return of_pointer(r, start_of(r), pointer);
}

static json_t *issue(const char *type, const char *code, const char *text)
{
	return json_pack("{s:s, s:s, s:{s:[{s:s, s:s}], s:s}}", "severity", "error", "code", type,
			 "details", "coding", "system", problems, "code", code, "text", text);
}

/* What a problem says beside its title: the sentence of this occurrence, or what is allowed. */
static const char *text_of(const struct request *r, const json_t *problem)
{
	const char *title = json_string_value(json_object_get(problem, "title"));
	const char *detail = json_string_value(json_object_get(problem, "detail"));
	const json_t *allowed = json_object_get(problem, "allowed"), *one;
	char *text = arena_printf(r->arena, "%s%s%s", title, detail == NULL ? "" : ": ",
				  detail == NULL ? "" : detail);
	size_t i;

	json_array_foreach(allowed, i, one)
	{
		text = arena_printf(r->arena, "%s%s%s", text, i == 0 ? " - allowed: " : ", ",
				    json_string_value(one));
	}
	return text;
}

/* FHIR answers 400 to what cannot be understood; 422 is for what breaks a rule or is not kept. */
static int status_of(const struct request *r, const char *code, const json_t *errors, int status)
{
	const json_t *one;
	size_t i;

	if (strcmp(code, "invalid_parameter") == 0 || strcmp(code, "version_required") == 0)
		return 400;
	/* ids are given here alone: nothing is made by writing to one that is not known */
	if (status == 404 && fhir_does(r->op, "update"))
		return 405;
	if (status != 422 || strcmp(code, "invalid_body") != 0)
		return status;
	json_array_foreach(errors, i, one)
	{
		const char *fault = json_string_value(json_object_get(one, "code"));

		if (strcmp(type_of_fault(fault), "not-supported") == 0)
			return 422;
	}
	return json_array_size(errors) > 0 ? 400 : 422;
}

static json_t *issues_of(const struct request *r, const json_t *problem, int status)
{
	const char *code = json_string_value(json_object_get(problem, "code"));
	const json_t *errors = json_object_get(problem, "errors"), *one;
	json_t *list = json_array();
	size_t i;

	json_array_foreach(errors, i, one)
	{
		const char *pointer = json_string_value(json_object_get(one, "pointer"));
		json_t *made = issue(type_of_fault(json_string_value(json_object_get(one, "code"))),
				     code, json_string_value(json_object_get(one, "detail")));

		json_object_set_new(made, "expression", json_pack("[s]", expression(r, pointer)));
		json_array_append_new(list, made);
	}
	if (i == 0) {
		json_t *made = issue(type_of(r, code, status), code, text_of(r, problem));

		/* of several the one that was refused is named */
		if (r->place != NULL)
			json_object_set_new(made, "expression", json_pack("[s]", r->place));
		json_array_append_new(list, made);
	}
	/* what to quote when asking for help */
	json_object_set_new(json_array_get(list, 0), "diagnostics",
			    json_pack("s+", "request ", r->id));
	return list;
}

json_t *fhir_outcome(const struct request *r, json_t *problem, int *status)
{
	const char *code = json_string_value(json_object_get(problem, "code"));

	*status = status_of(r, code, json_object_get(problem, "errors"), *status);

	json_t *outcome = json_pack("{s:s, s:o}", "resourceType", "OperationOutcome", "issue",
				    issues_of(r, problem, *status));

	json_decref(problem);
	return outcome;
}

json_t *fhir_remark(const char *severity, const char *type, const char *text)
{
	return json_pack("{s:s, s:s, s:{s:s}}", "severity", severity, "code", type, "details",
			 "text", text);
}
