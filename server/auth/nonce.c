/* Nonces for proofs of possession, made of keys and time. */
#include "auth/nonce.h"

#include <stdio.h>
#include <string.h>

void nonce_make(const struct seal_keys *keys, int64_t now, char out[NONCE_SIZE])
{
	char text[48], mac[65];

	/* the label keeps these apart from what else the key makes codes of */
	snprintf(text, sizeof(text), "dpop-nonce %lld", (long long)(now / NONCE_SLOT_S));
	seal_mac_hex(keys, text, mac);
	snprintf(out, NONCE_SIZE, "%.32s", mac);
}

enum nonce_age nonce_age(const struct seal_keys *keys, int64_t now, const char *nonce)
{
	char expected[NONCE_SIZE];

	nonce_make(keys, now, expected);
	if (strcmp(nonce, expected) == 0)
		return NONCE_CURRENT;
	nonce_make(keys, now - NONCE_SLOT_S, expected);
	return strcmp(nonce, expected) == 0 ? NONCE_OLD : NONCE_UNKNOWN;
}
