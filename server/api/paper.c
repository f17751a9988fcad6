/*
 * Pieces of pages that SQL writes.
 * Tested through tests/api/patient-export.test.mjs: it runs statements.
 */
#include "api/paper.h"

#include <stdlib.h>

#include "api/service.h"
#include "api/unseal.h"
#include "db/pool.h"
#include "db/round.h"

const char *json_text(struct arena *a, json_t *value)
{
	char *text = json_dumps(value, JSON_COMPACT);
	const char *copy = arena_dup(a, text);

	free(text);
	json_decref(value);
	return copy;
}

const char *paper_write(struct arena *a, const char *statement, json_t *given)
{
	const char *values[] = {json_text(a, given)}, *body = NULL;
	enum pool_refusal refusal;
	struct connection *c = pool_take(&refusal);
	struct round round;

	if (c == NULL)
		return NULL;
	round_init(&round, c, a);
	round_add(&round, statement_find(statement), values);
	if (round_run(&round))
		body = round_text(&round, 0, "body");
	pool_give_back(c);
	return body == NULL ? NULL : unseal_html(a, service.seals, body);
}
