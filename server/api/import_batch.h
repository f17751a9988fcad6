#ifndef API_IMPORT_BATCH_H
#define API_IMPORT_BATCH_H

#include <jansson.h>
#include <stdbool.h>

#include "api/request.h"
#include "api/room.h"

/* A batch of an import as PostgreSQL knows it when an upload begins. */
struct import_batch {
	const char *id; /* NULL: there is none, and the request is answered */
	bool is_open;	/* it takes more of its file */
	long received;	/* rows so far */
	json_t *header; /* columns of a CSV file whose beginning is here; new reference, or NULL */
};

/* Makes the batch that the request asks for, or finds the one to go on with. */
enum outcome import_batch_begin(struct request *r, struct import_batch *out);

/* Answers with the batch as it stands: 202. */
enum outcome import_batch_answer(struct request *r, const char *id);

#endif
