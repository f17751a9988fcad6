#ifndef BASE_NETWORK_H
#define BASE_NETWORK_H

#include <stdbool.h>

#include "base/address.h"

/*
 * Whether a list of networks, "10.0.0.0/8,fd00::/8", holds the address. A bare address is a network
 * of one; spaces after commas are passed over; what cannot be read holds nothing.
 */
bool network_holds(const char *list, const struct address *a);

/* Whether the list can be read, every part of it. */
bool network_list_is_valid(const char *list);

/*
 * Whether the address is one of the public internet (IANA's special-purpose registries): not this
 * machine, a private, shared, link-local or multicast network, documentation, nor an IPv6 network
 * that only wraps IPv4 addresses.
 */
bool network_is_public(const struct address *a);

#endif
