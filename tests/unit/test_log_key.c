/* auth/log_key: which keys are taken, and that a signature holds for its text alone. */
#include "arena_fixture.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <string.h>

#include "auth/base64url.h"
#include "auth/log_key.h"

/* RFC 8032, 7.1, test 1: the secret key 9d61b19d…, public key d75a9801…, as PKCS #8 */
static const char pem[] = "-----BEGIN PRIVATE KEY-----\n"
			  "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
			  "-----END PRIVATE KEY-----\n";
static const unsigned char public_key[32] = {0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7,
					     0xd5, 0x4b, 0xfe, 0xd3, 0xc9, 0x64, 0x07, 0x3a,
					     0x0e, 0xe1, 0x72, 0xf3, 0xda, 0xa6, 0x23, 0x25,
					     0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51, 0x1a};

static void signs_as_the_rfc_does(void **state)
{
	char why[256] = "";
	struct log_key *key = log_key_load(pem, why);

	(void)state;
	assert_non_null(key);
	assert_string_equal(log_key_sign(key, arena, ""),
			    "5VZDAMNgrHKQhuLMgG6CioSHfx645dl02HPgZSJJAVVfuIIVkKM7rMYeOXAc"
			    "-bRr0lv18FlbviRlUUFDjnoQCw");
	assert_int_equal(strlen(log_key_id(key)), 16);
	log_key_free(key);
}

static bool holds(const char *text, const char *signature)
{
	EVP_PKEY *key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, public_key, 32);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	size_t size;
	const unsigned char *bytes = base64url_decode(arena, signature, strlen(signature), &size);

	assert_int_equal(EVP_DigestVerifyInit(context, NULL, NULL, NULL, key), 1);

	bool yes = EVP_DigestVerify(context, bytes, size, (const unsigned char *)text,
				    strlen(text)) == 1;

	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
	return yes;
}

static void signs_one_text(void **state)
{
	char why[256] = "";
	struct log_key *key = log_key_load(pem, why);
	const char *signature = log_key_sign(key, arena, "number: 1\n");

	(void)state;
	assert_true(holds("number: 1\n", signature));
	assert_false(holds("number: 2\n", signature));
	log_key_free(key);
}

static void takes_no_other_key(void **state)
{
	static const char *const others[] = {
		"",
		"x",
		"-----BEGIN PRIVATE KEY-----\nMC4C\n-----END PRIVATE KEY-----\n",
		/* X25519 */
		"-----BEGIN PRIVATE KEY-----\n"
		"MC4CAQAwBQYDK2VuBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
		"-----END PRIVATE KEY-----\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		char why[256] = "";

		assert_null(log_key_load(others[i], why));
		assert_non_null(strstr(why, "Ed25519"));
	}
	log_key_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signs_as_the_rfc_does),
		cmocka_unit_test(signs_one_text),
		cmocka_unit_test(takes_no_other_key),
	};

	return cmocka_run_group_tests(tests, arena_begin, arena_end);
}
