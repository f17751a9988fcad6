/*
 * What was refused is written down.
 * Tested through tests/api/access-log.test.mjs: it borrows a connection.
 */
#include "api/named.h"
#include "api/principal.h"
#include "api/problem.h"
#include "api/session.h"
#include "api/work.h"
#include "base/event.h"

void work_deny(struct request *r, const char *reason, const char *about)
{
	struct work w;

	if (r->principal == NULL)
		return;
	if (r->session != NULL)
		session_rollback(r->session, r->arena);
	event(E_ACCESS_DENIED, "\"request_id\":\"%s\",\"operation\":\"%s\",\"reason\":\"%s\"",
	      r->id, r->op->id, reason);
	if (!work_begin(&w, r))
		return;
	w.binding.patient_id = work_person(r);
	if (w.binding.patient_id == NULL)
		w.binding.patient_id =
			named_person(r->arena, r->in.raw_query, r->in.body, r->in.body_size);
	w.binding.reason = reason;
	w.binding.about = about;
	work_add(&w, "denial");
	/* a refusal that cannot be written down is not given */
	if (!round_run(&w.round))
		problem(r, "unavailable", "the access log cannot be written");
	work_end(&w);
}
