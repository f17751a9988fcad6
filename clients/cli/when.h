#ifndef CLI_WHEN_H
#define CLI_WHEN_H

#include "base/arena.h"

/* "2026-03-02 09:00" in the user's time zone for an RFC 3339 time; any other text as it is. */
const char *when_readable(struct arena *a, const char *text);

#endif
