/*
 * Several native operations in one transaction.
 * Tested through tests/api/fhir-writes.test.mjs: it is native operations that run.
 */
#include "api/fhir_together.h"

#include "api/inner.h"
#include "api/session.h"

/* What was done the first time has ended the session, and is read outside of it. */
static bool is_told_again(const struct request *inner)
{
	return inner_reply_header(inner, "Idempotency-Replayed") != NULL;
}

enum outcome fhir_together(const struct fhir_map *m,
			   enum outcome (*run)(const struct fhir_map *m, const json_t *body,
					       struct request **inner),
			   const json_t *body, struct request **inner)
{
	struct request *r = m->request;
	struct session session;
	enum outcome outcome;
	bool done;

	if (r->session != NULL)
		return run(m, body, inner);
	*inner = NULL;
	if (!session_begin(&session, r))
		return ANSWERED;
	r->session = &session;
	outcome = run(m, body, inner);
	done = *inner != NULL && (*inner)->reply.status < 300;
	if (outcome == ANSWERED && !done && !session_tell(&session, r))
		*inner = NULL;
	r->session = NULL;
	if (outcome == ANSWERED && done && !is_told_again(*inner) && !session_commit(&session, r))
		*inner = NULL;
	session_end(&session, r->arena);
	return outcome;
}
