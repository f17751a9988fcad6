#ifndef JOBS_SEQUENCER_H
#define JOBS_SEQUENCER_H

#include <stdbool.h>

/*
 * The thread that gives committed events their places (SQL: outbox_place) and tells this daemon's
 * readers (api/news.h). Every daemon has one, with a connection of its own: a lock in PostgreSQL
 * lets one after the other, so who has written places it at once, and the others learn of it when
 * they look by themselves. Writers do no more than say that they have written.
 */
bool sequencer_start(void);

/* After news_stop(). */
void sequencer_stop(void);

#endif
