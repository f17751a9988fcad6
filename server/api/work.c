/*
 * The statements around an operation's own, and the connection they run on.
 * Tested through tests/api/contract.test.mjs: it borrows a connection.
 */
#include "api/work.h"

#include <string.h>

#include "api/principal.h"
#include "api/problem.h"
#include "api/fhir_native.h"
#include "api/service.h"
#include "api/session.h"
#include "api/reads.h"
#include "db/share.h"

bool work_refused(struct request *r, enum pool_refusal refusal)
{
	return problem(r, "unavailable",
		       refusal == POOL_BUSY ? "no database connection is free"
					    : "the database cannot be reached");
}

/* Whose statement gives the representation: of a FHIR write the resource's. */
static const struct operation *answer_of(const struct request *r)
{
	if (r->written != NULL)
		return r->written->answer;
	return r->op->answer == NULL ? NULL : contract_operation(service.contract, r->op->answer);
}

bool work_begin(struct work *w, struct request *r)
{
	enum pool_refusal refusal = POOL_NO_DATABASE;

	*w = (struct work){.request = r, .binding = {.request = r}};
	w->connection = r->session != NULL ? r->session->connection : pool_take(&refusal);
	if (w->connection == NULL)
		return work_refused(r, refusal);
	w->has_key = r->idempotency_scope != NULL;
	w->answer_op = answer_of(r);
	work_round(w);
	return true;
}

void work_begin_shared(struct work *w, struct request *r)
{
	*w = (struct work){.request = r, .binding = {.request = r}, .answer_op = answer_of(r)};
	work_round(w);
}

bool work_run(struct work *w)
{
	enum pool_refusal refusal = POOL_OK;

	if (w->connection != NULL)
		return round_run(&w->round);
	return share_run(&w->round, &refusal) ||
	       (refusal != POOL_OK && work_refused(w->request, refusal));
}

void work_end(struct work *w)
{
	const char *told = w->told == 0 ? NULL : round_text(&w->round, w->told, "told");

	if (told != NULL)
		session_note(w->request->session, told);
	w->told = 0;
	if (w->connection != NULL && w->request->session == NULL)
		pool_give_back(w->connection);
	w->connection = NULL;
}

void work_round(struct work *w)
{
	round_init(&w->round, w->connection, w->request->arena);
}

void work_rollback(struct work *w)
{
	struct round round;

	if (w->connection == NULL || w->connection->broken)
		return;
	if (w->request->session != NULL) {
		session_rollback(w->request->session, w->request->arena);
		return;
	}
	round_init(&round, w->connection, w->request->arena);
	round_add(&round, statement_find("rollback"), NULL);
	if (!round_run(&round))
		w->connection->broken = true;
}

size_t work_add(struct work *w, const char *name)
{
	return work_add_statement(w, statement_find(name));
}

size_t work_add_statement(struct work *w, const struct statement *s)
{
	return round_add(&w->round, s, bind_values(&w->binding, s));
}

const char *work_person(const struct request *r)
{
	return r->op->person_param == NULL ? NULL
					   : request_parameter(r, IN_PATH, r->op->person_param);
}

void work_open(struct work *w)
{
	struct request *r = w->request;

	session_join(r->session, &w->round);
	w->binding.patient_id = work_person(r);
	work_add(w, !w->has_key && w->binding.patient_id != NULL ? "enter" : "context");
	if (w->has_key)
		work_add(w, "idempotency_begin");
	if (w->has_key && w->binding.patient_id != NULL)
		work_add(w, "gate");
}

static const char *log_action(const struct operation *op)
{
	if (strcmp(op->action, "search") == 0)
		return "SEARCH";
	/* x-action is the cell that opens it: "read" for a plan's author who writes */
	if (op->method == METHOD_GET || strcmp(op->statement, op->id) != 0)
		return "READ";
	return op->method == METHOD_POST && op->executor != EXECUTOR_TRANSITION ? "CREATE"
										: "UPDATE";
}

/* Where the thing that a POST made can be read: the path of the operation that gives the answer. */
static const char *location_of(const struct work *w)
{
	const struct request *r = w->request;

	/* a FHIR answer says it by itself */
	if (w->answer_op == NULL || w->answer_op->fhir != NULL || r->op->method != METHOD_POST ||
	    r->op->executor == EXECUTOR_TRANSITION)
		return NULL;

	const char *path = w->answer_op->path, *brace = strstr(path, "{id}");

	/* other path parameters of the answer's path are the request's own */
	if (brace == NULL || strchr(path, '{') != brace || strchr(brace + 1, '{') != NULL)
		return NULL;
	return arena_printf(r->arena, "%s%.*s{id}%s", service.contract->prefix, (int)(brace - path),
			    path, brace + 4);
}

/* What a repeated request is answered with: 201 where something is made, else the first success. */
static const char *kept_status(const struct operation *op)
{
	int first = 0;

	for (size_t i = 0; i < op->response_count; i++) {
		int status = op->responses[i].status;

		if (status == 201)
			return "201";
		first = first == 0 && status >= 200 && status < 300 ? status : first;
	}
	return first == 202 ? "202" : "200";
}

void work_log(struct work *w)
{
	work_add(w, "log");
	w->told = session_is_open(w->request->session) ? work_add(w, "told") : 0;
}

void work_close(struct work *w)
{
	struct request *r = w->request;
	const char *own_id = w->binding.path_id;

	if (r->written != NULL && r->written->identifiers != NULL) {
		w->binding.given = r->written->identifiers;
		work_add(w, "fhir_identify");
	}
	if (w->answer_op != NULL) {
		if (r->op->method == METHOD_POST && r->op->executor != EXECUTOR_TRANSITION)
			w->binding.path_id = r->new_id;
		w->answer = work_add_statement(w, reads_statement(r, w->answer_op));
	}
	w->binding.action = log_action(r->op);
	if (r->op->secured)
		work_log(w);
	w->binding.path_id = own_id;
	if (w->has_key) {
		w->binding.status = kept_status(r->op);
		w->binding.location = location_of(w);
		work_add(w, "idempotency_end");
	}
}
