/* The rule of a token bucket. */
#include "domain/bucket.h"

int64_t bucket_time(const struct bucket_rule *rule, int64_t cost)
{
	int64_t most = cost > rule->size ? rule->size : cost;

	return most * rule->window_us / rule->size;
}

int64_t bucket_take(const struct bucket_rule *rule, int64_t full_at_us, int64_t now_us,
		    int64_t cost, struct bucket_taken *out)
{
	int64_t missing = full_at_us > now_us ? full_at_us - now_us : 0;
	int64_t after = missing + bucket_time(rule, cost);

	*out = (struct bucket_taken){.granted = after <= rule->window_us};
	if (out->granted)
		missing = after;
	else
		out->wait_us = after - rule->window_us;
	out->full_us = missing;
	/* a rule that got stricter meanwhile may find more missing than there can be */
	if (missing < rule->window_us)
		out->left = (rule->window_us - missing) * rule->size / rule->window_us;
	return out->granted ? now_us + missing : full_at_us;
}
