#ifndef JOBS_PACE_H
#define JOBS_PACE_H

#include <pthread.h>
#include <stdbool.h>

/* A thread that works in rounds, and stops between two of them when it is asked to. */
struct pace {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool running, stop;
};

#define PACE_INITIALIZER                                                                           \
	{                                                                                          \
		.lock = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER                \
	}

/* `work` is given `argument`; false when there is no thread to be had. */
bool pace_start(struct pace *p, void *(*work)(void *), void *argument);

/* Asks the thread to stop and waits for it; nothing when it does not run. */
void pace_stop(struct pace *p);

/* For the thread itself: waits so many milliseconds or for the stop; true to go on. */
bool pace_wait(struct pace *p, long ms);

#endif
