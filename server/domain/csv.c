/* Reads CSV as it arrives. Pure: bytes in, records out. */
#include "domain/csv.h"

#include <stdbool.h>

const char *csv_cell(const struct csv *c, size_t index)
{
	return c->text + c->starts[index];
}

/* A fault is kept until the record's line ends: there the reader finds its feet again. */
static void fail(struct csv *c, const char *why)
{
	if (c->fault == NULL)
		c->fault = why;
	c->state = CSV_PLAIN;
}

static void put(struct csv *c, char b)
{
	if (b == '\0')
		fail(c, "holds a NUL byte");
	else if (c->size + 1 >= CSV_RECORD_MAX + c->cell_count)
		fail(c, "is longer than 64 KiB");
	else if (c->fault == NULL)
		c->text[c->size++] = b;
}

static void begin_cell(struct csv *c)
{
	if (c->cell_count == CSV_CELLS_MAX) {
		fail(c, "has more than 128 cells");
		return;
	}
	c->starts[c->cell_count++] = c->size;
	c->state = CSV_CELL;
}

static void end_cell(struct csv *c)
{
	if (c->fault == NULL)
		c->text[c->size++] = '\0';
}

static void begin_record(struct csv *c)
{
	c->size = c->cell_count = 0;
	c->fault = NULL;
	begin_cell(c);
}

static enum csv_step end_record(struct csv *c)
{
	end_cell(c);
	c->state = CSV_BEGIN;
	return c->fault == NULL ? CSV_RECORD : CSV_BAD;
}

/* Outside of quotes, or right behind them. True when the record has ended. */
static bool take_open(struct csv *c, char b)
{
	if (b == '\n')
		return true;
	if (b == c->delimiter) {
		end_cell(c);
		if (c->fault == NULL)
			begin_cell(c);
	} else if (b == '\r') {
		c->state = CSV_AFTER_CR;
	} else if (b == '"' && c->state == CSV_CELL && c->fault == NULL) {
		c->state = CSV_QUOTED;
	} else if (b == '"' && c->state == CSV_QUOTE) {
		put(c, '"');
		c->state = CSV_QUOTED;
	} else if (b == '"' || c->state == CSV_QUOTE) {
		fail(c, "has a quote that is not around a whole cell");
	} else {
		c->state = CSV_PLAIN;
		put(c, b);
	}
	return false;
}

/* One byte; true when it ends the record. */
static bool take(struct csv *c, char b)
{
	if (c->state == CSV_QUOTED) {
		if (b == '"')
			c->state = CSV_QUOTE;
		else
			put(c, b);
		return false;
	}
	if (c->state == CSV_AFTER_CR) {
		if (b == '\n')
			return true;
		fail(c, "has a CR without LF");
	}
	return take_open(c, b);
}

enum csv_step csv_read(struct csv *c, const char *in, size_t len, size_t *used)
{
	*used = 0;
	while (*used < len) {
		if (c->state == CSV_BEGIN)
			begin_record(c);
		if (take(c, in[(*used)++]))
			return end_record(c);
	}
	return CSV_MORE;
}

enum csv_step csv_end(struct csv *c)
{
	if (c->state == CSV_BEGIN)
		return CSV_MORE;
	if (c->state == CSV_QUOTED)
		fail(c, "has a quote that is never closed");
	return end_record(c);
}
