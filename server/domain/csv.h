#ifndef DOMAIN_CSV_H
#define DOMAIN_CSV_H

#include <stddef.h>

/*
 * Records of a CSV file (RFC 4180) while its bytes arrive: cells between delimiters, quoted ones
 * with "" for a quote and with line breaks as they are; a record ends in LF or CR LF. Where the
 * RFC says nothing we are strict: a quote may stand only around a whole cell.
 */
enum {
	CSV_CELLS_MAX = 128,	   /* cells of one record */
	CSV_RECORD_MAX = 64 * 1024 /* bytes of one record, quotes left out */
};

enum csv_step {
	CSV_MORE,   /* all bytes are used, the record goes on */
	CSV_RECORD, /* a record is there */
	CSV_BAD	    /* one has ended that is malformed; reading goes on behind its line */
};

/* Where the reader stands. Zero it and set `delimiter` to begin. */
struct csv {
	char delimiter;
	enum csv_state {
		CSV_BEGIN,
		CSV_CELL,
		CSV_PLAIN,
		CSV_QUOTED,
		CSV_QUOTE,
		CSV_AFTER_CR
	} state;
	const char *fault; /* of the present record, a sentence; NULL while it is well-formed */
	size_t size, cell_count;
	size_t starts[CSV_CELLS_MAX];
	char text[CSV_RECORD_MAX + CSV_CELLS_MAX]; /* the cells, each ended by NUL */
};

/*
 * Reads on in `len` bytes; `used` of them are done with. After CSV_RECORD the cells are
 * csv_cell(c, 0 … c->cell_count - 1) until the next call; after CSV_BAD `fault` says why. An empty
 * line is a record of one empty cell.
 */
enum csv_step csv_read(struct csv *c, const char *in, size_t len, size_t *used);

/* The end of the file: CSV_RECORD when a last record stands without a line break, else CSV_MORE. */
enum csv_step csv_end(struct csv *c);

const char *csv_cell(const struct csv *c, size_t index);

#endif
