#ifndef DPS_HL7_H
#define DPS_HL7_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/* What the listener must know of an HL7 v2 message: its MSH segment. The rest is the service's. */
struct hl7_head {
	char separator;	      /* MSH-1, usually | */
	const char *encoding; /* MSH-2 */
	const char *from_application, *from_facility, *to_application, *to_facility; /* MSH-3 … 6 */
	const char *type, *event;	  /* MSH-9.1 and 9.2: "ADT", "A01" */
	const char *control_id;		  /* MSH-10 */
	const char *processing, *version; /* MSH-11, MSH-12 */
	const char *accept_ack;		  /* MSH-15: AL, NE, ER, SU; "" is the original mode */
};

/* False and `*fault` (a code of HL7 table 0357 with its text, "100^Segment sequence error") when
 * there is no MSH, or one without what an answer needs. Members that are absent are "". */
bool hl7_read(struct arena *a, const char *message, size_t size, struct hl7_head *out,
	      const char **fault);

/* Whether the sender wants to hear that the message is kept safely (enhanced mode). */
bool hl7_wants_commit(const struct hl7_head *head);

/*
 * The answer to it: MSA-1 is `code` (AA AE AR CA CE CR), the message's sender its receiver. `fault`
 * (NULL for none) becomes the ERR segment's code, `text` (NULL for none) MSA-3; both without
 * personal data. `head` may be of a message that could not be read.
 */
const char *hl7_answer(struct arena *a, const struct hl7_head *head, const char *code,
		       const char *fault, const char *text);

#endif
