#ifndef API_UNSEAL_H
#define API_UNSEAL_H

#include "auth/seal.h"
#include "base/arena.h"

/*
 * The JSON text with every "open:seal:…" replaced by the number in clear and every other seal by
 * its mask ("010190*****"). Text that only looks like a seal is left alone.
 */
const char *unseal(struct arena *a, const struct seal_keys *keys, const char *json);

#endif
