#ifndef API_FHIR_ENTRY_H
#define API_FHIR_ENTRY_H

#include "api/fhir_bundle.h"

/*
 * Runs the entry at that place as a request of its own, through the rooms from authorise on; within
 * the request's session when it has one. What it made, or found, is its id from then on.
 * Not ANSWERED: the transaction has to begin anew.
 */
enum outcome fhir_entry_run(struct fhir_bundle *b, size_t place);

#endif
