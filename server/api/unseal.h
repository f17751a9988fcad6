#ifndef API_UNSEAL_H
#define API_UNSEAL_H

#include "auth/seal.h"
#include "base/arena.h"

/*
 * The JSON text with every "open:seal:…" replaced by the number in clear and every other seal by
 * its mask ("010190*****"). Text that only looks like a seal is left alone.
 */
const char *unseal(struct arena *a, const struct seal_keys *keys, const char *json);

/* The same in HTML, where a seal is the whole text of an element: people's ">" is escaped there. */
const char *unseal_html(struct arena *a, const struct seal_keys *keys, const char *html);

#endif
