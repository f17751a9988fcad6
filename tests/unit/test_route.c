/* Matching paths: literals before parameters, with a way back, and values for each parameter. */
#include "arena_fixture.h"

#include <string.h>

#include "contract/route.h"

static struct operation operations[] = {
	{.id = "list", .path = "/things", .method = METHOD_GET},
	{.id = "create", .path = "/things", .method = METHOD_POST},
	{.id = "read", .path = "/things/{id}", .method = METHOD_GET},
	{.id = "search", .path = "/things/search", .method = METHOD_POST},
	{.id = "parts", .path = "/things/{id}/parts/{part}", .method = METHOD_GET},
	{.id = "index", .path = "/things/search/index", .method = METHOD_GET},
};
enum { COUNT = sizeof(operations) / sizeof(*operations) };

static struct contract contract;

static int build(void **state)
{
	static struct operation live = {.id = "live", .path = "/health/live", .method = METHOD_GET};
	const char *why = NULL;

	arena_begin(state);
	contract.routes = arena_alloc(arena, sizeof(*contract.routes));
	for (size_t i = 0; i < COUNT; i++)
		if (!route_add(arena, contract.routes, "/api/v1", &operations[i], &why))
			return 1;
	return route_add(arena, contract.routes, "", &live, &why) ? 0 : 1;
}

static struct route_match match_of(const char *path, bool *found)
{
	const char *segments[16];
	size_t count = 0;
	struct route_match match = {0};
	char *rest = arena_dup(arena, path + 1);

	for (char *one = strsep(&rest, "/"); one != NULL; one = strsep(&rest, "/"))
		segments[count++] = one;
	*found = contract_match(&contract, segments, count, &match);
	return match;
}

static void expect(const char *path, enum method method, const char *id)
{
	bool found;
	struct route_match match = match_of(path, &found);

	if (!found || match.by_method[method] == NULL)
		fail_msg("%s is not found", path);
	assert_string_equal(match.by_method[method]->id, id);
}

static void finds_what_is_there(void **state)
{
	(void)state;
	expect("/api/v1/things", METHOD_GET, "list");
	expect("/api/v1/things", METHOD_POST, "create");
	expect("/api/v1/things/7", METHOD_GET, "read");
	expect("/api/v1/things/search", METHOD_POST, "search");
	expect("/api/v1/things/search/index", METHOD_GET, "index");
	expect("/health/live", METHOD_GET, "live");
}

static void comes_back_from_a_literal(void **state)
{
	bool found;
	struct route_match match = match_of("/api/v1/things/search/parts/9", &found);

	(void)state;
	assert_true(found);
	assert_string_equal(match.by_method[METHOD_GET]->id, "parts");
	assert_int_equal(match.parameter_count, 2);
	assert_string_equal(match.parameters[0].name, "id");
	assert_string_equal(match.parameters[0].value, "search");
	assert_string_equal(match.parameters[1].name, "part");
	assert_string_equal(match.parameters[1].value, "9");
}

static void finds_nothing_else(void **state)
{
	static const char *const paths[] = {
		"/",
		"/api/v1",
		"/api/v1/",
		"/api/v1/things/",
		"/api/v1/things//parts/9",
		"/api/v1/thing",
		"/api/v1/things/1/parts",
		"/api/v1/things/1/parts/2/3",
		"/api/v1/health/live",
		"/things",
		"/health",
		"/API/v1/things",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		bool found;

		match_of(paths[i], &found);
		if (found)
			fail_msg("%s is found", paths[i]);
	}
}

static void refuses_other_names_for_the_same_form(void **state)
{
	static const struct operation other = {
		.id = "x", .path = "/things/{thing_id}", .method = METHOD_PUT};
	static const struct operation twice = {.id = "x", .path = "/things", .method = METHOD_GET};
	const char *why = NULL;

	(void)state;
	assert_false(route_add(arena, contract.routes, "/api/v1", &other, &why));
	assert_non_null(strstr(why, "otherwise"));
	assert_false(route_add(arena, contract.routes, "/api/v1", &twice, &why));
	assert_non_null(strstr(why, "twice"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_is_there),
		cmocka_unit_test(comes_back_from_a_literal),
		cmocka_unit_test(finds_nothing_else),
		cmocka_unit_test(refuses_other_names_for_the_same_form),
	};

	return cmocka_run_group_tests(tests, build, arena_end);
}
