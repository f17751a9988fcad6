/* UUIDs, receipts and SHA-256. */
#include "cmocka_all.h"

#include <stdlib.h>
#include <string.h>

#include "auth/random.h"
#include "base/clock.h"

static void expect_uuid(const char *uuid, char version)
{
	assert_int_equal(strlen(uuid), 36);
	for (size_t i = 0; i < 36; i++) {
		if (i == 8 || i == 13 || i == 18 || i == 23)
			assert_int_equal(uuid[i], '-');
		else
			assert_non_null(strchr("0123456789abcdef", uuid[i]));
	}
	assert_int_equal(uuid[14], version);
	assert_non_null(strchr("89ab", uuid[19]));
}

static void test_uuid(void **state)
{
	char one[RANDOM_UUID_SIZE], two[RANDOM_UUID_SIZE];

	(void)state;
	for (int i = 0; i < 1000; i++) {
		random_uuid(one);
		random_uuid(two);
		expect_uuid(one, '4');
		assert_string_not_equal(one, two);
	}
}

static void test_uuid_v7(void **state)
{
	char uuid[RANDOM_UUID_SIZE], head[13] = "", other[RANDOM_UUID_SIZE];

	(void)state;
	for (int i = 0; i < 100; i++) {
		int64_t before = clock_real_ms(), after, time;

		random_uuid_v7(uuid);
		random_uuid_v7(other);
		after = clock_real_ms();
		expect_uuid(uuid, '7');
		assert_string_not_equal(uuid, other);
		memcpy(head, uuid, 8);
		memcpy(head + 8, uuid + 9, 4);
		time = strtoll(head, NULL, 16);
		assert_in_range(time, before, after);
	}
}

static void test_receipt(void **state)
{
	static const unsigned char zeros[RANDOM_RECEIPT_BYTES];
	unsigned char ones[RANDOM_RECEIPT_BYTES];
	static const unsigned char count[] = {0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef,
					      0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54, 0x32, 0x10};
	char receipt[RANDOM_RECEIPT_SIZE], again[RANDOM_RECEIPT_SIZE];

	(void)state;
	memset(ones, 0xff, sizeof(ones));
	random_receipt_of(zeros, receipt);
	assert_string_equal(receipt, "00000-00000-00000-00000-000000");
	random_receipt_of(ones, receipt);
	assert_string_equal(receipt, "7ZZZZ-ZZZZZ-ZZZZZ-ZZZZZ-ZZZZZZ");
	random_receipt_of(count, receipt);
	assert_string_equal(receipt, "014D2-PF2DB-SQQZX-Q5TK1-V58CGG");
	for (int i = 0; i < 100; i++) {
		random_receipt(receipt);
		assert_int_equal(strlen(receipt), RANDOM_RECEIPT_SIZE - 1);
		assert_true(random_receipt_read(receipt, again));
		assert_string_equal(receipt, again);
		random_receipt(again);
		assert_string_not_equal(receipt, again);
	}
}

static void test_receipt_read(void **state)
{
	static const char given[] = "014D2-PF2DB-SQQZX-Q5TK1-V58CGG";
	static const char *const good[] = {
		"014D2-PF2DB-SQQZX-Q5TK1-V58CGG", "014d2pf2dbsqqzxq5tk1v58cgg",
		"OI4D2 PF2DB SQQZX Q5TKL V58CGG", " 0-1 4D2-PF2DB-SQQZX-Q5TKi-V58CGG- "};
	static const char *const bad[] = {"",
					  "-",
					  "014D2-PF2DB-SQQZX-Q5TK1-V58CG",
					  "014D2-PF2DB-SQQZX-Q5TK1-V58CGGG",
					  "U14D2-PF2DB-SQQZX-Q5TK1-V58CGG",
					  "014D2_PF2DB-SQQZX-Q5TK1-V58CGG",
					  "014D2-PF2DB-SQQZX-Q5TK1-V58CG\xc3\xb8"};
	char out[RANDOM_RECEIPT_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_true(random_receipt_read(good[i], out));
		assert_string_equal(out, given);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(random_receipt_read(bad[i], out));
}

static void test_sha256(void **state)
{
	char hex[RANDOM_SHA256_HEX_SIZE];

	(void)state;
	random_sha256_hex("", hex);
	assert_string_equal(hex,
			    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	random_sha256_hex("abc", hex);
	assert_string_equal(hex,
			    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_uuid),	cmocka_unit_test(test_uuid_v7),
		cmocka_unit_test(test_receipt), cmocka_unit_test(test_receipt_read),
		cmocka_unit_test(test_sha256),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
