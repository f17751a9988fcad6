/* api/query: splitting the query, and what the contract says about parameters. */
#include "api_fixture.h"

#include "api/query.h"
#include "api/room.h"

static void splits_and_decodes(void **state)
{
	static const struct {
		const char *query;
		size_t count; /* -1: refused */
		const char *name, *value;
	} rows[] = {
		{"", 0, NULL, NULL},
		{"&", 0, NULL, NULL},
		{"a", 1, "a", ""},
		{"a=", 1, "a", ""},
		{"a=b", 1, "a", "b"},
		{"a=b=c", 1, "a", "b=c"},
		{"=b", 1, "", "b"},
		{"&&a=b&", 1, "a", "b"},
		{"a=b&c=d", 2, "a", "b"},
		{"a=x+y%2B%26", 1, "a", "x y+&"},
		{"%61=%62", 1, "a", "b"},
		{"a=%C3%A6", 1, "a", "\xc3\xa6"},
		{"a=%00", SIZE_MAX, NULL, NULL},
		{"a%00=b", SIZE_MAX, NULL, NULL},
		{"a=%", SIZE_MAX, NULL, NULL},
		{"a=%4", SIZE_MAX, NULL, NULL},
		{"a=%ff", SIZE_MAX, NULL, NULL},
		{"ok=1&%zz=1", SIZE_MAX, NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct request *r = fixture_request("GET", "/");

		r->in.raw_query = rows[i].query;
		assert_int_equal(query_parse(r, r->in.raw_query), rows[i].count != SIZE_MAX);
		if (rows[i].name != NULL) {
			assert_int_equal(r->parameter_count, rows[i].count);
			assert_string_equal(r->parameters[0].name, rows[i].name);
			assert_string_equal(r->parameters[0].value, rows[i].value);
		}
		fixture_end(r);
	}
}

static void takes_a_bounded_number(void **state)
{
	(void)state;
	for (int extra = 0; extra < 2; extra++) {
		struct request *r = fixture_request("GET", "/");
		char *query = arena_dup(r->arena, "a=1");

		for (int i = 1; i < QUERY_MAX + extra; i++)
			query = arena_printf(r->arena, "%s&a=%d", query, i);
		r->in.raw_query = query;
		assert_int_equal(query_parse(r, r->in.raw_query), extra == 0);
		fixture_end(r);
	}
}

/* The codes of the faults, as "pointer code, …". */
static const char *faults_of(const char *target)
{
	static char text[500];
	struct request *r = fixture_request("GET", target);

	text[0] = '\0';
	assert_true(route(r));
	assert_true(query_parse(r, r->in.raw_query));
	query_validate(r);
	for (size_t i = 0; i < r->faults->count; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s %s",
			 i == 0 ? "" : ", ", r->faults->list[i].pointer, r->faults->list[i].code);
	fixture_end(r);
	return text;
}

static void checks_against_the_contract(void **state)
{
	static const char *const rows[][2] = {
		{"/api/v1/things", ""},
		{"/api/v1/things?limit=50&q=x&cursor=y", ""},
		{"/api/v1/things?limit=0", "/query/limit minimum"},
		{"/api/v1/things?limit=x", "/query/limit type"},
		{"/api/v1/things?limit=1e1", "/query/limit type"},
		{"/api/v1/things?limit=99999999999999999999", "/query/limit type"},
		{"/api/v1/things?limit=", "/query/limit type"},
		{"/api/v1/things?LIMIT=5", "/query unknown_parameter"},
		{"/api/v1/things?limit=5&limit=6", "/query/limit repeated"},
		{"/api/v1/things?limit=5&l%69mit=5", "/query/limit repeated"},
		{"/api/v1/things?x=1&=2", "/query unknown_parameter, /query unknown_parameter"},
		{"/api/v1/things?q=123456789012345678901", "/query/q max_length"},
		{"/api/v1/things/nonsense", "/path/id format"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(faults_of(rows[i][0]), rows[i][1]);
}

static void an_unknown_name_twice_is_not_echoed(void **state)
{
	(void)state;
	assert_null(strstr(faults_of("/api/v1/things?secret=1&secret=2"), "secret"));
}

static void who_errs_is_told_what_there_is(void **state)
{
	static const char *const rows[][2] = {
		{"/api/v1/things?secret=1", "it has limit, cursor, q"},
		{"/api/v1/things/018f3c5e-7a10-7cc2-9d3e-5b8c1f2a4d60?secret=1", "it has none"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct request *r = fixture_request("GET", rows[i][0]);

		assert_true(route(r));
		assert_true(query_parse(r, r->in.raw_query));
		query_validate(r);
		assert_int_equal(r->faults->count, 1);
		assert_non_null(strstr(r->faults->list[0].detail, rows[i][1]));
		assert_null(strstr(r->faults->list[0].detail, "secret"));
		fixture_end(r);
	}
}

static void checks_headers_too(void **state)
{
	struct request *r = fixture_request("GET", "/api/v1/things");
	char longest[200];

	(void)state;
	memset(longest, 'x', sizeof(longest));
	longest[199] = '\0';
	fixture_header(r, "if-none-match", longest);
	assert_true(route(r));
	assert_true(query_parse(r, r->in.raw_query));
	query_validate(r);
	assert_int_equal(r->faults->count, 1);
	assert_string_equal(r->faults->list[0].pointer, "/header/If-None-Match");
	fixture_end(r);
}

static void one_header_may_not_be_sent_twice(void **state)
{
	struct request *r = fixture_request("POST", "/api/v1/things");

	(void)state;
	fixture_header(r, "Idempotency-Key", "one");
	fixture_header(r, "idempotency-key", "two");
	assert_true(route(r));
	query_validate(r);
	assert_int_equal(r->faults->count, 1);
	assert_string_equal(r->faults->list[0].code, "repeated");
	fixture_end(r);
	/* lists may */
	r = fixture_request("GET", "/api/v1/things");
	fixture_header(r, "If-None-Match", "\"a\"");
	fixture_header(r, "If-None-Match", "\"b\"");
	assert_true(route(r));
	query_validate(r);
	assert_int_equal(r->faults->count, 0);
	fixture_end(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(splits_and_decodes),
		cmocka_unit_test(takes_a_bounded_number),
		cmocka_unit_test(checks_against_the_contract),
		cmocka_unit_test(an_unknown_name_twice_is_not_echoed),
		cmocka_unit_test(who_errs_is_told_what_there_is),
		cmocka_unit_test(checks_headers_too),
		cmocka_unit_test(one_header_may_not_be_sent_twice),
	};

	return cmocka_run_group_tests_name("query", tests, fixture_start, fixture_stop);
}
