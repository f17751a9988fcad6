/* From a record system's columns and words to the import's. No I/O. */
#include "municipality/mapping.h"

#include <string.h>

#include "lib/scan.h"

enum { COLUMNS_MAX = 64, PARTS_MAX = 4 };

/* A column of the import. */
struct column {
	const char *name;
	const char *fixed; /* the value of every row, or NULL */
	size_t part_count;
	const char *parts[PARTS_MAX]; /* columns of the extract */
	size_t places[PARTS_MAX];     /* where they stand in its records */
};

struct mapping {
	const struct settings *settings;
	const char *values; /* "contacts.values." */
	size_t count;
	struct column columns[COLUMNS_MAX];
};

static char *trimmed(char *text)
{
	char *end;

	text += strspn(text, " \t");
	end = text + strlen(text);
	while (end > text && strchr(" \t", end[-1]) != NULL)
		end--;
	*end = '\0';
	return text;
}

/* "'fixed'", "Column" or "Column + Column". */
static bool read_source(struct arena *a, struct column *c, const char *source)
{
	size_t length = strlen(source);
	char *rest = arena_dup(a, source), *part;

	if (length >= 2 && source[0] == '\'' && source[length - 1] == '\'') {
		c->fixed = arena_copy(a, source + 1, length - 2);
		return true;
	}
	while ((part = strsep(&rest, "+")) != NULL) {
		part = trimmed(part);
		if (part[0] == '\0' || c->part_count == PARTS_MAX)
			return false;
		c->parts[c->part_count++] = part;
	}
	return c->part_count > 0;
}

struct mapping *mapping_read(struct arena *a, const struct settings *s, const char *import,
			     const char **why)
{
	const char *section = arena_printf(a, "%s.columns.", import);
	struct mapping *m = arena_alloc(a, sizeof(*m));

	m->settings = s;
	m->values = arena_printf(a, "%s.values.", import);
	for (size_t i = 0; i < s->count; i++) {
		const struct setting *setting = &s->list[i];

		if (strncmp(setting->name, section, strlen(section)) != 0)
			continue;
		if (m->count == COLUMNS_MAX ||
		    !read_source(a, &m->columns[m->count], setting->value)) {
			*why = arena_printf(a, "%s is neither a column nor a 'value'",
					    setting->name);
			return NULL;
		}
		m->columns[m->count++].name = setting->name + strlen(section);
	}
	if (m->count > 0)
		return m;
	*why = arena_printf(a, "[%s.columns] is empty", import);
	return NULL;
}

/* Where the column stands, or header->count. */
static size_t place_of(const struct csv_record *header, const char *name)
{
	size_t i = 0;

	while (i < header->count && strcmp(header->fields[i], name) != 0)
		i++;
	return i;
}

bool mapping_bind(struct mapping *m, struct arena *a, const struct csv_record *header,
		  const char **why)
{
	for (size_t i = 0; i < m->count; i++) {
		struct column *c = &m->columns[i];

		for (size_t k = 0; k < c->part_count; k++) {
			c->places[k] = place_of(header, c->parts[k]);
			if (c->places[k] == header->count) {
				*why = arena_printf(a, "the extract has no column '%s'",
						    c->parts[k]);
				return false;
			}
		}
	}
	return true;
}

const char *mapping_header(const struct mapping *m, struct arena *a)
{
	struct text line;

	text_init(&line, a);
	for (size_t i = 0; i < m->count; i++)
		csv_add(&line, ';', m->columns[i].name);
	return line.bytes;
}

static bool ends_in(const char *name, const char *ending)
{
	size_t length = strlen(name), tail = strlen(ending);

	return length >= tail && strcmp(name + length - tail, ending) == 0;
}

/* "31.12.2026", and the rest of the text in `*at`. */
static bool scan_norwegian_date(const char **at, unsigned *year, unsigned *month, unsigned *day)
{
	return scan_number(at, 2, day) && scan_one(at, ".") && scan_number(at, 2, month) &&
	       scan_one(at, ".") && scan_number(at, 4, year) && *year >= 1000;
}

/* "14:05", "14.05", "14:05:30"; to the end of the text. */
static bool scan_clock(const char *at, unsigned *hour, unsigned *minute, unsigned *second)
{
	*second = 0;
	if (!scan_number(&at, 2, hour) || !scan_one(&at, ":.") || !scan_number(&at, 2, minute))
		return false;
	if (scan_one(&at, ":.") && !scan_number(&at, 2, second))
		return false;
	return *at == '\0';
}

/* A Norwegian or ISO date, with a time of the day or without, as ISO 8601; other values as they
 * are. */
static const char *iso_time(struct arena *a, const char *value)
{
	unsigned day, month, year, hour, minute, second;
	const char *at = value;

	if (!scan_norwegian_date(&at, &year, &month, &day)) {
		at = value;
		if (!scan_date(&at, &year, &month, &day))
			return value;
	}
	if (*at == '\0')
		return arena_printf(a, "%04u-%02u-%02u", year, month, day);
	at += strspn(at, " ");
	if (!scan_clock(at, &hour, &minute, &second))
		return value;
	return arena_printf(a, "%04u-%02u-%02uT%02u:%02u:%02u", year, month, day, hour, minute,
			    second);
}

static const char *minutes(struct arena *a, const char *value)
{
	unsigned hours, rest;
	const char *at = value;

	if (!scan_number(&at, 3, &hours) || !scan_one(&at, ":") || !scan_number(&at, 2, &rest) ||
	    *at != '\0')
		return value;
	return arena_printf(a, "%u", hours * 60 + rest);
}

static const char *normal(struct arena *a, const char *column, const char *value)
{
	if (ends_in(column, "_at") || ends_in(column, "_on") || ends_in(column, "_from") ||
	    ends_in(column, "_to"))
		return iso_time(a, value);
	return strcmp(column, "minutes") == 0 ? minutes(a, value) : value;
}

static const char *joined(struct arena *a, const struct column *c, const struct csv_record *row)
{
	struct text t;

	text_init(&t, a);
	for (size_t k = 0; k < c->part_count; k++) {
		const char *part = c->places[k] < row->count ? row->fields[c->places[k]] : "";

		if (part[0] != '\0')
			text_printf(&t, "%s%s", t.length > 0 ? " " : "", part);
	}
	return trimmed(t.bytes);
}

const char *mapping_line(const struct mapping *m, struct arena *a, const struct csv_record *row)
{
	struct text line;

	text_init(&line, a);
	for (size_t i = 0; i < m->count; i++) {
		const struct column *c = &m->columns[i];
		const char *value = c->fixed != NULL ? c->fixed : joined(a, c, row);
		const char *named = settings_text(
			m->settings, arena_printf(a, "%s%s.%s", m->values, c->name, value));

		csv_add(&line, ';', normal(a, c->name, named != NULL ? named : value));
		if (i == 0 && line.length == 0)
			text_add(&line, "\"\"");
	}
	return line.bytes;
}
