/* Comparing JSON values by what they mean. Recursion follows the value, whose depth is bounded. */
#include "contract/json_value.h"

#include <string.h>

#include "contract/schema_node.h"

long double json_number(const json_t *value)
{
	return json_is_integer(value) ? (long double)json_integer_value(value)
				      : (long double)json_real_value(value);
}

size_t json_code_points(const json_t *string)
{
	const char *s = json_string_value(string);
	size_t len = json_string_length(string), count = 0;

	for (size_t i = 0; i < len; i++)
		count += ((unsigned char)s[i] & 0xc0) != 0x80;
	return count;
}

static bool same_string(const json_t *a, const json_t *b)
{
	size_t len = json_string_length(a);

	return len == json_string_length(b) &&
	       memcmp(json_string_value(a), json_string_value(b), len) == 0;
}

static bool same_array(const json_t *a, const json_t *b)
{
	if (json_array_size(a) != json_array_size(b))
		return false;
	for (size_t i = 0; i < json_array_size(a); i++)
		if (!json_same(json_array_get(a, i), json_array_get(b, i)))
			return false;
	return true;
}

static bool same_object(const json_t *a, const json_t *b)
{
	const char *key;
	json_t *value;

	if (json_object_size(a) != json_object_size(b))
		return false;
	json_object_foreach(json_unconst(a), key, value)
	{
		const json_t *other = json_object_get(b, key);

		if (other == NULL || !json_same(value, other))
			return false;
	}
	return true;
}

bool json_same(const json_t *a, const json_t *b)
{
	if (json_is_number(a) && json_is_number(b))
		return json_number(a) == json_number(b);
	if (json_typeof(a) != json_typeof(b))
		return false;
	switch (json_typeof(a)) {
	case JSON_STRING:
		return same_string(a, b);
	case JSON_ARRAY:
		return same_array(a, b);
	case JSON_OBJECT:
		return same_object(a, b);
	default:
		return true;
	}
}

static uint64_t hash_bytes(uint64_t seed, const void *data, size_t len)
{
	const unsigned char *bytes = data;
	uint64_t hash = seed ^ 14695981039346656037ULL;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ bytes[i]) * 1099511628211ULL;
	return hash;
}

static uint64_t hash_array(const json_t *value)
{
	uint64_t hash = JSON_ARRAY;

	for (size_t i = 0; i < json_array_size(value); i++) {
		uint64_t one = json_hash(json_array_get(value, i));

		hash = hash_bytes(hash, &one, sizeof(one));
	}
	return hash;
}

/* A sum, so that the order of members does not matter. */
static uint64_t hash_object(const json_t *value)
{
	uint64_t hash = JSON_OBJECT;
	const char *key;
	json_t *one;

	json_object_foreach(json_unconst(value), key, one) hash +=
		hash_bytes(json_hash(one), key, strlen(key));
	return hash;
}

uint64_t json_hash(const json_t *value)
{
	double number = (double)json_number(value) + 0.0;

	switch (json_typeof(value)) {
	case JSON_STRING:
		return hash_bytes(JSON_STRING, json_string_value(value), json_string_length(value));
	case JSON_ARRAY:
		return hash_array(value);
	case JSON_OBJECT:
		return hash_object(value);
	case JSON_INTEGER:
	case JSON_REAL:
		return hash_bytes(JSON_REAL, &number, sizeof(number));
	default:
		return (uint64_t)json_typeof(value);
	}
}

bool json_fits_depth(const char *text, size_t size, long limit)
{
	long depth = 0;
	bool quoted = false;

	for (size_t i = 0; i < size; i++) {
		if (quoted && text[i] == '\\')
			i++;
		else if (text[i] == '"')
			quoted = !quoted;
		else if (!quoted && (text[i] == '{' || text[i] == '['))
			depth++;
		else if (!quoted && (text[i] == '}' || text[i] == ']'))
			depth--;
		if (depth > limit)
			return false;
	}
	return true;
}
