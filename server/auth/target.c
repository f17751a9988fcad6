/* Compares addresses. */
#include "auth/target.h"

#include <string.h>
#include <strings.h>

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool is_unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr("-._~", c) != NULL);
}

/* The path with %7e as ~ and %2f as %2F; false when an escape is none or a byte may not stand. */
static bool put_path(char **at, const char *path, size_t len)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < len; i++) {
		char c = path[i];

		if (c != '%') {
			if (c <= ' ' || c == 0x7f)
				return false;
			*(*at)++ = c;
			continue;
		}

		int high = i + 2 < len ? hex_value(path[i + 1]) : -1;
		int low = i + 2 < len ? hex_value(path[i + 2]) : -1;

		if (high < 0 || low < 0)
			return false;
		c = (char)(high * 16 + low);
		i += 2;
		if (is_unreserved(c)) {
			*(*at)++ = c;
			continue;
		}
		*(*at)++ = '%';
		*(*at)++ = digits[high];
		*(*at)++ = digits[low];
	}
	return true;
}

/* Host and port in small letters, without the scheme's own port; false when somebody is in it. */
static bool put_host(char **at, const char *host, size_t len, const char *usual)
{
	size_t port = strlen(usual);

	if (len == 0 || memchr(host, '@', len) != NULL)
		return false;
	for (size_t i = 0; i < len; i++)
		*(*at)++ = lower(host[i]);
	if (len > port && memcmp(*at - port, usual, port) == 0)
		*at -= port;
	return true;
}

/* The address in one form, or NULL. */
static char *normal(struct arena *a, const char *address)
{
	bool secure = strncasecmp(address, "https://", 8) == 0;
	const char *host = address + (secure ? 8 : 7);
	size_t host_len, path_len;
	char *out = arena_alloc(a, strlen(address) + 10), *at = out;

	if (!secure && strncasecmp(address, "http://", 7) != 0)
		return NULL;
	host_len = strcspn(host, "/?#");
	path_len = strcspn(host + host_len, "?#");
	at = stpcpy(at, secure ? "https://" : "http://");
	if (!put_host(&at, host, host_len, secure ? ":443" : ":80"))
		return NULL;
	if (path_len == 0)
		*at++ = '/';
	if (!put_path(&at, host + host_len, path_len))
		return NULL;
	*at = '\0'; /* a port that was taken back may stand behind it */
	return out;
}

bool target_equal(struct arena *a, const char *one, const char *other)
{
	const char *x = normal(a, one), *y = normal(a, other);

	return x != NULL && y != NULL && strcmp(x, y) == 0;
}
