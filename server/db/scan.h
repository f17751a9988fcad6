#ifndef DB_SCAN_H
#define DB_SCAN_H

#include <stdbool.h>

#include "base/arena.h"

/* What scan_parameters() found. */
struct scanned {
	const char *sql; /* with $n */
	size_t count;
	const char *names[64];
};

/*
 * Replaces every `:name` (a lower case letter, then letters, digits, `_` and `.`) by $1, $2 …, the
 * same name by the same number. Steps over quoted text (standard strings, no E''), quoted names,
 * comments, dollar quotes and `::`. False when there are more than 64 names or a quote or comment
 * does not end.
 */
bool scan_parameters(struct arena *a, const char *sql, struct scanned *out);

#endif
