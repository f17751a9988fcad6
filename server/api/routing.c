/* Room 2: which operation is meant; the answers that need no more than that. */
#include <string.h>

#include "api/cors.h"
#include "api/fhir.h"
#include "api/negotiate.h"
#include "api/problem.h"
#include "api/room.h"
#include "api/service.h"

static const char *const method_names[METHOD_COUNT] = {"GET", "POST", "PUT", "PATCH", "DELETE"};

static const char *allow_list(struct request *r, const struct route_match *match)
{
	const char *list = "OPTIONS";

	for (int m = 0; m < METHOD_COUNT; m++)
		if (match->by_method[m] != NULL)
			list = arena_printf(r->arena, "%s, %s%s", list, method_names[m],
					    m == METHOD_GET ? ", HEAD" : "");
	return list;
}

static int method_of(const char *name)
{
	for (int m = 0; m < METHOD_COUNT; m++)
		if (strcmp(name, method_names[m]) == 0)
			return m;
	return -1;
}

/* OPTIONS and methods that the path does not have. */
static bool answer_other_method(struct request *r, const struct route_match *match)
{
	const char *allow = allow_list(r, match);

	reply_header(r, "Allow", allow);
	if (strcmp(r->in.method, "OPTIONS") == 0) {
		cors_preflight(r, allow);
		r->reply.status = 204;
		return false;
	}
	return problem(r, "method_not_allowed", "this path has other methods");
}

/* Compressed bodies are not read: what they grow to is not known before. */
static bool is_encoded(const struct request *r)
{
	const char *encoding = request_header(r, "Content-Encoding");

	return encoding != NULL && strcasecmp(encoding, "identity") != 0;
}

static void keep_path_parameters(struct request *r, const struct route_match *match)
{
	for (size_t i = 0; i < match->parameter_count; i++)
		r->parameters[r->parameter_count++] = (struct parameter_value){
			match->parameters[i].name, match->parameters[i].value, IN_PATH};
}

/* "application/x-ndjson, text/csv" */
static const char *expected_types(struct arena *a, const struct operation *op)
{
	const char *types = op->bodies[0].type;

	for (size_t i = 1; i < op->body_count; i++)
		types = arena_printf(a, "%s, %s", types, op->bodies[i].type);
	return types;
}

/* The body's media type must be one of the operation's. */
static bool body_is_expected(struct request *r)
{
	const struct operation *op = r->op;
	const char *types;

	if (op->body_count == 0)
		return problem(r, "unsupported_media", "this operation takes no body");
	if (negotiate_body(request_header(r, "Content-Type"), op) != NULL)
		return true;
	types = expected_types(r->arena, op);
	reply_header(r, op->method == METHOD_PATCH ? "Accept-Patch" : "Accept-Post", types);
	return problem(r, "unsupported_media", "send %s", types);
}

bool route(struct request *r)
{
	struct route_match match;

	if (!contract_match(service.contract, r->in.segments, r->in.segment_count, &match))
		return problem(r, "not_found",
			       fhir_asked(r)
				       ? "there is nothing here; /fhir/r4/metadata says what is"
				       : "there is nothing here; /docs shows what is");
	r->head = strcmp(r->in.method, "HEAD") == 0;

	int method = method_of(r->head ? "GET" : r->in.method);

	if (method < 0 || match.by_method[method] == NULL)
		return answer_other_method(r, &match);
	r->op = match.by_method[method];
	keep_path_parameters(r, &match);
	if (!negotiate_accepts(fhir_asked(r) ? fhir_accept(r) : request_header_list(r, "Accept"),
			       r->op))
		return problem(r, "not_acceptable",
			       "no answer of this operation has an accepted media type");
	if (is_encoded(r)) {
		reply_header(r, "Accept-Encoding", "identity");
		return problem(r, "unsupported_media", "send the body without an encoding");
	}
	return (r->in.body_size == 0 && r->in.source == NULL) || body_is_expected(r);
}

bool request_is_streamed(const struct request *r)
{
	struct route_match match;
	int method = method_of(r->in.method);

	return method >= 0 &&
	       contract_match(service.contract, r->in.segments, r->in.segment_count, &match) &&
	       match.by_method[method] != NULL && match.by_method[method]->is_stream;
}
