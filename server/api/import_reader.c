/* Cuts a file into rows as its bytes arrive. */
#include "api/import_reader.h"

#include <string.h>

#include "api/import_block.h"
#include "base/text.h"
#include "contract/json_value.h"

enum { DEPTH = 8 /* of a row's JSON */ };

static const char bom[] = "\xEF\xBB\xBF";

void import_reader_open(struct import_reader *r, struct arena *a, char delimiter, json_t *header)
{
	r->header = header;
	if (delimiter != '\0') {
		r->csv = arena_alloc(a, sizeof(*r->csv));
		r->csv->delimiter = delimiter;
	} else {
		r->line = arena_alloc(a, IMPORT_ROW_MAX + 1);
	}
}

void import_reader_close(struct import_reader *r)
{
	json_decref(r->header);
	r->header = NULL;
}

/* Hands on a row that was read; `row` is released. */
static enum import_reading give(struct import_reader *r, json_t *row)
{
	const char *text = row == NULL ? NULL : import_row_judge(r->judge, row);
	bool go_on = r->row(r->context, text);

	json_decref(row);
	arena_clear(r->judge->arena);
	return go_on ? IMPORT_GO_ON : IMPORT_STOPPED;
}

static enum import_reading turn_away(struct import_reader *r, const char *code, const char *message)
{
	r->judge->number++;
	import_row_refuse(r->judge, code, message);
	return give(r, NULL);
}

/* ---- NDJSON ---- */

static enum import_reading end_line(struct import_reader *r)
{
	size_t size = r->line_size;
	bool too_long = r->line_too_long;
	json_t *row;

	r->line_size = 0;
	r->line_too_long = false;
	if (too_long)
		return turn_away(r, "row_too_long", "is longer than 64 KiB");
	while (size > 0 && strchr(" \t\r", r->line[size - 1]) != NULL)
		size--;
	if (size == 0)
		return IMPORT_GO_ON;
	if (!text_is_utf8(r->line, size))
		return IMPORT_NOT_UTF8;
	row = json_fits_depth(r->line, size, DEPTH)
		      ? json_loadb(r->line, size, JSON_REJECT_DUPLICATES, NULL)
		      : NULL;
	if (!json_is_object(row)) {
		json_decref(row);
		return turn_away(r, "not_json", "is not a JSON object");
	}
	r->judge->number++;
	return give(r, row);
}

static enum import_reading take_lines(struct import_reader *r, const char *data, size_t size)
{
	while (size > 0) {
		const char *end = memchr(data, '\n', size);
		size_t n = end == NULL ? size : (size_t)(end - data);

		if (r->line_size + n > IMPORT_ROW_MAX)
			r->line_too_long = true;
		else
			memcpy(r->line + r->line_size, data, n);
		r->line_size = r->line_too_long ? 0 : r->line_size + n;
		n += end != NULL;
		r->at += (int64_t)n;
		data += n;
		size -= n;
		if (end == NULL)
			break;

		enum import_reading what = end_line(r);

		if (what != IMPORT_GO_ON)
			return what;
	}
	return IMPORT_GO_ON;
}

/* ---- CSV ---- */

/* Whether it is no column of the type, or has stood before. */
static bool is_bad_column(const struct import_reader *r, size_t column)
{
	const char *name = json_string_value(json_array_get(r->header, column));

	if (import_shape_column(r->judge->shape, name) == NULL)
		return true;
	for (size_t k = 0; k < column; k++)
		if (strcmp(json_string_value(json_array_get(r->header, k)), name) == 0)
			return true;
	return false;
}

const char *import_reader_bad_column(const struct import_reader *r, size_t *at)
{
	while (*at < json_array_size(r->header)) {
		size_t column = (*at)++;

		if (is_bad_column(r, column))
			return json_string_value(json_array_get(r->header, column));
	}
	return NULL;
}

static enum import_reading take_header(struct import_reader *r)
{
	size_t first = 0;

	r->header = json_array();
	r->header_is_fresh = true;
	for (size_t i = 0; i < r->csv->cell_count; i++)
		json_array_append_new(r->header, json_string(csv_cell(r->csv, i)));
	return import_reader_bad_column(r, &first) == NULL ? IMPORT_GO_ON : IMPORT_BAD_HEADER;
}

static json_t *row_of_cells(const struct import_reader *r)
{
	json_t *row = json_object();

	for (size_t i = 0; i < r->csv->cell_count; i++) {
		const char *name = json_string_value(json_array_get(r->header, i));
		const char *text = csv_cell(r->csv, i);

		if (*text != '\0')
			json_object_set_new(
				row, name,
				import_shape_value(import_shape_column(r->judge->shape, name),
						   text));
	}
	return row;
}

static enum import_reading end_record(struct import_reader *r, enum csv_step step)
{
	const struct csv *c = r->csv;

	if (step == CSV_BAD && r->header == NULL)
		return IMPORT_BAD_HEADER;
	if (step == CSV_BAD)
		return turn_away(r, "csv_syntax", c->fault);
	if (!text_is_utf8(c->text, c->size))
		return IMPORT_NOT_UTF8;
	if (c->cell_count == 1 && *csv_cell(c, 0) == '\0')
		return IMPORT_GO_ON;
	if (r->header == NULL)
		return take_header(r);
	if (c->cell_count != json_array_size(r->header))
		return turn_away(r, "cells", "has not as many cells as the header");
	r->judge->number++;
	return give(r, row_of_cells(r));
}

static enum import_reading take_records(struct import_reader *r, const char *data, size_t size)
{
	while (size > 0) {
		size_t used;
		enum csv_step step = csv_read(r->csv, data, size, &used);

		r->at += (int64_t)used;
		data += used;
		size -= used;
		if (step == CSV_MORE)
			continue;

		enum import_reading what = end_record(r, step);

		if (what != IMPORT_GO_ON)
			return what;
	}
	return IMPORT_GO_ON;
}

/* ---- both ---- */

/* A byte order mark at the very beginning is passed over; what only began like one is a row's. */
static size_t skip_bom(struct import_reader *r, const char *data, size_t size)
{
	size_t n = 0;

	while (r->bom_seen < 3 && r->at == (int64_t)r->bom_seen && n < size &&
	       data[n] == bom[r->bom_seen]) {
		r->bom_seen++;
		r->at++;
		n++;
	}
	return n;
}

enum import_reading import_reader_take(struct import_reader *r, const char *data, size_t size)
{
	size_t n = r->header == NULL || r->csv == NULL ? skip_bom(r, data, size) : 0;

	return r->csv == NULL ? take_lines(r, data + n, size - n)
			      : take_records(r, data + n, size - n);
}

enum import_reading import_reader_end(struct import_reader *r)
{
	if (r->csv == NULL)
		return r->line_size > 0 || r->line_too_long ? end_line(r) : IMPORT_GO_ON;

	enum csv_step step = csv_end(r->csv);
	enum import_reading what = step == CSV_MORE ? IMPORT_GO_ON : end_record(r, step);

	return what == IMPORT_GO_ON && r->header == NULL ? IMPORT_BAD_HEADER : what;
}
