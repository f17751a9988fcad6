#ifndef BASE_EMBEDDED_H
#define BASE_EMBEDDED_H

#include <stddef.h>

/*
 * A file that the build put into the program: the bundled contract, one of sql/queries, or one of
 * the files behind /docs, which are there twice, as they are and compressed ("….gz").
 */
struct embedded {
	const char *name; /* "openapi.json", "queries/patients.sql", "docs/start.js" */
	const char *data; /* NUL-terminated */
	size_t size;	  /* without the NUL */
	const char *hash; /* the first 16 digits of its SHA-256 */
};

/* All embedded files; the last has a NULL name. */
extern const struct embedded embedded_files[];

/* The one with that name, or NULL. */
const struct embedded *embedded_find(const char *name);

/*
 * Takes the files out of memory; whoever reads one again has it from the program's file. For after
 * the start, which reads them all and has no more use for most.
 */
void embedded_give_back(void);

#endif
