/* Events on their way, kept while they are. */
#include "jobs/parcel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/config.h"

size_t parcels_of(const struct parcels *all, const char *subscription)
{
	size_t n = 0;

	for (const struct parcel *p = all->first; p != NULL; p = p->next)
		n += strcmp(p->subscription, subscription) == 0;
	return n;
}

const char *parcels_busy(const struct parcels *all, struct arena *a, const char *subscription)
{
	const char *text = "{";

	for (const struct parcel *p = all->first; p != NULL; p = p->next)
		if (strcmp(p->subscription, subscription) == 0)
			text = arena_printf(a, "%s%s%s", text, text[1] == '\0' ? "" : ",",
					    p->order_key);
	return arena_printf(a, "%s}", text);
}

struct parcel *parcels_add(struct parcels *all)
{
	struct parcel *p = calloc(1, sizeof(*p));

	if (p == NULL)
		abort();
	p->next = all->first;
	all->first = p;
	all->count++;
	return p;
}

void parcels_remove(struct parcels *all, struct parcel *p)
{
	for (struct parcel **at = &all->first; *at != NULL; at = &(*at)->next) {
		if (*at != p)
			continue;
		*at = p->next;
		all->count--;
		free(p);
		return;
	}
}

static const char *outcome_of(long status)
{
	if (status >= 200 && status < 300)
		return "DELIVERED";
	if (status == 410)
		return "GONE";
	/* it says that it cannot now, or whoever stands before it does */
	if (status == 0 || status == 429 || (status >= 502 && status <= 504))
		return "AWAY";
	return "REFUSED";
}

void parcel_judge(struct parcel *p, const struct outbound_result *result)
{
	char status[40] = "", error[40] = "";

	p->outcome = outcome_of(result->status);
	if (result->status != 0)
		snprintf(status, sizeof(status), "\"status\":%ld,", result->status);
	if (strcmp(p->outcome, "DELIVERED") != 0)
		snprintf(error, sizeof(error), "\"error\":\"%s\",",
			 result->error == NULL ? "status" : result->error);
	snprintf(p->told, sizeof(p->told),
		 "{%s%s\"took_ms\":%lld,\"retry_after_s\":%lld,\"retry_ms\":%ld,\"give_up_s\":%ld}",
		 status, error, (long long)result->took_ms, (long long)result->retry_after_s,
		 config.webhook_retry_ms, config.webhook_give_up_s);
}
