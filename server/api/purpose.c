/* What a caller looks for: the purpose of use, by claim, header or default. */
#include "api/purpose.h"

#include <stddef.h>
#include <string.h>

static const char *known_code(const char *text)
{
	static const char *const codes[] = {"TREAT", "ETREAT", "COC",  "BTG",
					    "QA",    "STAT",   "SELF", "ADMIN"};

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (strcmp(codes[i], text) == 0)
			return codes[i];
	return NULL;
}

static bool is_health_agency(const char *type)
{
	return strcmp(type, "DPS") == 0 || strcmp(type, "MUNICIPALITY") == 0 ||
	       strcmp(type, "GP_PRACTICE") == 0 || strcmp(type, "HEALTH_TRUST") == 0;
}

static const char *usual(const struct principal *p)
{
	static const char *const administrative[][2] = {{"SA", "ADMIN"}, {"SY", "ADMIN"},
							{"PV", "ADMIN"}, {"QM", "QA"},
							{"PM", "STAT"},	 {"SG", "STAT"}};

	if (p->citizen)
		return "SELF";
	for (size_t i = 0; i < sizeof(administrative) / sizeof(administrative[0]); i++)
		if (strcmp(p->role, administrative[i][0]) == 0)
			return administrative[i][1];
	return is_health_agency(p->agency_type) ? "TREAT" : "COC";
}

const char *purpose_of(const struct principal *p, const char *header)
{
	if (p->purpose != NULL)
		return p->purpose;
	return header != NULL ? known_code(header) : usual(p);
}

const char *purpose_source(const struct principal *p, const char *header)
{
	if (p == NULL)
		return "none";
	if (p->purpose != NULL)
		return "claim";
	return header != NULL ? "header" : "default";
}
