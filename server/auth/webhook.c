/* Keys and signatures of webhooks, with OpenSSL. */
#include "auth/webhook.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auth/random.h"

enum { KEY_BYTES = 32, KEY_CHARACTERS = 44, SIGNATURE_BYTES = 64, SIGNATURE_CHARACTERS = 88 };

_Noreturn static void give_up(const char *why)
{
	fprintf(stderr, "{\"level\":\"fatal\",\"event\":\"webhook\",\"reason\":\"%s\"}\n", why);
	abort();
}

/* Base64 of RFC 4648 §4, with padding, as the specification has it. */
static void write_text(char out[WEBHOOK_TEXT_SIZE], const char *prefix,
		       const unsigned char bytes[KEY_BYTES])
{
	char *end = stpcpy(out, prefix);

	EVP_EncodeBlock((unsigned char *)end, bytes, KEY_BYTES);
}

static bool read_text(const char *text, const char *prefix, unsigned char out[KEY_BYTES])
{
	unsigned char bytes[KEY_BYTES + 1]; /* the padding is decoded too */
	size_t skip = strlen(prefix);
	bool fine = strncmp(text, prefix, skip) == 0 && strlen(text + skip) == KEY_CHARACTERS &&
		    text[skip + KEY_CHARACTERS - 1] == '=' &&
		    EVP_DecodeBlock(bytes, (const unsigned char *)text + skip, KEY_CHARACTERS) ==
			    KEY_BYTES + 1;

	if (fine)
		memcpy(out, bytes, KEY_BYTES);
	OPENSSL_cleanse(bytes, sizeof(bytes));
	return fine;
}

static EVP_PKEY *key_of(const unsigned char seed[KEY_BYTES])
{
	EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, KEY_BYTES);

	if (key == NULL)
		give_up("no Ed25519");
	return key;
}

void webhook_key_make(struct webhook_key *out)
{
	unsigned char bytes[KEY_BYTES];
	size_t size = KEY_BYTES;

	random_bytes(bytes, sizeof(bytes));
	write_text(out->secret, "whsec_", bytes);
	random_bytes(bytes, sizeof(bytes));
	write_text(out->signing, "whsk_", bytes);

	EVP_PKEY *key = key_of(bytes);

	if (EVP_PKEY_get_raw_public_key(key, bytes, &size) != 1)
		give_up("no public key");
	EVP_PKEY_free(key);
	write_text(out->public, "whpk_", bytes);
}

static void sign_shared(const unsigned char key[KEY_BYTES], const char *text, size_t size,
			char out[SIGNATURE_CHARACTERS + 1])
{
	unsigned char bytes[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	if (HMAC(EVP_sha256(), key, KEY_BYTES, (const unsigned char *)text, size, bytes, &len) ==
	    NULL)
		give_up("HMAC failed");
	EVP_EncodeBlock((unsigned char *)out, bytes, (int)len);
}

static void sign_public(const unsigned char seed[KEY_BYTES], const char *text, size_t size,
			char out[SIGNATURE_CHARACTERS + 1])
{
	unsigned char bytes[SIGNATURE_BYTES];
	size_t len = sizeof(bytes);
	EVP_PKEY *key = key_of(seed);
	EVP_MD_CTX *context = EVP_MD_CTX_new();

	if (context == NULL || EVP_DigestSignInit(context, NULL, NULL, NULL, key) != 1 ||
	    EVP_DigestSign(context, bytes, &len, (const unsigned char *)text, size) != 1)
		give_up("Ed25519 failed");
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
	EVP_EncodeBlock((unsigned char *)out, bytes, (int)len);
}

const char *webhook_sign(struct arena *a, const char *secret, const char *signing,
			 const struct webhook_message *m)
{
	unsigned char shared[KEY_BYTES], seed[KEY_BYTES];
	char v1[SIGNATURE_CHARACTERS + 1], v1a[SIGNATURE_CHARACTERS + 1];
	bool fine = read_text(secret, "whsec_", shared) && read_text(signing, "whsk_", seed);

	if (fine) {
		const char *text = arena_printf(a, "%s.%s.%s", m->id, m->timestamp, m->body);

		sign_shared(shared, text, strlen(text), v1);
		sign_public(seed, text, strlen(text), v1a);
	}
	OPENSSL_cleanse(shared, sizeof(shared));
	OPENSSL_cleanse(seed, sizeof(seed));
	return fine ? arena_printf(a, "v1,%s v1a,%s", v1, v1a) : NULL;
}
