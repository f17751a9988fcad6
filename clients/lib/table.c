/* Tables for terminals: widths in cells, not bytes, and nothing that steers the terminal. */
#include "lib/table.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { GAP = 2, COLUMN_MIN = 6 };

struct range {
	uint32_t from, to;
};

/* combining marks, joiners and variation selectors: no cell of their own */
static const struct range zero_wide[] = {
	{0x0300, 0x036f}, {0x0483, 0x0489}, {0x0591, 0x05bd}, {0x064b, 0x065f},
	{0x200b, 0x200f}, {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f},
};

/* East Asian wide and emoji: two cells */
static const struct range double_wide[] = {
	{0x1100, 0x115f},   {0x2e80, 0x303e},	{0x3041, 0xa4cf},   {0xac00, 0xd7a3},
	{0xf900, 0xfaff},   {0xfe30, 0xfe6f},	{0xff00, 0xff60},   {0xffe0, 0xffe6},
	{0x1f300, 0x1f64f}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd},
};

static bool within(uint32_t c, const struct range *ranges, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (c >= ranges[i].from && c <= ranges[i].to)
			return true;
	return false;
}

/* The character at `s` and the bytes it takes; a malformed byte is U+FFFD of one byte. */
static size_t decode(const char *s, uint32_t *c)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t more = p[0] < 0x80 ? 0 : p[0] < 0xc2 ? 9 : p[0] < 0xe0 ? 1 : p[0] < 0xf0 ? 2 : 3;

	*c = more == 0 ? p[0] : p[0] & (0x3fU >> more);
	if (more > 3 || p[0] > 0xf4) {
		*c = 0xfffd;
		return 1;
	}
	for (size_t i = 1; i <= more; i++) {
		if ((p[i] & 0xc0) != 0x80) {
			*c = 0xfffd;
			return 1;
		}
		*c = *c << 6 | (p[i] & 0x3f);
	}
	return more + 1;
}

static size_t cells_of(uint32_t c)
{
	if (within(c, zero_wide, sizeof(zero_wide) / sizeof(*zero_wide)))
		return 0;
	return within(c, double_wide, sizeof(double_wide) / sizeof(*double_wide)) ? 2 : 1;
}

size_t table_width(const char *text)
{
	size_t width = 0;
	uint32_t c;

	while (*text != '\0') {
		text += decode(text, &c);
		width += cells_of(c);
	}
	return width;
}

/* C0, DEL, C1 and the marks that turn the writing direction */
static bool steers(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0x9f) || (c >= 0x202a && c <= 0x202e) ||
	       (c >= 0x2066 && c <= 0x2069) || c == 0xfffd;
}

char *table_clean(struct arena *a, const char *text)
{
	char *copy = arena_alloc(a, strlen(text) + 1), *to = copy;
	uint32_t c;

	while (*text != '\0') {
		size_t size = decode(text, &c);

		if (steers(c)) {
			*to++ = ' ';
		} else {
			memcpy(to, text, size);
			to += size;
		}
		text += size;
	}
	return copy;
}

size_t table_terminal(FILE *out)
{
	struct winsize size;

	if (!isatty(fileno(out)))
		return 0;
	if (ioctl(fileno(out), TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
		return 80;
	return size.ws_col;
}

void table_init(struct table *t, struct arena *a, const char *const *headings, size_t count)
{
	*t = (struct table){.arena = a};
	t->column_count = count > TABLE_COLUMNS_MAX ? TABLE_COLUMNS_MAX : count;
	for (size_t i = 0; i < t->column_count; i++)
		t->headings[i] = table_clean(a, headings[i]);
}

void table_add(struct table *t, const char *const *cells)
{
	if (t->row_count == t->row_size) {
		size_t size = t->row_size == 0 ? 64 : t->row_size * 2;
		const char **more = arena_alloc(t->arena, size * t->column_count * sizeof(*more));

		if (t->row_count > 0)
			memcpy(more, t->cells, t->row_count * t->column_count * sizeof(*more));
		t->cells = more;
		t->row_size = size;
	}
	for (size_t i = 0; i < t->column_count; i++)
		t->cells[t->row_count * t->column_count + i] = table_clean(t->arena, cells[i]);
	t->row_count++;
}

static void measure(const struct table *t, size_t *widths)
{
	for (size_t i = 0; i < t->column_count; i++) {
		widths[i] = t->bare ? 0 : table_width(t->headings[i]);
		for (size_t row = 0; row < t->row_count; row++) {
			size_t width = table_width(t->cells[row * t->column_count + i]);

			widths[i] = width > widths[i] ? width : widths[i];
		}
	}
}

/* Takes cells from the widest column until the line fits or no column can give more. */
static void shrink(const struct table *t, size_t *widths, size_t limit)
{
	for (;;) {
		size_t total = 0, widest = 0;

		for (size_t i = 0; i < t->column_count; i++) {
			total += widths[i] + (i > 0 ? GAP : 0);
			widest = widths[i] > widths[widest] ? i : widest;
		}
		if (limit == 0 || total <= limit || widths[widest] <= COLUMN_MIN)
			return;
		widths[widest]--;
	}
}

static void print_cell(const char *text, size_t width, bool last, FILE *out)
{
	size_t have = table_width(text), used = 0;
	uint32_t c;

	if (have <= width) {
		fprintf(out, "%s%*s", text, last ? 0 : (int)(width - have + GAP), "");
		return;
	}
	while (*text != '\0') {
		size_t size = decode(text, &c);

		if (used + cells_of(c) > width - 1)
			break;
		fwrite(text, 1, size, out);
		used += cells_of(c);
		text += size;
	}
	fprintf(out, "…%*s", last ? 0 : (int)(width - used - 1 + GAP), "");
}

static void print_row(const struct table *t, const char *const *cells, const size_t *widths,
		      FILE *out)
{
	for (size_t i = 0; i < t->column_count; i++)
		print_cell(cells[i], widths[i], i + 1 == t->column_count, out);
	fputc('\n', out);
}

void table_print(const struct table *t, FILE *out, size_t width)
{
	size_t widths[TABLE_COLUMNS_MAX];

	if (t->column_count == 0)
		return;
	measure(t, widths);
	shrink(t, widths, width);
	if (!t->bare)
		print_row(t, t->headings, widths, out);
	for (size_t row = 0; row < t->row_count; row++)
		print_row(t, t->cells + row * t->column_count, widths, out);
}
