#ifndef API_NEWS_H
#define API_NEWS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Where writers, the sequencer (jobs/sequencer.h) and readers of news meet, without a database
 * connection in anybody's hand: who has written says so, the sequencer places what was committed
 * and says up to where, and whoever waits for a later place goes on. Thread-safe. Places are those
 * of the outbox: 1, 2, 3 … without gaps.
 */

/* A transaction that may have made news is committed. Costs nothing while nobody waits for news. */
void news_written(void);

/*
 * For the sequencer: everything up to here has its place. Never goes back. True when that is news.
 */
bool news_publish(int64_t place);

/*
 * For the sequencer: sleeps until somebody has written, or until it is time to look by itself,
 * which is soon (`eager_ms`) while somebody waits for news, since other daemons write too, and late
 * (`idle_ms`) otherwise. False when the daemon stops.
 */
bool news_wait_written(int64_t eager_ms, int64_t idle_ms);

enum news_wait { NEWS_THERE, NEWS_TIME_OUT, NEWS_STOPPING };

/* Sleeps until there is news behind `place`, or until this moment (monotonic microseconds). */
enum news_wait news_wait(int64_t place, int64_t until_us);

/* Who may wait, each kind up to its limits: a reader holds a thread. */
enum news_kind { NEWS_POLLS, NEWS_STREAMS, NEWS_DELIVERY, NEWS_KINDS };

/* `most` of that kind together, `each` of those who have the same `group`. */
void news_limit(enum news_kind kind, unsigned most, unsigned each);

/* One who waits. It and its group's name are the caller's, and stay until it has left. */
struct news_reader {
	enum news_kind kind;
	const char *group; /* who answers for it: an agency's id, or a person's */
	struct news_reader *next;
};

enum news_entry { NEWS_ENTERED, NEWS_FULL, NEWS_GROUP_FULL };

/* Takes a place, unless as many as may wait do. Who has entered leaves. */
enum news_entry news_enter(struct news_reader *reader);
void news_leave(struct news_reader *reader);

/* Wakes everyone for the end: from now on all waits end at once. */
void news_stop(void);

#endif
