/*
 * A token against the registry as it is now.
 * Tested through tests/api/registry.test.mjs: it asks the registry in PostgreSQL.
 */
#include "api/verify.h"

#include <stdatomic.h>

#include "api/service.h"
#include "base/clock.h"

static enum auth_reason verify(struct request *r, const char *token, struct identity *id,
			       const char **generation)
{
	const struct registry *registry = registry_hold();
	enum auth_reason reason = AUTH_ISSUER;

	if (registry != NULL) {
		const struct auth_request how = {
			.registry = registry, .arena = r->arena, .now = clock_real_s()};

		reason = auth_verify(&how, token, id);
		*generation =
			arena_printf(r->arena, "%lld", (long long)registry_generation(registry));
	}
	registry_release();
	return reason;
}

/* Refusals that a row added since the registry was read would turn. */
static bool hangs_on_registry(enum auth_reason reason)
{
	return reason == AUTH_ISSUER || reason == AUTH_KEY || reason == AUTH_ALGORITHM ||
	       reason == AUTH_ORGANISATION;
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
	       registry_reload(why);
}

enum auth_reason verify_token(struct request *r, const char *token, struct identity *id,
			      const char **generation)
{
	enum auth_reason reason = verify(r, token, id, generation);

	if (hangs_on_registry(reason) && read_again())
		reason = verify(r, token, id, generation);
	return reason;
}
