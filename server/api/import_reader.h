#ifndef API_IMPORT_READER_H
#define API_IMPORT_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/import_row.h"
#include "domain/csv.h"

/*
 * The bytes of a file as rows: lines of NDJSON, or records of CSV under their header. Holds one row
 * at a time.
 */
struct import_reader {
	struct import_judge *judge;
	struct csv *csv;      /* NULL for NDJSON */
	json_t *header;	      /* names of the columns of a CSV file; NULL until it is read */
	bool header_is_fresh; /* read out of this request's bytes */
	char *line;	      /* NDJSON: the present line */
	size_t line_size;
	bool line_too_long;
	int64_t at;	 /* bytes of the file that are read */
	size_t bom_seen; /* how much of a byte order mark has been passed */

	/* takes the row's JSON, or NULL for one that was rejected; false to stop */
	bool (*row)(void *context, const char *text);
	void *context;
};

enum import_reading {
	IMPORT_GO_ON,
	IMPORT_STOPPED,	  /* `row` wanted it */
	IMPORT_NOT_UTF8,  /* bytes that are not UTF-8 */
	IMPORT_BAD_HEADER /* a column that the type does not have, twice the same, or no header */
};

/* Ready to read at byte `at` of the file; `delimiter` 0 for NDJSON. `header` is stolen. */
void import_reader_open(struct import_reader *r, struct arena *a, char delimiter, json_t *header);
void import_reader_close(struct import_reader *r);

enum import_reading import_reader_take(struct import_reader *r, const char *data, size_t size);

/* The file has ended: a last row may stand without a line break. */
enum import_reading import_reader_end(struct import_reader *r);

/* The next name in the header that is wrong, from column `*at` on, which moves behind it; or NULL.
 */
const char *import_reader_bad_column(const struct import_reader *r, size_t *at);

#endif
