#ifndef API_BIND_H
#define API_BIND_H

#include "api/request.h"
#include "auth/auth.h"
#include "db/statement.h"

/* What statements may ask for beside the request itself. */
struct binding {
	struct request *request;
	const char *path_id;	/* overrides :path.id, e.g. for the answer to a create; or NULL */
	const char *patient_id; /* :gate.patient_id */
	const char *reason;	/* :request.reason, why a caller was refused */
	const char *about;	/* :request.about, whom else the refusal is about */
	const char *action;	/* :request.action of the access log */
	const char *machine_action, *machine_from, *machine_to;
	const char *machine_refusal; /* :machine.refusal, the code with which a step was refused */
	const char *job_kind;	     /* :job.kind, which the job thread gives by itself */
	const char *status, *location;				     /* of an idempotency row */
	const char *subscription_id, *delivery_busy, *delivery_most; /* to be sent: :delivery.… */
	const char *delivery_id, *delivery_outcome, *delivery_told;  /* what came of it */
	const char *news_after; /* :news.after, where a reader of changes goes on */
	const char *given;	/* :given, JSON that an operation in C has made */
	const char *content;	/* :content, JSON rows that it has read */
	/* before a principal exists: */
	const struct identity *token;		  /* :token.…, what the token says */
	const char *token_seal;			  /* the number in it, sealed */
	const char *proof_digest, *proof_seconds; /* a DPoP proof, and how long it could be used */
};

/* True when some statement may use this parameter's name. */
bool bind_known(const char *name);

/*
 * Finds where each parameter of each statement comes from; once, when all statements are defined.
 * NULL, or in the arena's memory what is wrong.
 */
const char *bind_prepare(struct arena *a);

/*
 * The version that If-Match names (its first entity tag), "-1", which no version equals, when it
 * names none, NULL when it was not sent.
 */
const char *bind_version(const struct request *r);

/* The values of a statement's parameters, in the request's arena. */
const char *const *bind_values(const struct binding *b, const struct statement *s);

#endif
