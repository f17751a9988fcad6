#ifndef API_FHIR_ENTRY_H
#define API_FHIR_ENTRY_H

#include "api/fhir_bundle.h"

/*
 * Makes the request of the entry at that place, and puts what is found in place of its conditional
 * references (fhir_refer.h): of a transaction, of all entries before its session begins. False when
 * it is answered.
 */
bool fhir_entry_prepare(struct fhir_bundle *b, size_t place);

/*
 * Runs it, prepared, as a request of its own, through the rooms from authorise on; within the
 * Bundle's session when it has one. What it made, or found, is its id from then on.
 * Not ANSWERED: the transaction has to begin anew.
 */
enum outcome fhir_entry_run(struct fhir_bundle *b, size_t place);

#endif
