/* Room 5 for most operations: one prepared pipeline, one round trip, one transaction. */
#include "db/statement.h"

#include "api/answer.h"
#include "api/precondition.h"
#include "api/problem.h"
#include "api/room.h"
#include "api/service.h"
#include "api/work.h"
#include "api/reads.h"

enum outcome statement_execute(struct request *r)
{
	struct work w;
	enum outcome outcome = ANSWERED;

	if (!work_begin(&w, r))
		return ANSWERED;
	w.answer_op =
		r->op->answer == NULL ? NULL : contract_operation(service.contract, r->op->answer);
	if (!precondition_settle(&w)) {
		outcome = work_failed(&w);
		work_end(&w);
		return outcome;
	}
	work_open(&w);
	w.answer = work_add_statement(&w, reads_statement(r, r->op));

	size_t own = w.answer;

	work_close(&w);
	if (!round_run(&w.round)) {
		outcome = work_failed(&w);
	} else if (round_rows(&w.round, w.answer) == 0 || round_rows(&w.round, own) == 0) {
		problem(r, "not_found", NULL);
		work_end(&w);
		work_deny(r, "not_found", NULL);
	} else {
		answer_from_round(&w);
	}
	work_end(&w);
	return outcome;
}
