/* The rule by which two changes become one. No I/O. */
#include "nav/merge.h"

#include <string.h>

static int rank(const char *state)
{
	static const char *const order[] = {"", "FORSLAG", "PLANLAGT", "GJENNOMFORES"};

	for (int i = 0; i < 4; i++)
		if (strcmp(order[i], state) == 0)
			return i;
	return 4;
}

/* Both have changed the state to different things. */
static bool merge_states(const char *ours, const char *theirs, const char **out)
{
	*out = rank(theirs) > rank(ours) ? theirs : ours;
	return rank(ours) != rank(theirs);
}

unsigned merge_cards(const struct card *base, const struct card *ours, const struct card *theirs,
		     struct card *out)
{
	unsigned conflicts = 0;

	for (unsigned i = 0; i < CARD_FIELDS; i++) {
		const char *was = base != NULL ? base->fields[i] : NULL;
		const char *our = ours->fields[i], *their = theirs->fields[i];

		out->fields[i] = our;
		if (strcmp(our, their) == 0 || (was != NULL && strcmp(was, their) == 0))
			continue;
		if (was != NULL && strcmp(was, our) == 0)
			out->fields[i] = their;
		else if (i != CARD_STATUS || !merge_states(our, their, &out->fields[i]))
			conflicts |= 1U << i;
	}
	return conflicts;
}

const char *merge_step(const char *measure_state, const char *wanted, bool may_withdraw)
{
	static const struct step {
		const char *from, *wanted, *action;
	} steps[] = {
		{"PROPOSED", "PLANLAGT", "accept"},
		{"PROPOSED", "GJENNOMFORES", "accept"},
		{"PROPOSED", "FULLFORT", "accept"},
		{"PROPOSED", "FORSLAG", NULL},
		{"ACCEPTED", "GJENNOMFORES", "start"},
		{"ACCEPTED", "FULLFORT", "start"},
		{"ACCEPTED", "AVBRUTT", "discontinue"},
		{"ACCEPTED", "PLANLAGT", NULL},
		{"IN_PROGRESS", "FULLFORT", "complete"},
		{"IN_PROGRESS", "AVBRUTT", "discontinue"},
		{"IN_PROGRESS", "GJENNOMFORES", NULL},
		{"ON_HOLD", "FULLFORT", "resume"},
		{"ON_HOLD", "AVBRUTT", "discontinue"},
		{"ON_HOLD", "GJENNOMFORES", NULL},
		{"COMPLETED", "FULLFORT", NULL},
		{"DISCONTINUED", "AVBRUTT", NULL},
		{"REFUSED", "AVBRUTT", NULL},
		{"WITHDRAWN", "AVBRUTT", NULL},
	};

	if (strcmp(measure_state, "PROPOSED") == 0 && strcmp(wanted, "AVBRUTT") == 0)
		return may_withdraw ? "withdraw" : "refuse";
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++)
		if (strcmp(steps[i].from, measure_state) == 0 &&
		    strcmp(steps[i].wanted, wanted) == 0)
			return steps[i].action;
	return "";
}
