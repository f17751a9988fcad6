/* ECMA-262 regular expressions on PCRE2, for the schema compiler and the format `regex`. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "contract/schema_pattern.h"

#include <ctype.h>
#include <pcre2.h>
#include <string.h>

enum {
	PATTERN_LENGTH_MAX = 4096,
	MATCH_LIMIT = 100000,
	DEPTH_LIMIT = 1000,
	HEAP_LIMIT_KIB = 1024,
	ARENA_OF_A_CHECK = 256 * 1024
};

struct pattern {
	pcre2_code *code;
	pcre2_match_context *limits;
};

/* White space and line ends of ECMA-262, as the inside of a class. */
#define ECMA_SPACE                                                                                 \
	"\\t\\n\\x0b\\f\\r \\u{a0}\\u{1680}\\u{2000}-\\u{200a}\\u{2028}\\u{2029}"                  \
	"\\u{202f}\\u{205f}\\u{3000}\\u{feff}"

/* Long names of general categories; scripts have the same names in both. */
static const struct {
	const char *ecma, *pcre;
} property_names[] = {
	{"Letter", "L"},
	{"Uppercase_Letter", "Lu"},
	{"Lowercase_Letter", "Ll"},
	{"Titlecase_Letter", "Lt"},
	{"Modifier_Letter", "Lm"},
	{"Other_Letter", "Lo"},
	{"Mark", "M"},
	{"Number", "N"},
	{"Decimal_Number", "Nd"},
	{"digit", "Nd"},
	{"Letter_Number", "Nl"},
	{"Other_Number", "No"},
	{"Punctuation", "P"},
	{"punct", "P"},
	{"Symbol", "S"},
	{"Separator", "Z"},
	{"Space_Separator", "Zs"},
	{"Other", "C"},
	{"Control", "Cc"},
	{"cntrl", "Cc"},
	{NULL, NULL},
};

struct translation {
	const char *in;
	char *out;
	size_t room;
	bool in_class;
	const char *why;
};

static bool refuse(struct translation *t, const char *why)
{
	t->why = why;
	return false;
}

static bool emit(struct translation *t, const char *s, size_t len)
{
	if (len >= t->room)
		return refuse(t, "is too long");
	memcpy(t->out, s, len);
	t->out += len;
	*t->out = '\0';
	t->room -= len;
	return true;
}

static bool emit_text(struct translation *t, const char *s)
{
	return emit(t, s, strlen(s));
}

static const char *property_name(const char *name, size_t len)
{
	static const char *const prefixes[] = {"Script=", "sc=", "General_Category=", "gc="};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++)
		if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
			return name + strlen(prefixes[i]);
	for (size_t i = 0; property_names[i].ecma != NULL; i++)
		if (strlen(property_names[i].ecma) == len &&
		    strncmp(name, property_names[i].ecma, len) == 0)
			return property_names[i].pcre;
	return name;
}

/* At the letter of \p{Name} or \P{Name}. */
static bool translate_property(struct translation *t)
{
	const char *open = t->in + 1;
	const char *close = *open == '{' ? strchr(open, '}') : NULL;

	if (close == NULL)
		return refuse(t, "has \\p without {name}");

	const char *name = property_name(open + 1, (size_t)(close - open - 1));
	size_t len = strcspn(name, "}");
	char letter = *t->in;

	t->in = close + 1;
	return emit(t, "\\", 1) && emit(t, &letter, 1) && emit(t, "{", 1) && emit(t, name, len) &&
	       emit(t, "}", 1);
}

static bool translate_space(struct translation *t)
{
	bool negated = *t->in++ == 'S';

	if (t->in_class)
		return negated ? refuse(t, "has \\S inside a class") : emit_text(t, ECMA_SPACE);
	return emit_text(t, negated ? "[^" ECMA_SPACE "]" : "[" ECMA_SPACE "]");
}

/* At the character after a backslash. */
static bool translate_escape(struct translation *t)
{
	char c = *t->in;

	if (c == 's' || c == 'S')
		return translate_space(t);
	if (c == 'p' || c == 'P')
		return translate_property(t);
	if (c == 'v') {
		t->in++;
		return emit_text(t, "\\x0b");
	}
	if (c == '\0' ||
	    (isalnum((unsigned char)c) && strchr("dDwWbBcnrtfuxk0123456789", c) == NULL))
		return refuse(t, "has an unknown escape");
	t->in++;
	return emit(t, "\\", 1) && emit(t, &c, 1);
}

/* At "(?": PCRE2 knows many more groups than ECMA-262 does. */
static bool translate_group(struct translation *t)
{
	static const char *const known[] = {"(?:", "(?=", "(?!", "(?<"};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (strncmp(t->in, known[i], 3) == 0) {
			t->in += 3;
			return emit_text(t, known[i]);
		}
	return refuse(t, "has an unknown kind of group");
}

static bool translate_one(struct translation *t)
{
	char c = *t->in;

	if (c == '\\') {
		t->in++;
		return translate_escape(t);
	}
	if (c == '(' && !t->in_class) {
		if (t->in[1] == '*')
			return refuse(t, "has nothing to repeat");
		if (t->in[1] == '?')
			return translate_group(t);
	}
	t->in++;
	if (c == '[' && t->in_class)
		return emit_text(t, "\\[");
	if (c == '[')
		t->in_class = true;
	else if (c == ']')
		t->in_class = false;
	return emit(t, &c, 1);
}

static bool translate(struct translation *t)
{
	while (*t->in != '\0')
		if (!translate_one(t))
			return false;
	return true;
}

static pcre2_code *compile_code(const char *text, struct arena *a, const char **why)
{
	size_t room = (size_t)8 * PATTERN_LENGTH_MAX;
	struct translation t = {.in = text, .out = arena_alloc(a, room), .room = room};
	const char *translated = t.out;
	PCRE2_UCHAR message[128];
	int error = 0;
	PCRE2_SIZE offset = 0;

	if (strlen(text) > PATTERN_LENGTH_MAX || !translate(&t)) {
		*why = t.why == NULL ? "is too long" : t.why;
		return NULL;
	}

	uint32_t options = PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_ALT_BSUX |
			   PCRE2_MATCH_UNSET_BACKREF | PCRE2_ALLOW_EMPTY_CLASS |
			   PCRE2_NEVER_BACKSLASH_C;
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);

	pcre2_set_compile_extra_options(context, PCRE2_EXTRA_ALT_BSUX);

	pcre2_code *code = pcre2_compile((PCRE2_SPTR)translated, PCRE2_ZERO_TERMINATED, options,
					 &error, &offset, context);

	pcre2_compile_context_free(context);
	if (code == NULL) {
		pcre2_get_error_message(error, message, sizeof(message));
		*why = arena_printf(a, "is refused: %s", (const char *)message);
	}
	return code;
}

static void release_code(void *code)
{
	pcre2_code_free(code);
}

static void release_limits(void *limits)
{
	pcre2_match_context_free(limits);
}

struct pattern *pattern_compile(struct arena *a, const char *text, const char **why)
{
	struct arena *scratch = arena_new(ARENA_OF_A_CHECK);
	const char *reason = NULL;
	pcre2_code *code = compile_code(text, scratch, &reason);
	struct pattern *p = NULL;

	if (code != NULL) {
		p = arena_alloc(a, sizeof(*p));
		p->code = code;
		p->limits = pcre2_match_context_create(NULL);
		pcre2_set_match_limit(p->limits, MATCH_LIMIT);
		pcre2_set_depth_limit(p->limits, DEPTH_LIMIT);
		pcre2_set_heap_limit(p->limits, HEAP_LIMIT_KIB);
		arena_adopt(a, release_code, p->code);
		arena_adopt(a, release_limits, p->limits);
	} else {
		*why = arena_dup(a, reason);
	}
	arena_free(scratch);
	return p;
}

struct known_pattern {
	struct known_pattern *next;
	const char *text;
	const struct pattern *pattern;
};

struct pattern_set {
	struct arena *arena;
	struct known_pattern *known;
};

struct pattern_set *pattern_set_new(struct arena *a)
{
	struct pattern_set *set = arena_alloc(a, sizeof(*set));

	set->arena = a;
	return set;
}

const struct pattern *pattern_set_compile(struct pattern_set *set, const char *text,
					  const char **why)
{
	for (const struct known_pattern *k = set->known; k != NULL; k = k->next)
		if (strcmp(k->text, text) == 0)
			return k->pattern;

	const struct pattern *p = pattern_compile(set->arena, text, why);

	if (p != NULL) {
		struct known_pattern *k = arena_alloc(set->arena, sizeof(*k));

		*k = (struct known_pattern){set->known, arena_dup(set->arena, text), p};
		set->known = k;
	}
	return p;
}

bool pattern_occurs(const struct pattern *p, const char *s, size_t len)
{
	pcre2_match_data *data = pcre2_match_data_create(1, NULL);
	int found = pcre2_match(p->code, (PCRE2_SPTR)s, len, 0, 0, data, p->limits);

	pcre2_match_data_free(data);
	return found >= 0;
}

bool pattern_is_valid(const char *s, size_t len)
{
	if (len > PATTERN_LENGTH_MAX || memchr(s, '\0', len) != NULL)
		return false;

	struct arena *scratch = arena_new(ARENA_OF_A_CHECK);
	const char *why = NULL;
	pcre2_code *code = compile_code(arena_copy(scratch, s, len), scratch, &why);
	bool valid = code != NULL;

	pcre2_code_free(code);
	arena_free(scratch);
	return valid;
}
