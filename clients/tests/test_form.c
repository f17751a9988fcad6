/* Forms of the police: what people write becomes what the contract wants. */
#include "../../tests/unit/cmocka_all.h"

#include <string.h>

#include "lib/member.h"
#include "police/form.h"

static const char document[] =
	"{\"openapi\":\"3.1.0\",\"paths\":{\"/concern-reports\":{\"post\":{\"operationId\":"
	"\"createConcernReport\",\"requestBody\":{\"content\":{\"application/json\":{\"schema\":"
	"{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{"
	"\"type\":{\"type\":\"string\"},\"municipality_number\":{\"type\":\"string\"},"
	"\"observed\":{\"type\":\"string\"},\"has_minor_children\":{\"type\":\"string\"},"
	"\"danger\":{\"type\":\"object\",\"properties\":{\"self\":{\"type\":\"integer\"}},"
	"\"additionalProperties\":false},\"sender\":{\"type\":\"object\",\"properties\":"
	"{\"wants_feedback\":{\"type\":\"boolean\"}},\"additionalProperties\":false},"
	"\"attachments\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}}"
	"}}}}}}}}}";

static json_t *read_form(struct arena *a, const char *text, const char **pointer)
{
	json_t *json = member_keep(a, json_loads(document, 0, NULL));
	const struct contract *contract = contract_read(a, json);

	return form_read(a, contract_operation(contract, "createConcernReport"), arena_dup(a, text),
			 pointer);
}

static void test_reads(void **state)
{
	static const struct {
		const char *form, *body;
	} cases[] = {
		{"# x\r\n\n municipality_number =  3301 \r\ndanger.self = 2\nsender.wants_feedback "
		 "= yes\n"
		 "observed = a = b @/etc/passwd\n",
		 "{\"danger\":{\"self\":2},\"has_minor_children\":\"UNKNOWN\",\"municipality_"
		 "number\":\"3301\","
		 "\"observed\":\"a = b "
		 "@/etc/"
		 "passwd\",\"sender\":{\"wants_feedback\":true},\"type\":\"POLICE_CONCERN\"}"},
		{"observed = @/etc/passwd\nattachments[] = x\nattachments[] = y\ntype = ACUTE\n",
		 "{\"attachments\":[\"x\",\"y\"],\"has_minor_children\":\"UNKNOWN\",\"observed\":"
		 "\"@/etc/passwd\","
		 "\"type\":\"ACUTE\"}"},
		{"\xef\xbb\xbf {\"observed\":\"x\",\"has_minor_children\":\"NO\"}",
		 "{\"has_minor_children\":\"NO\",\"observed\":\"x\",\"type\":\"POLICE_CONCERN\"}"},
	};
	struct arena *a = arena_new(16 << 20);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *pointer;
		json_t *body = read_form(a, cases[i].form, &pointer);

		assert_non_null(body);
		assert_string_equal(member_dump(a, body, JSON_COMPACT | JSON_SORT_KEYS),
				    cases[i].body);
	}
	arena_free(a);
}

static void test_says_what_is_wrong(void **state)
{
	static const struct {
		const char *form, *pointer;
	} cases[] = {
		{"observed = x\nnonsense\n", "line 2"},
		{"\n\nobserbed = secret\n", "line 3"},
		{"danger.self = much\n", "danger.self"},
		{"{\"observed\":", ""},
		{"{\"observed\":\"x\",\"observed\":\"y\"}", ""},
	};
	struct arena *a = arena_new(16 << 20);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *pointer;

		assert_null(read_form(a, cases[i].form, &pointer));
		assert_string_equal(pointer, cases[i].pointer);
	}
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads),
		cmocka_unit_test(test_says_what_is_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
