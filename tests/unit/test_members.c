/* Members of the registry's JSON: present, absent, null and wrong. */
#include "cmocka_all.h"

#include <string.h>

#include "auth/members.h"

static struct arena *a;
static json_t *json;

static int start(void **state)
{
	(void)state;
	a = arena_new(1024 * 1024);
	json = json_loads("{\"text\":\"x\",\"empty\":\"\",\"null\":null,\"list\":[\"p\",\"q\"],"
			  "\"none\":[],\"mixed\":[\"p\",7],\"yes\":true,\"five\":5,\"real\":5.5}",
			  0, NULL);
	return json == NULL;
}

static int stop(void **state)
{
	(void)state;
	json_decref(json);
	arena_free(a);
	return 0;
}

static void texts(void **state)
{
	struct texts list;

	(void)state;
	assert_string_equal(member_text(a, json, "text"), "x");
	assert_null(member_text(a, json, "empty"));
	assert_null(member_text(a, json, "five"));
	assert_null(member_text(a, json, "missing"));
	assert_true(member_texts(a, json, "list", 2, &list));
	assert_true(list.given && list.count == 2);
	assert_true(texts_hold(&list, "q"));
	assert_false(texts_hold(&list, "r"));
	assert_true(member_texts(a, json, "none", 2, &list));
	assert_true(list.given && list.count == 0);
	assert_true(member_texts(a, json, "null", 2, &list));
	assert_false(list.given);
	assert_false(member_texts(a, json, "list", 1, &list));
	assert_false(member_texts(a, json, "mixed", 9, &list));
	assert_false(member_texts(a, json, "text", 9, &list));
}

static void flags_numbers_and_words(void **state)
{
	static const char *const words[] = {"w", "x", NULL};
	bool flag;
	int64_t number = 9;
	int word = 7;

	(void)state;
	assert_true(member_flag(json, "yes", false, &flag) && flag);
	assert_true(member_flag(json, "missing", true, &flag) && flag);
	assert_false(member_flag(json, "five", true, &flag));
	assert_true(member_number(json, "null", 1, 2, &number));
	assert_int_equal(number, 9);
	assert_true(member_number(json, "five", 5, 5, &number));
	assert_int_equal(number, 5);
	assert_false(member_number(json, "five", 6, 9, &number));
	assert_false(member_number(json, "five", 1, 4, &number));
	assert_false(member_number(json, "real", 1, 9, &number));
	assert_true(member_word(json, "missing", words, &word));
	assert_int_equal(word, 7);
	assert_true(member_word(json, "text", words, &word));
	assert_int_equal(word, 1);
	assert_false(member_word(json, "empty", words, &word));
	assert_false(member_word(json, "five", words, &word));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts),
		cmocka_unit_test(flags_numbers_and_words),
	};

	return cmocka_run_group_tests_name("members", tests, start, stop);
}
