/* Small readers for dates and durations. */
#include "lib/scan.h"

#include <string.h>

bool scan_number(const char **at, unsigned most, unsigned *out)
{
	const char *start = *at;

	*out = 0;
	while (**at >= '0' && **at <= '9' && (unsigned)(*at - start) < most)
		*out = *out * 10 + (unsigned)(*(*at)++ - '0');
	return *at > start;
}

bool scan_one(const char **at, const char *characters)
{
	if (**at == '\0' || strchr(characters, **at) == NULL)
		return false;
	(*at)++;
	return true;
}

bool scan_date(const char **at, unsigned *year, unsigned *month, unsigned *day)
{
	const char *start = *at;

	return scan_number(at, 4, year) && scan_one(at, "-") && scan_number(at, 2, month) &&
	       scan_one(at, "-") && scan_number(at, 2, day) && *at - start == 10 && *month >= 1 &&
	       *month <= 12 && *day >= 1 && *day <= 31;
}
