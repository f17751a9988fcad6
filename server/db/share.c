/* Several requests' rounds in one transaction. */
#include "db/share.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/line.h"

/* One request's part; lives in its own thread, which sleeps while another runs it. */
struct seat {
	struct round *round;
	struct place *place; /* NULL for the one who leads */
	enum pool_refusal refusal;
	bool ok;
};

/* What one who waits is given: the lane, or the result, which stands in the seat. */
static char the_lane, the_result;

static struct {
	pthread_mutex_t lock;
	struct line line;
	size_t free; /* lanes */
	atomic_uint_fast64_t rounds, transactions, undone;
} share = {.lock = PTHREAD_MUTEX_INITIALIZER, .free = 1};

void share_start(size_t lanes)
{
	share.free = lanes == 0 ? 1 : lanes;
}

/* Fills the table with those who wait, behind the `count` who are there. */
static size_t gather(struct seat **seats, size_t count)
{
	struct place *p;

	pthread_mutex_lock(&share.lock);
	while (count < SHARE_MOST && (p = line_take_first(&share.line, &the_result)) != NULL) {
		seats[count] = p->brings;
		seats[count++]->place = p;
	}
	pthread_mutex_unlock(&share.lock);
	return count;
}

/* All in one transaction. False when any of them failed. */
static bool run_as_one(struct connection *c, struct seat *const *seats, size_t count)
{
	const struct statement *reset = statement_find("reset");
	struct round *last = seats[count - 1]->round;
	bool fine = true;

	for (size_t i = 0; i < count && fine; i++) {
		seats[i]->round->connection = c;
		if (!seats[i]->round->sets_nothing)
			round_add(seats[i]->round, reset, NULL);
		fine = round_send(seats[i]->round);
	}
	fine = fine && round_send_sync(last);
	for (size_t i = 0; i < count && fine; i++)
		fine = round_receive(seats[i]->round);
	fine = fine && round_receive_sync(last);
	for (size_t i = 0; i < count; i++) {
		seats[i]->ok = fine && seats[i]->round->sqlstate[0] == '\0';
		seats[i]->round->lost = c->broken;
	}
	for (size_t i = 0; i < count; i++)
		fine = fine && seats[i]->ok;
	return fine;
}

static void run_each(struct connection *c, struct seat *const *seats, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct round *r = seats[i]->round;

		r->connection = c;
		r->lost = c->broken;
		seats[i]->ok = !c->broken && round_run(r);
	}
}

static void run(struct connection *c, struct seat *const *seats, size_t count)
{
	if (count > 1 && !run_as_one(c, seats, count) && !c->broken) {
		atomic_fetch_add(&share.undone, 1);
		for (size_t i = 0; i < count; i++)
			round_forget(seats[i]->round, seats[i]->round->sets_nothing ? 0 : 1);
		run_each(c, seats, count);
	} else if (count == 1) {
		run_each(c, seats, count);
	}
	atomic_fetch_add(&share.rounds, count);
	atomic_fetch_add(&share.transactions, 1);
	/* it is not theirs any more */
	for (size_t i = 0; i < count; i++)
		seats[i]->round->connection = NULL;
}

static void pass_on(void)
{
	struct place *next;

	pthread_mutex_lock(&share.lock);
	next = line_take_first(&share.line, &the_lane);
	if (next == NULL)
		share.free++;
	pthread_mutex_unlock(&share.lock);
	if (next != NULL)
		line_wake(next);
}

/* With a lane: runs this one's round and those of who waits meanwhile. */
static void lead(struct seat *own)
{
	struct seat *seats[SHARE_MOST] = {own};
	enum pool_refusal refusal;
	struct connection *c = pool_take(&refusal);
	size_t count = gather(seats, 1);

	for (size_t i = 0; i < count; i++)
		seats[i]->refusal = refusal;
	if (c != NULL) {
		run(c, seats, count);
		pool_give_back(c);
	}
	pass_on();
	for (size_t i = 1; i < count; i++)
		line_wake(seats[i]->place);
}

bool share_run(struct round *r, enum pool_refusal *refusal)
{
	struct seat seat = {.round = r, .refusal = POOL_BUSY};
	const void *given = &the_lane;

	pthread_mutex_lock(&share.lock);
	if (share.free > 0) {
		share.free--;
		pthread_mutex_unlock(&share.lock);
	} else {
		given = line_wait(&share.line, &share.lock, &seat, pool_wait_ms());
	}
	if (given == &the_lane)
		lead(&seat);
	*refusal = seat.refusal;
	return seat.ok;
}

void share_count(struct share_counters *out)
{
	*out = (struct share_counters){
		.rounds = share.rounds, .transactions = share.transactions, .undone = share.undone};
}
