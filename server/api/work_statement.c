/*
 * Operations in C that are one statement with its log row.
 * Tested through tests/api/fhir-export.test.mjs: it borrows a connection.
 */
#include "api/problem.h"
#include "api/work.h"

bool work_statement(struct work *w, const char *name, const char *action)
{
	work_open(w);
	w->answer = work_add(w, name);
	w->binding.action = action;
	work_log(w);
	return work_run(w);
}

bool work_found(const struct work *w)
{
	return round_rows(&w->round, w->answer) > 0 || problem(w->request, "not_found", NULL);
}
