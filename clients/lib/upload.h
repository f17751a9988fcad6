#ifndef LIB_UPLOAD_H
#define LIB_UPLOAD_H

#include "lib/pace.h"
#include "lib/session.h"

/* A file of rows for POST /imports/{type}. */
struct upload {
	const char *type;	  /* "admissions", "contacts", "housing" */
	const char *path;	  /* the file */
	const char *content_type; /* "text/csv", "application/x-ndjson" */
	const char *delimiter;	  /* of a CSV file: ";", ",", "tab" */
	const char *report;	  /* where the report is written when rows were not taken */
	long poll_ms;		  /* how often the import is asked how far it is */
};

/*
 * Sends the file as a batch whose name is made of its content, so that the same file is one batch
 * whenever and however often it is sent: what an interrupted upload has delivered is not delivered
 * again. Waits until every row is judged, lays the rows' report where people find it, and puts
 * "import_id", "state" and "counts" into the receipt.
 */
enum verdict upload_run(struct session *s, struct arena *a, const struct upload *u,
			struct reply *out, json_t *receipt);

#endif
