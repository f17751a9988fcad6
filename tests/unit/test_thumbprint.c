/* Thumbprints: the vectors of RFC 7638 and RFC 9449. */
#include "cmocka_all.h"

#include <string.h>

#include "auth/thumbprint.h"

/* RFC 9449, the key of its examples; RFC 7638, 3.1 */
static const char ec[] = "{\"kty\":\"EC\",\"crv\":\"P-256\","
			 "\"x\":\"l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs\","
			 "\"y\":\"9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA\"}";
static const char ec_more[] =
	"{\"y\":\"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM\",\"use\":\"sig\","
	"\"x\":\"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4\",\"crv\":\"P-256\","
	"\"kty\":\"EC\",\"kid\":\"k\"}";
static const char rsa[] =
	"{\"kty\":\"RSA\",\"n\":"
	"\"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7"
	"aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_"
	"RN5w6Cf0h4QyQ5"
	"v-65YGjQR0_"
	"FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bF"
	"TWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw\","
	"\"e\":\"AQAB\",\"alg\":\"RS256\",\"kid\":\"2011-04-29\"}";

static void vectors(void **state)
{
	static const struct {
		const char *jwk, *thumbprint;
	} rows[] = {
		{ec, "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"},
		{ec_more, "cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s"},
		{rsa, "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"},
	};
	char out[THUMBPRINT_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		json_t *jwk = json_loads(rows[i].jwk, 0, NULL);

		assert_true(thumbprint_jwk(jwk, out));
		assert_string_equal(out, rows[i].thumbprint);
		assert_true(thumbprint_is_valid(out));
		json_decref(jwk);
	}
	/* `ath` of RFC 9449, 4.1 */
	static const char token[] = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";

	thumbprint_bytes(token, strlen(token), out);
	assert_string_equal(out, "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo");
}

static void keys_without_one(void **state)
{
	static const char *const texts[] = {
		"{}",
		"{\"kty\":\"oct\",\"k\":\"AA\"}",
		"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\"}",
		"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":7}",
		"{\"kty\":\"EC\",\"crv\":\"P\\\"256\",\"x\":\"AA\",\"y\":\"AA\"}",
		"{\"kty\":\"RSA\",\"n\":\"AA==\",\"e\":\"AQAB\"}",
		"{\"kty\":\"RSA\",\"n\":\"\",\"e\":\"AQAB\"}",
	};
	char out[THUMBPRINT_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		json_t *jwk = json_loads(texts[i], 0, NULL);

		assert_false(thumbprint_jwk(jwk, out));
		json_decref(jwk);
	}
	assert_false(thumbprint_is_valid(""));
	assert_false(thumbprint_is_valid("cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-"));
	assert_false(thumbprint_is_valid("cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-sA"));
	assert_false(thumbprint_is_valid("cn+I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors),
		cmocka_unit_test(keys_without_one),
	};

	return cmocka_run_group_tests_name("thumbprint", tests, NULL, NULL);
}
