/*
 * Rounds of a thread and the pauses between them.
 * Tested through tests/api/deadlines.test.mjs: it is a thread that waits.
 */
#include "jobs/pace.h"

#include <time.h>

bool pace_start(struct pace *p, void *(*work)(void *), void *argument)
{
	p->running = pthread_create(&p->thread, NULL, work, argument) == 0;
	return p->running;
}

void pace_stop(struct pace *p)
{
	if (!p->running)
		return;
	pthread_mutex_lock(&p->lock);
	p->stop = true;
	pthread_cond_signal(&p->wake);
	pthread_mutex_unlock(&p->lock);
	pthread_join(p->thread, NULL);
	p->running = false;
}

bool pace_wait(struct pace *p, long ms)
{
	struct timespec until;
	bool go_on;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += ms % 1000 * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_mutex_lock(&p->lock);
	while (!p->stop && pthread_cond_timedwait(&p->wake, &p->lock, &until) == 0)
		;
	go_on = !p->stop;
	pthread_mutex_unlock(&p->lock);
	return go_on;
}
