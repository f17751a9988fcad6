#ifndef NAV_MERGE_H
#define NAV_MERGE_H

#include "nav/card.h"

/*
 * Both sides in one: `base` is what they last agreed on, or NULL when they never have.
 *
 *   A field that one side alone has changed takes that side's value; one that both have changed to
 *   the same is agreed. A state that both have changed: the one further on its way wins
 *   (FORSLAG, PLANLAGT, GJENNOMFORES, then the ends), since a final state is final on both sides;
 *   but FULLFORT against AVBRUTT is a conflict. Any other field that both have changed to different
 *   things is a conflict: people decide.
 *
 * Returns the conflicts as a set of 1 << card_field; the merged card has the service's value there.
 */
unsigned merge_cards(const struct card *base, const struct card *ours, const struct card *theirs,
		     struct card *out);

/*
 * The step of the measure's machine (accept, start, resume, complete, discontinue, refuse,
 * withdraw) that leads from its state towards NAV's; NULL when it is there, "" when no way leads
 * there. `may_withdraw`: the caller has proposed it.
 */
const char *merge_step(const char *measure_state, const char *wanted, bool may_withdraw);

#endif
