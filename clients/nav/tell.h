#ifndef NAV_TELL_H
#define NAV_TELL_H

#include "nav/card.h"
#include "nav/sync.h"

/*
 * Tells NAV what both sides are to say: stages the message (lib/drop.h), commits it in the ledger
 * with the agreed card as its base, shows it. `measure` is the service's, for a card that begins
 * here. SETTLED_LATER with `*why` when the person's number is not to be had, or the disk refuses.
 */
enum settled tell_nav(const struct sync *s, struct arena *a, json_t *link,
		      const struct card *agreed, const json_t *measure);

/* At the start: shows what was committed and not shown yet. */
bool tell_recover(const struct sync *s, struct arena *a, const char **why);

#endif
