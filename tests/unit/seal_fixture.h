#ifndef TESTS_SEAL_FIXTURE_H
#define TESTS_SEAL_FIXTURE_H

/* Keys that seal in tests and fuzzers, and nowhere else. */
#include <stdlib.h>

#include "auth/seal.h"

/* The caller frees them. */
static inline struct seal_keys *seal_fixture(void)
{
	static const char keys[] =
		"{\"encryption\":[{\"id\":\"e1\",\"key\":"
		"\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}],\"lookup\":[{\"id\":"
		"\"h1\",\"key\":\"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE\"}]}";
	char why[256];
	struct seal_keys *seals = seal_keys_load(keys, why);

	if (seals == NULL)
		abort();
	return seals;
}

#endif
