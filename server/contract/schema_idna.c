/* Internationalised host name labels: Punycode (RFC 3492) and which characters may stand (RFC
 * 5892). */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdint.h>
#include <string.h>

#include "contract/schema_formats.h"

enum { CODE_POINTS_MAX = 63, CODE_POINT_LAST = 0x10ffff };

/* The parameters of RFC 3492 §5 */
enum { BASE = 36, T_MIN = 1, T_MAX = 26, SKEW = 38, DAMP = 700, FIRST_BIAS = 72, FIRST_N = 128 };

/*
 * RFC 5892: what may stand anywhere, and what only beside something else (appendix A). Viramas and
 * the dual-joining letters before a zero width non-joiner are listed, since PCRE2 does not know
 * them; for that rule only the Arabic script is taken into account.
 */
#define VIRAMA                                                                                     \
	"[\\x{94d}\\x{9cd}\\x{a4d}\\x{acd}\\x{b4d}\\x{bcd}\\x{c4d}\\x{ccd}\\x{d4d}\\x{dca}"        \
	"\\x{e3a}\\x{f84}\\x{1039}\\x{103a}\\x{1714}\\x{1734}\\x{17d2}\\x{1a60}\\x{1b44}]"
#define JOINS_RIGHT_ONLY "[\\x{621}-\\x{625}\\x{627}\\x{629}\\x{62f}-\\x{632}\\x{648}]"
#define DISALLOWED "[\\x{640}\\x{7fa}\\x{302e}\\x{302f}\\x{3031}-\\x{3035}\\x{303b}]"
#define CONTEXTUAL "[\\x{b7}\\x{375}\\x{5f3}\\x{5f4}\\x{30fb}\\x{200c}\\x{200d}]"
#define ARABIC_DIGIT "[\\x{660}-\\x{669}]"
#define EXTENDED_DIGIT "[\\x{6f0}-\\x{6f9}]"

static const char label_pattern[] =
	"^(?![\\p{M}-])(?!..--)(?!.*-$)(?!.*" ARABIC_DIGIT ".*" EXTENDED_DIGIT ")"
	"(?!.*" EXTENDED_DIGIT ".*" ARABIC_DIGIT ")"
	"(?:(?!" DISALLOWED "|" CONTEXTUAL ")[\\p{Ll}\\p{Lo}\\p{Lm}\\p{Mn}\\p{Mc}\\p{Nd}"
	"\\x{6fd}\\x{6fe}\\x{f0b}\\x{3007}-]"
	"|(?<=l)\\x{b7}(?=l)"
	"|\\x{375}(?=\\p{Greek})"
	"|(?<=\\p{Hebrew})[\\x{5f3}\\x{5f4}]"
	"|\\x{30fb}(?:(?=.*[\\p{Hiragana}\\p{Katakana}\\p{Han}])|(?<=[\\p{Hiragana}\\p{Katakana}"
	"\\p{Han}]\\x{30fb}))"
	"|(?<=" VIRAMA ")[\\x{200c}\\x{200d}]"
	"|(?<=(?!" JOINS_RIGHT_ONLY ")\\p{Arabic})\\x{200c}(?=\\p{Arabic})"
	")+$";

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0' + 26;
	if (c >= 'a' && c <= 'z')
		return c - 'a';
	return c >= 'A' && c <= 'Z' ? c - 'A' : BASE;
}

static uint32_t adapt(uint32_t delta, uint32_t count, bool first)
{
	uint32_t k = 0;

	delta /= first ? DAMP : 2;
	delta += delta / count;
	for (; delta > (BASE - T_MIN) * T_MAX / 2; k += BASE)
		delta /= BASE - T_MIN;
	return k + (BASE - T_MIN + 1) * delta / (delta + SKEW);
}

/* One generalised variable-length integer, added to `i`; false when malformed. */
static bool read_delta(const char **s, const char *end, uint32_t bias, uint64_t *i)
{
	uint64_t weight = 1;

	for (uint32_t k = BASE;; k += BASE) {
		uint32_t digit = *s < end ? (uint32_t)digit_value(*(*s)++) : BASE;
		uint32_t t = k <= bias ? T_MIN : k >= bias + T_MAX ? T_MAX : k - bias;

		if (digit >= BASE)
			return false;
		*i += digit * weight;
		if (*i > UINT32_MAX)
			return false;
		if (digit < t)
			return true;
		weight *= BASE - t;
		if (weight > UINT32_MAX)
			return false;
	}
}

struct label {
	size_t count;
	uint32_t points[CODE_POINTS_MAX];
};

/* What stands before the last hyphen is ASCII as it is; returns where the rest begins. */
static const char *take_ascii(struct label *label, const char *s, size_t len)
{
	const char *dash = memrchr(s, '-', len);

	for (; dash != NULL && s < dash; s++)
		label->points[label->count++] =
			(uint32_t)(*s >= 'A' && *s <= 'Z' ? *s - 'A' + 'a' : *s);
	return dash == NULL ? s : dash + 1;
}

static bool is_scalar(uint64_t n)
{
	return n <= CODE_POINT_LAST && (n < 0xd800 || n >= 0xe000);
}

/* Fills the label; false when it is no Punycode, or nothing but ASCII. */
static bool decode(const char *s, size_t len, struct label *label)
{
	const char *end = s + len;
	uint32_t bias = FIRST_BIAS;
	uint64_t n = FIRST_N, i = 0;

	s = take_ascii(label, s, len);
	if (s == end)
		return false;
	while (s < end) {
		uint64_t before = i;

		if (label->count == CODE_POINTS_MAX || !read_delta(&s, end, bias, &i))
			return false;
		label->count++;
		bias = adapt((uint32_t)(i - before), (uint32_t)label->count, before == 0);
		n += i / label->count;
		i %= label->count;
		if (!is_scalar(n))
			return false;
		memmove(label->points + i + 1, label->points + i,
			(label->count - 1 - i) * sizeof(*label->points));
		label->points[i++] = (uint32_t)n;
	}
	return true;
}

static size_t encode_utf8(uint32_t c, char *out)
{
	size_t more = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
	static const unsigned char lead[] = {0, 0xc0, 0xe0, 0xf0};

	out[0] = (char)(lead[more] | (c >> (6 * more)));
	for (size_t i = 1; i <= more; i++)
		out[i] = (char)(0x80 | ((c >> (6 * (more - i))) & 0x3f));
	return more + 1;
}

static bool matches_rules(const char *s, size_t len)
{
	int error;
	PCRE2_SIZE offset;
	pcre2_code *code = pcre2_compile((PCRE2_SPTR)label_pattern, PCRE2_ZERO_TERMINATED,
					 PCRE2_UTF | PCRE2_DOLLAR_ENDONLY, &error, &offset, NULL);

	if (code == NULL)
		return false;

	pcre2_match_data *data = pcre2_match_data_create(1, NULL);
	bool found = pcre2_match(code, (PCRE2_SPTR)s, len, 0, 0, data, NULL) >= 0;

	pcre2_match_data_free(data);
	pcre2_code_free(code);
	return found;
}

bool idna_label_is_valid(const char *s, size_t len)
{
	struct label label = {0};
	char text[4 * CODE_POINTS_MAX];
	size_t used = 0;

	if (len > CODE_POINTS_MAX || !decode(s, len, &label))
		return false;
	for (size_t i = 0; i < label.count; i++)
		used += encode_utf8(label.points[i], text + used);
	return matches_rules(text, used);
}
