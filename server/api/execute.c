/*
 * Room 5: statement, transition or operation in C, tried again when the registry has moved.
 * Tested through tests/api/concern-reports.test.mjs: it chooses among rounds in PostgreSQL.
 */
#include "api/identify.h"
#include "api/news.h"
#include "api/problem.h"
#include "api/room.h"

enum { TRIES = 5 /* while administrators enter staff, each of whom changes the registry */ };

enum outcome execute_once(struct request *r)
{
	switch (r->op->executor) {
	case EXECUTOR_TRANSITION:
		return transition_execute(r);
	case EXECUTOR_OPS:
		return ops_execute(r);
	case EXECUTOR_STATEMENT:
		break;
	}
	return statement_execute(r);
}

/* The caller's token is verified again against the registry as it is now. */
static bool admitted_again(struct request *r)
{
	char why[256];

	r->reply.status = 0;
	identify_anew(why);
	return authenticate(r) && authorise(r);
}

bool execute(struct request *r)
{
	enum outcome outcome = execute_once(r);

	for (int n = 1; n < TRIES && (outcome == TRY_AGAIN ||
				      (outcome == REGISTRY_CHANGED && admitted_again(r)));
	     n++)
		outcome = execute_once(r);
	if (outcome != ANSWERED && r->reply.status == 0)
		problem(r, "unavailable", NULL);
	if (r->op->method != METHOD_GET && r->reply.status < 300)
		news_written();
	return true;
}
