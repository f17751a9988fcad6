/* Copies a principal with all its texts into one block. */
#include "api/principal.h"

#include <stddef.h>
#include <string.h>

#include "auth/token_cache.h"

/* Its text members. */
static const size_t texts[] = {
#define TEXT(member) offsetof(struct principal, member)
	TEXT(issuer_id),   TEXT(subject),	 TEXT(agency_id), TEXT(agency_slug),
	TEXT(agency_type), TEXT(agency_name),	 TEXT(staff_id),  TEXT(name),
	TEXT(role),	   TEXT(hpr_number),	 TEXT(unit_ids),  TEXT(unit_id),
	TEXT(citizen_id),  TEXT(citizen_hashes), TEXT(purpose),	  TEXT(scope),
	TEXT(attestation), TEXT(generation),	 TEXT(origins),	  TEXT(jkt),
	TEXT(x5t),
#undef TEXT
};

struct principal *principal_copy(const struct principal *p)
{
	size_t size = sizeof(*p), count = sizeof(texts) / sizeof(texts[0]);
	const char *text;

	for (size_t i = 0; i < count; i++) {
		memcpy(&text, (const char *)p + texts[i], sizeof(text));
		size += text == NULL ? 0 : strlen(text) + 1;
	}

	struct principal *copy = token_cache_block(size);

	*copy = *p;

	char *at = (char *)(copy + 1);

	for (size_t i = 0; i < count; i++) {
		memcpy(&text, (const char *)p + texts[i], sizeof(text));
		if (text == NULL)
			continue;
		memcpy((char *)copy + texts[i], &at, sizeof(at));
		at = stpcpy(at, text) + 1;
	}
	return copy;
}
