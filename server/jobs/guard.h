#ifndef JOBS_GUARD_H
#define JOBS_GUARD_H

#include <stdbool.h>

struct sockaddr;

/*
 * Whether the daemon may connect to an address that somebody else has chosen, by a name that may
 * lead anywhere: one of the public internet, or of a network that SAMHANDLING_OUTBOUND_ALLOW names.
 * To be asked of the address itself, after the look-up and before the connection: a name that leads
 * elsewhere the next time gains nothing.
 */
bool guard_may_connect(const struct sockaddr *address);

#endif
