#ifndef API_FHIR_REFER_H
#define API_FHIR_REFER_H

#include <jansson.h>

#include "api/room.h"

/*
 * Conditional references (FHIR R4, transaction): "Patient?identifier=system|value" in a resource
 * that an entry of a Bundle sends becomes "Patient/<id>". Each is a search of its own as the caller
 * may search, by POST, since that is where national numbers may stand, with its row of the log.
 *
 * Not one match, or a search that is refused: `r` is answered. Not ANSWERED: to be begun anew.
 */
enum outcome fhir_refer(struct request *r, json_t *resource);

#endif
