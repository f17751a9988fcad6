#ifndef API_FHIR_BUNDLE_H
#define API_FHIR_BUNDLE_H

#include <jansson.h>

#include "api/room.h"

/*
 * A Bundle of requests. Each entry is a request of its own: the operation that its method and
 * address name, with the caller's rights to it. Of a transaction all are one database transaction;
 * what is to be made gets its id before anything runs, so that entries can refer to one another.
 */
enum { FHIR_ENTRIES_MAX = 100 };

struct fhir_entry {
	const json_t *request; /* of the Bundle's entry */
	const char *url;       /* "Task/<id>", "Task?patient=…" */
	const char *named;     /* the same for comparing: decoded, in lower case, without a query */
	const char *full_url;  /* "urn:uuid:…", or NULL */
	const char *id;	       /* of what it makes, else NULL */
	struct request *asked; /* NULL until it is prepared */
};

struct fhir_bundle {
	struct request *request;
	json_t *entries; /* of the Bundle */
	size_t count;
	struct fhir_entry list[FHIR_ENTRIES_MAX];
};

/* Whether this is the fullUrl of an entry that makes something. */
bool fhir_bundle_makes(const struct fhir_bundle *b, const char *address);

/* Reads the entries and gives ids. False with faults. */
bool fhir_bundle_read(struct fhir_bundle *b, json_t *bundle);

/*
 * Puts "Task/<id>" in place of "urn:uuid:…" where the entry at that place refers to what another
 * has made.
 */
void fhir_bundle_link(const struct fhir_bundle *b, size_t place);

/*
 * The order of a transaction: what is made, each after what it refers to, then what is changed,
 * then what is read. `order` gets the places of all entries. False, with a fault, when they refer
 * to one another in a circle.
 */
bool fhir_bundle_order(const struct fhir_bundle *b, size_t order[FHIR_ENTRIES_MAX]);

/* Whether the entry's answer has a resource: what a read gives, and a write to who asks for it. */
bool fhir_bundle_shows(const struct fhir_bundle *b, const struct fhir_entry *e);

/* Answers the Bundle's request with the entries' answers, as a Bundle of that type. */
void fhir_bundle_answered(const struct fhir_bundle *b, const char *type);

#endif
