#ifndef NAV_PLACE_H
#define NAV_PLACE_H

#include "nav/sync.h"

/*
 * Finds a place for an activity that has no measure: the person by number, the one open plan for
 * work and activity (else the individual plan) that the office takes part in, and a new measure
 * there for which the office is responsible. The request is in the ledger before it is sent, so
 * that it is made once. SETTLED_LATER with `*why` (a code) when person, plan or right is missing:
 * it is tried again.
 */
enum settled place_measure(const struct sync *s, struct arena *a, json_t *link, struct reply *reply,
			   const char **why);

/* The whole number of the person, for a card that begins here; NULL when it cannot be had. */
const char *place_person(const struct sync *s, struct arena *a, const char *patient_id,
			 struct reply *reply);

#endif
