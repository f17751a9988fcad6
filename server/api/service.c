/* Sets up what all requests share. */
#include "api/service.h"

#include <malloc.h>
#include <stdio.h>
#include <string.h>

#include "api/actions.h"
#include "api/allowance.h"
#include "api/bind.h"
#include "api/check.h"
#include "api/formats.h"
#include "api/identify.h"
#include "api/metrics.h"
#include "api/origins.h"
#include "api/permit.h"
#include "api/problem.h"
#include "api/reads.h"
#include "api/trust.h"
#include "base/config.h"
#include "base/embedded.h"
#include "base/event.h"
#include "db/round.h"
#include "domain/national_id.h"

enum { STARTUP_MEMORY = 64 * 1024 * 1024 };

struct service service;

static bool fail(char why[256], const char *reason)
{
	snprintf(why, 256, "%s", reason == NULL ? "out of memory" : reason);
	return false;
}

static bool load_contract(const char **why)
{
	const struct embedded *file = embedded_find("openapi.json");
	const struct contract_source source = {
		.arena = service.arena, .text = file->data, .size = file->size, .formats = formats};

	national_id_mode(!config.sandbox, config.id_accept_2032);
	service.contract = contract_load(&source, why);
	if (service.contract == NULL)
		return false;
	problem_load(service.contract->document);
	return permit_load(service.arena, service.contract, why) &&
	       actions_load(service.arena, service.contract, why);
}

/*
 * Loading needs ten times the memory that is kept of it. And what one thread reads for several
 * (db/share.h) the others free: with a heap for each thread a quarter of all memory lay idle.
 */
static void give_back_memory(void)
{
	malloc_trim(0);
	mallopt(M_ARENA_MAX, 2);
	embedded_give_back();
}

bool service_start(char why[256])
{
	const char *reason = NULL;

	json_object_seed(0); /* before threads: jansson would race for it */
	service.arena = arena_new(STARTUP_MEMORY);
	if (!load_contract(&reason) || !statements_load(service.arena, &reason) ||
	    !reads_define(service.arena, service.contract, &reason) ||
	    !check_pairs(service.arena, service.contract, &reason))
		return fail(why, reason);
	reason = bind_prepare(service.arena);
	if (reason != NULL)
		return fail(why, reason);
	service.seals = seal_keys_load(config.seal_keys, why);
	if (service.seals == NULL)
		return false;
	if (config.log_seal_key[0] != '\0') {
		service.log_key = log_key_load(config.log_seal_key, why);
		if (service.log_key == NULL)
			return false;
	}
	service.keys = key_store_new(NULL);
	service.cap = cap_new((unsigned)config.public_reports_per_hour);
	allowance_start();
	if (!metrics_start(service.arena, service.contract) || !identify_start())
		return fail(why, NULL);
	give_back_memory();
	return true;
}

void service_stop(void)
{
	identify_stop();
	allowance_stop();
	origins_stop();
	trust_stop();
	key_store_free(service.keys);
	seal_keys_free(service.seals);
	log_key_free(service.log_key);
	cap_free(service.cap);
	arena_free(service.arena);
}

void service_reload(void)
{
	char why[256], text[256];

	key_store_want_all(service.keys);
	identify_anew(why);
	event(E_CONFIG_RELOADED, "\"remark\":\"%s\"", event_text(why, text));
}

bool service_check_database(char why[256])
{
	enum pool_refusal refusal;
	struct connection *c = pool_take(&refusal);
	struct arena *a = arena_new(STARTUP_MEMORY);
	bool ok = c != NULL;

	if (c == NULL)
		fail(why, "the database cannot be reached");
	for (size_t i = 0; ok && i < statements_count(); i++) {
		struct round round;

		round_init(&round, c, a);
		ok = round_prepare(&round, statement_at(i));
		if (!ok)
			snprintf(why, 256, "statement '%s': %s", statement_at(i)->name,
				 round.message);
	}
	if (c != NULL)
		pool_give_back(c);
	arena_free(a);
	return ok;
}
