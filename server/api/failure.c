/*
 * What a failed round means for the caller: SQLSTATE → problem, denial, replay.
 * Tested through tests/api/contract.test.mjs: what it reads are the refusals of PostgreSQL.
 */
#include <string.h>

#include "api/answer.h"
#include "api/principal.h"
#include "api/problem.h"
#include "api/service.h"
#include "api/work.h"
#include "api/reads.h"
#include "base/event.h"

/* SQLSTATE (or the beginning of one) → problem; the longest match stands first. */
static const struct {
	const char *state, *code;
} states[] = {
	{"57014", "unavailable"}, /* statement timeout */
	{"40001", "unavailable"},  {"40P01", "unavailable"},  {"42501", "forbidden"},
	{"23514", "invalid_body"}, {"23502", "invalid_body"}, {"23", "conflict"},
	{"22", "invalid_body"},	   {"53", "unavailable"},     {"57", "unavailable"},
	{"08", "unavailable"},
};

static const char *code_of(const char *sqlstate)
{
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (strncmp(sqlstate, states[i].state, strlen(states[i].state)) == 0)
			return states[i].code;
	return "internal";
}

/* Which member it was the database does not say: the whole of what the caller has sent. */
static void refuse_whole(struct request *r, const char *constraint)
{
	bool reads = r->op->method == METHOD_GET;

	faults_add(r->faults, reads ? "/query" : "", constraint != NULL ? constraint : "value",
		   "cannot be kept or looked for as it is");
	problem_faults(r, reads ? "invalid_parameter" : "invalid_body");
}

/* The database's own refusals: only names of constraints leave the service, never a value. */
static void plain_failure(struct work *w)
{
	const char *code = w->round.lost ? "unavailable" : code_of(w->round.sqlstate);

	if (strcmp(code, "internal") == 0 || strcmp(code, "unavailable") == 0)
		event(E_DATABASE_ERROR,
		      "\"request_id\":\"%s\",\"statement\":\"%s\",\"sqlstate\":\"%s\"",
		      w->request->id, w->round.steps[w->round.failed].statement->name,
		      w->round.sqlstate);
	if (strcmp(code, "invalid_body") == 0)
		refuse_whole(w->request, w->round.constraint);
	else
		problem(w->request, code, "%s",
			w->round.constraint != NULL ? w->round.constraint : "");
}

/*
 * Class AP and a status, raised by our own SQL. The answer does not say whom else it is about: the
 * detail's member `about`, which is returned for the access log, or NULL.
 */
static const char *our_refusal(struct work *w)
{
	json_t *detail = w->round.detail == NULL || w->round.detail[0] == '\0'
				 ? NULL
				 : json_loads(w->round.detail, 0, NULL);
	const char *about = json_string_value(json_object_get(detail, "about"));

	if (about != NULL)
		about = arena_dup(w->request->arena, about);
	json_object_del(detail, "about");
	problem_with(w->request, w->round.message, detail);
	json_decref(detail);
	return about;
}

/* The answer of the first time, read again through the gate. */
static void replay(struct work *w)
{
	struct request *r = w->request;
	json_t *first = json_loads(w->round.detail, 0, NULL);
	const char *id = json_string_value(json_object_get(first, "id"));
	const char *location = json_string_value(json_object_get(first, "location"));
	bool created = r->op->executor != EXECUTOR_TRANSITION;

	arena_adopt(r->arena, (void (*)(void *))json_decref, first);
	work_round(w);
	w->has_key = false;
	work_open(w);
	if (created && id != NULL)
		w->binding.path_id = id;
	if (w->answer_op == NULL)
		w->answer = work_add(w, arena_printf(r->arena, "%s.replay", r->op->id));
	else
		w->answer = work_add_statement(w, reads_statement(r, w->answer_op));
	w->binding.action = "READ";
	if (r->op->secured)
		work_add(w, "log");
	if (!round_run(&w->round)) {
		work_failed(w);
		return;
	}
	r->reply.status = (int)json_integer_value(json_object_get(first, "status"));
	answer_from_round(w);
	if (location != NULL)
		reply_header(r, "Location", location);
	reply_header(r, "Idempotency-Replayed", "true");
}

/* After the refused transaction, in one of its own. */
static void write_denial(struct work *w, const char *about)
{
	struct request *r = w->request;
	bool ours = strncmp(w->round.sqlstate, "AP", 2) == 0 && w->round.message != NULL;
	const char *reason = arena_dup(r->arena, ours ? w->round.message : "forbidden");

	work_end(w);
	work_deny(r, reason, about);
}

enum outcome work_failed(struct work *w)
{
	struct request *r = w->request;
	const char *state = w->round.sqlstate, *about = NULL;

	if (r->session != NULL)
		work_rollback(w);

	if (strcmp(state, "APREG") == 0)
		return REGISTRY_CHANGED;
	if (!w->round.lost && (strcmp(state, "40001") == 0 || strcmp(state, "40P01") == 0))
		return TRY_AGAIN;
	if (strcmp(state, "APRPL") == 0) {
		replay(w);
		return ANSWERED;
	}
	if (!w->round.lost && strncmp(state, "AP", 2) == 0)
		about = our_refusal(w);
	else
		plain_failure(w);
	if (r->reply.status == 403 || r->reply.status == 404 || about != NULL)
		write_denial(w, about);
	return ANSWERED;
}
