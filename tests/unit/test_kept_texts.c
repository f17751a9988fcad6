/* contract/kept_texts: the same text is the same pointer, whatever else there is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "contract/kept_texts.h"

enum { MANY = 5000 };

static const char *kept[MANY];

static void keeps_each_text_once(void **state)
{
	struct arena *a = arena_new(1 << 20);
	struct kept_texts *k = kept_texts_new(a);
	char text[24];

	(void)state;
	for (size_t i = 0; i < MANY; i++) {
		snprintf(text, sizeof(text), "name %zu", i);
		kept[i] = kept_texts_keep(k, text);
		assert_ptr_not_equal(kept[i], text);
	}
	for (size_t i = 0; i < MANY; i++) {
		snprintf(text, sizeof(text), "name %zu", i);
		assert_string_equal(kept[i], text);
		assert_ptr_equal(kept_texts_keep(k, text), kept[i]);
	}
	arena_free(a);
}

static void nothing_stays_nothing(void **state)
{
	struct arena *a = arena_new(1 << 20);
	struct kept_texts *k = kept_texts_new(a);

	(void)state;
	assert_null(kept_texts_keep(k, NULL));
	assert_string_equal(kept_texts_keep(k, ""), "");
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_each_text_once),
		cmocka_unit_test(nothing_stays_nothing),
	};

	return cmocka_run_group_tests_name("kept_texts", tests, NULL, NULL);
}
