/* Reads HL7 v2 messages. Pure. */
#include "domain/hl7.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"

enum { SEPARATORS = 5, NAME = 3, CHARSET_FIELD = 18 };

static bool is_break(char c)
{
	return c == '\r' || c == '\n';
}

size_t hl7_length(const char *s, size_t len)
{
	for (size_t i = 1; i + NAME < len; i++)
		if (is_break(s[i - 1]) && memcmp(s + i, "MSH", NAME) == 0)
			return i;
	return len;
}

/* A piece of the message, by its ends. */
struct piece {
	const char *at, *end;
};

/* The first piece before `cut`; `rest` becomes what stands behind it. */
static struct piece split(struct piece *rest, char cut)
{
	size_t len = (size_t)(rest->end - rest->at);
	const char *found = memchr(rest->at, cut, len);
	struct piece first = {rest->at, found == NULL ? rest->end : found};

	rest->at = found == NULL ? rest->end : found + 1;
	return first;
}

/* The n-th part, from 1; empty when there are fewer. */
static struct piece nth(struct piece whole, char cut, int n)
{
	struct piece part = split(&whole, cut);

	for (; n > 1; n--) {
		if (whole.at == whole.end && (part.end == whole.end || *part.end != cut))
			return (struct piece){whole.end, whole.end};
		part = split(&whole, cut);
	}
	return part;
}

static struct piece next_segment(struct piece *rest)
{
	struct piece s = {rest->at, rest->at};

	while (s.end < rest->end && !is_break(*s.end))
		s.end++;
	rest->at = s.end;
	while (rest->at < rest->end && is_break(*rest->at))
		rest->at++;
	return s;
}

static struct piece find_segment(const struct hl7 *m, const char *name)
{
	struct piece rest = {m->text, m->text + m->size};

	while (rest.at < rest.end) {
		struct piece s = next_segment(&rest);

		if (s.end - s.at > NAME && memcmp(s.at, name, NAME) == 0)
			return s;
	}
	return (struct piece){rest.end, rest.end};
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)toupper((unsigned char)c);
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* What an escape sequence stands for, of which `s` is the inside; gives the end of what is put. */
static char *put_escape(const struct hl7 *m, struct piece s, char *out)
{
	size_t len = (size_t)(s.end - s.at);
	static const char names[] = "FSTRE";
	const char meant[] = {m->field, m->component, m->subcomponent, m->repetition, m->escape};

	const char *name = len == 1 ? memchr(names, *s.at, sizeof(meant)) : NULL;

	if (name != NULL)
		*out++ = meant[name - names];
	else if (len == 3 && memcmp(s.at, ".br", 3) == 0)
		*out++ = '\n';
	else if (len == 3 && *s.at == 'X' && hex(s.at[1]) >= 2 && hex(s.at[1]) < 8 &&
		 hex(s.at[2]) >= 0)
		*out++ = (char)(hex(s.at[1]) * 16 + hex(s.at[2]));
	/* highlighting and what is local says nothing here */
	return out;
}

static const char *without_escapes(const struct hl7 *m, struct piece p)
{
	char *text = arena_alloc(m->arena, (size_t)(p.end - p.at) + 1), *out = text;

	while (p.at < p.end) {
		struct piece plain = split(&p, m->escape);

		out = mempcpy(out, plain.at, (size_t)(plain.end - plain.at));
		if (plain.end == p.end)
			break;
		out = put_escape(m, split(&p, m->escape), out);
	}
	*out = '\0';
	return *text == '\0' ? NULL : text;
}

const char *hl7_value(const struct hl7 *m, const struct hl7_place *place)
{
	struct piece s = find_segment(m, place->segment);
	bool is_head = strcmp(place->segment, "MSH") == 0;
	int field = place->field + !is_head;

	if (s.at == s.end)
		return NULL;
	if (is_head && field == 1) /* the separator itself */
		return arena_copy(m->arena, &m->field, 1);
	s = nth(s, m->field, field);
	s = nth(s, m->repetition, place->repetition);
	s = nth(s, m->component, place->component);
	return without_escapes(m, nth(s, m->subcomponent, 1));
}

const char *hl7_get(const struct hl7 *m, const char *segment, int field, int component)
{
	return hl7_value(m, &(struct hl7_place){segment, field, component, 1});
}

static bool are_segments(const struct hl7 *m)
{
	struct piece rest = {m->text, m->text + m->size};

	while (rest.at < rest.end) {
		struct piece s = next_segment(&rest);

		if (s.end - s.at <= NAME || s.at[NAME] != m->field)
			return false;
		for (int i = 0; i < NAME; i++)
			if (!isupper((unsigned char)s.at[i]) && !isdigit((unsigned char)s.at[i]))
				return false;
	}
	return true;
}

/* Each byte of ISO 8859-1 is the code point of its number. */
static void from_latin(struct hl7 *m)
{
	char *text = arena_alloc(m->arena, 2 * m->size + 1), *out = text;

	for (size_t i = 0; i < m->size; i++) {
		unsigned char c = (unsigned char)m->text[i];

		if (c >= 0x80)
			*out++ = (char)(0xC0 | c >> 6);
		*out++ = (char)(c < 0x80 ? c : 0x80 | (c & 0x3F));
	}
	m->text = text;
	m->size = (size_t)(out - text);
}

static bool read_characters(struct hl7 *m)
{
	const char *set = hl7_get(m, "MSH", CHARSET_FIELD, 1);

	if (set != NULL && strcmp(set, "8859/1") == 0)
		from_latin(m);
	else if (set != NULL && strcmp(set, "UNICODE UTF-8") != 0 && strcmp(set, "ASCII") != 0)
		return false;
	return text_is_utf8(m->text, m->size) && memchr(m->text, '\0', m->size) == NULL;
}

enum hl7_fault hl7_open(struct hl7 *m, struct arena *a, const char *s, size_t len)
{
	const char *c = s + NAME;

	if (len < NAME + SEPARATORS + 1 || memcmp(s, "MSH", NAME) != 0)
		return HL7_NOT_MSH;
	for (size_t i = 0; i < SEPARATORS; i++)
		if (!ispunct((unsigned char)c[i]) || memchr(c, c[i], i) != NULL)
			return HL7_NOT_MSH;
	*m = (struct hl7){.arena = a,
			  .text = arena_copy(a, s, len),
			  .size = len,
			  .field = c[0],
			  .component = c[1],
			  .repetition = c[2],
			  .escape = c[3],
			  .subcomponent = c[4]};
	if (c[SEPARATORS] != c[0])
		return HL7_NOT_MSH;
	if (!read_characters(m))
		return HL7_CHARACTERS;
	return are_segments(m) ? HL7_OK : HL7_SEGMENT;
}

/* "HH:MM:SS" of 8, 12 or 14 digits of a time. */
static void read_clock(const char *value, size_t digits, char clock[9])
{
	memcpy(clock, "00:00:00", sizeof("00:00:00"));
	if (digits >= 12) {
		memcpy(clock, value + 8, 2);
		memcpy(clock + 3, value + 10, 2);
	}
	if (digits == 14)
		memcpy(clock + 6, value + 12, 2);
}

static bool is_offset(const char *s)
{
	return (*s == '+' || *s == '-') && strspn(s + 1, "0123456789") == 4 && s[5] == '\0';
}

const char *hl7_time(struct arena *a, const char *value)
{
	size_t digits = value == NULL ? 0 : strspn(value, "0123456789");
	char clock[9];

	if (digits != 8 && digits != 12 && digits != 14)
		return NULL;
	read_clock(value, digits, clock);

	const char *rest = value + digits;

	if (*rest == '.')
		rest += 1 + strspn(rest + 1, "0123456789");

	const char *time = arena_printf(a, "%.4s-%.2s-%.2sT%s", value, value + 4, value + 6, clock);

	if (*rest == '\0')
		return time;
	return is_offset(rest) ? arena_printf(a, "%s%.3s:%s", time, rest, rest + 3) : NULL;
}
