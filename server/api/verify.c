/*
 * A token against the registry as it is now.
 * Tested through tests/api/registry.test.mjs: it asks the registry in PostgreSQL.
 */
#include "api/verify.h"

#include <stdatomic.h>

#include "api/service.h"
#include "api/trust.h"
#include "base/clock.h"

/* How long a request waits for keys that are being fetched. */
enum { KEYS_WAIT_MS = 2000 };

struct inquiry {
	struct request *request;
	const char *token;
	struct identity *id;
	struct auth_trace *trace;
	const char **generation;
};

static enum auth_reason verify(const struct inquiry *q)
{
	const struct registry *registry = trust_hold();
	struct arena *a = q->request->arena;
	enum auth_reason reason = AUTH_ISSUER;

	if (registry != NULL) {
		const struct auth_request how = {
			.registry = registry, .arena = a, .now = clock_real_s(), .trace = q->trace};

		reason = auth_verify(&how, q->token, q->id);
		*q->generation = arena_printf(a, "%lld", (long long)registry_generation(registry));
	}
	trust_release();
	return reason;
}

/* Refusals that a row added since the registry was read would turn. */
static bool hangs_on_registry(enum auth_reason reason)
{
	return reason == AUTH_ISSUER || reason == AUTH_KEY || reason == AUTH_ALGORITHM ||
	       reason == AUTH_ORGANISATION || reason == AUTH_SUPPLIER || reason == AUTH_CLIENT;
}

/*
 * A refused token meets no statement that would tell of a newer registry, so the registry is read
 * again; once a second at most, whatever is thrown at it. True when it was.
 */
static bool read_again(void)
{
	static _Atomic int64_t due_us;
	int64_t now_us = clock_monotonic_us(), due = due_us;
	char why[256];

	return now_us >= due && atomic_compare_exchange_strong(&due_us, &due, now_us + 1000000) &&
	       trust_reload(why);
}

/* An unknown key may be a new one. Nothing is held while waiting: no lock, no connection. */
static bool fetch_again(enum auth_reason reason, const struct auth_trace *trace)
{
	return (reason == AUTH_KEY || reason == AUTH_KEYS_AWAY) && trace->issuer_id != NULL &&
	       key_store_want(service.keys, trace->issuer_id, KEYS_WAIT_MS);
}

enum auth_reason verify_token(struct request *r, const char *token, struct identity *id,
			      struct auth_trace *trace, const char **generation)
{
	const struct inquiry q = {
		.request = r, .token = token, .id = id, .trace = trace, .generation = generation};
	enum auth_reason reason = verify(&q);

	if (hangs_on_registry(reason) && read_again())
		reason = verify(&q);
	if (fetch_again(reason, trace))
		reason = verify(&q);
	return reason;
}
