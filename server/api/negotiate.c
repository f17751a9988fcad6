/* Reads the headers by which a client chooses among answers. */
#include "api/negotiate.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* A piece of a header's text. */
struct piece {
	const char *at;
	size_t len;
};

static struct piece trimmed(const char *s, size_t len)
{
	while (len > 0 && (*s == ' ' || *s == '\t')) {
		s++;
		len--;
	}
	while (len > 0 && (s[len - 1] == ' ' || s[len - 1] == '\t'))
		len--;
	return (struct piece){s, len};
}

/* Bytes up to `end` or the text's end; what stands in quotes does not end it. */
static size_t run_to(const char *s, size_t len, char end)
{
	bool quoted = false;

	for (size_t i = 0; i < len; i++) {
		if (s[i] == '"')
			quoted = !quoted;
		else if (s[i] == '\\' && quoted)
			i++;
		else if (s[i] == end && !quoted)
			return i;
	}
	return len;
}

/* Takes the next member off `rest`, up to `end`; false when nothing is left. */
static bool next_piece(struct piece *rest, char end, struct piece *out)
{
	if (rest->len == 0)
		return false;

	size_t len = run_to(rest->at, rest->len, end), step = len < rest->len ? len + 1 : len;

	*out = trimmed(rest->at, len);
	rest->at += step;
	rest->len -= step;
	return true;
}

static bool is_word(struct piece p, const char *word)
{
	return p.len == strlen(word) && strncasecmp(p.at, word, p.len) == 0;
}

/* "name=value" taken apart; the value without its quotes. */
static void split_parameter(struct piece p, struct piece *name, struct piece *value)
{
	size_t len = run_to(p.at, p.len, '=');

	*name = trimmed(p.at, len);
	*value = len < p.len ? trimmed(p.at + len + 1, p.len - len - 1) : (struct piece){p.at, 0};
	if (value->len >= 2 && value->at[0] == '"' && value->at[value->len - 1] == '"') {
		value->at++;
		value->len -= 2;
	}
}

/* A weight "0.75" in thousandths; -1 when it is none. */
static int weight(struct piece p)
{
	int n, scale = 100;

	if (p.len == 0 || p.len > 5 || (p.at[0] != '0' && p.at[0] != '1'))
		return -1;
	if (p.len > 1 && p.at[1] != '.')
		return -1;
	n = (p.at[0] - '0') * 1000;
	for (size_t i = 2; i < p.len; i++, scale /= 10) {
		if (!isdigit((unsigned char)p.at[i]))
			return -1;
		n += (p.at[i] - '0') * scale;
	}
	return n > 1000 ? -1 : n;
}

/* The weight among a member's parameters, 1000 when none is given; `member` is cut at its `;`. */
static int weight_of(struct piece *member)
{
	struct piece rest = *member, part, name, value;
	int found = 1000;

	next_piece(&rest, ';', member);
	while (next_piece(&rest, ';', &part)) {
		split_parameter(part, &name, &value);
		if (is_word(name, "q"))
			found = weight(value);
	}
	return found;
}

/* How exactly a media range names a type: 3 itself, 2 "type/ *", 1 "* / *", 0 not at all. */
static int precision(struct piece range, const char *type)
{
	if (is_word(range, type))
		return 3;
	if (is_word(range, "*/*"))
		return 1;
	return range.len > 2 && memcmp(range.at + range.len - 2, "/*", 2) == 0 &&
			       strncasecmp(type, range.at, range.len - 1) == 0
		       ? 2
		       : 0;
}

/* The most exact range decides. */
static bool type_is_accepted(const char *accept, const char *type)
{
	struct piece rest = {accept, strlen(accept)}, range;
	int best = 0, chosen = 0;
	bool any = false;

	while (next_piece(&rest, ',', &range)) {
		if (range.len == 0)
			continue;
		any = true;

		int q = weight_of(&range), exact = precision(range, type);

		if (q >= 0 && exact > best) {
			best = exact;
			chosen = q;
		}
	}
	return !any || chosen > 0;
}

static bool is_success(const struct response *r)
{
	return r->status >= 200 && r->status < 400;
}

bool negotiate_accepts(const char *accept, const struct operation *op)
{
	bool has_body = false;

	if (accept == NULL)
		return true;
	for (size_t i = 0; i < op->response_count; i++) {
		const struct response *r = &op->responses[i];

		for (size_t m = 0; is_success(r) && m < r->media_count; m++) {
			has_body = true;
			if (type_is_accepted(accept, r->media[m].type))
				return true;
		}
	}
	/* an answer without a body fits everybody */
	return !has_body;
}

bool negotiate_is_accepted(const char *accept, const char *type)
{
	return accept == NULL || type_is_accepted(accept, type);
}

const char *negotiate_type(const char *accept, const struct operation *op, int status)
{
	for (size_t i = 0; i < op->response_count; i++) {
		const struct response *r = &op->responses[i];

		for (size_t m = 0; r->status == status && m < r->media_count; m++)
			if (accept == NULL || type_is_accepted(accept, r->media[m].type))
				return r->media[m].type;
	}
	return NULL;
}

const struct media *negotiate_body(const char *content_type, const struct operation *op)
{
	if (content_type == NULL)
		return NULL;

	struct piece type = trimmed(content_type, strcspn(content_type, ";"));

	for (size_t i = 0; i < op->body_count; i++)
		if (is_word(type, op->bodies[i].type))
			return &op->bodies[i];
	return NULL;
}

bool negotiate_coding(const char *accept_encoding, const char *coding)
{
	int named = -1, star = 0, identity = -1;

	if (accept_encoding == NULL)
		return false;

	struct piece rest = {accept_encoding, strlen(accept_encoding)}, member;

	while (next_piece(&rest, ',', &member)) {
		int q = weight_of(&member);

		if (is_word(member, coding))
			named = q;
		else if (is_word(member, "*"))
			star = q;
		else if (is_word(member, "identity"))
			identity = q;
	}
	named = named >= 0 ? named : star;
	return named > 0 && named >= identity;
}

/* The language that a range's first subtag stands for, or NULL. */
static const char *language_of(struct piece range)
{
	const char *dash = memchr(range.at, '-', range.len);
	struct piece first = {range.at, dash == NULL ? range.len : (size_t)(dash - range.at)};

	if (is_word(first, "en"))
		return "en";
	return is_word(first, "nb") || is_word(first, "no") || is_word(first, "nn") ? "nb" : NULL;
}

const char *negotiate_language(const char *accept_language)
{
	const char *best = "en";
	int best_weight = 0;

	if (accept_language == NULL)
		return best;

	struct piece rest = {accept_language, strlen(accept_language)}, range;

	while (next_piece(&rest, ',', &range)) {
		int q = weight_of(&range);
		const char *language = language_of(range);

		if (language == NULL || q <= best_weight)
			continue;
		best = language;
		best_weight = q;
	}
	return best;
}

bool negotiate_preference(const char *prefer, const char *name, const char *value)
{
	if (prefer == NULL)
		return false;

	struct piece rest = {prefer, strlen(prefer)}, member, parts, preference, left, right;

	while (next_piece(&rest, ',', &member)) {
		parts = member;
		if (!next_piece(&parts, ';', &preference))
			continue;
		split_parameter(preference, &left, &right);
		if (is_word(left, name))
			return is_word(right, value);
	}
	return false;
}

bool negotiate_return(const char *prefer, const char *wanted)
{
	return negotiate_preference(prefer, "return", wanted);
}

bool negotiate_none_match(const char *if_none_match, const char *etag)
{
	if (if_none_match == NULL)
		return false;

	struct piece rest = {if_none_match, strlen(if_none_match)}, member;

	while (next_piece(&rest, ',', &member)) {
		if (member.len == 1 && *member.at == '*')
			return true;
		if (member.len > 2 && member.at[0] == 'W' && member.at[1] == '/') {
			member.at += 2;
			member.len -= 2;
		}
		if (member.len == strlen(etag) && memcmp(member.at, etag, member.len) == 0)
			return true;
	}
	return false;
}
