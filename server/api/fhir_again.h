#ifndef API_FHIR_AGAIN_H
#define API_FHIR_AGAIN_H

#include "api/fhir_bundle.h"

/*
 * A transaction that is sent again with its Idempotency-Key is answered as it was. Kept is what was
 * answered without the resources: status, address and version of each entry, and the id of what it
 * wrote. What was read or written is read again, through its gate and into the log, whether it is
 * shown or not: the key is no right to be told anything.
 */

/*
 * Whether it is new, or has no key. False when the Bundle's request is answered, or to be begun
 * anew (`*outcome`). In a session the key is held until its end.
 */
bool fhir_again_is_new(struct fhir_bundle *b, enum outcome *outcome);

/* In the session, when all entries are done: keeps what is answered. False as above. */
bool fhir_again_keep(struct fhir_bundle *b, enum outcome *outcome);

#endif
