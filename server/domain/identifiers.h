#ifndef DOMAIN_IDENTIFIERS_H
#define DOMAIN_IDENTIFIERS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Norwegian identifiers that are not national person numbers. All checks take bytes that need not
 * end in NUL and look at ASCII digits only.
 */

/*
 * Nine digits with a check digit, the first of them 8 or 9; in the sandbox (national_id_mode) also
 * 2 or 3, the register's test organisations.
 */
bool organisation_number_is_valid(const char *s, size_t len);

/* Number in the register of health personnel: one to nine digits, no leading zero. */
bool hpr_number_is_valid(const char *s, size_t len);

/* Four digits, county 01 … 99 and municipality 01 … 99. Which ones exist when is a table. */
bool municipality_number_is_valid(const char *s, size_t len);

/* E.164: "+", country code and number, 8 to 15 digits; +47 has 8 digits (12 for machines). */
bool phone_is_valid(const char *s, size_t len);

enum { PHONE_SIZE = 17 };

/*
 * A number as people write it ("32 00 00 00", "0047 32…", "+47-320-00000") as E.164; eight digits
 * without country code are Norwegian. False when it is none.
 */
bool phone_normalise(const char *s, size_t len, char out[PHONE_SIZE]);

/* DUF number of the immigration directorate: twelve digits, the last two a check. */
bool duf_number_is_valid(const char *s, size_t len);

#endif
