#ifndef API_IMPORT_BLOCK_H
#define API_IMPORT_BLOCK_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/request.h"

/*
 * The rows of an import that have been read and are not safe yet: some hundred of them become one
 * value in PostgreSQL, together with how far the file is read. Its memory is the request's and does
 * not grow with the file.
 */
struct import_block {
	struct request *request;
	const char *batch;   /* id */
	struct arena *round; /* of the round that stores; cleared after it */
	char *text;	     /* JSON array, without its closing bracket */
	size_t size;
	int rows, rejected; /* in this block */
	int64_t from, read; /* bytes of the file: at the block's begin, and up to its last row */
	json_t *remarks;
	const json_t *header; /* columns of a CSV file that are not stored yet, or NULL */
};

enum { IMPORT_ROW_MAX = 64 * 1024 /* bytes of one row */ };

/* An empty block of that batch, for an upload; its close frees what the arena does not own. */
void import_block_open(struct import_block *b, struct request *r, const char *batch);
void import_block_close(struct import_block *b);

/* Adds a row's JSON, of at most 4 * IMPORT_ROW_MAX bytes. */
void import_block_add(struct import_block *b, const char *row);

/* Whether it is time to store it. */
bool import_block_is_full(const struct import_block *b);

/*
 * Stores what there is and begins anew; `last`: the file has ended. False when it could not be
 * stored, and the request is answered.
 */
bool import_block_store(struct import_block *b, bool last);

/* Gives the whole batch up: `reason` is what its `failure` says. Answers nothing. */
void import_block_abandon(struct import_block *b, const char *reason);

#endif
