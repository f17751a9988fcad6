/*
 * Subscriptions: what the matrix knows and SQL does not, before the statement.
 * Tested through tests/api/subscriptions.test.mjs: the statement is PostgreSQL's.
 */
#include <string.h>

#include "api/ops.h"
#include "api/permit.h"
#include "api/principal.h"
#include "api/problem.h"
#include "api/work.h"

static bool role_exists(const struct request *r, const char *role)
{
	const struct matrix_question q = {.agency_type = r->principal->agency_type,
					  .role = role,
					  .resource = "patients",
					  .action = MATRIX_READ};

	return matrix_ask(permit_matrix(), &q).verdict != MATRIX_NO_ROLE;
}

enum outcome ops_write_subscription(struct request *r)
{
	const char *role = json_string_value(json_object_get(r->json, "role"));

	if (role == NULL || role_exists(r, role))
		return statement_execute(r);
	faults_add(r->faults, "/role", "role", "is no role in this kind of agency");
	problem_faults(r, "invalid_body");
	return ANSWERED;
}

/* Over FHIR a subscription is ended without its version: who ends it wants it gone as it is. */
enum outcome ops_fhir_end_subscription(struct request *r)
{
	struct work w;
	enum outcome outcome = ANSWERED;

	if (!work_begin(&w, r))
		return ANSWERED;
	if (work_statement(&w, "fhir_subscription_end", "UPDATE"))
		r->reply.status = 204;
	else
		outcome = work_failed(&w);
	work_end(&w);
	return outcome;
}
