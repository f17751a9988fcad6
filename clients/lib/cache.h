#ifndef LIB_CACHE_H
#define LIB_CACHE_H

#include <jansson.h>

#include "base/arena.h"

/*
 * Contracts that were fetched before, one file a base address, in $XDG_CACHE_HOME/samhandling (or
 * ~/.cache/samhandling). Holds nothing but public documents. Failures are silent: it is a cache.
 */

/* {"url","etag","document"}, adopted; NULL when there is none. */
json_t *cache_read(struct arena *a, const char *base_url);

void cache_write(struct arena *a, const char *base_url, const char *etag, json_t *document);

#endif
