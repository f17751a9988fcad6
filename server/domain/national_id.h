#ifndef DOMAIN_NATIONAL_ID_H
#define DOMAIN_NATIONAL_ID_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Norwegian national person numbers: eleven digits DDMMYY III K1 K2, with both check digit rules
 * (today's, and the one for numbers issued from 2032). Nothing else is read out of a number: sex
 * and century come from the register.
 */
enum national_id_kind {
	NATIONAL_ID_FNR, /* fødselsnummer: resident */
	NATIONAL_ID_DNR, /* D-nummer: day + 40 */
	NATIONAL_ID_HNR, /* H-nummer: month + 40, a local help number, not globally unique */
	NATIONAL_ID_FHN	 /* felles hjelpenummer: first digit 8 or 9, no date */
};

enum national_id_flag {
	NATIONAL_ID_SYN80 = 1,	  /* synthetic: month + 80 */
	NATIONAL_ID_SYN65 = 2,	  /* synthetic: month + 65 */
	NATIONAL_ID_MONTH40 = 4,  /* month + 40: H-number, in the sandbox perhaps synthetic */
	NATIONAL_ID_RULE_2032 = 8 /* valid by the rule of 2032 only */
};

enum national_id_error {
	NATIONAL_ID_OK,
	NATIONAL_ID_FORMAT,    /* not eleven ASCII digits */
	NATIONAL_ID_CHECKSUM,  /* check digits do not fit */
	NATIONAL_ID_DATE,      /* no such day */
	NATIONAL_ID_SYNTHETIC, /* synthetic number in production */
	NATIONAL_ID_REAL       /* a living person's number in the sandbox */
};

struct national_id {
	enum national_id_kind kind;
	unsigned flags; /* of enum national_id_flag */
};

struct national_id_rules {
	bool production;   /* else sandbox: synthetic numbers only */
	bool accept_2032;  /* the new check digit rule holds beside the old one */
	bool accept_syn65; /* month + 65 counts as synthetic */
};

enum { NATIONAL_ID_SIZE = 12 }; /* eleven digits and NUL */

/* What number this is. `out` is filled when the answer is NATIONAL_ID_OK. */
enum national_id_error national_id_classify(const struct national_id_rules *rules, const char *s,
					    size_t len, struct national_id *out);

/*
 * The number as it is stored: one space or hyphen between the sixth and the seventh digit is taken
 * out, nothing else. False when that does not give eleven digits.
 */
bool national_id_normalise(const char *s, size_t len, char out[NATIONAL_ID_SIZE]);

/* Sets the daemon's rules, once, before threads start. Without it production rules hold. */
void national_id_mode(bool production, bool accept_2032);

/* True in production mode; other identifiers ask it to know whether test ranges are allowed. */
bool national_id_is_production(void);

/*
 * The schema format `norwegian-national-id`: valid, after normalising, under the daemon's rules.
 * From 1 January 2032 the new rule holds without being asked for.
 */
bool national_id_is_valid(const char *s, size_t len);

/*
 * Whether such a number stands anywhere in the text, whichever mode the daemon is in: of a living
 * person or synthetic, by either check digit rule. After a plus, or next to a digit, it is a piece
 * of another number; in a UUID, or in a run of 16 or more hexadecimal digits with digits beside it,
 * a piece of a name. A letter beside it changes nothing.
 */
bool national_id_stands_in(const char *s, size_t len);

/*
 * The schema format `no-national-id`, for identifiers of other systems, which are kept and shown as
 * they are: no number stands in it.
 */
bool national_id_is_absent(const char *s, size_t len);

#endif
