#ifndef NAV_LEDGER_H
#define NAV_LEDGER_H

#include <jansson.h>
#include <stdbool.h>

#include "base/arena.h"

/*
 * Which activity of NAV's is which measure, and what both last agreed on: one JSON file an
 * activity, named by its id, written so that a crash leaves the old or the new. Members:
 *
 *   activity_id, measure_id (absent until the measure is found or made)
 *   type        aktivitetskortType;  activity  NAV's card as last told, with all its members
 *   changed_at  its endretTidspunkt: older messages say nothing new
 *   base        the card that both agreed on; absent while they never have
 *   sent        messageId of the last message to NAV
 *   closed      both are at an end: looked at again only when NAV tells of it
 */
struct ledger {
	const char *directory;
};

/* All of them, adopted by the arena as an array; NULL and `*why`. */
json_t *ledger_all(const struct ledger *l, struct arena *a, const char **why);

/* The one of that activity, adopted; `*link` is NULL when there is none. False and `*why` when
 * there is one that cannot be read. */
bool ledger_find(const struct ledger *l, struct arena *a, const char *activity_id, json_t **link,
		 const char **why);

/* The one among `all` that is the measure's, or NULL. */
json_t *ledger_of_measure(const json_t *all, const char *measure_id);

bool ledger_save(const struct ledger *l, struct arena *a, const json_t *link, const char **why);

/* Removes those that are closed and have not been written for so many seconds. */
void ledger_prune(const struct ledger *l, struct arena *a, long seconds);

#endif
