/* Seals of personal numbers: there and back, rotation, tampering, foreign text. */
#include "arena_fixture.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "auth/base64url.h"
#include "auth/seal.h"

#define KEY_A "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
#define KEY_B "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8"
#define KEY_C "QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlaW1xdXl8"
#define KEY(id, key) "{\"id\":\"" id "\",\"key\":\"" key "\"}"
#define KEYS(encryption, lookup) "{\"encryption\":[" encryption "],\"lookup\":[" lookup "]}"

/* 64 bytes */
#define LONGEST "1234567890123456789012345678901234567890123456789012345678901234"

static const char old_keys[] = KEYS(KEY("e1", KEY_A), KEY("h1", KEY_B));
static const char new_keys[] =
	KEYS(KEY("e2", KEY_C) "," KEY("e1", KEY_A), KEY("h2", KEY_A) "," KEY("h1", KEY_B));
static const char other_keys[] = KEYS(KEY("e1", KEY_C), KEY("h1", KEY_C));

static struct seal_keys *keys;

static struct seal_keys *load(const char *json)
{
	char why[256];
	struct seal_keys *k = seal_keys_load(json, why);

	assert_string_equal(why, "");
	assert_non_null(k);
	return k;
}

static int setup(void **state)
{
	arena_begin(state);
	keys = load(old_keys);
	return 0;
}

static int teardown(void **state)
{
	seal_keys_free(keys);
	seal_keys_free(NULL);
	return arena_end(state);
}

static const char *open_text(const struct seal_keys *k, const char *seal)
{
	return seal_open(k, arena, seal, strlen(seal));
}

static void test_round_trip(void **state)
{
	static const char *const numbers[] = {"01819012365", "201017238203", "7", LONGEST};

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		const char *seal = seal_make(keys, arena, numbers[i]);
		const char *again = seal_make(keys, arena, numbers[i]);

		assert_string_equal(open_text(keys, seal), numbers[i]);
		assert_string_not_equal(seal, again);
		/* the same up to the ciphertext, so that it can be found */
		assert_memory_equal(seal, again, (size_t)(strrchr(seal, ':') - seal));
		assert_true(strlen(numbers[i]) < 11 || strstr(seal, numbers[i]) == NULL);
	}
	assert_null(seal_make(keys, arena, ""));
	assert_null(seal_make(keys, arena, LONGEST "5"));
}

static void test_form(void **state)
{
	const char *seal = seal_make(keys, arena, "01819012365"), *hash = seal + 11;
	size_t size;

	(void)state;
	assert_memory_equal(seal, "seal:e1:h1=", 11);
	assert_int_equal(strspn(hash, "0123456789abcdef"), 64);
	assert_int_equal(hash[64], ':');
	assert_non_null(base64url_decode(arena, hash + 65, strlen(hash + 65), &size));
	assert_int_equal(size, 12 + 11 + 16);
}

static void test_written_forms_meet(void **state)
{
	const char *seal = seal_make(keys, arena, "01819012365");
	const char *split = seal_make(keys, arena, "018190 12365");

	(void)state;
	assert_string_equal(open_text(keys, split), "01819012365");
	assert_memory_equal(seal, split, 11 + 64);
	assert_memory_not_equal(seal, seal_make(keys, arena, "10915596784"), 11 + 64);
}

static void test_rotation(void **state)
{
	struct seal_keys *rotated = load(new_keys);
	const char *old = seal_make(keys, arena, "01819012365");
	const char *new = seal_make(rotated, arena, "01819012365");

	(void)state;
	assert_string_equal(open_text(rotated, old), "01819012365");
	assert_string_equal(open_text(rotated, new), "01819012365");
	assert_null(open_text(keys, new));
	assert_memory_equal(new, "seal:e2:h2=", 11);
	assert_int_equal(new[11 + 64], ',');
	/* the old hash is still among the new seal's, so that old rows are found */
	assert_memory_equal(new + 11 + 65, old + 8, 3 + 64);
	seal_keys_free(rotated);
}

static void test_tampering(void **state)
{
	const char *seal = seal_make(keys, arena, "01819012365");
	size_t len = strlen(seal);
	struct seal_keys *other = load(other_keys);

	(void)state;
	for (size_t i = 0; i < len; i++) {
		char *changed = arena_copy(arena, seal, len);

		changed[i] = changed[i] == 'A' ? 'B' : 'A';
		assert_null(open_text(keys, changed));
		assert_null(seal_open(keys, arena, seal, i));
	}
	assert_null(open_text(keys, arena_printf(arena, "%sA", seal)));
	assert_null(open_text(other, seal));
	/* one seal's text under another's hashes */
	const char *mixed = seal_make(keys, arena, "10915596784");

	assert_null(open_text(keys, arena_printf(arena, "%.*s%s", 11 + 65, seal, mixed + 11 + 65)));
	seal_keys_free(other);
}

static void test_foreign_text(void **state)
{
	static const char *const texts[] = {"",
					    "seal:",
					    "seal::",
					    "seal:::",
					    "seal:e1:",
					    "seal:e1::",
					    "seal:e1:h1=:",
					    "seal:e1:h1=00:AAAA",
					    "seal:e9:h1=00:AAAA",
					    "01819012365",
					    "Seal:e1:h1=00:AAAA",
					    "seal:e1:h1=00:====",
					    "seal:e1:AAAA"};
	char *large = arena_alloc(arena, 100001);

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_null(open_text(keys, texts[i]));
	memset(large, 'A', 100000);
	memcpy(large, "seal:e1:h1:", 11);
	assert_null(open_text(keys, large));
}

static const char *repeated(char c, size_t len)
{
	char *text = arena_alloc(arena, len + 1);

	memset(text, c, len);
	return text;
}

static void test_secrets(void **state)
{
	/* a secret stays as it is, also one that could be read as a number */
	const char *const secrets[] = {"7", "018190 12365", LONGEST "5", repeated('x', 2066),
				       repeated('x', SEAL_TEXT_MAX)};
	char many[2048] = "";
	struct seal_keys *full;

	(void)state;
	for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
		const char *seal = seal_secret(keys, arena, secrets[i]);

		assert_memory_equal(seal, "seal:e1:h1=", 11);
		assert_string_equal(open_text(keys, seal), secrets[i]);
	}
	assert_null(seal_secret(keys, arena, ""));
	assert_null(seal_secret(keys, arena, repeated('x', SEAL_TEXT_MAX + 1)));
	/* under as many look-up keys as there can be, with the longest names */
	for (int i = 1; i <= 8; i++) {
		size_t len = strlen(many);

		snprintf(many + len, sizeof(many) - len,
			 "%s{\"id\":\"h23456789012345%d\",\"key\":\"" KEY_B "\"}",
			 i == 1 ? "" : ",", i);
	}
	full = load(arena_printf(arena, KEYS(KEY("e234567890123456", KEY_A), "%s"), many));
	assert_string_equal(open_text(full, seal_secret(full, arena, secrets[4])), secrets[4]);
	seal_keys_free(full);
}

static void test_mask(void **state)
{
	(void)state;
	assert_string_equal(seal_mask(arena, "01019012365"), "010190*****");
	assert_string_equal(seal_mask(arena, "201017238203"), "201017******");
	assert_string_equal(seal_mask(arena, "123456"), "******");
	assert_string_equal(seal_mask(arena, ""), "");
}

static void test_derived(void **state)
{
	char one[65], two[65], receipt[RANDOM_RECEIPT_SIZE], again[RANDOM_RECEIPT_SIZE];

	(void)state;
	seal_mac_hex(keys, "text", one);
	seal_mac_hex(keys, "text", two);
	assert_string_equal(one, two);
	assert_int_equal(strspn(one, "0123456789abcdef"), 64);
	seal_mac_hex(keys, "texts", two);
	assert_string_not_equal(one, two);
	/* a number's look-up hash cannot be had by asking for the mac of a text */
	seal_mac_hex(keys, "01819012365", two);
	assert_null(strstr(seal_make(keys, arena, "01819012365"), two));
	seal_receipt(keys, "text", receipt);
	seal_receipt(keys, "text", again);
	assert_string_equal(receipt, again);
	assert_true(random_receipt_read(receipt, again));
	seal_receipt(keys, "other", again);
	assert_string_not_equal(receipt, again);
}

static void test_bad_keys(void **state)
{
	static const char *const bad[] = {
		"",
		"[]",
		"{}",
		"{\"encryption\":[],\"lookup\":[]}",
		KEYS(KEY("e1", KEY_A), ""),
		KEYS("", KEY("h1", KEY_B)),
		KEYS(KEY("e1", KEY_A) "," KEY("e1", KEY_B), KEY("h1", KEY_B)),
		KEYS(KEY("e:1", KEY_A), KEY("h1", KEY_B)),
		KEYS(KEY("E1", KEY_A), KEY("h1", KEY_B)),
		KEYS(KEY("", KEY_A), KEY("h1", KEY_B)),
		KEYS(KEY("e1", "AAAA"), KEY("h1", KEY_B)),
		KEYS(KEY("e1", KEY_A "="), KEY("h1", KEY_B)),
		KEYS(KEY("e1", KEY_A "AA"), KEY("h1", KEY_B)),
		KEYS("\"e1\"", KEY("h1", KEY_B)),
		KEYS("{\"id\":\"e1\",\"key\":7}", KEY("h1", KEY_B)),
	};
	char why[256];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_null(seal_keys_load(bad[i], why));
		assert_string_not_equal(why, "");
		assert_null(strstr(why, "AAEC"));
	}
	assert_null(seal_keys_load(NULL, why));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_form),
		cmocka_unit_test(test_written_forms_meet),
		cmocka_unit_test(test_rotation),
		cmocka_unit_test(test_tampering),
		cmocka_unit_test(test_foreign_text),
		cmocka_unit_test(test_secrets),
		cmocka_unit_test(test_mask),
		cmocka_unit_test(test_derived),
		cmocka_unit_test(test_bad_keys),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
