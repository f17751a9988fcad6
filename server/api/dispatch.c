/* The order of the rooms, known here alone. */
#include <string.h>

#include "api/allowance.h"
#include "api/answer.h"
#include "api/cors.h"
#include "api/lifecycle.h"
#include "api/metrics.h"
#include "api/problem.h"
#include "api/request.h"
#include "api/room.h"
#include "api/trace.h"
#include "base/clock.h"

/* Whoever is known pays at the door, also for what is then refused. */
static bool admit(struct request *r)
{
	return authenticate(r) && allowance_take(r);
}

static const struct {
	bool (*enter)(struct request *);
} rooms[] = {{route}, {admit}, {authorise}, {validate}, {execute}};

void dispatch(struct request *r)
{
	int64_t entered = clock_monotonic_us();

	trace_begin(r);
	for (size_t i = 0; i < sizeof(rooms) / sizeof(rooms[0]); i++) {
		bool go_on = rooms[i].enter(r);
		int64_t left = clock_monotonic_us();

		r->room_us[i] = left - entered;
		entered = left;
		if (!go_on)
			break;
	}
	answer_check(r);
	lifecycle_announce(r);
	cors_answer(r);
	trace_end(r);
}

void dispatch_refuse(struct request *r, int status, const char *code, const char *detail)
{
	trace_begin(r);
	r->reply.close = true;
	problem_status(r, status, code, detail);
	cors_answer(r);
	trace_end(r);
}

void dispatch_finished(struct request *r, int64_t total_us)
{
	metrics_request(r, total_us);
}
