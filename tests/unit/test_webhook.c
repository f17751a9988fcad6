/* auth/webhook: keys of the specified form, the specification's own signature, and one that OpenSSL
 * checks. */
#include "arena_fixture.h"

#include <openssl/evp.h>
#include <string.h>

#include "auth/webhook.h"

static const struct webhook_message message = {
	.id = "evt_4712", .timestamp = "1674087231", .body = "{\"a\":1}"};

static void makes_keys(void **state)
{
	struct webhook_key one, two;

	(void)state;
	webhook_key_make(&one);
	webhook_key_make(&two);
	assert_int_equal(strlen(one.secret), 50);
	assert_memory_equal(one.secret, "whsec_", 6);
	assert_memory_equal(one.signing, "whsk_", 5);
	assert_memory_equal(one.public, "whpk_", 5);
	assert_string_not_equal(one.secret, two.secret);
	assert_string_not_equal(one.public, two.public);
}

/* HMAC-SHA256 under 32 zero bytes, as any other program makes it; Ed25519 of RFC 8032's first seed.
 */
static void signs_as_specified(void **state)
{
	static const char zeros[] = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
	static const char seed[] = "whsk_nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";
	const char *signature = webhook_sign(arena, zeros, seed, &message);

	(void)state;
	assert_non_null(signature);
	assert_memory_equal(signature, "v1,", 3);
	assert_int_equal(strlen(signature), 3 + 44 + 1 + 4 + 88);
	assert_memory_equal(signature + 3, "gAXcyySVC2Yeqk0xAerUeuDdAFJ91JLspjK0FKIbVi8=", 44);
	assert_string_equal(signature, webhook_sign(arena, zeros, seed, &message));
}

/* The public half that was given out checks what the secret half has signed. */
static void can_be_checked(void **state)
{
	struct webhook_key key;
	unsigned char public[36], signature[72];
	static const char text[] = "evt_4712.1674087231.{\"a\":1}";

	(void)state;
	webhook_key_make(&key);

	const char *header = webhook_sign(arena, key.secret, key.signing, &message);
	const char *v1a = strstr(header, " v1a,") + 5;

	assert_int_equal(EVP_DecodeBlock(public, (const unsigned char *)key.public + 5, 44), 33);
	assert_int_equal(EVP_DecodeBlock(signature, (const unsigned char *)v1a, 88), 66);

	EVP_PKEY *check = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, public, 32);
	EVP_MD_CTX *context = EVP_MD_CTX_new();

	assert_int_equal(EVP_DigestVerifyInit(context, NULL, NULL, NULL, check), 1);
	assert_int_equal(EVP_DigestVerify(context, signature, 64, (const unsigned char *)text,
					  sizeof(text) - 1),
			 1);
	signature[0] ^= 1;
	assert_int_not_equal(EVP_DigestVerify(context, signature, 64, (const unsigned char *)text,
					      sizeof(text) - 1),
			     1);
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(check);
}

static void refuses_what_is_no_key(void **state)
{
	static const char *const bad[] = {"",
					  "whsec_",
					  "whsec_AAAA",
					  "whsk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
					  "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
					  "whsec_!AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="};
	struct webhook_key key;

	(void)state;
	webhook_key_make(&key);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_null(webhook_sign(arena, bad[i], key.signing, &message));
	assert_null(webhook_sign(arena, key.secret, key.secret, &message));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(makes_keys),
		cmocka_unit_test(signs_as_specified),
		cmocka_unit_test(can_be_checked),
		cmocka_unit_test(refuses_what_is_no_key),
	};

	return cmocka_run_group_tests_name("webhook", tests, arena_begin, arena_end);
}
