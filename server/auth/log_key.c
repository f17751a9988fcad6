/* Reads the sealing key, and signs with it. */
#include "auth/log_key.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auth/base64url.h"
#include "auth/random.h"

enum { PUBLIC_BYTES = 32, SIGNATURE_BYTES = 64 };

struct log_key {
	EVP_PKEY *key;
	char id[LOG_KEY_ID_SIZE];
};

/* A key with a passphrase has none here: nobody would be there to type it. */
static int no_passphrase(char *buf, int size, int writing, void *unused)
{
	(void)buf;
	(void)size;
	(void)writing;
	(void)unused;
	return -1;
}

static EVP_PKEY *read_pem(const char *pem)
{
	BIO *bio = BIO_new_mem_buf(pem, (int)strlen(pem));
	EVP_PKEY *key =
		bio == NULL ? NULL : PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);

	BIO_free(bio);
	ERR_clear_error();
	return key;
}

static bool set_id(struct log_key *key)
{
	unsigned char bytes[PUBLIC_BYTES], hash[RANDOM_SHA256_BYTES];
	size_t size = sizeof(bytes);

	if (EVP_PKEY_get_raw_public_key(key->key, bytes, &size) != 1 || size != sizeof(bytes))
		return false;
	random_sha256(bytes, size, hash);
	random_hex(hash, (LOG_KEY_ID_SIZE - 1) / 2, key->id);
	return true;
}

struct log_key *log_key_load(const char *pem, char why[256])
{
	struct log_key *key = calloc(1, sizeof(*key));

	if (key == NULL)
		abort();
	key->key = read_pem(pem);
	if (key->key != NULL && EVP_PKEY_is_a(key->key, "ED25519") && set_id(key))
		return key;
	snprintf(why, 256, "the log's sealing key is not an Ed25519 private key in PEM");
	log_key_free(key);
	return NULL;
}

void log_key_free(struct log_key *key)
{
	if (key == NULL)
		return;
	EVP_PKEY_free(key->key);
	free(key);
}

const char *log_key_id(const struct log_key *key)
{
	return key->id;
}

const char *log_key_sign(const struct log_key *key, struct arena *a, const char *text)
{
	unsigned char signature[SIGNATURE_BYTES];
	size_t size = sizeof(signature);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool fine = context != NULL &&
		    EVP_DigestSignInit(context, NULL, NULL, NULL, key->key) == 1 &&
		    EVP_DigestSign(context, signature, &size, (const unsigned char *)text,
				   strlen(text)) == 1;

	EVP_MD_CTX_free(context);
	return fine ? base64url_encode(a, signature, size) : NULL;
}
