/* Reads configuration files; every adapter's first step. */
#include "lib/settings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/file.h"

enum { SETTINGS_MAX = 512 };

/* Where the reading stands. */
struct reader {
	struct arena *arena;
	struct settings *out;
	const char *section; /* NULL before the first */
	unsigned line;
	const char *why;
};

static bool fault(struct reader *r, const char *what, const char *subject)
{
	r->why = arena_printf(r->arena, "'%s', line %u: %s '%s'", r->out->path, r->line, what,
			      subject);
	return false;
}

/* The text without space at both ends; writes into it. */
static char *trimmed(char *text)
{
	char *end;

	text += strspn(text, " \t\r\n");
	end = text + strlen(text);
	while (end > text && strchr(" \t\r\n", end[-1]) != NULL)
		end--;
	*end = '\0';
	return text;
}

static const struct setting_spec *find_spec(const struct settings *s, const char *name)
{
	const struct setting_spec *open = NULL;

	for (const struct setting_spec *spec = s->specs; spec->name != NULL; spec++) {
		size_t length = strlen(spec->name);

		if (strcmp(spec->name, name) == 0)
			return spec;
		if (spec->name[length - 1] == '*' && strncmp(spec->name, name, length - 1) == 0)
			open = spec;
	}
	return open;
}

static const struct setting *find(const struct settings *s, const char *name)
{
	for (size_t i = 0; i < s->count; i++)
		if (strcmp(s->list[i].name, name) == 0)
			return &s->list[i];
	return NULL;
}

static bool is_known_section(const struct settings *s, const char *section)
{
	size_t length = strlen(section);

	for (const struct setting_spec *spec = s->specs; spec->name != NULL; spec++) {
		size_t open = strlen(spec->name) - 1; /* how much comes before a star */

		if (strncmp(spec->name, section, length) == 0 && spec->name[length] == '.')
			return true;
		if (spec->name[open] == '*' && strncmp(spec->name, section, open) == 0)
			return true;
	}
	return false;
}

static bool is_within(const char *text, const struct setting_number *range)
{
	char *end;
	long n;

	errno = 0;
	n = strtol(text, &end, 10);
	return errno == 0 && end != text && *end == '\0' && n >= range->least && n <= range->most;
}

static bool is_choice(const char *text, const char *choices)
{
	size_t length = strlen(text);

	for (const char *at = choices; at != NULL; at = strchr(at, '|')) {
		at += *at == '|' ? 1 : 0;
		if (length > 0 && strncmp(at, text, length) == 0 && strchr("|", at[length]) != NULL)
			return true;
	}
	return false;
}

/* The value as the program gets it; NULL when its key does not take it. */
static const char *judged(struct reader *r, const struct setting_spec *spec, const char *value)
{
	if (spec->number != NULL && !is_within(value, spec->number))
		return NULL;
	if (spec->choices != NULL && !is_choice(value, spec->choices))
		return NULL;
	if (spec->is_path && value[0] != '/' && value[0] != '\0')
		return arena_printf(r->arena, "%s/%s", file_directory(r->arena, r->out->path),
				    value);
	return arena_dup(r->arena, value);
}

static bool read_key(struct reader *r, char *line)
{
	char *equals = strchr(line, '=');
	const struct setting_spec *spec;
	const char *name, *value;

	if (equals == NULL)
		return fault(r, "neither [section] nor key = value:", line);
	*equals = '\0';
	if (r->section == NULL)
		return fault(r, "before the first [section]:", trimmed(line));
	name = arena_printf(r->arena, "%s.%s", r->section, trimmed(line));
	spec = find_spec(r->out, name);
	if (spec == NULL)
		return fault(r, "unknown setting", name);
	if (find(r->out, name) != NULL)
		return fault(r, "said twice:", name);
	value = judged(r, spec, trimmed(equals + 1));
	if (value == NULL)
		return fault(r, "not a value for", name);
	if (r->out->count == SETTINGS_MAX)
		return fault(r, "too many settings at", name);
	r->out->list[r->out->count++] = (struct setting){name, value};
	return true;
}

static bool read_line(struct reader *r, char *line)
{
	size_t length;

	line = trimmed(line);
	length = strlen(line);
	if (length == 0 || line[0] == '#' || line[0] == ';')
		return true;
	if (line[0] != '[')
		return read_key(r, line);
	if (length < 3 || line[length - 1] != ']')
		return fault(r, "not a [section]:", line);
	line[length - 1] = '\0';
	r->section = arena_dup(r->arena, trimmed(line + 1));
	return is_known_section(r->out, r->section) || fault(r, "unknown section", r->section);
}

/* The value of a key that the file does not have, or NULL. */
static const char *fallback_of(const struct reader *r, const struct setting_spec *spec)
{
	if (spec->number != NULL)
		return spec->number->fallback;
	if (spec->choices != NULL)
		return arena_copy(r->arena, spec->choices, strcspn(spec->choices, "|"));
	return spec->fallback;
}

/* What the file left out: fallbacks are put in place, what is required is missed. */
static bool complete(struct reader *r)
{
	for (const struct setting_spec *spec = r->out->specs; spec->name != NULL; spec++) {
		if (find(r->out, spec->name) != NULL)
			continue;
		if (spec->required) {
			r->why = arena_printf(r->arena, "'%s' lacks %s", r->out->path, spec->name);
			return false;
		}

		const char *value = fallback_of(r, spec);

		if (value != NULL)
			r->out->list[r->out->count++] =
				(struct setting){spec->name, judged(r, spec, value)};
	}
	return true;
}

bool settings_parse(struct arena *a, char *text, struct settings *out, const char **why)
{
	struct reader r = {.arena = a, .out = out};
	char *line;
	bool fine = true;

	out->count = 0;
	out->list = arena_alloc(a, 2UL * SETTINGS_MAX * sizeof(*out->list));
	if (strncmp(text, "\xef\xbb\xbf", 3) == 0)
		text += 3;
	while (fine && (line = strsep(&text, "\n")) != NULL) {
		r.line++;
		fine = read_line(&r, line);
	}
	fine = fine && complete(&r);
	if (!fine)
		*why = r.why;
	return fine;
}

bool settings_read(struct arena *a, const char *path, const struct setting_spec *specs,
		   struct settings *out, const char **why)
{
	size_t size;
	char *text = file_read(a, path, &size, why);

	*out = (struct settings){.path = arena_dup(a, path), .specs = specs};
	return text != NULL && settings_parse(a, text, out, why);
}

const char *settings_text(const struct settings *s, const char *name)
{
	const struct setting *setting = find(s, name);

	return setting != NULL ? setting->value : NULL;
}

long settings_number(const struct settings *s, const char *name)
{
	const char *text = settings_text(s, name);

	return text != NULL ? strtol(text, NULL, 10) : 0;
}
