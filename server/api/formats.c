/* Ties the contract's own formats to the domain's rules. */
#include "api/formats.h"

#include "domain/identifiers.h"
#include "domain/national_id.h"

const struct schema_format formats[] = {
	{"norwegian-national-id", national_id_is_valid},
	{"organisation-number", organisation_number_is_valid},
	{"hpr-number", hpr_number_is_valid},
	{"municipality-number", municipality_number_is_valid},
	{"phone-e164", phone_is_valid},
	{NULL, NULL},
};
