#ifndef MUNICIPALITY_MAPPING_H
#define MUNICIPALITY_MAPPING_H

#include "lib/csv.h"
#include "lib/settings.h"

/*
 * How an extract's columns become an import's. In the configuration file, for an import `contacts`:
 *
 *   [contacts.columns]             import column = what it is made of
 *   source_id = KontaktNr          a column of the extract
 *   source_system = 'PROFIL'       a fixed value
 *   started_at = Dato + Klokke     columns joined by a space
 *
 *   [contacts.values.place]        for a column: the extract's value = the import's
 *   Hjemme hos bruker = HOME
 *
 * A value that a [values] section does not name is passed on as it is. Norwegian dates and times
 * (31.12.2026, 31.12.2026 14:05) become ISO 8601 in columns that end in _at, _on, _from and _to;
 * a duration 1:30 becomes minutes in the column `minutes`.
 */
struct mapping;

/* The mapping of the import of that name. NULL and `*why` when it has no columns. */
struct mapping *mapping_read(struct arena *a, const struct settings *s, const char *import,
			     const char **why);

/* Finds the columns in the extract's header. False and `*why`, which names the missing column. */
bool mapping_bind(struct mapping *m, struct arena *a, const struct csv_record *header,
		  const char **why);

/* The import's header line, and the line of one record; in the arena, without line end. */
const char *mapping_header(const struct mapping *m, struct arena *a);
const char *mapping_line(const struct mapping *m, struct arena *a, const struct csv_record *row);

#endif
