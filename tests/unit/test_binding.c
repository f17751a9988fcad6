/* What tokens may be bound to, and must. */
#include "auth_fixture.h"

#include "auth/binding.h"

#define JKT "cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s"
#define KEY "{\"cnf\":{\"jkt\":\"" JKT "\"}}"
#define SHOWN "{\"cnf\":{\"x5t#S256\":\"" JKT "\"}}"

static enum auth_reason read_claims(const char *text, const struct issuer *issuer,
				    const struct agency_entry *terms, struct identity *out)
{
	json_t *claims = json_loads(text, 0, NULL);
	enum auth_reason reason;

	assert_non_null(claims);
	reason = binding_read(fixture.arena, claims, issuer, terms, out);
	json_decref(claims);
	return reason;
}

static void demands(void **state)
{
	enum { NO = DEMAND_FORBIDDEN, MAY = DEMAND_OPTIONAL, MUST = DEMAND_REQUIRED };
	static const struct {
		int dpop, agency, certificate;
		bool machine;
		const char *claims;
		enum auth_reason reason;
	} rows[] = {
		{MAY, -1, MAY, false, "{}", AUTH_OK},
		{MAY, -1, MAY, false, KEY, AUTH_OK},
		{NO, -1, MAY, false, "{}", AUTH_OK},
		{NO, -1, MAY, false, KEY, AUTH_BINDING},
		{MUST, -1, MAY, false, "{}", AUTH_BINDING},
		{MUST, -1, MAY, false, KEY, AUTH_OK},
		{MAY, MUST, MAY, false, "{}", AUTH_BINDING},
		{MUST, MAY, MAY, false, "{}", AUTH_OK},
		{MAY, NO, MAY, false, KEY, AUTH_BINDING},
		{MAY, -1, MUST, true, "{}", AUTH_BINDING},
		{MAY, -1, MUST, true, SHOWN, AUTH_OK},
		{MAY, -1, MUST, false, "{}", AUTH_OK},
		{MAY, -1, NO, true, SHOWN, AUTH_BINDING},
		{MAY, -1, NO, true, "{}", AUTH_OK},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct issuer issuer = {.dpop = rows[i].dpop,
					      .certificate = rows[i].certificate,
					      .dpop_window_s = 7,
					      .dpop_nonce = true};
		const struct agency_entry terms = {.dpop = rows[i].agency};
		struct identity out = {.machine = rows[i].machine};

		if (read_claims(rows[i].claims, &issuer, &terms, &out) != rows[i].reason)
			fail_msg("row %zu", i);
		assert_int_equal(out.window_s, 7);
		assert_true(out.nonce);
	}
}

static void confirmations(void **state)
{
	static const char *const refused[] = {
		"{\"cnf\":null}",
		"{\"cnf\":{}}",
		"{\"cnf\":\"text\"}",
		"{\"cnf\":{\"jkt\":\"short\"}}",
		"{\"cnf\":{\"jkt\":7}}",
		"{\"cnf\":{\"jkt\":null}}",
		"{\"cnf\":{\"kid\":\"x\"}}",
		"{\"cnf\":{\"jkt\":\"" JKT "\",\"kid\":\"x\"}}",
		"{\"cnf\":{\"x5t#S256\":\"" JKT "=\"}}",
	};
	const struct issuer issuer = {.dpop = DEMAND_OPTIONAL, .certificate = DEMAND_OPTIONAL};
	struct identity out = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		if (read_claims(refused[i], &issuer, NULL, &out) != AUTH_CLAIMS)
			fail_msg("%s", refused[i]);
	out = (struct identity){0};
	assert_int_equal(read_claims("{\"cnf\":{\"jkt\":\"" JKT "\",\"x5t#S256\":\"" JKT "\"}}",
				     &issuer, NULL, &out),
			 AUTH_OK);
	assert_string_equal(out.jkt, JKT);
	assert_string_equal(out.x5t, JKT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(demands),
		cmocka_unit_test(confirmations),
	};

	return cmocka_run_group_tests_name("binding", tests, fixture_setup, fixture_teardown);
}
