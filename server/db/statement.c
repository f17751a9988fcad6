/* The named statements: read from the embedded files, found by name. */
#include "db/statement.h"

#include <stdlib.h>
#include <string.h>

#include "base/embedded.h"
#include "db/scan.h"

enum { STATEMENTS_MAX = 1024 };

struct entry {
	const struct statement *statement;
};

static struct {
	size_t count;
	struct statement list[STATEMENTS_MAX];
	const char *sources[STATEMENTS_MAX];
	struct entry sorted[STATEMENTS_MAX]; /* by name */
} all;

static int by_name(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return strcmp(x->statement->name, y->statement->name);
}

static int name_to_entry(const void *name, const void *element)
{
	const struct entry *e = element;

	return strcmp(name, e->statement->name);
}

const struct statement *statement_find(const char *name)
{
	const struct entry *e =
		bsearch(name, all.sorted, all.count, sizeof(struct entry), name_to_entry);

	return e == NULL ? NULL : e->statement;
}

const struct statement *statement_define(struct arena *a, const char *name, const char *sql)
{
	struct scanned found;

	if (*name == '\0' || all.count == STATEMENTS_MAX || statement_find(name) != NULL ||
	    !scan_parameters(a, sql, &found))
		return NULL;

	struct statement *s = &all.list[all.count];

	*s = (struct statement){.name = arena_dup(a, name),
				.sql = found.sql,
				.index = all.count,
				.parameter_count = found.count,
				.parameters = arena_alloc(a, found.count * sizeof(char *))};
	memcpy(s->parameters, found.names, found.count * sizeof(char *));
	all.sources[all.count] = sql;
	all.sorted[all.count++].statement = s;
	qsort(all.sorted, all.count, sizeof(struct entry), by_name);
	return s;
}

static const char mark[] = "-- name: ";

/* The next line that begins a block, from `s` on, or NULL. */
static const char *next_block(const char *s)
{
	while (s != NULL && strncmp(s, mark, sizeof(mark) - 1) != 0) {
		s = strchr(s, '\n');
		s = s == NULL ? NULL : s + 1;
	}
	return s;
}

static bool load_file(struct arena *a, const struct embedded *file, const char **why)
{
	for (const char *at = next_block(file->data); at != NULL;) {
		const char *name = at + sizeof(mark) - 1, *line_end = strchr(name, '\n');

		if (line_end == NULL)
			break;

		const char *next = next_block(line_end + 1);
		size_t size = next == NULL ? strlen(line_end) : (size_t)(next - line_end);
		const char *id = arena_copy(a, name, strcspn(name, " \n"));

		if (statement_define(a, id, arena_copy(a, line_end, size)) == NULL) {
			*why = arena_printf(a,
					    "statement '%s' in sql/%s is malformed or stands twice",
					    id, file->name);
			return false;
		}
		at = next;
	}
	return true;
}

bool statements_load(struct arena *a, const char **why)
{
	all.count = 0;
	for (const struct embedded *e = embedded_files; e->name != NULL; e++)
		if (strncmp(e->name, "queries/", 8) == 0 && !load_file(a, e, why))
			return false;
	return true;
}

size_t statements_count(void)
{
	return all.count;
}

const struct statement *statement_at(size_t index)
{
	return &all.list[index];
}

const char *statement_source(const char *name)
{
	const struct statement *s = statement_find(name);

	return s == NULL ? NULL : all.sources[s->index];
}
