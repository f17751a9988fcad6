/* JSON Pointers into claims: RFC 6901's examples, arrays, and what is no pointer. */
#include "cmocka_all.h"

#include <string.h>

#include "auth/pointer.h"

static const char document[] = "{\"a\":{\"b\":1},\"list\":[{\"x\":2},3],\"a/b\":4,\"m~n\":5,\"\":6,"
			       "\"helseid://claims/identity/pid\":7,\"null\":null}";

static void finds_what_it_points_at(void **state)
{
	static const struct {
		const char *pointer;
		int value; /* 0: nothing */
	} rows[] = {
		{"/a/b", 1},	 {"/list/0/x", 2}, {"/list/1", 3},
		{"/a~1b", 4},	 {"/m~0n", 5},	   {"/", 6},
		{"/list/2", 0},	 {"/list/-", 0},   {"/list/00", 0},
		{"/list/x", 0},	 {"/list/", 0},	   {"/a/b/c", 0},
		{"/missing", 0}, {"/a/0", 0},	   {"/list/99999999999", 0},
		{"/a/b/c/d", 0}, {"/list/0", 0},   {"/helseid:~1~1claims~1identity~1pid", 7},
	};
	json_t *json = json_loads(document, 0, NULL);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(json_integer_value(pointer_get(json, rows[i].pointer)),
				 rows[i].value);
	assert_true(json_is_null(pointer_get(json, "/null")));
	assert_ptr_equal(pointer_claim(json, "/a/b/c"), json_object_get(json, "a"));
	assert_null(pointer_claim(json, "/b/c"));
	assert_null(pointer_get(NULL, "/a"));
	json_decref(json);
}

static void knows_what_is_a_pointer(void **state)
{
	char piece[POINTER_PIECE_MAX + 3] = "/";

	(void)state;
	assert_true(pointer_is_valid("/"));
	assert_true(pointer_is_valid("/a~1b/0"));
	assert_false(pointer_is_valid(""));
	assert_false(pointer_is_valid("a"));
	assert_false(pointer_is_valid("/a~2"));
	assert_false(pointer_is_valid("/a~"));
	memset(piece + 1, 'x', POINTER_PIECE_MAX);
	assert_true(pointer_is_valid(piece));
	piece[POINTER_PIECE_MAX + 1] = 'x';
	assert_false(pointer_is_valid(piece));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_it_points_at),
		cmocka_unit_test(knows_what_is_a_pointer),
	};

	return cmocka_run_group_tests_name("pointer", tests, NULL, NULL);
}
