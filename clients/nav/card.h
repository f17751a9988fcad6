#ifndef NAV_CARD_H
#define NAV_CARD_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

/*
 * What an activity is on both sides: a card of NAV's activity plan, and a measure of a plan. Both
 * are brought to the form in which they are compared; NAV's five states are its vocabulary, a
 * measure's eight fold into them (interoperability description §4.5):
 *
 *   FORSLAG PROPOSED · PLANLAGT ACCEPTED · GJENNOMFORES IN_PROGRESS, ON_HOLD · FULLFORT COMPLETED ·
 *   AVBRUTT DISCONTINUED, REFUSED, WITHDRAWN
 *
 * NAV's own BRUKER_ER_INTERESSERT is FORSLAG towards others.
 */
enum card_field { CARD_TITLE, CARD_DESCRIPTION, CARD_START, CARD_END, CARD_STATUS, CARD_FIELDS };

struct card {
	const char *fields[CARD_FIELDS]; /* never NULL; "" is nothing; dates are YYYY-MM-DD */
};

/* The fields' names in files and in the conflicts that people read. */
extern const char *const card_names[CARD_FIELDS];

/*
 * A message of NAV's (wrapper and card) as it must be: required members, no others, types, a state
 * that is known. NULL when it is; else the name of what is wrong. The same rules as
 * aktivitetskort.schema.json beside this file.
 */
const char *card_fault(const json_t *message);

/* An instant of NAV's ("2026-10-01T10:00:00.123+02:00"; without offset: UTC) in milliseconds since
 * 1970; -1 when it is none. */
int64_t card_time(const char *text);

/* Of a card in a message that has no fault. */
void card_of_activity(struct arena *a, const json_t *activity, struct card *out);

/* Of a measure as the service shows it. */
void card_of_measure(struct arena *a, const json_t *measure, struct card *out);

/* As kept in the ledger: an object of the fields by name; and back (absent members are ""). */
json_t *card_to_json(const struct card *card);
void card_of_json(struct arena *a, const json_t *json, struct card *out);

bool card_equals(const struct card *a, const struct card *b);

/* Puts the card into an activity of NAV's, whose other members stay. */
void card_into_activity(const struct card *card, json_t *activity);

#endif
