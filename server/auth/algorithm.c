/* The table of signature algorithms. */
#include "auth/algorithm.h"

#include <string.h>

static const struct algorithm_facts facts[ALGORITHM_COUNT] = {
	[ALGORITHM_RS256] = {"RS256", SCHEME_PKCS1, KEY_RSA, "SHA256", 0},
	[ALGORITHM_RS384] = {"RS384", SCHEME_PKCS1, KEY_RSA, "SHA384", 0},
	[ALGORITHM_RS512] = {"RS512", SCHEME_PKCS1, KEY_RSA, "SHA512", 0},
	[ALGORITHM_PS256] = {"PS256", SCHEME_PSS, KEY_RSA, "SHA256", 0},
	[ALGORITHM_PS384] = {"PS384", SCHEME_PSS, KEY_RSA, "SHA384", 0},
	[ALGORITHM_PS512] = {"PS512", SCHEME_PSS, KEY_RSA, "SHA512", 0},
	[ALGORITHM_ES256] = {"ES256", SCHEME_ECDSA, KEY_P256, "SHA256", 32},
	[ALGORITHM_ES384] = {"ES384", SCHEME_ECDSA, KEY_P384, "SHA384", 48},
	[ALGORITHM_ES512] = {"ES512", SCHEME_ECDSA, KEY_P521, "SHA512", 66},
};

enum algorithm algorithm_find(const char *name)
{
	int i = 0;

	while (i < ALGORITHM_COUNT && strcmp(facts[i].name, name) != 0)
		i++;
	return (enum algorithm)i;
}

const struct algorithm_facts *algorithm_facts(enum algorithm algorithm)
{
	return &facts[algorithm];
}
