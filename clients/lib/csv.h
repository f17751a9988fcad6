#ifndef LIB_CSV_H
#define LIB_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "lib/text.h"

/* A CSV file (RFC 4180) read record by record, in constant memory. */
struct csv {
	FILE *in;
	char delimiter;
	bool windows;	      /* the file is Windows-1252, else UTF-8 with or without a mark */
	unsigned long record; /* how many have been read; the header is the first */
};

struct csv_record {
	size_t count;
	const char **fields; /* UTF-8 */
};

enum { CSV_RECORD_MAX = 64 * 1024, CSV_FIELDS_MAX = 256 };

/*
 * The next record, in the arena. Empty lines are passed over. False at the end, or with `*why`:
 * a quote that is not closed, a record over CSV_RECORD_MAX bytes or CSV_FIELDS_MAX fields, bytes
 * that are not UTF-8.
 */
bool csv_next(struct csv *c, struct arena *a, struct csv_record *out, const char **why);

/* Adds a field to a line that is written, after the delimiter when it is not the first; quoted when
 * it must be. */
void csv_add(struct text *line, char delimiter, const char *field);

/* The same for people's eyes: what a spreadsheet would take for a formula is made text with an
 * apostrophe. */
void csv_add_shown(struct text *line, char delimiter, const char *field);

#endif
