/* Days of the service. */
#include "lib/day.h"

#include <stdbool.h>

enum { DAY_S = 24 * 60 * 60, HOUR_S = 60 * 60, MARCH = 2, OCTOBER = 9 };

/* The clocks are changed at 01:00 UTC on the last Sunday of a month that has 31 days. */
static time_t change_of_clocks(int year, int month)
{
	struct tm last = {.tm_year = year, .tm_mon = month, .tm_mday = 31, .tm_hour = 1};
	time_t at = timegm(&last); /* says which day of the week that is */

	return at - (time_t)last.tm_wday * DAY_S;
}

const char *day_in_oslo(char out[static DAY_SIZE], time_t at)
{
	struct tm tm;
	bool is_summer;

	gmtime_r(&at, &tm);
	is_summer = at >= change_of_clocks(tm.tm_year, MARCH) &&
		    at < change_of_clocks(tm.tm_year, OCTOBER);
	at += is_summer ? 2 * HOUR_S : HOUR_S;
	gmtime_r(&at, &tm);
	strftime(out, DAY_SIZE, "%Y-%m-%d", &tm);
	return out;
}
