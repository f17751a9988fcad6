/* contract/json_patch: RFC 6902, by the examples of its appendix A and what they leave open. */
#include "schema_fixture.h"

#include <malloc.h>
#include <stdlib.h>

#include "contract/json_patch.h"

struct vector {
	const char *document, *patch;
	const char *becomes; /* NULL: `end` says how it is refused */
	enum json_patch_end end;
	const char *member; /* the one that is amiss */
};

static void try_one(const struct vector *v)
{
	const json_t *patch = parsed(v->patch);
	json_t *before = parsed(v->document), *after = before;
	struct json_patch_fault fault = {0};
	enum json_patch_end end = json_patch(arena, patch, &after, &fault);

	assert_int_equal(end, v->end);
	/* the document and the patch are as they were */
	assert_true(json_equal(before, parsed(v->document)));
	assert_true(json_equal(patch, parsed(v->patch)));
	if (v->becomes == NULL) {
		assert_ptr_equal(after, before);
		assert_string_equal(fault.member, v->member);
		assert_non_null(fault.detail);
		return;
	}
	if (!json_equal(after, parsed(v->becomes)))
		fail_msg("%s by %s is %s", v->document, v->patch, json_dumps(after, 0));
	json_decref(after);
}

#define TRY_ALL(vectors)                                                                           \
	for (size_t i = 0; i < sizeof(vectors) / sizeof(*(vectors)); i++)                          \
	try_one(&(vectors)[i])

/* A.1 to A.16, in their order; A.13 (a member twice) is the parser's to refuse. */
static void examples_of_the_rfc(void **state)
{
	static const struct vector vectors[] = {
		{"{\"foo\":\"bar\"}", "[{\"op\":\"add\",\"path\":\"/baz\",\"value\":\"qux\"}]",
		 "{\"baz\":\"qux\",\"foo\":\"bar\"}", JSON_PATCH_DONE, NULL},
		{"{\"foo\":[\"bar\",\"baz\"]}",
		 "[{\"op\":\"add\",\"path\":\"/foo/1\",\"value\":\"qux\"}]",
		 "{\"foo\":[\"bar\",\"qux\",\"baz\"]}", JSON_PATCH_DONE, NULL},
		{"{\"baz\":\"qux\",\"foo\":\"bar\"}", "[{\"op\":\"remove\",\"path\":\"/baz\"}]",
		 "{\"foo\":\"bar\"}", JSON_PATCH_DONE, NULL},
		{"{\"foo\":[\"bar\",\"qux\",\"baz\"]}", "[{\"op\":\"remove\",\"path\":\"/foo/1\"}]",
		 "{\"foo\":[\"bar\",\"baz\"]}", JSON_PATCH_DONE, NULL},
		{"{\"baz\":\"qux\",\"foo\":\"bar\"}",
		 "[{\"op\":\"replace\",\"path\":\"/baz\",\"value\":\"boo\"}]",
		 "{\"baz\":\"boo\",\"foo\":\"bar\"}", JSON_PATCH_DONE, NULL},
		{"{\"foo\":{\"bar\":\"baz\",\"waldo\":\"fred\"},\"qux\":{\"corge\":\"grault\"}}",
		 "[{\"op\":\"move\",\"from\":\"/foo/waldo\",\"path\":\"/qux/thud\"}]",
		 "{\"foo\":{\"bar\":\"baz\"},\"qux\":{\"corge\":\"grault\",\"thud\":\"fred\"}}",
		 JSON_PATCH_DONE, NULL},
		{"{\"foo\":[\"all\",\"grass\",\"cows\",\"eat\"]}",
		 "[{\"op\":\"move\",\"from\":\"/foo/1\",\"path\":\"/foo/3\"}]",
		 "{\"foo\":[\"all\",\"cows\",\"eat\",\"grass\"]}", JSON_PATCH_DONE, NULL},
		{"{\"baz\":\"qux\",\"foo\":[\"a\",2,\"c\"]}",
		 "[{\"op\":\"test\",\"path\":\"/baz\",\"value\":\"qux\"},"
		 "{\"op\":\"test\",\"path\":\"/foo/1\",\"value\":2}]",
		 "{\"baz\":\"qux\",\"foo\":[\"a\",2,\"c\"]}", JSON_PATCH_DONE, NULL},
		{"{\"baz\":\"qux\"}", "[{\"op\":\"test\",\"path\":\"/baz\",\"value\":\"bar\"}]",
		 NULL, JSON_PATCH_UNEQUAL, "value"},
		{"{\"foo\":\"bar\"}",
		 "[{\"op\":\"add\",\"path\":\"/child\",\"value\":{\"grandchild\":{}}}]",
		 "{\"foo\":\"bar\",\"child\":{\"grandchild\":{}}}", JSON_PATCH_DONE, NULL},
		{"{\"foo\":\"bar\"}",
		 "[{\"op\":\"add\",\"path\":\"/baz\",\"value\":\"qux\",\"xyz\":123}]",
		 "{\"foo\":\"bar\",\"baz\":\"qux\"}", JSON_PATCH_DONE, NULL},
		{"{\"foo\":\"bar\"}", "[{\"op\":\"add\",\"path\":\"/baz/bat\",\"value\":\"qux\"}]",
		 NULL, JSON_PATCH_NOWHERE, "path"},
		{"{\"/\":9,\"~1\":10}", "[{\"op\":\"test\",\"path\":\"/~01\",\"value\":10}]",
		 "{\"/\":9,\"~1\":10}", JSON_PATCH_DONE, NULL},
		{"{\"/\":9,\"~1\":10}", "[{\"op\":\"test\",\"path\":\"/~01\",\"value\":\"10\"}]",
		 NULL, JSON_PATCH_UNEQUAL, "value"},
		{"{\"foo\":[\"bar\"]}",
		 "[{\"op\":\"add\",\"path\":\"/foo/-\",\"value\":[\"abc\",\"def\"]}]",
		 "{\"foo\":[\"bar\",[\"abc\",\"def\"]]}", JSON_PATCH_DONE, NULL},
	};

	(void)state;
	TRY_ALL(vectors);
}

static void the_document_itself(void **state)
{
	static const struct vector vectors[] = {
		{"{\"a\":1}", "[]", "{\"a\":1}", JSON_PATCH_DONE, NULL},
		{"{\"a\":1}", "[{\"op\":\"add\",\"path\":\"\",\"value\":[]}]", "[]",
		 JSON_PATCH_DONE, NULL},
		{"{\"a\":1}", "[{\"op\":\"replace\",\"path\":\"\",\"value\":{\"b\":2}}]",
		 "{\"b\":2}", JSON_PATCH_DONE, NULL},
		{"{\"a\":{\"b\":2}}", "[{\"op\":\"move\",\"from\":\"/a\",\"path\":\"\"}]",
		 "{\"b\":2}", JSON_PATCH_DONE, NULL},
		{"{\"a\":1}", "[{\"op\":\"move\",\"from\":\"\",\"path\":\"\"}]", "{\"a\":1}",
		 JSON_PATCH_DONE, NULL},
		{"{\"a\":1}", "[{\"op\":\"test\",\"path\":\"\",\"value\":{\"a\":1.0}}]",
		 "{\"a\":1}", JSON_PATCH_DONE, NULL},
		{"{\"a\":1}", "[{\"op\":\"remove\",\"path\":\"\"}]", NULL, JSON_PATCH_NOWHERE,
		 "path"},
		{"{\"a\":{\"b\":2}}", "[{\"op\":\"move\",\"from\":\"/a\",\"path\":\"/a/c\"}]", NULL,
		 JSON_PATCH_NOWHERE, "path"},
	};

	(void)state;
	TRY_ALL(vectors);
}

static void names_and_places(void **state)
{
	static const struct vector vectors[] = {
		{"{\"\":1,\"a/b\":2,\"m~n\":3}",
		 "[{\"op\":\"remove\",\"path\":\"/\"},{\"op\":\"replace\",\"path\":\"/a~1b\","
		 "\"value\":null},{\"op\":\"copy\",\"from\":\"/m~0n\",\"path\":\"/c\"}]",
		 "{\"a/b\":null,\"m~n\":3,\"c\":3}", JSON_PATCH_DONE, NULL},
		{"[1,2]", "[{\"op\":\"replace\",\"path\":\"/1\",\"value\":3}]", "[1,3]",
		 JSON_PATCH_DONE, NULL},
		{"[1,2]", "[{\"op\":\"add\",\"path\":\"/2\",\"value\":3}]", "[1,2,3]",
		 JSON_PATCH_DONE, NULL},
		{"{\"1e0\":[7]}", "[{\"op\":\"copy\",\"from\":\"/1e0\",\"path\":\"/1e0/0\"}]",
		 "{\"1e0\":[[7],7]}", JSON_PATCH_DONE, NULL},
		{"[1,2]", "[{\"op\":\"add\",\"path\":\"/3\",\"value\":3}]", NULL,
		 JSON_PATCH_NOWHERE, "path"},
		{"[1,2]", "[{\"op\":\"remove\",\"path\":\"/2\"}]", NULL, JSON_PATCH_NOWHERE,
		 "path"},
		{"[1,2]", "[{\"op\":\"remove\",\"path\":\"/-\"}]", NULL, JSON_PATCH_NOWHERE,
		 "path"},
		{"[1,2]", "[{\"op\":\"test\",\"path\":\"/01\",\"value\":2}]", NULL,
		 JSON_PATCH_NOWHERE, "path"},
		{"[1,2]", "[{\"op\":\"test\",\"path\":\"/1e0\",\"value\":2}]", NULL,
		 JSON_PATCH_NOWHERE, "path"},
		{"[1,2]", "[{\"op\":\"test\",\"path\":\"/99999999999999999999\",\"value\":2}]",
		 NULL, JSON_PATCH_NOWHERE, "path"},
		{"{\"a\":\"b\"}", "[{\"op\":\"add\",\"path\":\"/a/0\",\"value\":2}]", NULL,
		 JSON_PATCH_NOWHERE, "path"},
		{"{\"a\":1}", "[{\"op\":\"copy\",\"from\":\"/b\",\"path\":\"/c\"}]", NULL,
		 JSON_PATCH_NOWHERE, "from"},
		{"{\"a\":1}", "[{\"op\":\"replace\",\"path\":\"/b\",\"value\":1}]", NULL,
		 JSON_PATCH_NOWHERE, "path"},
	};

	(void)state;
	TRY_ALL(vectors);
}

static void what_is_no_operation(void **state)
{
	static const struct vector vectors[] = {
		{"{}", "[1]", NULL, JSON_PATCH_MALFORMED, "op"},
		{"{}", "[{\"path\":\"/a\"}]", NULL, JSON_PATCH_MALFORMED, "op"},
		{"{}", "[{\"op\":\"spam\",\"path\":\"/a\"}]", NULL, JSON_PATCH_MALFORMED, "op"},
		{"{}", "[{\"op\":\"add\",\"value\":1}]", NULL, JSON_PATCH_MALFORMED, "path"},
		{"{}", "[{\"op\":\"add\",\"path\":\"a\",\"value\":1}]", NULL, JSON_PATCH_MALFORMED,
		 "path"},
		{"{}", "[{\"op\":\"add\",\"path\":\"/~2\",\"value\":1}]", NULL,
		 JSON_PATCH_MALFORMED, "path"},
		{"{}", "[{\"op\":\"add\",\"path\":\"/~\",\"value\":1}]", NULL, JSON_PATCH_MALFORMED,
		 "path"},
		{"{}", "[{\"op\":\"add\",\"path\":\"/a\"}]", NULL, JSON_PATCH_MALFORMED, "value"},
		{"{\"a\":1}", "[{\"op\":\"replace\",\"path\":\"/a\"}]", NULL, JSON_PATCH_MALFORMED,
		 "value"},
		{"{\"a\":1}", "[{\"op\":\"test\",\"path\":\"/a\"}]", NULL, JSON_PATCH_MALFORMED,
		 "value"},
		{"{}", "[{\"op\":\"copy\",\"path\":\"/a\"}]", NULL, JSON_PATCH_MALFORMED, "from"},
		{"{}", "[{\"op\":\"move\",\"path\":\"/a\",\"from\":1}]", NULL, JSON_PATCH_MALFORMED,
		 "from"},
	};

	(void)state;
	TRY_ALL(vectors);
}

/* All of them or none; and the fault says which. */
static void none_when_one_is_refused(void **state)
{
	json_t *before = parsed("{\"a\":1}"), *after = before;
	struct json_patch_fault fault = {0};

	(void)state;
	assert_int_equal(json_patch(arena,
				    parsed("[{\"op\":\"remove\",\"path\":\"/a\"},"
					   "{\"op\":\"test\",\"path\":\"/a\",\"value\":1}]"),
				    &after, &fault),
			 JSON_PATCH_NOWHERE);
	assert_ptr_equal(after, before);
	assert_true(json_equal(before, parsed("{\"a\":1}")));
	assert_int_equal(fault.operation, 1);
	assert_string_equal(fault.path, "/a");
}

/* `count` times the operation. */
static enum json_patch_end repeated(const char *document, const char *operation, size_t count)
{
	json_t *patch = json_array(), *after = parsed(document), *before = after;
	struct json_patch_fault fault = {0};
	enum json_patch_end end;

	for (size_t i = 0; i < count; i++)
		json_array_append(patch, parsed(operation));
	end = json_patch(arena, patch, &after, &fault);
	if (after != before)
		json_decref(after);
	json_decref(patch);
	return end;
}

static void copies_of_copies_end(void **state)
{
	static const char twice[] = "{\"op\":\"copy\",\"from\":\"\",\"path\":\"/-\"}";
	static const char deeper[] = "{\"op\":\"copy\",\"from\":\"\",\"path\":\"/0\"}";

	(void)state;
	assert_int_equal(repeated("[\"a\"]", deeper, 3), JSON_PATCH_DONE);
	assert_int_equal(repeated("[\"a\"]", deeper, 100), JSON_PATCH_TOO_LARGE);
	assert_int_equal(repeated("[\"a\"]", twice, 100), JSON_PATCH_TOO_LARGE);
	assert_int_equal(repeated("{\"a\":[],\"b\":\"0123456789012345678901234567890123456789\"}",
				  "{\"op\":\"copy\",\"from\":\"/a\",\"path\":\"/a/-\"}", 40),
			 JSON_PATCH_TOO_LARGE);
}

/* What is nearly nothing as text is much in memory. */
static void empty_objects_have_a_size(void **state)
{
	static const char twice[] = "{\"op\":\"copy\",\"from\":\"/a\",\"path\":\"/a/-\"}";
	struct mallinfo2 before = mallinfo2();

	(void)state;
	assert_int_equal(repeated("{\"a\":[{}]}", twice, 8), JSON_PATCH_DONE);
	assert_int_equal(repeated("{\"a\":[{}]}", twice, 19), JSON_PATCH_TOO_LARGE);
	assert_true(mallinfo2().arena - before.arena < 4 * JSON_PATCH_SIZE_MAX);
}

/* A path of many names costs the arena no more than its own length, however often it is gone. */
static void paths_are_cheap(void **state)
{
	json_t *patch = json_array(), *after = parsed("{\"\":{\"\":{\"\":{\"\":{\"\":1}}}}}");
	json_t *one = parsed("{\"op\":\"replace\",\"path\":\"/////\",\"value\":0}");
	struct json_patch_fault fault = {0};

	(void)state;
	for (size_t i = 0; i < 1000; i++)
		json_array_append(patch, one);

	size_t before = arena_used(arena);

	assert_int_equal(json_patch(arena, patch, &after, &fault), JSON_PATCH_DONE);
	assert_true(arena_used(arena) - before < 100);
	json_decref(after);
	json_decref(patch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(examples_of_the_rfc),	     cmocka_unit_test(the_document_itself),
		cmocka_unit_test(names_and_places),	     cmocka_unit_test(what_is_no_operation),
		cmocka_unit_test(none_when_one_is_refused),  cmocka_unit_test(copies_of_copies_end),
		cmocka_unit_test(empty_objects_have_a_size), cmocka_unit_test(paths_are_cheap)};

	return cmocka_run_group_tests(tests, arena_begin, arena_end);
}
