#ifndef CONTRACT_JSON_VALUE_H
#define CONTRACT_JSON_VALUE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Equality as JSON Schema has it: 1 and 1.0 are equal, the order of members does not matter. */
bool json_same(const json_t *a, const json_t *b);

/* Equal values have equal hashes. */
uint64_t json_hash(const json_t *value);

/* The value of an integer or real, exactly. */
long double json_number(const json_t *value);

/* Length of a UTF-8 string in code points. */
size_t json_code_points(const json_t *string);

/*
 * True when brackets are never open deeper than `limit`; text in quotes does not count. To be asked
 * before a client's text is parsed, since jansson recurses.
 */
bool json_fits_depth(const char *text, size_t size, long limit);

#endif
