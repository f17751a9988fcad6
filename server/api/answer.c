/* Turns a statement's row into the reply. */
#include "api/answer.h"

#include <stdlib.h>
#include <string.h>

#include "api/actions.h"
#include "api/fhir_answer.h"
#include "api/links.h"
#include "api/negotiate.h"
#include "api/problem.h"
#include "api/service.h"
#include "api/unseal.h"
#include "base/config.h"
#include "base/event.h"

static const char *column(const struct work *w, const char *name)
{
	return round_text(&w->round, w->answer, name);
}

/* `"<version>-<hash>"`: If-Match compares the version, If-None-Match the whole. */
static const char *etag_of(struct work *w)
{
	const char *hash = column(w, "answer_hash"), *version = column(w, "etag");

	if (hash == NULL)
		return NULL;
	return arena_printf(w->request->arena, "\"%s-%s\"", version == NULL ? "0" : version, hash);
}

static const char *list_body(struct work *w, const char *items)
{
	struct request *r = w->request;
	const char *next = column(w, "next"), *total = column(w, "total");
	const char *self = links_page(r, NULL), *more = "";

	if (next != NULL) {
		const char *address = links_page(r, next);

		more = arena_printf(r->arena, ",\"next\":\"%s\"", address);
		reply_header(r, "Link", arena_printf(r->arena, "<%s>; rel=\"next\"", address));
	}
	if (total != NULL)
		more = arena_printf(r->arena, "%s},\"total\":%s", more, total);
	return arena_printf(r->arena, "{\"items\":%s,\"links\":{\"self\":\"%s\"%s%s}",
			    items == NULL ? "[]" : items, self, more, total == NULL ? "}" : "");
}

/* `"actions":[…]` goes in before the object's closing brace. */
static const char *with_actions(struct work *w, const char *body)
{
	const struct operation *op = w->answer_op != NULL ? w->answer_op : w->request->op;
	const char *state = column(w, "state");

	if (state == NULL || body == NULL)
		return body;

	const char *actions = actions_open(w->request, op, state, column(w, "facts"));
	const char *end = strrchr(body, '}');

	if (actions == NULL || end == NULL)
		return body;

	size_t head = (size_t)(end - body);
	const char *joint = strspn(body, " \t\n{") >= head ? "" : ",";

	return arena_printf(w->request->arena, "%.*s%s\"actions\":%s}", (int)head, body, joint,
			    actions);
}

/* For changes alone: only they can be answered with or without the representation. */
static bool prefers(const struct request *r, const char *what)
{
	return r->op->method != METHOD_GET &&
	       negotiate_return(request_header_list(r, "Prefer"), what);
}

static void set_body(struct request *r, const char *body)
{
	r->reply.content_type = "application/json";
	r->reply.body = body;
	r->reply.body_size = strlen(body);
}

void answer_page_policy(struct work *w)
{
	struct request *r = w->request;
	const char *hash = column(w, "style_hash");
	const char *style = hash == NULL ? "'none'" : arena_printf(r->arena, "'sha256-%s'", hash);

	reply_header(r, "Content-Security-Policy",
		     arena_printf(r->arena,
				  "default-src 'none'; style-src %s; base-uri 'none'; "
				  "form-action 'none'; frame-ancestors 'none'",
				  style));
	reply_header(r, "Referrer-Policy", "no-referrer");
}

/* One JSON value; lines of them (NDJSON) are text. */
static bool is_json(const char *type)
{
	return strstr(type, "json") != NULL && strstr(type, "ndjson") == NULL;
}

/* What the contract gives another media type than JSON is sent as the statement wrote it. */
static bool set_text(struct work *w, const char *body)
{
	struct request *r = w->request;
	const char *type = negotiate_type(request_header_list(r, "Accept"), r->op, r->reply.status);

	if (type == NULL || is_json(type))
		return false;
	if (strcmp(type, "text/html") == 0)
		answer_page_policy(w);
	set_body(r, body);
	r->reply.content_type = type;
	return true;
}

static void set_location(struct work *w)
{
	struct request *r = w->request;
	const char *location = column(w, "location");

	if (location == NULL && r->reply.status == 201 && w->binding.location != NULL)
		location = w->binding.location;
	if (location == NULL && r->reply.status == 201 && w->answer_op != NULL)
		location = arena_printf(r->arena, "%s%s", service.contract->prefix,
					w->answer_op->path);
	if (location == NULL)
		return;

	const char *brace = strstr(location, "{id}");

	if (brace != NULL)
		location = arena_printf(r->arena, "%.*s%s%s", (int)(brace - location), location,
					r->new_id, brace + 4);
	if (strchr(location, '{') == NULL)
		reply_header(r, "Location", location);
}

static int first_success(const struct operation *op)
{
	for (size_t i = 0; i < op->response_count; i++)
		if (op->responses[i].status >= 200 && op->responses[i].status < 300)
			return op->responses[i].status;
	return 200;
}

static void native_answer(struct work *w)
{
	struct request *r = w->request;
	const char *status = column(w, "status"), *body = column(w, "body"), *etag = etag_of(w);

	if (etag != NULL)
		reply_header(r, "ETag", etag);
	if (r->op->method == METHOD_GET && column(w, "not_modified") != NULL) {
		r->reply.status = 304;
		return;
	}
	if (r->reply.status == 0)
		r->reply.status =
			status != NULL ? (int)strtol(status, NULL, 10) : first_success(r->op);
	set_location(w);
	if (r->op->is_list)
		body = list_body(w, body);
	if (body == NULL || r->reply.status == 204) {
		r->reply.status = 204;
		return;
	}
	if (prefers(r, "minimal")) {
		reply_header(r, "Preference-Applied", "return=minimal");
		return;
	}
	if (prefers(r, "representation"))
		reply_header(r, "Preference-Applied", "return=representation");
	if (!set_text(w, body))
		set_body(r, unseal(r->arena, service.seals, with_actions(w, body)));
}

void answer_from_round(struct work *w)
{
	if (w->request->op->fhir != NULL || w->request->written != NULL)
		fhir_answer(w);
	else
		native_answer(w);
}

static void mismatch(struct request *r, const char *what, const char *pointer)
{
	char text[256];

	event(E_REPLY_MISMATCH,
	      "\"request_id\":\"%s\",\"operation\":\"%s\",\"status\":%d,\"fault\":\"%s\"", r->id,
	      r->op->id, r->reply.status, event_text(pointer, text));
	r->reply.header_count = 0;
	problem(r, "internal", "the answer does not fit the contract: %s at '%s'", what, pointer);
}

void answer_check(struct request *r)
{
	if (!config.check_replies || r->op == NULL || r->reply.body == NULL ||
	    r->reply.status >= 500)
		return;

	struct schema *schema =
		contract_response_schema(r->op, r->reply.status, r->reply.content_type);
	struct faults *faults = arena_alloc(r->arena, sizeof(*faults));
	json_t *value;

	if (schema == NULL) {
		mismatch(r, "undocumented status or media type", r->reply.content_type);
		return;
	}
	faults->arena = r->arena;
	if (!is_json(r->reply.content_type))
		return;
	value = json_loadb(r->reply.body, r->reply.body_size, JSON_DECODE_ANY, NULL);
	if (value == NULL)
		mismatch(r, "not JSON", "");
	else if (!schema_validate(schema, value, faults, NULL))
		mismatch(r, faults->list[0].code, faults->list[0].pointer);
	json_decref(value);
}
