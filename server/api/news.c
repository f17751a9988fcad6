/* One condition for those who wait for news, one for the sequencer. */
#include "api/news.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

static struct {
	pthread_mutex_t lock;
	pthread_once_t once;
	pthread_cond_t published, written;
	int64_t place;
	bool has_written, stopping;
	struct room {
		unsigned most, each;
		struct news_reader *readers;
	} rooms[NEWS_KINDS];
} news = {.lock = PTHREAD_MUTEX_INITIALIZER, .once = PTHREAD_ONCE_INIT};

static void make_conditions(void)
{
	pthread_condattr_t attributes;

	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&news.published, &attributes);
	pthread_cond_init(&news.written, &attributes);
	pthread_condattr_destroy(&attributes);
}

static void enter_lock(void)
{
	pthread_once(&news.once, make_conditions);
	pthread_mutex_lock(&news.lock);
}

static bool anybody(void)
{
	for (int i = 0; i < NEWS_KINDS; i++)
		if (news.rooms[i].readers != NULL)
			return true;
	return false;
}

static bool wait_on(pthread_cond_t *condition, int64_t until_us)
{
	const struct timespec until = {until_us / 1000000, until_us % 1000000 * 1000};

	return pthread_cond_timedwait(condition, &news.lock, &until) == 0;
}

void news_written(void)
{
	enter_lock();
	if (anybody()) {
		news.has_written = true;
		pthread_cond_signal(&news.written);
	}
	pthread_mutex_unlock(&news.lock);
}

bool news_publish(int64_t place)
{
	bool later;

	enter_lock();
	later = place > news.place;
	if (later) {
		news.place = place;
		pthread_cond_broadcast(&news.published);
	}
	pthread_mutex_unlock(&news.lock);
	return later;
}

bool news_wait_written(int64_t eager_ms, int64_t idle_ms)
{
	bool go_on;

	enter_lock();

	int64_t begun_us = clock_monotonic_us();

	/* who enters while this waits the longer time shortens it: news_enter() signals */
	while (!news.has_written && !news.stopping &&
	       wait_on(&news.written, begun_us + (anybody() ? eager_ms : idle_ms) * 1000))
		;
	news.has_written = false;
	go_on = !news.stopping;
	pthread_mutex_unlock(&news.lock);
	return go_on;
}

enum news_wait news_wait(int64_t place, int64_t until_us)
{
	enum news_wait found;

	enter_lock();
	while (!news.stopping && news.place <= place && wait_on(&news.published, until_us))
		;
	found = news.stopping ? NEWS_STOPPING : news.place > place ? NEWS_THERE : NEWS_TIME_OUT;
	pthread_mutex_unlock(&news.lock);
	return found;
}

void news_limit(enum news_kind kind, unsigned most, unsigned each)
{
	enter_lock();
	news.rooms[kind].most = most;
	news.rooms[kind].each = each;
	pthread_mutex_unlock(&news.lock);
}

/* Some hundred places at most: counted when somebody comes. */
static enum news_entry judge(const struct room *room, const char *group)
{
	unsigned all = 0, same = 0;

	for (const struct news_reader *r = room->readers; r != NULL; r = r->next) {
		all++;
		same += strcmp(r->group, group) == 0;
	}
	if (same >= room->each)
		return NEWS_GROUP_FULL;
	return all >= room->most ? NEWS_FULL : NEWS_ENTERED;
}

enum news_entry news_enter(struct news_reader *reader)
{
	struct room *room = &news.rooms[reader->kind];
	enum news_entry entry;

	enter_lock();
	entry = judge(room, reader->group);
	if (entry == NEWS_ENTERED) {
		reader->next = room->readers;
		room->readers = reader;
		pthread_cond_signal(&news.written);
	}
	pthread_mutex_unlock(&news.lock);
	return entry;
}

void news_leave(struct news_reader *reader)
{
	struct news_reader **at = &news.rooms[reader->kind].readers;

	enter_lock();
	while (*at != reader)
		at = &(*at)->next;
	*at = reader->next;
	pthread_mutex_unlock(&news.lock);
}

void news_stop(void)
{
	enter_lock();
	news.stopping = true;
	pthread_cond_broadcast(&news.published);
	pthread_cond_broadcast(&news.written);
	pthread_mutex_unlock(&news.lock);
}
