#ifndef HTTP_ENTRY_H
#define HTTP_ENTRY_H

#include <civetweb.h>
#include <stdatomic.h>

struct peers;

/* What all threads of one server share; CivetWeb's user data. */
struct entry {
	struct peers *peers;
	atomic_int under_way; /* requests between a complete head and the end of their answer */
	atomic_bool draining; /* no connection is kept after its request */
};

/* Every way from CivetWeb into the daemon. */
extern const struct mg_callbacks entry_callbacks;

#endif
