/* Room 5 for most operations: one prepared pipeline, one round trip, one transaction. */
#include "db/statement.h"

#include <string.h>

#include "api/answer.h"
#include "api/poll.h"
#include "api/precondition.h"
#include "api/problem.h"
#include "api/room.h"
#include "api/service.h"
#include "api/work.h"
#include "api/reads.h"

/*
 * What shows one thing is quick and shares its transaction with its neighbours; a list would let
 * them wait for it.
 */
static bool may_share(const struct operation *op)
{
	enum { DEAR = 10 };

	return op->method == METHOD_GET && op->secured && !op->is_list && op->cost < DEAR &&
	       (op->fhir == NULL || strcmp(op->fhir, "read") == 0);
}

enum outcome statement_execute(struct request *r)
{
	struct work w;
	enum outcome outcome = ANSWERED;

	if (poll_answered(r))
		return ANSWERED;
	if (r->session == NULL && may_share(r->op))
		work_begin_shared(&w, r);
	else if (!work_begin(&w, r))
		return ANSWERED;
	if (!precondition_settle(&w)) {
		outcome = work_failed(&w);
		work_end(&w);
		return outcome;
	}
	work_open(&w);
	w.answer = work_add_statement(&w, reads_statement(r, r->op));

	size_t own = w.answer;

	work_close(&w);
	if (!work_run(&w)) {
		outcome = r->reply.status != 0 ? ANSWERED : work_failed(&w);
	} else if (round_rows(&w.round, w.answer) == 0 || round_rows(&w.round, own) == 0) {
		problem(r, "not_found", NULL);
		w.told = 0; /* the denial says so */
		work_end(&w);
		work_deny(r, "not_found", NULL);
	} else {
		answer_from_round(&w);
		poll_logged(r);
	}
	work_end(&w);
	return outcome;
}
