/*
 * Changes by long poll.
 * Tested through tests/api/changes.test.mjs: it reads the database and waits.
 */
#include <stdlib.h>

#include "api/changes.h"
#include "api/ops.h"
#include "base/clock.h"

static enum outcome answer(struct changes *c, struct arena *a)
{
	struct request *r = c->work.request;
	const char *body = arena_printf(r->arena, "{\"items\":%s,\"after\":%s,\"more\":%s}",
					c->items, c->after, c->more ? "true" : "false");

	if (!c->shown && !changes_note(c, a))
		return changes_failed(c);
	return ops_json(r, body);
}

/* Until something is there that the reader may see, or the time is out. */
static enum outcome poll_changes(struct changes *c, int64_t until_us)
{
	struct arena *a = changes_arena(c->work.request);

	for (;;) {
		arena_clear(a);
		if (!changes_look(c, a))
			return changes_failed(c);
		if (c->count > 0 || clock_monotonic_us() >= until_us)
			return answer(c, a);
		if (!c->more && news_wait(changes_place(c), until_us) != NEWS_THERE)
			return answer(c, a);
	}
}

enum outcome ops_list_changes(struct request *r)
{
	struct changes *c = arena_alloc(r->arena, sizeof(*c));
	const char *after = request_parameter(r, IN_QUERY, "after");
	const char *wait = request_parameter(r, IN_QUERY, "wait");
	int64_t wait_s = wait == NULL ? 0 : strtoll(wait, NULL, 10);

	if (wait_s > 0 && !changes_enter(r, NEWS_POLLS))
		return ANSWERED;
	changes_begin(c, r, "news_page", after == NULL ? "0" : after);
	return poll_changes(c, clock_monotonic_us() + wait_s * 1000000);
}
