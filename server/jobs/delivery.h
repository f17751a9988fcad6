#ifndef JOBS_DELIVERY_H
#define JOBS_DELIVERY_H

#include <stdbool.h>

/*
 * The thread that sends news to subscriptions. Of several daemons one at a time does: the one whose
 * session in PostgreSQL holds a lock, which ends with the session. What is sent, to whom and what
 * comes of it is decided in SQL (delivery_take, delivery_settle), a transaction each; in between,
 * in memory alone, requests are under way. So who is killed in between leaves events that are sent
 * once more, and none that is not sent. One request at a time for each person and subscription.
 */
bool delivery_start(void);

/* Requests under way are cut off, and sent again by whoever delivers next. */
void delivery_stop(void);

/* There may be something to send. From any thread; nothing when delivery has not begun. */
void delivery_wake(void);

#endif
