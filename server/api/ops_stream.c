/*
 * Changes as server-sent events.
 * Tested through tests/api/changes.test.mjs: it reads the database and waits.
 */
#include <string.h>
#include <time.h>

#include "api/changes.h"
#include "api/ops.h"
#include "api/principal.h"
#include "api/stream.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/event.h"

enum {
	PAUSE_US = 10 * 1000, /* between two looks: what comes at once goes at once */
	RETRY_US = 500 * 1000 /* when the database is away */
};

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

struct listener {
	struct changes changes;
	int64_t heartbeat_us; /* when the next one is due */
	int64_t look_us;      /* not before this */
	const char *first;    /* what the look before the first byte has found */
	bool greeted;
};

static void rest_until(int64_t until_us)
{
	int64_t left_us = until_us - clock_monotonic_us();

	if (left_us > 0)
		nanosleep(&(const struct timespec){left_us / 1000000, left_us % 1000000 * 1000},
			  NULL);
}

static enum stream_step send_text(struct listener *l, struct stream_piece *piece, const char *text)
{
	l->heartbeat_us = clock_monotonic_us() + (int64_t)config.changes_heartbeat_ms * 1000;
	*piece = (struct stream_piece){text, strlen(text)};
	return STREAM_PIECE;
}

/* The reader's place alone: kept by the client, it is told of no event. */
static enum stream_step send_place(struct listener *l, struct arena *a, struct stream_piece *piece)
{
	return send_text(l, piece, arena_printf(a, ": still here\nid: %s\n\n", l->changes.after));
}

/*
 * The database is away: the reader stays and is told later what was missed. When the caller's
 * standing may have changed the stream ends, and who comes back is judged anew.
 */
static enum stream_step look_failed(struct listener *l)
{
	struct work *w = &l->changes.work;
	bool lost =
		w->connection == NULL || w->round.lost || strncmp(w->round.sqlstate, "AP", 2) != 0;

	if (lost && w->connection != NULL && !w->round.lost)
		event(E_DATABASE_ERROR, "\"statement\":\"news_stream\",\"sqlstate\":\"%s\"",
		      w->round.sqlstate);
	work_end(w);
	l->look_us = clock_monotonic_us() + RETRY_US;
	return lost ? STREAM_PIECE : STREAM_END;
}

/* Sleeps until there may be something to say; false when there is nothing more to say at all. */
static bool wait_for_news(struct listener *l)
{
	const struct principal *p = l->changes.work.request->principal;
	int64_t left_us = (p->expires_at - clock_real_s()) * 1000000;
	int64_t until_us = least(l->heartbeat_us, clock_monotonic_us() + left_us);
	enum news_wait found;

	if (left_us <= 0)
		return false;
	found = l->changes.more ? NEWS_THERE : news_wait(changes_place(&l->changes), until_us);
	if (found == NEWS_THERE)
		rest_until(least(l->look_us, until_us));
	return found != NEWS_STOPPING;
}

static enum stream_step next_events(struct request *r, struct arena *a, struct stream_piece *piece)
{
	struct listener *l = r->reply.stream->state;

	if (!l->greeted) {
		l->greeted = true;
		return send_text(l, piece, l->first);
	}
	if (!wait_for_news(l))
		return STREAM_END;
	if (clock_monotonic_us() >= l->look_us) {
		l->look_us = clock_monotonic_us() + PAUSE_US;
		if (!changes_look(&l->changes, a))
			return look_failed(l);
		if (l->changes.count > 0)
			return send_text(l, piece, l->changes.items);
	}
	return clock_monotonic_us() < l->heartbeat_us ? STREAM_PIECE : send_place(l, a, piece);
}

/* Looks before the first byte leaves, so that a refusal is an answer like any other. */
static enum outcome begin_listening(struct listener *l, struct arena *a)
{
	struct changes *c = &l->changes;
	struct request *r = c->work.request;

	if (!changes_look(c, a))
		return changes_failed(c);
	l->first = arena_printf(r->arena, "retry: 2000\n\n%s", c->items);
	if (!c->shown && !changes_note(c, a))
		return changes_failed(c);
	reply_header(r, "X-Accel-Buffering", "no");
	stream_answer(r, "text/event-stream",
		      &(const struct stream){.next = next_events, .state = l});
	return ANSWERED;
}

enum outcome ops_stream_changes(struct request *r)
{
	struct listener *l = arena_alloc(r->arena, sizeof(*l));
	const char *after = request_header(r, "Last-Event-ID");

	if (after == NULL)
		after = request_parameter(r, IN_QUERY, "after");
	if (!changes_enter(r, NEWS_STREAMS))
		return ANSWERED;
	changes_begin(&l->changes, r, "news_stream", after == NULL ? "now" : after);
	return begin_listening(l, changes_arena(r));
}
