/*
 * Room 5 for state machines: lock and look, decide in C, then apply: two round trips, one
 * transaction.
 * Tested through tests/api/concern-machine.test.mjs: it locks and changes rows.
 */
#include <stdlib.h>
#include <string.h>

#include "api/actions.h"
#include "api/answer.h"
#include "api/precondition.h"
#include "api/problem.h"
#include "api/room.h"
#include "api/service.h"
#include "api/work.h"

static const char *part(const struct work *w, const char *name)
{
	return arena_printf(w->request->arena, "%s.%s", w->request->op->machine, name);
}

/* First round trip: the caller's standing and the thing's state, with the row locked. */
static bool look(struct work *w)
{
	if (w->request->session == NULL)
		work_add(w, "begin");
	work_open(w);
	w->answer = work_add(w, part(w, "lock"));
	return round_run(&w->round);
}

static bool version_fits(struct work *w)
{
	struct request *r = w->request;
	const char *have = round_text(&w->round, w->answer, "version");
	const char *given = request_header_list(r, "If-Match");
	json_t *changed = NULL, *more;

	if (given == NULL || precondition_names(given, have))
		return true;
	work_round(w);
	w->answer = work_add(w, "changed");
	if (round_run(&w->round))
		changed = json_loads(round_text(&w->round, w->answer, "body"), 0, NULL);
	more = json_pack("{s:i, s:o*}", "current_version", (int)strtol(have, NULL, 10), "changed",
			 changed);

	problem_with(r, "version_mismatch", more);
	json_decref(more);
	return false;
}

/* Second round trip: the change, its effects, the representation, the log, the commit. */
static bool apply(struct work *w, const struct deciding *d)
{
	const char *effect = part(w, d->action);

	w->binding.machine_action = d->action;
	w->binding.machine_from = d->state;
	w->binding.machine_to = d->to;
	work_round(w);
	work_add(w, part(w, "apply"));
	if (statement_find(effect) != NULL)
		work_add(w, effect);
	work_close(w);
	if (w->request->session == NULL)
		work_add(w, "commit");
	return round_run(&w->round);
}

static void refuse_in_place(struct work *w)
{
	struct request *r = w->request;

	work_rollback(w);
	work_end(w);
	if (r->reply.status == 403 || r->reply.status == 404)
		work_deny(r, r->reply.status == 403 ? "forbidden_action" : "not_found", NULL);
}

/* What stands in the way, where a statement of the machine's can say so: the problem's errors. */
static void say_why(struct work *w, const char *refusal)
{
	json_t *errors = NULL, *more;

	if (refusal == NULL || statement_find(part(w, "refused")) == NULL)
		return;
	w->binding.machine_refusal = refusal;
	work_round(w);
	w->answer = work_add(w, part(w, "refused"));
	if (round_run(&w->round))
		errors = json_loads(round_text(&w->round, w->answer, "body"), 0, NULL);
	if (json_array_size(errors) > 0) {
		more = json_pack("{s:O}", "errors", errors);
		problem_with(w->request, refusal, more);
		json_decref(more);
	}
	json_decref(errors);
}

static enum outcome decide_and_apply(struct work *w)
{
	struct request *r = w->request;
	struct deciding d = {.machine = r->op->machine,
			     .state = round_text(&w->round, w->answer, "state"),
			     .facts = round_text(&w->round, w->answer, "facts")};

	if (d.state == NULL) {
		problem(r, "not_found", NULL);
		refuse_in_place(w);
		return ANSWERED;
	}
	if (!version_fits(w) || !actions_decide(r, &d)) {
		say_why(w, d.refusal);
		refuse_in_place(w);
		return ANSWERED;
	}
	if (apply(w, &d)) {
		answer_from_round(w);
		return ANSWERED;
	}
	work_rollback(w);
	return work_failed(w);
}

enum outcome transition_execute(struct request *r)
{
	struct work w;
	enum outcome outcome;

	if (!work_begin(&w, r))
		return ANSWERED;
	if (look(&w)) {
		outcome = decide_and_apply(&w);
	} else {
		work_rollback(&w);
		outcome = work_failed(&w);
	}
	work_end(&w);
	return outcome;
}
