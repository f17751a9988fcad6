/*
 * Answers who polls and holds the present version.
 * Tested through tests/api/board-view.test.mjs: it asks PostgreSQL.
 */
#include "api/poll.h"

#include "api/answer.h"
#include "api/buckets.h"
#include "api/principal.h"
#include "api/reads.h"
#include "api/work.h"
#include "base/clock.h"

enum { SCREENS = 1 << 12 /* when more poll at once, some are logged more often */ };

/* One a minute. */
static const struct bucket_rule to_the_log = {.size = 1, .window_us = INT64_C(60000000)};

static struct buckets *logged;

void poll_start(void)
{
	logged = buckets_new(SCREENS);
}

void poll_stop(void)
{
	buckets_free(logged);
	logged = NULL;
}

static const char *text(const char *maybe)
{
	return maybe == NULL ? "" : maybe;
}

/* Who asks for what, and what they hold. */
static bool logged_lately(const struct request *r, const char *held)
{
	const struct principal *p = r->principal;
	const char *const who_and_what[] = {
		r->op->id,	    r->in.raw_path,    text(r->in.raw_query), held,
		text(p->agency_id), text(p->staff_id), text(p->citizen_id),   text(p->issuer_id),
		text(p->subject),   text(p->role),     text(r->purpose),      NULL};
	const struct buckets_cost one = {buckets_key(who_and_what), to_the_log, 1};

	return !buckets_take(logged, &one, clock_monotonic_us()).granted;
}

bool poll_answered(struct request *r)
{
	const struct statement *same = reads_same(r->op);
	const char *held = same == NULL ? NULL : request_header_list(r, "If-None-Match");
	struct work w;

	if (held == NULL || r->session != NULL || !logged_lately(r, held))
		return false;
	work_begin_shared(&w, r);
	w.round.sets_nothing = true;
	w.answer = work_add_statement(&w, same);
	if (work_run(&w) && round_rows(&w.round, w.answer) > 0)
		answer_from_round(&w);
	return r->reply.status != 0;
}
