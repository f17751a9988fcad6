#ifndef API_FHIR_CONVERT_H
#define API_FHIR_CONVERT_H

#include <jansson.h>
#include <stdbool.h>

#include "base/arena.h"

/*
 * One element of a FHIR resource as a member of a native body. A rule of the contract's `x-fhir`
 * says how, by `as`:
 *
 *   text        a string; number and boolean as they are                        (`as` not given)
 *   instant     a dateTime with its time and offset
 *   day         the day of a date or dateTime, as it is written
 *   span        a Period with times: members for "start" and, where it may have ended, "minutes"
 *   concept     a code out of a CodeableConcept, Coding or code; `systems` says of each system that
 *               is known what its codes become, or `true` when they are the native ones. With
 *               members for "code" and "text" the words beside it are kept too. Several codings
 *               must say the same; natively the two members are replaced together
 *   reference   the id of what is referred to; the type chooses the member
 *   canonical   the last part of a canonical, and its version where there is a member for it
 *   list        each element by the rule `of`, whose member is "one"; what stands in the element
 *               beside that rule's `at` must be as the rules `beside` know it
 *   answers     a QuestionnaireResponse's items, each once: {"H1": 2, "H2": null}. Their codes may
 *               begin with that of the resource's instrument and a dash; the rule `instrument`,
 *               whose member is "one", says where it stands
 *   components  the same of an Observation's components, whose codes are of the system `from`
 *
 * Two elements that say one member must say the same.
 */
struct fhir_conversion {
	struct arena *arena;
	const char *base;	/* address of the service's own resources */
	const json_t *resource; /* that the element is of */
	/* of a value that cannot be taken: a fault's code and sentence */
	const char *code, *detail;
};

/*
 * Sets in `body` ("a/b" is a member of its member) what `found` says, under the member that the
 * rule names for `key` ("create", "update" or an action). False when it cannot be said natively.
 */
bool fhir_convert(struct fhir_conversion *c, const json_t *rule, const char *key,
		  const json_t *found, json_t *body);

/*
 * Nothing stands there any more: null for each member that the rule names for `key`. False when
 * another element has said otherwise.
 */
bool fhir_convert_nothing(struct fhir_conversion *c, const json_t *rule, const char *key,
			  json_t *body);

#endif
