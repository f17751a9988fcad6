/* CSV in and out, as the record systems of municipalities write and read it. */
#include "lib/csv.h"

#include <iconv.h>
#include <jansson.h>
#include <string.h>

static const char formula_starts[] = "=+-@\t\r";

/* Windows-1252 as UTF-8; a byte without meaning there becomes a question mark. */
static const char *from_windows(struct arena *a, const char *field)
{
	size_t left = strlen(field), room = 3 * left;
	char *copy = arena_dup(a, field), *out = arena_alloc(a, room + 1), *end = out;
	iconv_t converter = iconv_open("UTF-8", "WINDOWS-1252");

	if (converter == (iconv_t)-1)
		return field;
	while (left > 0 && iconv(converter, &copy, &left, &end, &room) == (size_t)-1) {
		*end++ = '?';
		copy++;
		left--;
		room--;
	}
	iconv_close(converter);
	return out;
}

static bool is_utf8(const char *field)
{
	json_t *text = json_string(field); /* NULL for what is not UTF-8 */
	bool fine = text != NULL;

	json_decref(text);
	return fine;
}

static bool keep_field(const struct csv *c, struct arena *a, struct text *field,
		       struct csv_record *out)
{
	const char *value = c->windows ? from_windows(a, field->bytes) : field->bytes;

	if (out->count == CSV_FIELDS_MAX || !is_utf8(value))
		return false;
	out->fields[out->count++] = arena_dup(a, value);
	field->length = 0;
	field->bytes[0] = '\0';
	return true;
}

/* The rest of a quoted field; false when the file ends within it or it is too long. */
static bool read_quoted(struct csv *c, struct text *field, size_t *size)
{
	int byte;

	while ((byte = getc(c->in)) != EOF && ++*size <= CSV_RECORD_MAX) {
		if (byte == '"') {
			int after = getc(c->in);

			if (after != '"') {
				ungetc(after, c->in);
				return true;
			}
		}
		text_add_bytes(field, &(char){(char)byte}, 1);
	}
	return false;
}

static void skip_mark(struct csv *c)
{
	int first = getc(c->in);

	if (first != 0xef) {
		ungetc(first, c->in);
		return;
	}
	(void)getc(c->in);
	(void)getc(c->in);
}

enum ending { FIELD_ENDS, RECORD_ENDS, FILE_ENDS, BROKEN };

/* Reads one field and says what ended it. */
static enum ending read_field(struct csv *c, struct text *field, size_t *size)
{
	int byte;

	while ((byte = getc(c->in)) != EOF) {
		if (++*size > CSV_RECORD_MAX)
			return BROKEN;
		if (byte == c->delimiter)
			return FIELD_ENDS;
		if (byte == '\n')
			return RECORD_ENDS;
		if (byte == '"' && field->length == 0) {
			if (!read_quoted(c, field, size))
				return BROKEN;
		} else if (byte != '\r') {
			text_add_bytes(field, &(char){(char)byte}, 1);
		}
	}
	return FILE_ENDS;
}

static bool is_empty(const struct csv_record *record)
{
	return record->count == 1 && record->fields[0][0] == '\0';
}

bool csv_next(struct csv *c, struct arena *a, struct csv_record *out, const char **why)
{
	enum ending ending = RECORD_ENDS;
	struct text field;
	size_t size = 0;

	*why = NULL;
	text_init(&field, a);
	*out = (struct csv_record){.fields = arena_alloc(a, CSV_FIELDS_MAX * sizeof(char *))};
	if (c->record == 0 && !c->windows)
		skip_mark(c);
	do {
		if (out->count == 1 && ending == RECORD_ENDS)
			out->count = 0; /* an empty line came before */
		ending = read_field(c, &field, &size);
		if (ending == BROKEN || !keep_field(c, a, &field, out)) {
			*why = arena_printf(a, "record %lu is not CSV in the file's encoding",
					    c->record + 1);
			return false;
		}
	} while (ending == FIELD_ENDS || (ending == RECORD_ENDS && is_empty(out)));
	if (is_empty(out))
		return false;
	c->record++;
	return true;
}

static void add(struct text *line, char delimiter, const char *before, const char *field)
{
	const char special[] = {delimiter, '"', '\n', '\r', '\0'};

	if (line->length > 0)
		text_add_bytes(line, &delimiter, 1);
	if (strpbrk(field, special) == NULL && before[0] == '\0') {
		text_add(line, field);
		return;
	}
	text_add(line, "\"");
	text_add(line, before);
	for (; *field != '\0'; field++)
		text_add(line, *field == '"' ? "\"\"" : (char[]){*field, '\0'});
	text_add(line, "\"");
}

void csv_add(struct text *line, char delimiter, const char *field)
{
	add(line, delimiter, "", field);
}

void csv_add_shown(struct text *line, char delimiter, const char *field)
{
	bool formula = field[0] != '\0' && strchr(formula_starts, field[0]) != NULL;

	add(line, delimiter, formula ? "'" : "", field);
}
