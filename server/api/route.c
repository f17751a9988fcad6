/* Room 2: which operation is meant; the answers that need no more than that. */
#include <string.h>
#include <strings.h>

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
	reply_header(r, "Allow", allow_list(r, match));
	if (strcmp(r->in.method, "OPTIONS") == 0) {
		r->reply.status = 204;
		return false;
	}
	return problem(r, "method_not_allowed", "this path has other methods");
}

/* One media range of Accept against the types of the operation's answers; q=0 excludes. */
static bool range_accepts(const char *range, size_t len, const struct operation *op)
{
	const char *parameters = memchr(range, ';', len);
	size_t type = parameters == NULL ? len : (size_t)(parameters - range);

	if (parameters != NULL && memmem(parameters, len - type, "q=0", 3) != NULL &&
	    memmem(parameters, len - type, "q=0.", 4) == NULL)
		return false;
	while (type > 0 && range[type - 1] == ' ')
		type--;
	if (type == 3 && memcmp(range, "*/*", 3) == 0)
		return true;
	for (size_t i = 0; i < op->response_count; i++) {
		for (size_t m = 0; m < op->responses[i].media_count; m++) {
			const char *have = op->responses[i].media[m].type;
			bool any = type > 2 && memcmp(range + type - 2, "/*", 2) == 0;

			if (op->responses[i].status >= 400)
				continue;
			if (any ? strncasecmp(have, range, type - 1) == 0
				: strlen(have) == type && strncasecmp(have, range, type) == 0)
				return true;
		}
	}
	return false;
}

static bool accepts(const struct request *r)
{
	const char *s = request_header(r, "Accept");

	if (s == NULL || r->op->response_count == 0)
		return true;
	while (*s != '\0') {
		size_t len;

		s += strspn(s, ", \t");
		len = strcspn(s, ",");
		if (len > 0 && range_accepts(s, len, r->op))
			return true;
		s += len;
	}
	return false;
}

/* The body's media type must be one of the operation's. */
static bool media_fits(const struct request *r)
{
	const char *type = request_header(r, "Content-Type");

	if (r->in.body_size == 0 || r->op->body_count == 0)
		return true;
	if (type == NULL)
		return false;

	size_t len = strcspn(type, "; \t");

	for (size_t i = 0; i < r->op->body_count; i++)
		if (strlen(r->op->bodies[i].type) == len &&
		    strncasecmp(type, r->op->bodies[i].type, len) == 0)
			return true;
	return false;
}

static void keep_path_parameters(struct request *r, const struct route_match *match)
{
	for (size_t i = 0; i < match->parameter_count; i++)
		r->parameters[r->parameter_count++] = (struct parameter_value){
			match->parameters[i].name, match->parameters[i].value, IN_PATH};
}

bool route(struct request *r)
{
	struct route_match match;

	if (!contract_match(service.contract, r->in.segments, r->in.segment_count, &match))
		return problem(r, "not_found", NULL);
	r->head = strcmp(r->in.method, "HEAD") == 0;

	int method = method_of(r->head ? "GET" : r->in.method);

	if (method < 0 || match.by_method[method] == NULL)
		return answer_other_method(r, &match);
	r->op = match.by_method[method];
	keep_path_parameters(r, &match);
	if (!accepts(r))
		return problem(r, "not_acceptable",
			       "no answer of this operation has an accepted media type");
	if (!media_fits(r)) {
		reply_header(r, method == METHOD_PATCH ? "Accept-Patch" : "Accept-Post",
			     r->op->bodies[0].type);
		return problem(r, "unsupported_media", "send '%s'", r->op->bodies[0].type);
	}
	if (r->in.body_size > 0 && r->op->body_count == 0)
		return problem(r, "unsupported_media", "this operation takes no body");
	return true;
}
