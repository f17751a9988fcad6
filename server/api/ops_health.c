/*
 * Liveness, readiness and counters.
 * Tested through tests/api/contract.test.mjs: it asks the database.
 */
#include <stdlib.h>
#include <string.h>

#include "api/metrics.h"
#include "api/ops.h"
#include "api/problem.h"
#include "api/service.h"
#include "api/trust.h"
#include "api/work.h"

/* Versions of the schema that this daemon can work with (expand first, contract later). */
static const char schema_oldest[] = "0001", schema_newest[] = "0299";

enum outcome ops_live(struct request *r)
{
	return ops_json(r, "{\"status\":\"ok\"}");
}

static void check(json_t *checks, bool *ready, const char *name, bool ok)
{
	json_object_set_new(checks, name, json_string(ok ? "ok" : "failed"));
	*ready = *ready && ok;
}

enum outcome ops_ready(struct request *r)
{
	struct work w;
	json_t *checks = json_object();
	bool ready = true, asked = false;

	if (work_begin(&w, r)) {
		work_add(&w, "health");
		asked = round_run(&w.round);
	}
	check(checks, &ready, "database", asked);
	if (asked) {
		const char *version = round_text(&w.round, 0, "schema_version");
		const char *months = round_text(&w.round, 0, "months_ahead");
		const struct registry *registry = trust_hold();

		trust_release();
		check(checks, &ready, "schema",
		      version != NULL && strcmp(version, schema_oldest) >= 0 &&
			      strcmp(version, schema_newest) <= 0);
		check(checks, &ready, "partitions",
		      months != NULL && strtol(months, NULL, 10) >= 1);
		check(checks, &ready, "keys", registry != NULL && service.seals != NULL);
	}
	work_end(&w);
	ops_object(r, json_pack("{s:s, s:o}", "status", ready ? "ok" : "unavailable", "checks",
				checks));
	r->reply.status = ready ? 200 : 503;
	if (!ready)
		reply_header(r, "Retry-After", "2");
	return ANSWERED;
}

enum outcome ops_metrics(struct request *r)
{
	if (!r->in.loopback) {
		problem(r, "not_found", NULL);
		return ANSWERED;
	}
	ops_json(r, metrics_text(r->arena));
	r->reply.content_type = "text/plain; version=0.0.4";
	return ANSWERED;
}
