#ifndef API_FHIR_SEARCH_H
#define API_FHIR_SEARCH_H

#include <stdbool.h>

#include "api/request.h"

/*
 * A FHIR search's parameters, from the query and from the form of a POST `_search`, become those
 * that its statement names. The contract says for each by `x-search` what it is:
 *
 *   id token string date uri reference   text of JSON: every group must hold, of a group one value
 *                  [{"modifier":"not","any":[…]}, …], each value as fhir_value.h makes it
 *   person         a reference to the one Patient; text of its uuid, under the name `patient`
 *   identifier     as token, in which a national number has become its seal
 *   person-number  a Patient's number; its seal, under the name `patient_identifier`
 *   control        `_count`, `_total` …: text as it was sent, checked against its schema
 *
 * In the statement's name of a parameter `-` and `.` are `_`. What the operation does not have is a
 * fault, or with `Prefer: handling=lenient` is noted and left out.
 */
struct fhir_search {
	const char *used; /* query text of what was used, without numbers and page: for links */
	bool count_only;  /* `_summary=count` or `_count=0` */
	json_t *groups;	  /* name of a parameter in statements → its groups, as above */
	json_t *ignored;  /* names that lenient handling left out; an array, or NULL */
};

/* Reads them all into r->parameters and r->search; faults are noted in r->faults. */
void fhir_search_read(struct request *r);

#endif
