/* The standard formats of addresses: IP, host names, e-mail, URIs. */
#include <string.h>
#include <strings.h>

#include "contract/schema_formats.h"

enum { HOSTNAME_MAX = 253, LABEL_MAX = 63, LOCAL_PART_MAX = 64 };

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alnum(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Bytes until `c`, or `len` when it does not occur. */
static size_t until(const char *s, size_t len, char c)
{
	const char *found = memchr(s, c, len);

	return found == NULL ? len : (size_t)(found - s);
}

/* --- IP addresses ---------------------------------------------------------------------------- */

static bool is_octet(const char *s, size_t len)
{
	int value = 0;

	if (len == 0 || len > 3 || (len > 1 && *s == '0'))
		return false;
	for (size_t i = 0; i < len; i++) {
		if (!is_digit(s[i]))
			return false;
		value = value * 10 + (s[i] - '0');
	}
	return value <= 255;
}

bool format_ipv4(const char *s, size_t len)
{
	for (int octet = 0; octet < 4; octet++) {
		size_t n = until(s, len, '.');

		if (!is_octet(s, n) || (n == len) != (octet == 3))
			return false;
		s += n + 1;
		len -= n == len ? n : n + 1;
	}
	return true;
}

static bool is_group(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!is_hex(s[i]))
			return false;
	return len >= 1 && len <= 4;
}

/* Groups between single colons: how many, or -1. A last part in dots counts for two. */
static int count_groups(const char *s, size_t len, bool dots_allowed)
{
	int groups = 0;

	if (len == 0)
		return 0;
	for (;;) {
		size_t n = until(s, len, ':');

		if (n == len && dots_allowed && format_ipv4(s, n))
			return groups + 2;
		if (!is_group(s, n))
			return -1;
		groups++;
		if (n == len)
			return groups;
		s += n + 1;
		len -= n + 1;
	}
}

bool format_ipv6(const char *s, size_t len)
{
	const char *gap = memmem(s, len, "::", 2);

	if (gap == NULL)
		return count_groups(s, len, true) == 8;

	size_t before = (size_t)(gap - s);
	int left = count_groups(s, before, false);
	int right = count_groups(gap + 2, len - before - 2, true);

	return left >= 0 && right >= 0 && left + right <= 7;
}

/* --- host names and e-mail ---------------------------------------------------------------------
 */

static bool is_label(const char *s, size_t len, bool international)
{
	if (len == 0 || len > LABEL_MAX || *s == '-' || s[len - 1] == '-')
		return false;
	for (size_t i = 0; i < len; i++)
		if (!is_alnum(s[i]) && s[i] != '-' &&
		    !(international && (unsigned char)s[i] > 0x7f))
			return false;
	return len < 4 || strncasecmp(s, "xn--", 4) != 0 || idna_label_is_valid(s + 4, len - 4);
}

static bool is_domain(const char *s, size_t len, bool international)
{
	if (len > HOSTNAME_MAX)
		return false;
	for (;;) {
		size_t n = until(s, len, '.');

		if (!is_label(s, n, international))
			return false;
		if (n == len)
			return true;
		s += n + 1;
		len -= n + 1;
	}
}

bool format_hostname(const char *s, size_t len)
{
	return is_domain(s, len, false);
}

/* "…" with backslash pairs: the length with both quotes, or 0. */
static size_t quoted_length(const char *s, size_t len, bool international)
{
	for (size_t i = 1; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c == '"')
			return i + 1;
		if (c == '\\')
			i++;
		else if (c < ' ' || c == 0x7f || (c > 0x7f && !international))
			return 0;
	}
	return 0;
}

static bool is_atom_character(char c, bool international)
{
	if ((unsigned char)c > 0x7f)
		return international;
	return is_alnum(c) || (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

/* Atoms between single dots: the length up to '@' or the end, or 0. */
static size_t atoms_length(const char *s, size_t len, bool international)
{
	size_t n = 0;
	bool dot = true; /* an atom must begin here */

	for (; n < len && s[n] != '@'; n++) {
		if (s[n] == '.' ? dot : !is_atom_character(s[n], international))
			return 0;
		dot = s[n] == '.';
	}
	return dot ? 0 : n;
}

static size_t local_length(const char *s, size_t len, bool international)
{
	return len > 0 && *s == '"' ? quoted_length(s, len, international)
				    : atoms_length(s, len, international);
}

static bool is_mailbox(const char *s, size_t len, bool international)
{
	size_t local = local_length(s, len, international);

	if (local == 0 || local > LOCAL_PART_MAX || local + 1 >= len || s[local] != '@')
		return false;
	s += local + 1;
	len -= local + 1;
	if (*s != '[')
		return is_domain(s, len, international);
	if (s[len - 1] != ']')
		return false;
	if (len > 7 && strncasecmp(s, "[IPv6:", 6) == 0)
		return format_ipv6(s + 6, len - 7);
	return format_ipv4(s + 1, len - 2);
}

bool format_email(const char *s, size_t len)
{
	return is_mailbox(s, len, false);
}

bool format_idn_email(const char *s, size_t len)
{
	return is_mailbox(s, len, true);
}

/* --- URIs --------------------------------------------------------------------------------------
 */

/* Unreserved characters, sub-delimiters, percent-encoded bytes, and those of `more`. */
static bool uri_characters(const char *s, size_t len, const char *more)
{
	for (size_t i = 0; i < len; i++) {
		if (s[i] == '%') {
			if (len - i < 3 || !is_hex(s[i + 1]) || !is_hex(s[i + 2]))
				return false;
			i += 2;
		} else if (!is_alnum(s[i]) &&
			   (s[i] == '\0' || (strchr("-._~!$&'()*+,;=", s[i]) == NULL &&
					     strchr(more, s[i]) == NULL))) {
			return false;
		}
	}
	return true;
}

static bool is_ip_literal(const char *s, size_t len)
{
	if (len > 0 && (*s == 'v' || *s == 'V')) {
		size_t dot = until(s, len, '.');

		for (size_t i = 1; i < dot; i++)
			if (!is_hex(s[i]))
				return false;
		return dot > 1 && dot + 1 < len && memchr(s, '%', len) == NULL &&
		       uri_characters(s + dot + 1, len - dot - 1, ":");
	}
	return format_ipv6(s, len);
}

static bool is_host_and_port(const char *s, size_t len)
{
	size_t host = until(s, len, ':');

	if (len > 0 && *s == '[') {
		host = until(s, len, ']');
		if (host == len || !is_ip_literal(s + 1, host - 1))
			return false;
		host++;
	} else if (!uri_characters(s, host, "")) {
		return false;
	}
	if (host == len)
		return true;
	if (s[host] != ':')
		return false;
	for (size_t i = host + 1; i < len; i++)
		if (!is_digit(s[i]))
			return false;
	return true;
}

static bool is_authority(const char *s, size_t len)
{
	size_t at = until(s, len, '@');

	if (at == len)
		return is_host_and_port(s, len);
	return uri_characters(s, at, ":") && is_host_and_port(s + at + 1, len - at - 1);
}

/* What follows the scheme, or the whole of a relative reference. */
static bool is_hierarchy(const char *s, size_t len, bool relative)
{
	size_t fragment = until(s, len, '#');
	size_t query = until(s, fragment, '?');
	size_t path = 0;

	if (query < fragment && !uri_characters(s + query + 1, fragment - query - 1, ":@/?"))
		return false;
	if (fragment < len && !uri_characters(s + fragment + 1, len - fragment - 1, ":@/?"))
		return false;
	if (query >= 2 && strncmp(s, "//", 2) == 0) {
		path = 2 + until(s + 2, query - 2, '/');
		if (!is_authority(s + 2, path - 2))
			return false;
	} else if (relative && until(s, query, ':') < until(s, query, '/')) {
		return false;
	}
	return uri_characters(s + path, query - path, ":@/");
}

/* Length of the scheme with its colon, or 0. */
static size_t scheme_length(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len &&
	       (is_alnum(s[n]) || (n > 0 && (s[n] == '+' || s[n] == '-' || s[n] == '.'))))
		n++;
	return n > 0 && n < len && s[n] == ':' && !is_digit(*s) ? n + 1 : 0;
}

bool format_uri(const char *s, size_t len)
{
	size_t scheme = scheme_length(s, len);

	return scheme > 0 && is_hierarchy(s + scheme, len - scheme, false);
}

bool format_uri_reference(const char *s, size_t len)
{
	return format_uri(s, len) || is_hierarchy(s, len, true);
}
