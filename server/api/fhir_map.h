#ifndef API_FHIR_MAP_H
#define API_FHIR_MAP_H

#include <jansson.h>
#include <stdbool.h>

#include "api/request.h"

/*
 * A FHIR resource as the body of a native operation, by the rules that the contract gives with
 * `x-fhir.writes`: a list of ways, of which the first that fits the resource holds.
 *
 *   if        {at, is: […]}: what stands there is one of these; without it the way always fits
 *   create    operationId of the native POST
 *   begins    statuses that what is made may have
 *   update    operationId of the native PATCH
 *   step      operationId of the native transition
 *   steps     "<status now>>status asked for" ("*" is any) → action
 *   says      status → members of the patch that it says by itself, without a step
 *   means     status → members that it says where nothing else does, of what is made or of the step
 *   told      elements that only say what the service finds by itself: another value is refused
 *   appears   path → action: what is taken when the element is told for the first time
 *   differs   status → action: what is taken when something else than the status differs
 *   within    path parameter of the native operation → the reference that it is read from
 *   state     where the status stands ("status" when not said)
 *   keyed     true: its identifiers are kept
 *   ours      elements that the service alone says; what a client sends there is not taken
 *   elements  the rules: `at` (fhir_path.h), `as` (fhir_convert.h), `when` (only with one of these
 *             statuses), `is` (must be one of these; alone it says nothing natively), `needed`
 *             (what is made must have it), `along` (a step that names it takes it though it does
 *             not differ), `with` (members that go with it), and for "create", "update" and each
 *             action the native member
 *
 * What no rule takes cannot be kept: a fault, or, when the caller is lenient, left out and noted.
 */
struct fhir_map {
	struct request *request; /* whose faults, preferences and arena these are */
	const json_t *way;
	const json_t *resource; /* as it is made, or as it stands before a change */
	json_t *left_out;	/* paths that were left out; an array, or NULL */
	json_t *identifiers;	/* those of what is made; an array, or NULL */
	json_t *within;		/* path parameter → id, or NULL */
};

/* Chooses the way; false, with a fault, when none fits. */
bool fhir_map_choose(struct fhir_map *m, const json_t *resource);

/*
 * The same for a change: the way of what was sent, as far as it is of the same native operations
 * as what stands; else that of what stands.
 */
bool fhir_map_choose_change(struct fhir_map *m, const json_t *current, const json_t *sent);

/* The body of the way's `create`, the caller's. NULL, with faults, when it cannot be one. */
json_t *fhir_map_create(struct fhir_map *m, const json_t *resource);

/* Where a native operation's member stands in the resource; NULL when it does not. */
const char *fhir_map_path(const json_t *way, const char *key, const char *member);

#endif
