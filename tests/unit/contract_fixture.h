#ifndef TESTS_CONTRACT_FIXTURE_H
#define TESTS_CONTRACT_FIXTURE_H

/* For tests that look at the embedded contract, or at a document of their own. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/embedded.h"
#include "contract/contract.h"

/* A contract of nothing but a document, in the arena's memory. */
static inline struct contract *contract_of(struct arena *a, const char *text)
{
	char *whole =
		arena_printf(a, "{\"openapi\":\"3.1.0\",\"servers\":[{\"url\":\"/\"}],%s}", text);
	const struct contract_source source = {.arena = a, .text = whole, .size = strlen(whole)};
	const char *why = NULL;
	struct contract *c = contract_load(&source, &why);

	if (c == NULL)
		fail_msg("%s", why);
	return c;
}

/* The document that the daemon serves, without its operations: only the data beside them. */
static inline const json_t *embedded_document(struct arena *a, struct contract *out)
{
	const struct embedded *e = embedded_find("openapi.json");
	json_error_t error;
	json_t *document = json_loadb(e->data, e->size, 0, &error);

	assert_non_null(document);
	arena_adopt(a, (void (*)(void *))json_decref, document);
	out->document = document;
	return document;
}

/* A text of a good part that is changed to something else, and what the refusal then says. */
struct refusal {
	const char *from;
	const char *to;
	const char *message;
};

/* Reads one part of a contract; false and why when it refuses. */
typedef bool part_reader(struct arena *a, const struct contract *c, const char **why);

/* Each change of `good` alone is refused; the last row is empty. */
static inline void expect_refusals(part_reader *read, const char *good, const struct refusal *rows)
{
	for (const struct refusal *r = rows; r->from != NULL; r++) {
		struct arena *a = arena_new(1024 * 1024);
		const char *at = strstr(good, r->from), *why = "it was read";
		const char *text = arena_printf(a, "%.*s%s%s", (int)(at - good), good, r->to,
						at + strlen(r->from));

		if (read(a, contract_of(a, text), &why) || strstr(why, r->message) == NULL)
			fail_msg("'%s': expected '%s', got '%s'", r->to, r->message, why);
		arena_free(a);
	}
}

#endif
