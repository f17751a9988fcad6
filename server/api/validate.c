/* Room 4: everything against the compiled schemas, all faults in one answer. */
#include <string.h>

#include "api/fhir.h"
#include "api/fhir_parameters.h"
#include "api/fhir_search.h"
#include "api/negotiate.h"
#include "api/problem.h"
#include "api/query.h"
#include "api/room.h"
#include "api/sealing.h"
#include "api/service.h"
#include "auth/random.h"
#include "base/clock.h"
#include "base/config.h"
#include "contract/json_value.h"

static struct schema *body_schema(const struct request *r)
{
	const struct media *m = negotiate_body(request_header(r, "Content-Type"), r->op);

	return m == NULL ? NULL : m->schema;
}

/* What is not JSON (HL7 v2) is for the operation to read. */
static bool is_json(const struct request *r)
{
	const struct media *m = negotiate_body(request_header(r, "Content-Type"), r->op);

	return m == NULL || strstr(m->type, "json") != NULL;
}

static bool parse_body(struct request *r)
{
	json_error_t error;

	if (fhir_lists(r->op))
		return true; /* parameters, which have been read */
	if (r->in.source != NULL)
		return true;
	if (r->in.body_size == 0) {
		if (r->op->body_required)
			return problem(r, "not_json", "a body is needed");
		return true;
	}
	if (!is_json(r))
		return true;
	if (!json_fits_depth(r->in.body, r->in.body_size, config.json_depth))
		return problem(r, "not_json", "nested deeper than %ld levels", config.json_depth);
	r->json = json_loadb(r->in.body, r->in.body_size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY,
			     &error);
	if (r->json == NULL)
		return problem(r, "not_json", "line %d, column %d", error.line, error.column);
	arena_adopt(r->arena, (void (*)(void *))json_decref, r->json);
	return true;
}

/* Ids that a POST may need, made before the pipeline is sent because a pipeline cannot branch. */
static void make_ids(struct request *r)
{
	char id[37];

	if (r->op->method != METHOD_POST || r->new_id != NULL)
		return;
	random_uuid_v7(id);
	r->new_id = arena_dup(r->arena, id);
}

static bool version_given(struct request *r)
{
	for (size_t i = 0; i < r->op->parameter_count; i++) {
		const struct parameter *p = &r->op->parameters[i];

		if (p->place == IN_HEADER && p->required && strcasecmp(p->name, "If-Match") == 0 &&
		    request_header(r, "If-Match") == NULL)
			return problem(r, "version_required",
				       "send If-Match with the ETag that you have read");
	}
	return true;
}

/* A path that does not even have an identifier's form names nothing. */
static bool path_is_possible(const struct request *r)
{
	for (size_t i = 0; i < r->faults->count; i++)
		if (strncmp(r->faults->list[i].pointer, "/path/", 6) == 0)
			return false;
	return true;
}

/* What anyone may call, and documents 429, is capped by address (design §13.5). */
static bool calls_left(struct request *r)
{
	const struct cap_call call = {r->in.remote, (unsigned)r->op->index};
	bool capped = false;

	for (size_t i = 0; i < r->op->response_count && !r->op->secured; i++)
		capped = capped || r->op->responses[i].status == 429;
	if (!capped)
		return true;

	unsigned wait_s = cap_take(service.cap, &call, clock_monotonic_us());

	if (wait_s == 0)
		return true;
	reply_header(r, "Retry-After", arena_printf(r->arena, "%u", wait_s));
	return problem(r, "too_many_requests",
		       "this address has sent its share; wait as Retry-After says");
}

/* A FHIR search has parameters of its own kinds, in the query and in a form. */
static bool read_parameters(struct request *r)
{
	bool lists = fhir_lists(r->op);

	if (lists)
		query_validate(r); /* what stands in path and headers: no other is there yet */
	if (!query_parse(r, r->in.raw_query))
		return false;
	if (!lists) {
		query_validate(r);
		return true;
	}
	if (r->in.body_size > 0 &&
	    !(is_json(r) ? fhir_parameters_read(r) : query_parse(r, r->in.body)))
		return false;
	fhir_search_read(r);
	return true;
}

bool validate(struct request *r)
{
	r->faults = arena_alloc(r->arena, sizeof(*r->faults));
	r->faults->arena = r->arena;
	if (!read_parameters(r))
		return problem(r, "invalid_parameter", "the query is not well-formed");
	if (!path_is_possible(r))
		return problem(r, "not_found", NULL);
	if (r->faults->count > 0)
		return problem_faults(r, "invalid_parameter");
	if (!version_given(r) || !parse_body(r))
		return false;
	if (r->json != NULL && !sealing_validate(r, body_schema(r)))
		return problem_faults(r, "invalid_body");
	make_ids(r);
	sealing_idempotency(r);
	return calls_left(r);
}
