#ifndef AUTH_TOKEN_H
#define AUTH_TOKEN_H

#include <jansson.h>
#include <stddef.h>

#include "auth/auth.h"
#include "base/arena.h"

/* The three parts of a token, read strictly and not yet believed. */
enum { TOKEN_BYTES_MAX = 8192, TOKEN_DEPTH_MAX = 16 };

enum token_type {
	TOKEN_PLAIN,  /* typ JWT, or none: see has_type */
	TOKEN_ACCESS, /* typ at+jwt (RFC 9068) */
	TOKEN_UNREAD, /* any other: see token_split() */
};

struct token {
	const char *text;
	size_t signed_size; /* bytes of header.payload */
	const unsigned char *signature;
	size_t signature_size;
	const json_t *header, *claims; /* objects, adopted by the arena */
	const char *algorithm, *kid;   /* kid NULL when there is none */
	enum token_type type;
	bool has_type;
};

/*
 * AUTH_OK, AUTH_MALFORMED (not three strict base64url parts of JSON objects, too long or deep, a
 * member twice) or AUTH_HEADER (crit, an embedded or linked key, an unknown type).
 */
enum auth_reason token_read(struct arena *a, const char *text, struct token *out);

/*
 * The parts alone, for tokens of another kind, whose header the caller reads: AUTH_OK or
 * AUTH_MALFORMED. Algorithm and kid stay NULL, the type TOKEN_UNREAD.
 */
enum auth_reason token_split(struct arena *a, const char *text, struct token *out);

#endif
