/*
 * A job's statements.
 * Tested through tests/api/deadlines.test.mjs: they are asked of PostgreSQL.
 */
#include "jobs/job.h"

#include "base/event.h"

bool job_run(struct round *round, const char *job)
{
	if (round_run(round))
		return true;
	event(E_JOB_FAILED, "\"job\":\"%s\",\"statement\":\"%s\",\"sqlstate\":\"%s\"", job,
	      round->steps[round->failed].statement->name, round->sqlstate);
	return false;
}

bool job_ask(struct round *round, const char *job, const char *statement, const char *const *values)
{
	round_add(round, statement_find(statement), values);
	return job_run(round, job);
}
