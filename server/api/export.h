#ifndef API_EXPORT_H
#define API_EXPORT_H

#include <jansson.h>

#include "api/request.h"

/*
 * What one operation would answer this caller, asked from inside another request: the same cell of
 * the access matrix, the same gate, the same statement, the same projection. So an export cannot
 * show more than the operations do, and not less.
 */
enum export_result {
	EXPORT_SHOWN,  /* `items` holds what the operation shows */
	EXPORT_CLOSED, /* matrix or gate do not let the caller through */
	EXPORT_FAILED  /* the database is away */
};

struct export_page {
	json_t *items; /* an array, a new reference; of one object for what is no list; seals closed
			*/
	const char *next; /* the cursor of the page after it, in the arena's memory; or NULL */
};

struct export_ask {
	const struct operation *operation; /* a GET with a statement */
	const char *id;	    /* for the path's id, else for the parameter patient_id */
	const char *cursor; /* NULL for the first page */
};

/* Runs it in a transaction of its own, with its row in the access log (EXPORT). */
enum export_result export_read(const struct request *r, struct arena *a,
			       const struct export_ask *ask, struct export_page *page);

/*
 * What an export tells of these things of one part of x-parts ({list, each, below}): an array of
 * {resource, operation, item}, a new reference. Each thing as it is read by itself when the part
 * says so, and what hangs below it.
 */
json_t *export_lines(const struct request *r, struct arena *a, const json_t *part,
		     const json_t *items);

/* An object, which it takes over, as a line of NDJSON with its seals opened. */
const char *export_line(struct arena *a, json_t *object);

/* All of them, one after the other. */
const char *export_file(struct arena *a, const json_t *lines);

#endif
