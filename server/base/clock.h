#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/* Microseconds since an arbitrary start; never goes back. */
int64_t clock_monotonic_us(void);

/* Seconds since 1970-01-01 UTC: real time, for tokens and log lines (design: domain time is SQL's).
 */
int64_t clock_real_s(void);

/* Milliseconds since 1970-01-01 UTC. */
int64_t clock_real_ms(void);

/* RFC 3339 in UTC with milliseconds, "2026-11-22T00:41:05.123Z"; `out` holds at least 25 bytes. */
void clock_format(int64_t real_ms, char out[25]);

#endif
