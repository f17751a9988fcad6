/* Finds personal numbers in rows and messages. */
#include "api/import_number.h"

#include <string.h>

#include "domain/national_id.h"

json_t *import_number_found(const struct seal_keys *seals, struct arena *a, const char *number)
{
	const char *found = seal_lookup(seals, a, number);
	json_t *list = json_array();

	for (size_t n = strcspn(found, ","); *found != '\0'; n = strcspn(found, ",")) {
		json_array_append_new(list, json_stringn(found, n));
		found += n + (found[n] == ',');
	}
	return list;
}

bool import_number_is_clear(const json_t *value)
{
	const char *s = json_string_value(value);

	return s != NULL && national_id_stands_in(s, json_string_length(value));
}

bool import_number_is_reserved(const json_t *value)
{
	const char *s = json_string_value(value);

	return s != NULL && strstr(s, "seal:") != NULL;
}

bool import_number_is_misplaced(const json_t *value)
{
	return import_number_is_clear(value) || import_number_is_reserved(value);
}
