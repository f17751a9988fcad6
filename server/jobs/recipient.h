#ifndef JOBS_RECIPIENT_H
#define JOBS_RECIPIENT_H

#include "api/request.h"
#include "db/round.h"

/* A subscription that has something to send, as statement delivery_list tells of it. */
struct recipient {
	const char *id;
	const char *topic;	 /* it is told of in FHIR; NULL: in CloudEvents */
	struct request *request; /* as its agency, in its role, would ask for changes */
};

/*
 * The row of the list, in the arena's memory. What an agency may see is asked of the same matrix
 * and with the same statements as if one of its own asked, so there is no second truth.
 */
struct recipient recipient_read(struct arena *a, const PGresult *list, int row);

/* Where to send, and with which headers of its own: read together, as they belong together. */
struct target {
	const char *url;
	const char *const *headers; /* opened, ended by NULL; NULL: one cannot be opened */
};

/* The row of statement delivery_target, in the arena's memory. */
struct target recipient_target(struct arena *a, const PGresult *row);

#endif
