/*
 * The thread that sends news to subscriptions.
 * Tested through tests/api/webhooks.test.mjs: without receivers there is nothing of it.
 */
#include "jobs/delivery.h"

#include <pthread.h>
#include <stdatomic.h>

#include "api/news.h"
#include "base/clock.h"
#include "jobs/office.h"

enum {
	ROUND_MEMORY = 16 * 1024 * 1024,
	LOOK_MS = 250 /* between two looks while nobody says that there is something */
};

static struct {
	pthread_t thread;
	bool running, watches; /* the latter is the thread's own */
	atomic_bool stop, news;
	_Atomic(struct outbound *) outbound;
} delivery;

void delivery_wake(void)
{
	struct outbound *o = atomic_load(&delivery.outbound);

	atomic_store(&delivery.news, true);
	if (o != NULL)
		outbound_wake(o);
}

/* True when something came back. */
static bool collect(struct office *o)
{
	struct outbound_result result;
	bool any = false;

	while (outbound_next(o->outbound, &result)) {
		parcel_judge(result.owner, &result);
		any = true;
	}
	return any;
}

/* While somebody wants news the sequencer hurries. */
static void watch(bool wanted)
{
	static struct news_reader reader = {.kind = NEWS_DELIVERY, .group = "delivery"};

	if (wanted == delivery.watches)
		return;
	delivery.watches = wanted;
	if (wanted)
		news_enter(&reader);
	else
		news_leave(&reader);
}

static void turn(struct office *o, int64_t *looked_us)
{
	bool any = collect(o) || o->more;
	int64_t now_us = clock_monotonic_us();

	any = atomic_exchange(&delivery.news, false) || any;
	if (!any && now_us - *looked_us < (int64_t)LOOK_MS * 1000)
		return;
	*looked_us = now_us;
	if (office_leads(o))
		office_note(o);
	if (o->leads)
		office_send(o);
	watch(o->leads && o->wanted);
}

static void *work(void *unused)
{
	struct office o = {.outbound = atomic_load(&delivery.outbound),
			   .arena = arena_new(ROUND_MEMORY)};
	int64_t looked_us = 0;

	(void)unused;
	while (!atomic_load(&delivery.stop)) {
		turn(&o, &looked_us);
		outbound_wait(o.outbound, o.more ? 0 : LOOK_MS);
	}
	collect(&o);
	if (o.leads)
		office_note(&o);
	office_close(&o);
	arena_free(o.arena);
	return NULL;
}

bool delivery_start(void)
{
	news_limit(NEWS_DELIVERY, 1, 1);
	atomic_store(&delivery.outbound, outbound_new());
	delivery.running = pthread_create(&delivery.thread, NULL, work, NULL) == 0;
	return delivery.running;
}

void delivery_stop(void)
{
	struct outbound *o = atomic_load(&delivery.outbound);

	if (!delivery.running)
		return;
	atomic_store(&delivery.stop, true);
	outbound_wake(o);
	pthread_join(delivery.thread, NULL);
	delivery.running = false;
	atomic_store(&delivery.outbound, NULL);
	outbound_free(o);
}
