#ifndef AUTH_ALGORITHM_H
#define AUTH_ALGORITHM_H

#include <stddef.h>

/* The signature algorithms that an issuer may be allowed (RFC 7518). HS* and none do not exist
 * here. */
enum algorithm {
	ALGORITHM_RS256,
	ALGORITHM_RS384,
	ALGORITHM_RS512,
	ALGORITHM_PS256,
	ALGORITHM_PS384,
	ALGORITHM_PS512,
	ALGORITHM_ES256,
	ALGORITHM_ES384,
	ALGORITHM_ES512,
	ALGORITHM_COUNT /* also: no such algorithm */
};

enum key_kind { KEY_RSA, KEY_P256, KEY_P384, KEY_P521 };

enum scheme { SCHEME_PKCS1, SCHEME_PSS, SCHEME_ECDSA };

struct algorithm_facts {
	const char *name; /* as in the header: "PS256" */
	enum scheme scheme;
	enum key_kind key;  /* the only kind of key that fits */
	const char *digest; /* OpenSSL's name */
	size_t coordinate;  /* ECDSA: bytes of r and of s */
};

/* By exact name; ALGORITHM_COUNT for everything else, "none" and HS256 included. */
enum algorithm algorithm_find(const char *name);

/* What holds for it; a constant. Not to be asked for ALGORITHM_COUNT. */
const struct algorithm_facts *algorithm_facts(enum algorithm algorithm);

#endif
