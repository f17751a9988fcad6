/* What issuers publish about their keys. */
#include "cmocka_all.h"

#include <string.h>

#include "auth/key_document.h"

static const char *set_fault(const char *text)
{
	json_t *set = NULL;
	const char *why = key_document_set(text, strlen(text), &set);

	assert_int_equal(set != NULL, why == NULL);
	json_decref(set);
	return why;
}

static void sets(void **state)
{
	char many[1024] = "{\"keys\":[0";

	(void)state;
	assert_null(set_fault("{\"keys\":[]}"));
	assert_null(set_fault("{\"keys\":[{\"kty\":\"EC\"}],\"more\":1}"));
	assert_string_equal(set_fault("{\"keys\":{}}"), "the key set has no keys");
	assert_string_equal(set_fault("[]"), "the key set has no keys");
	assert_string_equal(set_fault(""), "the key set is not JSON");
	assert_string_equal(set_fault("{\"keys\":[],\"keys\":[]}"), "the key set is not JSON");
	for (int i = 1; i < 64; i++)
		strcat(many, ",0");
	strcat(many, "]}");
	assert_null(set_fault(many));
	many[strlen(many) - 2] = '\0';
	strcat(many, ",0]}");
	assert_string_equal(set_fault(many), "the key set has too many keys");
}

static void addresses(void **state)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{"{\"issuer\":\"https://i\",\"jwks_uri\":\"https://i/keys\"}", NULL},
		{"{\"issuer\":\"https://i/\",\"jwks_uri\":\"https://i/keys\"}",
		 "the metadata is another issuer's"},
		{"{\"jwks_uri\":\"https://i/keys\"}", "the metadata is another issuer's"},
		{"{\"issuer\":\"https://i\"}", "the metadata names no key set"},
		{"{\"issuer\":\"https://i\",\"jwks_uri\":\"https://i/long-address\"}",
		 "the metadata names no key set"},
		{"{", "the metadata is not JSON"},
	};
	char url[20];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *why = key_document_address(rows[i].text, strlen(rows[i].text),
						       "https://i", url, sizeof(url));

		if (rows[i].why == NULL)
			assert_null(why);
		else
			assert_string_equal(why, rows[i].why);
	}
	assert_string_equal(url, "https://i/keys");
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(sets), cmocka_unit_test(addresses)};

	return cmocka_run_group_tests_name("key_document", tests, NULL, NULL);
}
