#ifndef API_FHIR_REFER_H
#define API_FHIR_REFER_H

#include <jansson.h>

#include "api/fhir_bundle.h"

/*
 * Conditional references (FHIR R4, transaction): "Patient?identifier=system|value" in a resource
 * that an entry of a Bundle sends becomes "Patient/<id>". Each is a search of its own as the caller
 * may search, by POST, since that is where national numbers may stand, with its row of the log.
 *
 * Each is committed by itself, so `r` is in no session: what is told of who is here stays in the
 * log, whatever becomes of the Bundle. FHIR has a transaction's references resolved first, too.
 *
 * False: not one match, or a search that is refused, and `r` is answered.
 */
bool fhir_refer(const struct fhir_bundle *b, struct request *r, json_t *resource);

#endif
