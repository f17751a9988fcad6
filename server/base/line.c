/* Threads that wait their turn. */
#include "base/line.h"

#include <errno.h>
#include <time.h>

static void join(struct line *l, struct place *p)
{
	if (l->last == NULL)
		l->last = &l->first;
	p->next = NULL;
	*l->last = p;
	l->last = &p->next;
	l->waiting++;
	l->waited++;
}

struct place *line_take_first(struct line *l, void *given)
{
	struct place *p = l->first;

	if (p == NULL)
		return NULL;
	l->first = p->next;
	if (l->first == NULL)
		l->last = &l->first;
	l->waiting--;
	p->given = given;
	return p;
}

void line_wake(struct place *p)
{
	/* the post makes visible what was written before it, but the thread sanitizer does not
	 * know sem_clockwait(): this says the same in words that it knows */
	atomic_fetch_add_explicit(&p->turns, 1, memory_order_release);
	sem_post(&p->wake);
}

static void leave(struct line *l, struct place *p)
{
	for (struct place **at = &l->first; *at != NULL; at = &(*at)->next) {
		if (*at != p)
			continue;
		*at = p->next;
		if (p->next == NULL)
			l->last = at;
		l->waiting--;
		return;
	}
}

static struct timespec after(int64_t ms)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += ms % 1000 * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	return until;
}

void *line_wait(struct line *l, pthread_mutex_t *lock, void *brings, int64_t ms)
{
	/* lives as long as its thread: a thread waits in one place at a time */
	static _Thread_local struct place p;
	struct timespec until = after(ms);
	int woken;

	if (!p.ready)
		p.ready = sem_init(&p.wake, 0, 0) == 0;
	p.given = NULL;
	p.brings = brings;
	join(l, &p);
	pthread_mutex_unlock(lock);
	while ((woken = sem_clockwait(&p.wake, CLOCK_MONOTONIC, &until)) != 0 && errno == EINTR)
		;
	(void)atomic_load_explicit(&p.turns, memory_order_acquire);
	if (woken == 0)
		return p.given;
	pthread_mutex_lock(lock);
	if (p.given == NULL)
		leave(l, &p);
	pthread_mutex_unlock(lock);
	/* taken out at the last moment: the post is on its way, and belongs to this wait */
	while (p.given != NULL && sem_wait(&p.wake) != 0)
		;
	return p.given;
}
