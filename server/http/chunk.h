#ifndef HTTP_CHUNK_H
#define HTTP_CHUNK_H

#include <stddef.h>
#include <stdint.h>

enum {
	CHUNK_LINE_MAX = 1024,	  /* one size line or trailer */
	CHUNK_OVERHEAD_MAX = 4096 /* all extensions and trailers of one body */
};

enum chunk_step { CHUNK_MORE, CHUNK_DATA, CHUNK_END, CHUNK_BAD };

/* Where the decoder of a chunked body stands. Zero it to begin. */
struct chunk {
	enum { CHUNK_SIZE, CHUNK_BYTES, CHUNK_BYTES_END, CHUNK_TRAILER } state;
	uint64_t left; /* bytes of the present chunk that are still to come */
	size_t overhead, line_len;
	char line[CHUNK_LINE_MAX];
};

/*
 * Decodes the next piece of `len` bytes (RFC 9112, 7.1, strictly: CR LF only, well-formed
 * extensions and trailers, which are then ignored). `used` bytes of `in` are done with.
 * CHUNK_DATA: they end in `size` bytes of the body, the last `size` of those used. CHUNK_MORE: all
 * are used. CHUNK_END: the body is complete. CHUNK_BAD: it is malformed.
 */
enum chunk_step chunk_decode(struct chunk *c, const char *in, size_t len, size_t *used,
			     size_t *size);

#endif
