/* From an issuer's scopes to ours. */
#include "auth/scope_map.h"

#include <string.h>

static bool holds(const char *text, const char *scope)
{
	size_t len = strlen(scope);

	for (size_t n; *text != '\0'; text += n) {
		text += strspn(text, " ");
		n = strcspn(text, " ");
		if (n == len && memcmp(text, scope, n) == 0)
			return true;
	}
	return false;
}

static const char *with(struct arena *a, const char *text, const char *scope)
{
	if (holds(text, scope))
		return text;
	return arena_printf(a, "%s%s%s", text, *text == '\0' ? "" : " ", scope);
}

static const char *mapped(struct arena *a, const struct agency_entry *terms, const char *scope)
{
	const char *out = "";

	for (size_t i = 0; i < terms->rule_count; i++) {
		const struct scope_rule *rule = &terms->rules[i];

		for (size_t n = 0; n < rule->to.count && holds(scope, rule->from); n++)
			out = with(a, out, rule->to.list[n]);
	}
	return out;
}

const char *scope_map(struct arena *a, const struct agency_entry *terms, bool machine,
		      const char *scope)
{
	const char *out = "";

	if (scope == NULL && !machine && !terms->maps_scopes)
		return NULL;
	if (scope != NULL && terms->maps_scopes)
		scope = mapped(a, terms, scope);
	if (!machine || scope == NULL)
		return scope == NULL ? "" : scope;
	for (size_t i = 0; i < terms->machine_allowed.count; i++)
		if (holds(scope, terms->machine_allowed.list[i]))
			out = with(a, out, terms->machine_allowed.list[i]);
	return out;
}
