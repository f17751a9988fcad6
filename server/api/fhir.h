#ifndef API_FHIR_H
#define API_FHIR_H

#include <stdbool.h>

#include "api/request.h"

/*
 * The FHIR face (/fhir/r4, HL7 FHIR R4 4.0.1): the same rooms, gate, rows and log as the native
 * API, spoken to in FHIR. What differs stands in the files fhir_*.c; they are asked where a room
 * reads or writes text: negotiation, parameters, refusals, answers.
 */

/* Whether the request came to the FHIR face, known or unknown path alike. */
bool fhir_asked(const struct request *r);

/* The path below /fhir/r4: "Patient/<uuid>". Of a request that is routed. In its memory. */
const char *fhir_path(const struct request *r);

/* "https://host/fhir/r4" by the configured public address, never by the request's Host. */
const char *fhir_base(struct arena *a);

/* What the caller accepts: the Accept header, or what `_format` says in its place. NULL is all. */
const char *fhir_accept(struct request *r);

/* The media type of an answer with a body: the first of ours that the caller accepts. */
const char *fhir_media(struct request *r);

/* The contract's name of the resource type that the operation is about: "Patient"; NULL is none. */
const char *fhir_type(const struct operation *op);

/* A search parameter's name as statements have it: `-` and `.`, which cannot stand there, are `_`.
 */
const char *fhir_parameter_name(struct arena *a, const char *name);

/*
 * Whether its parameters are a search's: it answers with a Bundle of what they ask for, or exports
 * that.
 */
bool fhir_lists(const struct operation *op);

/* Whether the operation is this interaction: "read", "search" … */
bool fhir_does(const struct operation *op, const char *interaction);

#endif
