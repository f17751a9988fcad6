#ifndef LIB_TABLE_H
#define LIB_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/arena.h"

enum { TABLE_COLUMNS_MAX = 16 };

/* Rows of texts in columns that line up on a terminal, whatever letters they hold. */
struct table {
	struct arena *arena;
	size_t column_count, row_count, row_size;
	const char *headings[TABLE_COLUMNS_MAX];
	const char **cells; /* row_count × column_count */
	bool bare;	    /* print no headings */
};

/* An empty table; the headings are copied. More columns than the maximum are left out. */
void table_init(struct table *t, struct arena *a, const char *const *headings, size_t count);

/* Adds a row of `column_count` texts, copied; control characters in them become spaces. */
void table_add(struct table *t, const char *const *cells);

/* Prints it, the widest columns shortened so that lines fit `width` (0: no limit). */
void table_print(const struct table *t, FILE *out, size_t width);

/* How many terminal cells a UTF-8 text takes; malformed bytes take one each. */
size_t table_width(const char *text);

/* The text without control characters: what others wrote must not steer our terminal. */
char *table_clean(struct arena *a, const char *text);

/* The width of the terminal behind `out`, 0 when it is none. */
size_t table_terminal(FILE *out);

#endif
