/* api/principal: the copy is one block and stands on its own. */
#include "cmocka_all.h"

#include <stdlib.h>
#include <string.h>

#include "api/principal.h"
#include "auth/token_cache.h"

static void copies_every_text(void **state)
{
	char text[] = "original";
	const struct principal p = {.issuer_id = text,
				    .subject = text,
				    .agency_id = "a",
				    .agency_slug = "",
				    .agency_type = text,
				    .agency_name = text,
				    .staff_id = text,
				    .name = text,
				    .role = text,
				    .hpr_number = text,
				    .unit_ids = text,
				    .unit_id = text,
				    .citizen_id = text,
				    .citizen_hashes = text,
				    .purpose = text,
				    .scope = text,
				    .attestation = text,
				    .generation = text,
				    .citizen = true,
				    .expires_at = 42};
	struct principal *copy = principal_copy(&p);

	(void)state;
	memset(text, 'x', sizeof(text) - 1);

	const char *const texts[] = {
		copy->issuer_id, copy->subject, copy->agency_type, copy->agency_name,
		copy->staff_id,	 copy->name,	copy->role,	   copy->hpr_number,
		copy->unit_ids,	 copy->unit_id, copy->citizen_id,  copy->citizen_hashes,
		copy->purpose,	 copy->scope,	copy->attestation, copy->generation};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_string_equal(texts[i], "original");
	assert_string_equal(copy->agency_id, "a");
	assert_string_equal(copy->agency_slug, "");
	assert_true(copy->citizen);
	assert_int_equal(copy->expires_at, 42);
	token_cache_give_back(copy);
}

static void keeps_what_is_missing_missing(void **state)
{
	const struct principal p = {.role = "PT"};
	struct principal *copy = principal_copy(&p);

	(void)state;
	assert_string_equal(copy->role, "PT");
	assert_null(copy->agency_id);
	assert_null(copy->generation);
	assert_false(copy->is_health_personnel);
	token_cache_give_back(copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(copies_every_text),
		cmocka_unit_test(keeps_what_is_missing_missing),
	};

	return cmocka_run_group_tests_name("principal", tests, NULL, NULL);
}
