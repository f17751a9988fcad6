#ifndef LIB_SCAN_H
#define LIB_SCAN_H

#include <stdbool.h>

/* Taking short texts apart, dates above all: each reads at `*at` and steps over what it has read.
 */

/* A number of one to `most` digits (at most nine). False when there is no digit. */
bool scan_number(const char **at, unsigned most, unsigned *out);

/* One of the characters. False when something else stands there. */
bool scan_one(const char **at, const char *characters);

/* "2026-03-01": a year, month and day that can be; not whether the month has so many days. */
bool scan_date(const char **at, unsigned *year, unsigned *month, unsigned *day);

#endif
