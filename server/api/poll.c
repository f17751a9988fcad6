/*
 * Answers who polls and holds the present version.
 * Tested through tests/api/board-view.test.mjs: it asks PostgreSQL.
 */
#include "api/poll.h"

#include <stdatomic.h>

#include "api/answer.h"
#include "api/buckets.h"
#include "api/principal.h"
#include "api/reads.h"
#include "api/work.h"
#include "base/clock.h"

/*
 * Whose 304 was logged, and when: the key's upper bits and the second, in one word, so that threads
 * need no lock. Two who meet in one place push each other out, and are logged more often.
 */
enum { SCREENS = 1 << 12, SECOND_BITS = 24, WITHIN_S = 60 };
static _Atomic uint64_t logged[SCREENS];

static const uint64_t second_mask = (UINT64_C(1) << SECOND_BITS) - 1;

static uint64_t now_s(void)
{
	return (uint64_t)(clock_monotonic_us() / 1000000);
}

static const char *text(const char *maybe)
{
	return maybe == NULL ? "" : maybe;
}

/* What the caller holds, when it is asked for in a way that can be answered so; else NULL. */
static const char *held_by(const struct request *r)
{
	return r->session != NULL || reads_same(r->op) == NULL
		       ? NULL
		       : request_header_list(r, "If-None-Match");
}

/* Who asks for what, and what they hold. */
static uint64_t key_of(const struct request *r, const char *held)
{
	const struct principal *p = r->principal;
	const char *const who_and_what[] = {
		r->op->id,	    r->in.raw_path,    text(r->in.raw_query), held,
		text(p->agency_id), text(p->staff_id), text(p->citizen_id),   text(p->issuer_id),
		text(p->subject),   text(p->role),     text(r->purpose),      NULL};

	return buckets_key(who_and_what);
}

static bool logged_lately(uint64_t key)
{
	uint64_t found = atomic_load_explicit(&logged[key % SCREENS], memory_order_relaxed);

	return (found ^ key) >> SECOND_BITS == 0 && ((now_s() - found) & second_mask) < WITHIN_S;
}

void poll_logged(const struct request *r)
{
	const char *held = r->reply.status == 304 ? held_by(r) : NULL;

	if (held == NULL)
		return;

	uint64_t key = key_of(r, held);

	atomic_store_explicit(&logged[key % SCREENS],
			      (key & ~second_mask) | (now_s() & second_mask), memory_order_relaxed);
}

bool poll_answered(struct request *r)
{
	const char *held = held_by(r);
	struct work w;

	if (held == NULL || !logged_lately(key_of(r, held)))
		return false;
	work_begin_shared(&w, r);
	w.round.sets_nothing = true;
	w.answer = work_add_statement(&w, reads_same(r->op));
	if (work_run(&w) && round_rows(&w.round, w.answer) > 0)
		answer_from_round(&w);
	return r->reply.status != 0;
}
