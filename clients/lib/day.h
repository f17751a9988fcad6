#ifndef LIB_DAY_H
#define LIB_DAY_H

#include <time.h>

enum { DAY_SIZE = sizeof("2026-01-01") };

/*
 * The date in Norway at `at` (1996 to 9999), as the contract writes it: days of the service are
 * Oslo's, whatever the zone of the machine that an adapter runs on. By the rule of Directive
 * 2000/84/EC, so that no zone has to be set or installed. Returns `out`.
 */
const char *day_in_oslo(char out[static DAY_SIZE], time_t at);

#endif
