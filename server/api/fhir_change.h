#ifndef API_FHIR_CHANGE_H
#define API_FHIR_CHANGE_H

#include "api/fhir_map.h"

/* What an update comes to natively; NULL where nothing is asked for, or refused. The caller's. */
struct fhir_change {
	json_t *patch; /* body of the way's `update` */
	json_t *step;  /* body of the way's `step`, with its action */
};

/*
 * What differs between what stands and what was sent. What was not sent and nobody may change is
 * left as it is. False with faults, or answered with 409 when the status cannot be reached.
 */
bool fhir_change_find(struct fhir_map *m, const json_t *current, const json_t *sent,
		      struct fhir_change *out);

#endif
