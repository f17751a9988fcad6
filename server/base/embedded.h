#ifndef BASE_EMBEDDED_H
#define BASE_EMBEDDED_H

#include <stddef.h>

/* A file that the build put into the program: the bundled contract, or one of sql/queries. */
struct embedded {
	const char *name; /* "openapi.json" or "queries/patients.sql" */
	const char *data; /* NUL-terminated */
	size_t size;	  /* without the NUL */
};

/* All embedded files; the last has a NULL name. */
extern const struct embedded embedded_files[];

/* The one with that name, or NULL. */
const struct embedded *embedded_find(const char *name);

#endif
