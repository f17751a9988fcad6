/* Checks of keywords that look at one value: type, enumeration, numbers, strings. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contract/json_value.h"
#include "contract/schema_check.h"
#include "contract/schema_run.h"

static bool is_integral(const json_t *v)
{
	double number = json_real_value(v);

	return json_is_integer(v) || (isfinite(number) && floor(number) == number);
}

static unsigned types_of(const json_t *v)
{
	switch (json_typeof(v)) {
	case JSON_NULL:
		return TYPE_NULL;
	case JSON_TRUE:
	case JSON_FALSE:
		return TYPE_BOOLEAN;
	case JSON_INTEGER:
	case JSON_REAL:
		return TYPE_NUMBER | (is_integral(v) ? TYPE_INTEGER : 0);
	case JSON_STRING:
		return TYPE_STRING;
	case JSON_ARRAY:
		return TYPE_ARRAY;
	default:
		return TYPE_OBJECT;
	}
}

const char *const json_type_names[] = {"null",	 "boolean", "integer", "number",
				       "string", "array",   "object",  NULL};

static const char *list_types(size_t types, char *out, size_t size)
{
	size_t used = 0;

	out[0] = '\0';
	for (size_t i = 0; json_type_names[i] != NULL && used < size; i++)
		if ((types & (1U << i)) != 0)
			used += (size_t)snprintf(out + used, size - used, "%s%s",
						 used == 0 ? "" : ", ", json_type_names[i]);
	return out;
}

/* An enumeration's constants as "a, b, c", cut when there are many. */
static const char *list_constants(const json_t *list, char *out, size_t size)
{
	size_t used = 0;

	out[0] = '\0';
	for (size_t i = 0; i < json_array_size(list) && used < size; i++) {
		const json_t *one = json_array_get(list, i);
		char *text = json_dumps(one, JSON_ENCODE_ANY | JSON_COMPACT);
		const char *bare = json_is_string(one) ? json_string_value(one) : text;

		used += (size_t)snprintf(out + used, size - used, "%s%s", i == 0 ? "" : ", ",
					 bare == NULL ? "" : bare);
		free(text);
	}
	return out;
}

bool check_type(struct run *r, const struct rule *rule, json_t *v, const struct step *at)
{
	char text[128];

	if (((unsigned)rule->count & types_of(v)) != 0)
		return true;
	return run_fault(r, rule, at, "must be of type %s",
			 list_types(rule->count, text, sizeof(text)));
}

bool check_enum(struct run *r, const struct rule *rule, json_t *v, const struct step *at)
{
	char text[256];

	for (size_t i = 0; i < json_array_size(rule->json); i++)
		if (json_same(json_array_get(rule->json, i), v))
			return true;
	return run_fault(r, rule, at, "must be one of %s",
			 list_constants(rule->json, text, sizeof(text)));
}

bool check_const(struct run *r, const struct rule *rule, json_t *v, const struct step *at)
{
	return json_same(rule->json, v) || run_fault(r, rule, at, "must be the one fixed value");
}

bool check_minimum(struct run *r, const struct rule *rule, json_t *v, const struct step *at)
{
	return !json_is_number(v) || json_number(v) >= rule->number ||
	       run_fault(r, rule, at, "must be at least %Lg", rule->number);
}

bool check_maximum(struct run *r, const struct rule *rule, json_t *v, const struct step *at)
{
	return !json_is_number(v) || json_number(v) <= rule->number ||
	       run_fault(r, rule, at, "must be at most %Lg", rule->number);
}

bool check_above(struct run *r, const struct rule *rule, json_t *v, const struct step *at)
{
	return !json_is_number(v) || json_number(v) > rule->number ||
	       run_fault(r, rule, at, "must be more than %Lg", rule->number);
}

bool check_below(struct run *r, const struct rule *rule, json_t *v, const struct step *at)
{
	return !json_is_number(v) || json_number(v) < rule->number ||
	       run_fault(r, rule, at, "must be less than %Lg", rule->number);
}

/* Decimal fractions have no exact binary form, so a quotient within rounding of a whole one will
 * do. */
static bool is_multiple(long double number, long double of)
{
	long double quotient = number / of;

	if (fmodl(number, of) == 0)
		return true;
	if (fabsl(quotient) > 0x1p63L)
		return false;
	return fabsl(quotient - roundl(quotient)) <= fabsl(quotient) * 1e-15L;
}

bool check_multiple_of(struct run *r, const struct rule *rule, json_t *v, const struct step *at)
{
	return !json_is_number(v) || is_multiple(json_number(v), rule->number) ||
	       run_fault(r, rule, at, "must be a multiple of %Lg", rule->number);
}

bool check_min_length(struct run *r, const struct rule *rule, json_t *v, const struct step *at)
{
	return !json_is_string(v) || json_code_points(v) >= rule->count ||
	       run_fault(r, rule, at, "must have at least %zu characters", rule->count);
}

bool check_max_length(struct run *r, const struct rule *rule, json_t *v, const struct step *at)
{
	return !json_is_string(v) || json_code_points(v) <= rule->count ||
	       run_fault(r, rule, at, "must have at most %zu characters", rule->count);
}

bool check_pattern(struct run *r, const struct rule *rule, json_t *v, const struct step *at)
{
	return !json_is_string(v) ||
	       pattern_occurs(rule->pattern, json_string_value(v), json_string_length(v)) ||
	       run_fault(r, rule, at, "does not have the required form");
}

bool check_format(struct run *r, const struct rule *rule, json_t *v, const struct step *at)
{
	if (rule->format == NULL || !json_is_string(v))
		return true;
	if (!rule->format->check(json_string_value(v), json_string_length(v)))
		return run_fault(r, rule, at, "is not a valid %s", rule->format->name);
	return !rule->own_format || run_visit(r, rule->format->name, v, at) ||
	       run_fault(r, rule, at, "is one value of this format too many");
}
