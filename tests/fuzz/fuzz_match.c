/*
 * Fuzzes the contract's matcher with the contract that is served: the input is a path, a NUL, and
 * the text of one parameter. Whatever matches must be found again by its own operation.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/embedded.h"
#include "contract/contract.h"

enum { SEGMENTS_MAX = 16, CONTRACT_LIMIT = 64 * 1024 * 1024, REQUEST_LIMIT = 16 * 1024 * 1024 };

static bool is_any(const char *s, size_t len)
{
	return s != NULL && len > 0;
}

static const struct contract *load(void)
{
	static const struct schema_format formats[] = {{"norwegian-national-id", is_any},
						       {"organisation-number", is_any},
						       {"hpr-number", is_any},
						       {"municipality-number", is_any},
						       {"phone-e164", is_any},
						       {NULL, NULL}};
	const struct embedded *e = embedded_find("openapi.json");
	const struct contract_source source = {.arena = arena_new(CONTRACT_LIMIT),
					       .text = e->data,
					       .size = e->size,
					       .formats = formats};
	const char *why = NULL;
	const struct contract *c = contract_load(&source, &why);

	if (c == NULL) {
		fprintf(stderr, "%s\n", why);
		abort();
	}
	return c;
}

static size_t split(char *path, const char *segments[SEGMENTS_MAX])
{
	size_t count = 0;
	char *rest = *path == '/' ? path + 1 : path;

	while (rest != NULL && count < SEGMENTS_MAX)
		segments[count++] = strsep(&rest, "/");
	return count;
}

static void check_text(const struct route_match *match, const char *text, struct arena *arena)
{
	for (int m = 0; m < METHOD_COUNT; m++) {
		const struct operation *op = match->by_method[m];

		for (size_t i = 0; op != NULL && i < op->parameter_count; i++) {
			struct faults faults = {.arena = arena};
			bool valid = schema_validate_text(op->parameters[i].schema, text,
							  op->parameters[i].name, &faults);

			if (valid != (faults.count == 0))
				abort();
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct contract *contract;
	static struct arena *arena;
	const char *segments[SEGMENTS_MAX];
	struct route_match match = {0};

	if (contract == NULL) {
		contract = load();
		arena = arena_new(REQUEST_LIMIT);
	}

	char *path = arena_copy(arena, (const char *)data, size);
	const char *text = strlen(path) < size ? path + strlen(path) + 1 : "";
	size_t count = split(path, segments);

	if (contract_match(contract, segments, count, &match)) {
		bool any = false;

		for (int m = 0; m < METHOD_COUNT; m++)
			any = any || match.by_method[m] != NULL;
		if (!any || match.parameter_count > count)
			abort();
		for (size_t i = 0; i < match.parameter_count; i++)
			if (*match.parameters[i].value == '\0')
				abort();
		check_text(&match, text, arena);
	}
	arena_clear(arena);
	return 0;
}
