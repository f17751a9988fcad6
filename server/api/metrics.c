/* Counts requests, and prints all counters for Prometheus. */
#include "api/metrics.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "api/purpose.h"
#include "base/event.h"
#include "db/pool.h"
#include "db/share.h"

enum { BUCKETS = 12, STATUSES = 40 };

static const double bounds_s[BUCKETS] = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
					 0.05,	 0.1,	0.25,	0.5,   1,    2.5};

/* One operation's counters; the last one of the table is for requests without an operation. */
struct counters {
	atomic_uint_fast64_t status[STATUSES]; /* slot of status_slot() */
	atomic_uint_fast64_t bucket[BUCKETS + 1], sum_us;
};

static struct {
	const struct contract *contract;
	struct counters *list;
} all;

static const int known[] = {200, 201, 202, 204, 301, 302, 303, 304, 307, 308, 400, 401, 403,
			    404, 405, 406, 408, 409, 410, 411, 412, 413, 414, 415, 417, 422,
			    423, 425, 428, 429, 431, 500, 501, 502, 503, 504, 505};

static size_t status_slot(int status)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i] == status)
			return i;
	return STATUSES - 1;
}

bool metrics_start(struct arena *a, const struct contract *c)
{
	all.contract = c;
	all.list = arena_alloc(a, (c->operation_count + 1) * sizeof(*all.list));
	return all.list != NULL;
}

static void add(atomic_uint_fast64_t *counter, uint64_t n)
{
	atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

void metrics_request(const struct request *r, int64_t total_us)
{
	size_t index = r->op == NULL ? all.contract->operation_count : r->op->index, b = 0;
	struct counters *c = &all.list[index];

	while (b < BUCKETS && (double)total_us / 1e6 > bounds_s[b])
		b++;
	add(&c->status[status_slot(r->reply.status)], 1);
	add(&c->bucket[b], 1);
	add(&c->sum_us, (uint64_t)total_us);
	event(E_REQUEST,
	      "\"request_id\":\"%s\",\"trace_id\":\"%s\",\"operation\":\"%s\",\"status\":%d,\"us\":"
	      "%lld,"
	      "\"route_us\":%lld,\"auth_us\":%lld,\"access_us\":%lld,\"validate_us\":%lld,"
	      "\"database_us\":%lld,\"bytes\":%zu,\"purpose_from\":\"%s\"",
	      r->id, r->trace_id, r->op == NULL ? "-" : r->op->id, r->reply.status,
	      (long long)total_us, (long long)r->room_us[0], (long long)r->room_us[1],
	      (long long)r->room_us[2], (long long)r->room_us[3], (long long)r->room_us[4],
	      r->reply.body_size,
	      purpose_source(r->principal, request_header(r, "X-Purpose-Of-Use")));
}

static uint64_t value(const atomic_uint_fast64_t *counter)
{
	return atomic_load_explicit(counter, memory_order_relaxed);
}

static uint64_t requests(const struct counters *c)
{
	uint64_t total = 0;

	for (size_t i = 0; i <= BUCKETS; i++)
		total += value(&c->bucket[i]);
	return total;
}

static void print_statuses(FILE *f, const char *id, const struct counters *c)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (value(&c->status[i]) > 0)
			fprintf(f,
				"samhandling_requests_total{operation=\"%s\",status=\"%d\"} %lu\n",
				id, known[i], (unsigned long)value(&c->status[i]));
	if (value(&c->status[STATUSES - 1]) > 0)
		fprintf(f, "samhandling_requests_total{operation=\"%s\",status=\"other\"} %lu\n",
			id, (unsigned long)value(&c->status[STATUSES - 1]));
}

static void print_times(FILE *f, const char *id, const struct counters *c)
{
	uint64_t below = 0, total = requests(c);

	if (total == 0)
		return;
	for (size_t i = 0; i < BUCKETS; i++) {
		below += value(&c->bucket[i]);
		fprintf(f, "samhandling_request_seconds_bucket{operation=\"%s\",le=\"%g\"} %lu\n",
			id, bounds_s[i], (unsigned long)below);
	}
	fprintf(f, "samhandling_request_seconds_bucket{operation=\"%s\",le=\"+Inf\"} %lu\n", id,
		(unsigned long)total);
	fprintf(f, "samhandling_request_seconds_sum{operation=\"%s\"} %.6f\n", id,
		(double)value(&c->sum_us) / 1e6);
	fprintf(f, "samhandling_request_seconds_count{operation=\"%s\"} %lu\n", id,
		(unsigned long)total);
}

/* All lines of one metric stand together, as the format wants it. */
static void print_operations(FILE *f, void (*print)(FILE *, const char *, const struct counters *))
{
	for (size_t i = 0; i < all.contract->operation_count; i++)
		print(f, all.contract->operations[i].id, &all.list[i]);
	print(f, "none", &all.list[all.contract->operation_count]);
}

/* A number of one name without labels. */
static void print_number(FILE *f, const char *name, const char *type, uint64_t value)
{
	fprintf(f, "# TYPE samhandling_%s %s\nsamhandling_%s %lu\n", name, type, name,
		(unsigned long)value);
}

static void print_database(FILE *f)
{
	struct pool_counters p;
	struct share_counters s;

	pool_count(&p);
	share_count(&s);
	print_number(f, "pool_connections", "gauge", p.size);
	print_number(f, "pool_idle", "gauge", p.idle);
	print_number(f, "pool_waiting", "gauge", p.waiting);
	print_number(f, "pool_taken_total", "counter", p.taken);
	print_number(f, "pool_waited_total", "counter", p.waited);
	print_number(f, "pool_exhausted_total", "counter", p.exhausted);
	print_number(f, "shared_rounds_total", "counter", s.rounds);
	print_number(f, "shared_transactions_total", "counter", s.transactions);
	print_number(f, "shared_undone_total", "counter", s.undone);
}

const char *metrics_text(struct arena *a)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	if (f == NULL)
		return "";
	fputs("# TYPE samhandling_requests_total counter\n", f);
	print_operations(f, print_statuses);
	fputs("# TYPE samhandling_request_seconds histogram\n", f);
	print_operations(f, print_times);
	fputs("# TYPE samhandling_events_total counter\n", f);
	for (int e = 0; e < EVENT_COUNT; e++)
		fprintf(f, "samhandling_events_total{event=\"%s\"} %lu\n",
			event_name((enum event)e), (unsigned long)event_count((enum event)e));
	print_database(f);
	fclose(f);

	const char *copy = arena_copy(a, text, size);

	free(text);
	return copy;
}
