/*
 * Requests that another one leads to.
 * Tested through tests/api/fhir-writes.test.mjs: what it copies is run.
 */
#include "api/inner.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* What is about the outer's own body, version or answer. */
static bool is_own(const char *name)
{
	static const char *const names[] = {
		"Accept",	   "Content-Type", "Content-Length",   "Content-Encoding",
		"Expect",	   "If-Match",	   "If-None-Match",    "If-None-Exist",
		"Idempotency-Key", "Prefer",	   "If-Modified-Since"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcasecmp(names[i], name) == 0)
			return true;
	return false;
}

struct request *inner_request(const struct request *outer, const struct operation *op)
{
	struct request *r = arena_alloc(outer->arena, sizeof(*r));

	*r = (struct request){.arena = outer->arena,
			      .in = outer->in,
			      .op = op,
			      .principal = outer->principal,
			      .proven = outer->proven,
			      .purpose = outer->purpose,
			      .session = outer->session,
			      .place = outer->place};
	memcpy(r->id, outer->id, sizeof(r->id));
	memcpy(r->trace_id, outer->trace_id, sizeof(r->trace_id));
	r->in.raw_query = NULL;
	r->in.body = NULL;
	r->in.body_size = 0;
	r->in.source = NULL;
	r->in.header_count = 0;
	for (size_t i = 0; i < outer->in.header_count; i++)
		if (!is_own(outer->in.headers[i].name))
			r->in.headers[r->in.header_count++] = outer->in.headers[i];
	return r;
}

void inner_header(struct request *r, const char *name, const char *value)
{
	if (value != NULL && r->in.header_count < HEADERS_MAX)
		r->in.headers[r->in.header_count++] = (struct header){name, value};
}

void inner_path(struct request *r, const char *name, const char *value)
{
	r->parameters[r->parameter_count++] = (struct parameter_value){name, value, IN_PATH};
}

void inner_body(struct request *r, const char *type, const json_t *body)
{
	char *text = json_dumps(body, JSON_COMPACT);

	r->in.body = arena_dup(r->arena, text);
	r->in.body_size = strlen(r->in.body);
	free(text);
	inner_header(r, "Content-Type", type);
}

void inner_text(struct request *r, const char *type, const char *body)
{
	r->in.body = body;
	r->in.body_size = strlen(body);
	inner_header(r, "Content-Type", type);
}

const char *inner_reply_header(const struct request *r, const char *name)
{
	for (size_t i = 0; i < r->reply.header_count; i++)
		if (strcasecmp(r->reply.headers[i].name, name) == 0)
			return r->reply.headers[i].value;
	return NULL;
}

void inner_answer(struct request *outer, const struct request *inner)
{
	const struct reply *reply = &inner->reply;

	outer->reply.status = reply->status;
	outer->reply.content_type = reply->content_type;
	outer->reply.body = reply->body;
	outer->reply.body_size = reply->body_size;
	for (size_t i = 0; i < reply->header_count; i++)
		if (inner_reply_header(outer, reply->headers[i].name) == NULL)
			reply_header(outer, reply->headers[i].name, reply->headers[i].value);
}
