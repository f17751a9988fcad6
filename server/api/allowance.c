/* Shares of clients and agencies, and of addresses that bring bad tokens. */
#include "api/allowance.h"

#include <stdio.h>

#include "api/buckets.h"
#include "api/principal.h"
#include "api/problem.h"
#include "base/address.h"
#include "base/clock.h"
#include "base/config.h"

enum { KEYS = 1 << 16 /* 1 MiB, of which only what is used becomes resident */, WINDOW_S = 60 };

/* One share of the caller, for the headers. */
struct share {
	const char *name;
	struct buckets_cost cost;
	struct bucket_taken taken;
};

static struct buckets *buckets;

void allowance_start(void)
{
	buckets = buckets_new(KEYS);
}

void allowance_stop(void)
{
	buckets_free(buckets);
	buckets = NULL;
}

static struct bucket_rule a_minute(int64_t size)
{
	return (struct bucket_rule){.size = size < BUCKET_SIZE_MAX ? size : BUCKET_SIZE_MAX,
				    .window_us = WINDOW_S * INT64_C(1000000)};
}

static int64_t in_s(int64_t us)
{
	return (us + 999999) / 1000000;
}

/* The caller's shares, the narrower first; returns how many. A size of 0 is no limit. */
static size_t shares_of(const struct request *r, struct share shares[2])
{
	const struct principal *p = r->principal;
	int64_t own = p->client_quota > 0 ? p->client_quota : config.rate_client;
	int64_t all = p->agency_quota > 0 ? p->agency_quota : config.rate_agency;
	const char *agency = p->agency_id != NULL ? p->agency_id : "citizen";
	size_t n = 0;

	if (own > 0)
		shares[n++] =
			(struct share){.name = "client",
				       .cost = {buckets_key((const char *[]){agency, p->issuer_id,
									     p->subject, NULL}),
						a_minute(own), r->op->cost}};
	/* citizens have no agency that could answer for them together */
	if (all > 0 && !p->citizen)
		shares[n++] = (struct share){.name = "agency",
					     .cost = {buckets_key((const char *[]){agency, NULL}),
						      a_minute(all), r->op->cost}};
	return n;
}

/* Takes from all of them or from none; returns the one that refuses, or NULL. */
static const struct share *take_all(struct share *shares, size_t n, int64_t now_us)
{
	for (size_t i = 0; i < n; i++) {
		shares[i].taken = buckets_take(buckets, &shares[i].cost, now_us);
		if (shares[i].taken.granted)
			continue;
		for (size_t paid = 0; paid < i; paid++)
			buckets_give_back(buckets, &shares[paid].cost, now_us);
		return &shares[i];
	}
	return NULL;
}

/* draft-ietf-httpapi-ratelimit-headers: what is left (r, t), and of what (q, w). */
static void tell(struct request *r, const struct share *shares, size_t n)
{
	enum { MOST = 2 * 64 };
	char *left = arena_alloc(r->arena, MOST), *policy = arena_alloc(r->arena, MOST);
	size_t l = 0, p = 0;

	for (size_t i = 0; i < n; i++) {
		const struct share *s = &shares[i];
		const char *joint = i > 0 ? ", " : "";

		l += (size_t)snprintf(left + l, MOST - l, "%s\"%s\";r=%lld;t=%lld", joint, s->name,
				      (long long)s->taken.left, (long long)in_s(s->taken.full_us));
		p += (size_t)snprintf(policy + p, MOST - p, "%s\"%s\";q=%lld;w=%d", joint, s->name,
				      (long long)s->cost.rule.size, WINDOW_S);
	}
	reply_header(r, "RateLimit", left);
	reply_header(r, "RateLimit-Policy", policy);
}

static bool refuse(struct request *r, int64_t wait_us, const char *detail)
{
	reply_header(r, "Retry-After", arena_printf(r->arena, "%lld", (long long)in_s(wait_us)));
	return problem(r, "too_many_requests", "%s", detail);
}

bool allowance_take(struct request *r)
{
	struct share shares[2];

	if (r->principal == NULL || r->op->cost == 0)
		return true;

	size_t n = shares_of(r, shares);
	const struct share *spent = take_all(shares, n, clock_monotonic_us());

	if (spent != NULL) {
		tell(r, spent, 1);
		return refuse(r, spent->taken.wait_us,
			      spent->name[0] == 'c' ? "this client has spent its share"
						    : "this agency has spent its share");
	}
	if (n > 0)
		tell(r, shares, n);
	return true;
}

/* What the address's refusals are counted as. */
static struct buckets_cost refusals(const struct request *r, int64_t cost)
{
	struct address a = address_household(r->in.remote);
	char text[2 * sizeof(a.bytes) + 1];

	for (size_t i = 0; i < sizeof(a.bytes); i++)
		snprintf(text + 2 * i, 3, "%02x", a.bytes[i]);

	return (struct buckets_cost){buckets_key((const char *[]){"address", text, NULL}),
				     a_minute(config.rate_refused_tokens), cost};
}

void allowance_note_refusal(const struct request *r)
{
	if (config.rate_refused_tokens == 0)
		return;

	const struct buckets_cost one = refusals(r, 1);

	buckets_take(buckets, &one, clock_monotonic_us());
}

bool allowance_may_try(struct request *r)
{
	if (config.rate_refused_tokens == 0)
		return true;

	const struct buckets_cost ask = refusals(r, 0);
	struct bucket_taken t = buckets_take(buckets, &ask, clock_monotonic_us());

	if (t.left > 0)
		return true;
	return refuse(r, t.full_us + bucket_time(&ask.rule, 1) - ask.rule.window_us,
		      "too many tokens from this address were refused");
}
