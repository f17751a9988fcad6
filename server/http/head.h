#ifndef HTTP_HEAD_H
#define HTTP_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	HEAD_HEADERS_MAX = 64,
	HEAD_TARGET_MAX = 8 * 1024, /* bytes of the request's target: more is 414 */
	HEAD_MAX = 16 * 1024	    /* bytes of the whole head: more is 431 */
};

/* A piece of the head, by its place in the connection's buffer. */
struct span {
	size_t at, len;
};

/* A request's head while it arrives, and what it says once it is complete. */
struct head {
	size_t checked; /* where the first line begins that is not checked yet */
	bool has_line;	/* the request line is there */

	struct span method, target, path, query, authority;
	bool has_query, has_authority; /* authority: of a target in absolute form */
	bool http10;

	size_t header_count;
	struct span names[HEAD_HEADERS_MAX], values[HEAD_HEADERS_MAX];
	struct span host;
	unsigned hosts, lengths, encodings; /* how often the header was sent */

	bool chunked, expects_continue, wants_close;
	uint64_t content_length; /* 0 when there is no body, or when it is chunked */

	int status;		   /* of a refusal, 0 without one */
	const char *code, *detail; /* problems.yaml's code, a sentence */
};

/* Ready for the next request. */
void head_clear(struct head *h);

/*
 * Reads the head strictly (RFC 9112; where the RFC lets a server choose, the safe choice is to
 * refuse). Called with all bytes so far each time more have arrived; the buffer stays where it is.
 * Length of the complete head; 0: more is needed; < 0: refused, the negated status, `code` and
 * `detail` set. Refuses as soon as a line is wrong, without waiting for the end of the head.
 */
int head_scan(struct head *h, const char *buf, size_t len);

#endif
