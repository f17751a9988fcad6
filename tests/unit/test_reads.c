/* api/reads: each read's statement is wrapped once, whatever its text ends with. */
#include "api_fixture.h"

#include "api/reads.h"
#include "api/room.h"

static int start(void **state)
{
	static const char *const statements[][2] = {
		{"listThings", "select :query.q as body;\n\n"},
		{"createThing", "select :body as body"},
		{"getThing", "select :path.id as body -- the last; line"},
		{"getThing.as_of", "select :query.as_of as body"},
		{"getDoor", "select 1 as body"},
		{"getDoor.version", "select :path.id as version;"},
		{"getPage", "select 2 as body"},
	};

	fixture_start(state);
	for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]); i++)
		assert_non_null(
			statement_define(service.arena, statements[i][0], statements[i][1]));
	return 0;
}

static void wraps_reads_alone(void **state)
{
	const char *why = NULL;

	(void)state;
	assert_true(reads_define(service.arena, service.contract, &why));
	assert_non_null(strstr(statement_find("listThings~read")->sql, "as body\n) s offset 0"));
	/* a comment at the end must not swallow what follows */
	assert_non_null(strstr(statement_find("getThing~read")->sql, "last; line\n) s"));
	assert_non_null(statement_find("getThing.as_of~read"));
	assert_null(statement_find("listThings.as_of~read"));
	assert_null(statement_find("createThing~read"));
}

/* Where there is a version the answer's own statement stands behind it. */
static void asks_for_the_version_first(void **state)
{
	const char *sql = statement_find("getDoor~read")->sql;
	const char *version = strstr(sql, "$1 as version\n) s"),
		   *body = strstr(sql, "1 as body\n) s");

	(void)state;
	assert_non_null(version);
	assert_non_null(body);
	assert_true(version < body);
	assert_non_null(strstr(body, "where m.not_modified is null"));
	assert_null(strstr(sql, "a::text"));
}

static void chooses_by_the_query(void **state)
{
	static const char *const rows[][3] = {
		{"GET", "/api/v1/things", "listThings~read"},
		{"POST", "/api/v1/things", "createThing"},
		{"GET", "/api/v1/things/1", "getThing~read"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct request *r = fixture_request(rows[i][0], rows[i][1]);

		fixture_header(r, "Content-Type", "application/json");
		assert_true(route(r));
		assert_string_equal(reads_statement(r, r->op)->name, rows[i][2]);
		r->parameters[r->parameter_count++] =
			(struct parameter_value){"as_of", "2026-01-01T00:00:00Z", IN_QUERY};
		/* without a twin the same */
		assert_string_equal(reads_statement(r, r->op)->name,
				    i == 2 ? "getThing.as_of~read" : rows[i][2]);
		fixture_end(r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wraps_reads_alone),
		cmocka_unit_test(asks_for_the_version_first),
		cmocka_unit_test(chooses_by_the_query),
	};

	return cmocka_run_group_tests_name("reads", tests, start, fixture_stop);
}
