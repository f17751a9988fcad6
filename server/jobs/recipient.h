#ifndef JOBS_RECIPIENT_H
#define JOBS_RECIPIENT_H

#include "api/request.h"
#include "db/round.h"

/* A subscription that has something to send, as statement delivery_list tells of it. */
struct recipient {
	const char *id, *url;
	const char *topic;	 /* it is told of in FHIR; NULL: in CloudEvents */
	const char **headers;	 /* of its own, opened, ended by NULL */
	struct request *request; /* as its agency, in its role, would ask for changes */
	bool careful;		 /* its receiver did not answer: one at a time */
};

/*
 * The row of the list, in the arena's memory. What an agency may see is asked of the same matrix
 * and with the same statements as if one of its own asked, so there is no second truth.
 */
struct recipient recipient_read(struct arena *a, const PGresult *list, int row);

#endif
