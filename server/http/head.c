/* The strict reader of a request's head. Pure: bytes in, places and refusals out. */
#include "http/head.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "http/grammar.h"

void head_clear(struct head *h)
{
	/* the spans of headers are read up to header_count only */
	h->checked = 0;
	h->has_line = h->has_query = h->has_authority = h->http10 = false;
	h->header_count = 0;
	h->hosts = h->lengths = h->encodings = 0;
	h->chunked = h->expects_continue = h->wants_close = false;
	h->content_length = 0;
	h->status = 0;
	h->code = h->detail = NULL;
}

static int refuse(struct head *h, int status, const char *code, const char *detail)
{
	h->status = status;
	h->code = code;
	h->detail = detail;
	return -status;
}

static int bad(struct head *h, const char *detail)
{
	return refuse(h, 400, "bad_request", detail);
}

/* ---- the request line: 0 or a refusal ---- */

static int read_version(struct head *h, const char *s, size_t len)
{
	if (len == 8 && memcmp(s, "HTTP/1.1", 8) == 0)
		return 0;
	if (len == 8 && memcmp(s, "HTTP/1.0", 8) == 0) {
		h->http10 = true;
		return 0;
	}
	if (len >= 5 && memcmp(s, "HTTP/", 5) == 0 && memchr(s, ' ', len) == NULL)
		return refuse(h, 505, "http_version", "the service speaks HTTP/1.1");
	return bad(h, "the request line does not end in a version of HTTP");
}

static bool is_known(const char *method, size_t len)
{
	static const char *const methods[] = {"GET",   "HEAD",	 "POST",   "PUT",
					      "PATCH", "DELETE", "OPTIONS"};

	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (strlen(methods[i]) == len && memcmp(methods[i], method, len) == 0)
			return true;
	return false;
}

static int read_method(struct head *h, const char *s, size_t len)
{
	if (len == 0 || !grammar_all(s, len, GRAMMAR_TOKEN))
		return bad(h, "the method is not a token");
	if (!is_known(s, len))
		return refuse(h, 501, "not_implemented", "the method is not known here");
	return 0;
}

/* Splits scheme://authority off a target; the rest is the path. */
static bool take_authority(struct head *h, const char *buf)
{
	const char *s = buf + h->target.at;
	size_t len = h->target.len, scheme = 0;

	if (len > 7 && grammar_is(s, 7, "http://"))
		scheme = 7;
	else if (len > 8 && grammar_is(s, 8, "https://"))
		scheme = 8;
	if (scheme == 0)
		return false;

	size_t end = scheme;

	while (end < len && s[end] != '/' && s[end] != '?')
		end++;
	h->has_authority = true;
	h->authority = (struct span){h->target.at + scheme, end - scheme};
	h->path = (struct span){h->target.at + end, len - end};
	return grammar_is_authority(s + scheme, end - scheme);
}

static int read_target(struct head *h, const char *buf)
{
	const char *s = buf + h->target.at;

	if (h->target.len > HEAD_TARGET_MAX)
		return refuse(h, 414, "uri_too_long", "the request's target is too long");
	if (h->target.len == 1 && *s == '*')
		return refuse(h, 501, "not_implemented", "ask for the options of one resource");
	h->path = h->target;
	if ((h->target.len == 0 || *s != '/') && !take_authority(h, buf))
		return bad(h, "the target is neither a path nor an address of http");

	const char *path = buf + h->path.at;
	const char *mark = memchr(path, '?', h->path.len);

	if (mark != NULL) {
		h->has_query = true;
		h->query.at = h->path.at + (size_t)(mark - path) + 1;
		h->query.len = h->path.at + h->path.len - h->query.at;
		h->path.len = (size_t)(mark - path);
	}
	if (!grammar_all(path, h->path.len, GRAMMAR_PATH))
		return bad(h, "the path holds a byte that must be percent-encoded");
	if (h->has_query && !grammar_all(buf + h->query.at, h->query.len, GRAMMAR_QUERY))
		return bad(h, "the query holds a byte that must be percent-encoded");
	return 0;
}

static int read_request_line(struct head *h, const char *buf, size_t len)
{
	const char *line = buf + h->checked, *end = line + len;
	const char *first = memchr(line, ' ', len);
	const char *second =
		first == NULL ? NULL : memchr(first + 1, ' ', (size_t)(end - first) - 1);

	if (first == NULL)
		return bad(h, "the request line is not method, target and version");

	const char *stop = second == NULL ? end : second;

	h->method = (struct span){h->checked, (size_t)(first - line)};
	h->target = (struct span){h->checked + h->method.len + 1, (size_t)(stop - first) - 1};
	h->has_line = true;
	if (second == NULL)
		return bad(h, "the request line has no version");

	int refusal = read_version(h, second + 1, (size_t)(end - second) - 1);

	if (refusal == 0)
		refusal = read_method(h, line, h->method.len);
	return refusal == 0 ? read_target(h, buf) : refusal;
}

/* ---- header lines ---- */

static int note_length(struct head *h, const char *s, size_t len)
{
	if (h->lengths++ > 0)
		return bad(h, "Content-Length is sent twice");
	if (!grammar_number(s, len, &h->content_length))
		return bad(h, "Content-Length is not a number");
	return 0;
}

static int note_encoding(struct head *h, const char *s, size_t len)
{
	if (h->encodings++ > 0)
		return bad(h, "Transfer-Encoding is sent twice");
	if (len == 0)
		return bad(h, "Transfer-Encoding is empty");
	if (!grammar_is(s, len, "chunked"))
		return refuse(h, 501, "not_implemented", "the only transfer encoding is chunked");
	h->chunked = true;
	return 0;
}

static int note_expect(struct head *h, const char *s, size_t len)
{
	if (!grammar_is(s, len, "100-continue"))
		return refuse(h, 417, "expectation_failed", "the only expectation is 100-continue");
	h->expects_continue = true;
	return 0;
}

static int note_host(struct head *h, struct span v)
{
	h->host = v;
	return h->hosts++ > 0 ? bad(h, "Host is sent twice") : 0;
}

/* The headers that decide where a message ends and what happens to its connection. */
static int note(struct head *h, const char *name, size_t name_len, const char *buf)
{
	struct span v = h->values[h->header_count - 1];
	const char *s = buf + v.at;

	switch (name_len) {
	case 4:
		return grammar_is(name, 4, "Host") ? note_host(h, v) : 0;
	case 6:
		return grammar_is(name, 6, "Expect") ? note_expect(h, s, v.len) : 0;
	case 10:
		if (grammar_is(name, 10, "Connection") && grammar_lists(s, v.len, "close"))
			h->wants_close = true;
		return 0;
	case 14:
		return grammar_is(name, 14, "Content-Length") ? note_length(h, s, v.len) : 0;
	case 17:
		return grammar_is(name, 17, "Transfer-Encoding") ? note_encoding(h, s, v.len) : 0;
	default:
		return 0;
	}
}

/* The place of a header's value: what follows the colon, without blanks around it. */
static struct span trimmed(const char *buf, size_t at, size_t end)
{
	while (at < end && (buf[at] == ' ' || buf[at] == '\t'))
		at++;
	while (end > at && (buf[end - 1] == ' ' || buf[end - 1] == '\t'))
		end--;
	return (struct span){at, end - at};
}

static int read_header(struct head *h, const char *buf, size_t len)
{
	const char *line = buf + h->checked;
	size_t name = grammar_run(line, len, GRAMMAR_TOKEN);

	if (*line == ' ' || *line == '\t')
		return bad(h, "a header line is folded");
	if (name == 0 || name == len || line[name] != ':')
		return bad(h, "a header line is not a name, a colon and a value");
	if (h->header_count == HEAD_HEADERS_MAX)
		return refuse(h, 431, "header_too_large", "there are too many headers");

	struct span value = trimmed(buf, h->checked + name + 1, h->checked + len);

	if (!text_is_utf8(buf + value.at, value.len))
		return bad(h, "a header's value is not UTF-8");
	h->names[h->header_count] = (struct span){h->checked, name};
	h->values[h->header_count++] = value;
	return note(h, line, name, buf);
}

/* ---- the head as a whole ---- */

static bool is_same_host(const struct head *h, const char *buf)
{
	if (!h->has_authority)
		return true;
	return h->authority.len == h->host.len &&
	       strncasecmp(buf + h->authority.at, buf + h->host.at, h->host.len) == 0;
}

static int finish(struct head *h, const char *buf)
{
	if (h->hosts == 0 && (!h->http10 || h->has_authority))
		return bad(h, "Host is missing");
	if (h->hosts > 0 && !grammar_is_authority(buf + h->host.at, h->host.len))
		return bad(h, "Host is not a name with or without a port");
	if (!is_same_host(h, buf))
		return bad(h, "the target names another host than Host");
	if (h->encodings > 0 && h->lengths > 0)
		return bad(h, "Content-Length and Transfer-Encoding exclude each other");
	if (h->encodings > 0 && h->http10)
		return bad(h, "HTTP/1.0 has no Transfer-Encoding");
	return 0;
}

/* The line that is still arriving: what is wrong already is refused now. */
static int check_rest(struct head *h, const char *buf, size_t len)
{
	const char *rest = buf + h->checked;
	size_t n = len - h->checked, run = grammar_run(rest, n, GRAMMAR_VALUE);

	if (run < n && !(rest[run] == '\r' && run + 1 == n))
		return bad(h, "a line holds a control character or does not end in CR LF");
	if (!h->has_line && n > HEAD_TARGET_MAX + 32)
		return refuse(h, 414, "uri_too_long", "the request line is too long");
	if (len > HEAD_MAX)
		return refuse(h, 431, "header_too_large", "the head is too large");
	return 0;
}

/* One line without its CR LF: 0 or a refusal. */
static int read_line(struct head *h, const char *buf, size_t len)
{
	if (!grammar_all(buf + h->checked, len, GRAMMAR_VALUE))
		return bad(h, "a line holds a control character");
	if (!h->has_line)
		return read_request_line(h, buf, len);
	return len > 0 ? read_header(h, buf, len) : finish(h, buf);
}

int head_scan(struct head *h, const char *buf, size_t len)
{
	const char *lf;

	/* RFC 9112, 2.2: one empty line before the request is forgiven */
	if (h->checked == 0 && len >= 2 && memcmp(buf, "\r\n", 2) == 0)
		h->checked = 2;
	while ((lf = memchr(buf + h->checked, '\n', len - h->checked)) != NULL) {
		size_t line = (size_t)(lf - buf) - h->checked, next = h->checked + line + 1;

		if (line == 0 || lf[-1] != '\r')
			return bad(h, "a line does not end in CR LF");
		if (next > HEAD_MAX)
			return refuse(h, 431, "header_too_large", "the head is too large");

		int refusal = read_line(h, buf, line - 1);

		if (refusal < 0)
			return refusal;
		h->checked = next;
		if (line == 1)
			return (int)next;
	}
	return check_rest(h, buf, len);
}
