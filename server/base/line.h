#ifndef BASE_LINE_H
#define BASE_LINE_H

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A line of threads, each of which waits to be given something: whoever has waited longest is
 * served first. The line has no lock of its own: its owner's lock guards it.
 */
struct place {
	sem_t wake;
	bool ready;	     /* wake is made, once a thread */
	void *_Atomic given; /* read without the lock */
	atomic_uint turns;   /* how often woken */
	void *brings;	     /* what the waiting thread has with it, or NULL */
	struct place *next;
};

struct line {
	struct place *first, **last; /* last: NULL before the first use */
	size_t waiting;
	uint64_t waited; /* how many have ever stood here */
};

/*
 * With `lock` held, which it gives up: stands in the line until given something, at most `ms`
 * milliseconds. What was given, or NULL when the time was over before. A thread stands in one line
 * at a time.
 */
void *line_wait(struct line *l, pthread_mutex_t *lock, void *brings, int64_t ms);

/*
 * With the lock held: takes out whoever is first and decides what they are given, not NULL; they do
 * not leave before line_wake(), however long that takes. NULL when nobody waits.
 */
struct place *line_take_first(struct line *l, void *given);

/* Without the lock, for which the woken one would only wait again. */
void line_wake(struct place *p);

#endif
