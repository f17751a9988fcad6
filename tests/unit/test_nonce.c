/* Nonces: the same for all who hold the keys, and only for a while. */
#include "cmocka_all.h"

#include <string.h>

#include "auth/nonce.h"

static const char keys_text[] =
	"{\"encryption\":[{\"id\":\"e1\",\"key\":\"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\"}],"
	"\"lookup\":[{\"id\":\"h1\",\"key\":\"ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8\"}]}";

static void are_good_for_two_slots(void **state)
{
	const int64_t now = 1793606400;
	char why[256], nonce[NONCE_SIZE], later[NONCE_SIZE];
	struct seal_keys *keys = seal_keys_load(keys_text, why);

	(void)state;
	assert_non_null(keys);
	nonce_make(keys, now, nonce);
	assert_int_equal(strlen(nonce), NONCE_SIZE - 1);
	assert_int_equal(nonce_age(keys, now, nonce), NONCE_CURRENT);
	assert_int_equal(nonce_age(keys, now + NONCE_SLOT_S - 1, nonce), NONCE_CURRENT);
	assert_int_equal(nonce_age(keys, now + NONCE_SLOT_S, nonce), NONCE_OLD);
	assert_int_equal(nonce_age(keys, now + 2 * NONCE_SLOT_S, nonce), NONCE_UNKNOWN);
	assert_int_equal(nonce_age(keys, now, ""), NONCE_UNKNOWN);
	nonce_make(keys, now + NONCE_SLOT_S, later);
	assert_string_not_equal(nonce, later);
	assert_int_equal(nonce_age(keys, now, later), NONCE_UNKNOWN);
	seal_keys_free(keys);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(are_good_for_two_slots)};

	return cmocka_run_group_tests_name("nonce", tests, NULL, NULL);
}
