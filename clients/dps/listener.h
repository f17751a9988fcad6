#ifndef DPS_LISTENER_H
#define DPS_LISTENER_H

#include "lib/adapter.h"

/*
 * The duty that listens for ADT messages over MLLP and answers each one when it is the service's:
 *
 *   original mode (MSH-15 empty or NE): AA after the service has answered 2xx; AE when it refuses
 *   the message for good; AR when it cannot be reached, and then nothing is kept here: the message
 *   stays its sender's, whose own queue sends it again.
 *   enhanced mode (MSH-15 AL or SU): CA as soon as the message lies in the spool, on the disk. From
 *   then on it is ours: sent in order for as long as that takes; what the service refuses is laid
 *   aside for people.
 *
 * A message is known by MSH-3, MSH-4 and MSH-10: sent again it is answered as before and not sent
 * on.
 */
struct listener_setup {
	struct adapter *adapter;
	const char *address; /* "127.0.0.1:2575", "[::1]:2575" */
	const char *allowed; /* addresses of senders, separated by spaces */
};

/* Adds the duty. False and `*why`. */
bool listener_add(const struct listener_setup *setup, const char **why);

#endif
