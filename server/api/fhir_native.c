/*
 * FHIR writes are native operations.
 * Tested through tests/api/fhir-writes.test.mjs: what it runs borrows a connection.
 */
#include "api/fhir_native.h"

#include <stdlib.h>
#include <string.h>

#include "api/fhir.h"
#include "api/fhir_outcome.h"
#include "api/fhir_path.h"
#include "api/inner.h"
#include "api/negotiate.h"
#include "api/problem.h"
#include "api/service.h"

/* The matrix's cell of the native operation; the scope is the FHIR operation's. */
static enum outcome enter(struct request *inner)
{
	return authorise_cell(inner) && validate(inner) ? execute_once(inner) : ANSWERED;
}

static const struct operation *read_of(const struct request *r)
{
	return contract_operation(service.contract,
				  arena_printf(r->arena, "fhirRead%s", fhir_type(r->op)));
}

static bool has_parameter(const struct operation *op, const char *name)
{
	for (size_t i = 0; i < op->parameter_count; i++)
		if (op->parameters[i].place == IN_PATH && strcmp(op->parameters[i].name, name) == 0)
			return true;
	return false;
}

/* What the native address names beside the thing itself: the person, or the plan that it is of. */
static void give_within(struct request *i, const struct fhir_map *m, const struct fhir_call *call)
{
	const char *parameter;
	json_t *id;

	json_object_foreach(m->within, parameter, id)
	{
		if (has_parameter(i->op, parameter) &&
		    (call->id == NULL || strcmp(parameter, "id") != 0))
			inner_path(i, parameter, json_string_value(id));
	}
}

/* The native request, before its rooms. */
static struct request *native_of(struct request *r, const struct fhir_map *m,
				 const struct fhir_call *call)
{
	const char *name = json_string_value(json_object_get(m->way, call->operation));
	const struct operation *op = contract_operation(service.contract, name);
	struct request *i = inner_request(r, op);
	struct fhir_written *written = arena_alloc(r->arena, sizeof(*written));

	*written = (struct fhir_written){.type = fhir_type(r->op),
					 .way = m->way,
					 .key = call->key,
					 .answer = read_of(r),
					 .identifiers = call->identifiers};
	i->written = written;
	inner_header(i, "Accept", fhir_accept(r));
	inner_body(i, op->bodies[0].type, call->body);
	give_within(i, m, call);
	if (call->id == NULL) {
		i->new_id = r->new_id;
		inner_header(i, "Idempotency-Key", request_header(r, "Idempotency-Key"));
	} else {
		inner_path(i, "id", call->id);
		inner_header(i, "If-Match", arena_printf(r->arena, "\"%s\"", call->version));
	}
	return i;
}

enum outcome fhir_native(struct request *r, const struct fhir_map *m, const struct fhir_call *call,
			 struct request **inner)
{
	*inner = native_of(r, m, call);
	return enter(*inner);
}

enum outcome fhir_native_read(struct request *r, const char *id, struct request **inner)
{
	struct request *i = inner_request(r, read_of(r));

	inner_header(i, "Accept", fhir_accept(r));
	inner_path(i, "id", id);
	*inner = i;
	return enter(i);
}

const char *fhir_native_expression(const struct request *r, const char *pointer)
{
	const struct fhir_written *written = r->written;
	const char *member = arena_copy(r->arena, pointer + 1, strcspn(pointer + 1, "/"));
	const char *path = fhir_map_path(written->way, written->key, pointer + 1);

	/* a member of what one element says as a whole */
	if (path == NULL)
		path = fhir_map_path(written->way, written->key, member);
	return path == NULL ? NULL : fhir_path_expression(r->arena, path);
}

static void answer_outcome(struct request *r, json_t *issues)
{
	json_t *outcome =
		json_pack("{s:s, s:o}", "resourceType", "OperationOutcome", "issue", issues);
	char *text = json_dumps(outcome, JSON_COMPACT);

	r->reply.body = arena_dup(r->arena, text);
	r->reply.body_size = strlen(r->reply.body);
	free(text);
	json_decref(outcome);
}

/* What lenient handling has left out is told in place of the representation. */
static void tell_left_out(const struct fhir_map *m)
{
	json_t *issues = json_array();
	const json_t *path;
	size_t i;

	json_array_foreach(m->left_out, i, path)
	{
		json_t *issue = fhir_remark("warning", "not-supported", "was left out");

		json_object_set_new(issue, "expression",
				    json_pack("[s++]", fhir_type(m->request->op), ".",
					      json_string_value(path)));
		json_array_append_new(issues, issue);
	}
	answer_outcome(m->request, issues);
}

bool fhir_native_fits(const struct fhir_map *m, const struct fhir_call *call)
{
	struct request *inner = native_of(m->request, m, call);

	if (validate(inner))
		return true;
	inner_answer(m->request, inner);
	return false;
}

void fhir_native_fine(const struct fhir_map *m)
{
	if (m->left_out != NULL)
		tell_left_out(m);
	else
		answer_outcome(m->request,
			       json_pack("[o]", fhir_remark("information", "informational",
							    "Nothing is wrong with it")));
}

enum outcome fhir_native_finish(const struct fhir_map *m, const struct request *inner)
{
	struct request *r = m->request;
	const char *prefer = request_header_list(r, "Prefer");

	inner_answer(r, inner);
	if (r->reply.status >= 300)
		return ANSWERED;
	if (m->left_out != NULL) {
		reply_header(r, "Preference-Applied", "handling=lenient");
		tell_left_out(m);
	} else if (negotiate_return(prefer, "minimal")) {
		reply_header(r, "Preference-Applied", "return=minimal");
		r->reply.body = r->reply.content_type = NULL;
		r->reply.body_size = 0;
	} else if (negotiate_return(prefer, "OperationOutcome")) {
		reply_header(r, "Preference-Applied", "return=OperationOutcome");
		answer_outcome(r, json_pack("[o]", fhir_remark("information", "informational",
							       "It is written")));
	}
	return ANSWERED;
}

enum outcome fhir_native_refuse(struct request *r)
{
	/* a way that refuses by itself has answered */
	if (r->reply.status == 0)
		problem_faults(r, "invalid_body");
	return ANSWERED;
}
