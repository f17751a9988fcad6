/* Ties the contract's own formats to the domain's rules. */
#include "api/formats.h"

#include <string.h>

#include "contract/schema_formats.h"
#include "domain/identifiers.h"
#include "domain/national_id.h"

/*
 * A year from which no offset, leap second or deadline leads out of 0001 … 9999, which is all that
 * RFC 3339 can write: what PostgreSQL would make of it could be stored, and never answered.
 */
static bool is_usable_year(const char *s)
{
	return memcmp(s, "1000", 4) >= 0 && memcmp(s, "9000", 4) < 0;
}

static bool date_is_usable(const char *s, size_t len)
{
	return format_date(s, len) && is_usable_year(s);
}

static bool date_time_is_usable(const char *s, size_t len)
{
	return format_date_time(s, len) && is_usable_year(s);
}

/* Any text; what matters is that it is sealed (sealing.h). */
static bool secret_is_text(const char *s, size_t len)
{
	(void)s;
	(void)len;
	return true;
}

const struct schema_format formats[] = {
	{"date", date_is_usable},
	{"date-time", date_time_is_usable},
	{"norwegian-national-id", national_id_is_valid},
	{"no-national-id", national_id_is_absent},
	{"organisation-number", organisation_number_is_valid},
	{"hpr-number", hpr_number_is_valid},
	{"municipality-number", municipality_number_is_valid},
	{"phone-e164", phone_is_valid},
	{"secret", secret_is_text},
	{NULL, NULL},
};
