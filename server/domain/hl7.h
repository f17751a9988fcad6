#ifndef DOMAIN_HL7_H
#define DOMAIN_HL7_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/*
 * Messages of HL7 version 2 in their "er7" form: segments of three characters, parted by CR, LF or
 * CR LF; fields, components, subcomponents and repetitions by the characters that MSH-1 and MSH-2
 * name. Read strictly; what is optional is simply not there.
 */
struct hl7 {
	struct arena *arena;
	const char *text; /* UTF-8 */
	size_t size;
	char field, component, repetition, escape, subcomponent;
};

enum hl7_fault {
	HL7_OK,
	HL7_NOT_MSH,   /* does not begin with MSH and its five separators */
	HL7_SEGMENT,   /* a segment's name is malformed */
	HL7_CHARACTERS /* not in the character set that MSH-18 names, or one that is not read here
			*/
};

/* The length of the first message in `len` bytes: up to the next segment MSH, or all of them. */
size_t hl7_length(const char *s, size_t len);

/* Opens one message; `m` keeps pointing into the arena. ISO 8859-1 becomes UTF-8. */
enum hl7_fault hl7_open(struct hl7 *m, struct arena *a, const char *s, size_t len);

/* Which value is asked for; all counted from 1 as in the standard, repetition too. */
struct hl7_place {
	const char *segment; /* the first one of that name */
	int field, component, repetition;
};

/* The value without its escapes, in the arena; NULL when it is not there or empty. */
const char *hl7_value(const struct hl7 *m, const struct hl7_place *place);

/* The first repetition of a field's component. */
const char *hl7_get(const struct hl7 *m, const char *segment, int field, int component);

/*
 * A time (YYYYMMDD[HHMM[SS[.S]]][+ZZZZ]) as "YYYY-MM-DDTHH:MM:SS" with its offset when it has one;
 * NULL when it is none.
 */
const char *hl7_time(struct arena *a, const char *value);

#endif
