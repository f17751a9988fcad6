#ifndef TESTS_PROFILE_FIXTURE_H
#define TESTS_PROFILE_FIXTURE_H

#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "token_maker.h"

/* The profiles as the migration makes them. */
static const char fixture_samhandling[] =
	"{\"claims\":{\"org_child\":\"/agency/orgnr\",\"client\":\"/client_id\","
	"\"person\":\"/sub\",\"hpr\":\"/hpr_nr\",\"level\":\"/acr\",\"role\":\"/role\","
	"\"scope\":\"/scope\",\"purpose\":\"/purpose_of_use\",\"name\":\"/name\","
	"\"department\":\"/department\",\"point_of_care\":\"/point_of_care\","
	"\"authorization\":\"/authorization\",\"decision_ref\":\"/decision_ref\"},"
	"\"reject_if_present\":[\"/supplier\",\"/delegation_source\",\"/authorization_details\","
	"\"/act\",\"/pid\"],\"identify_by\":[\"subject\",\"mapping\"]}";
static const char fixture_helseid[] =
	"{\"claims\":{"
	"\"org_child\":\"/helseid:~1~1claims~1client~1claims~1orgnr_child\","
	"\"org_parent\":\"/helseid:~1~1claims~1client~1claims~1orgnr_parent\","
	"\"supplier\":\"/helseid:~1~1claims~1client~1claims~1orgnr_supplier\","
	"\"client\":\"/client_id\",\"person\":\"/helseid:~1~1claims~1identity~1pid\","
	"\"hpr\":\"/helseid:~1~1claims~1hpr~1hpr_number\","
	"\"level\":\"/helseid:~1~1claims~1identity~1security_level\",\"scope\":\"/scope\","
	"\"name\":\"/name\"},\"reject_if_present\":[\"/act\"],"
	"\"identify_by\":[\"hpr\",\"mapping\"],\"person_is_number\":true}";
static const char fixture_maskinporten[] =
	"{\"claims\":{\"org_child\":\"/consumer/ID\",\"supplier\":\"/supplier/ID\","
	"\"systemuser_org\":\"/authorization_details/0/systemuser_org/ID\","
	"\"client\":\"/client_id\",\"scope\":\"/scope\"},\"organisation_form\":\"iso6523\","
	"\"reject_if_present\":[\"/pid\",\"/act\",\"/authorization_details/1\"],"
	"\"identify_by\":[\"mapping\"]}";
static const char fixture_citizens[] =
	"{\"claims\":{\"client\":\"/client_id\",\"person\":\"/pid\",\"level\":\"/acr\","
	"\"role\":\"/role\",\"scope\":\"/scope\",\"name\":\"/name\"},"
	"\"reject_if_present\":[\"/agency\",\"/supplier\",\"/act\"],\"identify_by\":[],"
	"\"person_is_number\":true,\"citizen\":true}";

static inline json_t *fixture_profile(const char *name)
{
	const char *text = strcmp(name, "helseid") == 0	       ? fixture_helseid
			   : strcmp(name, "maskinporten") == 0 ? fixture_maskinporten
			   : strcmp(name, "citizen") == 0      ? fixture_citizens
							       : fixture_samhandling;
	json_t *profile = json_loads(text, 0, NULL);

	maker_expect(profile != NULL);
	return profile;
}

#endif
