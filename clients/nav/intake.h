#ifndef NAV_INTAKE_H
#define NAV_INTAKE_H

#include "nav/sync.h"

/*
 * Takes one message of NAV's into the ledger. A message that is older than the last one of its card
 * says nothing new. One that was written before NAV knew our last message is read as what NAV
 * changed in the card that it had, and our message is then sent again. False with `*fault` when the
 * message is not what it must be, and with `*why` when the disk refuses.
 */
bool intake_message(const struct sync *s, struct arena *a, const json_t *message,
		    const char **fault, const char **why);

#endif
