/*
 * Who is told, as the rooms of a request know a caller.
 * Tested through tests/api/webhooks.test.mjs: what it makes is judged in PostgreSQL.
 */
#include "jobs/recipient.h"

#include <string.h>

#include "api/permit.h"
#include "api/principal.h"
#include "api/purpose.h"
#include "api/service.h"
#include "auth/random.h"

static const char *column(struct arena *a, const PGresult *list, int row, const char *name)
{
	int at = PQfnumber(list, name);

	return PQgetisnull(list, row, at) ? NULL : arena_dup(a, PQgetvalue(list, row, at));
}

static struct principal *principal_of(struct arena *a, const PGresult *list, int row)
{
	struct principal *p = arena_alloc(a, sizeof(*p));

	p->issuer_id = "service";
	p->subject = arena_printf(a, "subscription:%s", column(a, list, row, "id"));
	p->agency_id = column(a, list, row, "agency_id");
	p->agency_type = column(a, list, row, "agency_type");
	p->agency_slug = column(a, list, row, "agency_slug");
	p->role = column(a, list, row, "role");
	p->unit_ids = column(a, list, row, "unit_ids");
	p->generation = column(a, list, row, "generation");
	p->expires_at = INT64_MAX;
	return p;
}

/* The headers that it has sealed, in clear; NULL when there is one that cannot be opened. */
static const char *const *headers_of(struct arena *a, const char *sealed)
{
	json_t *list = json_loads(sealed, 0, NULL), *one;
	const char **headers = arena_alloc(a, (json_array_size(list) + 1) * sizeof(*headers));
	size_t i, count = 0;

	json_array_foreach(list, i, one)
	{
		headers[count] = seal_open(service.seals, a, json_string_value(one),
					   json_string_length(one));
		if (headers[count] == NULL)
			break;
		count++;
	}

	bool all = json_is_array(list) && count == json_array_size(list);

	json_decref(list);
	return all ? headers : NULL;
}

struct recipient recipient_read(struct arena *a, const PGresult *list, int row)
{
	struct request *r = arena_alloc(a, sizeof(*r));

	r->arena = a;
	r->in.method = "GET";
	r->op = contract_operation(service.contract, "listChanges");
	random_uuid(r->id);
	r->principal = principal_of(a, list, row);
	r->purpose = purpose_of(r->principal, NULL);
	/* a role without any cell gets nothing, since it has no cells */
	permit(r);
	return (struct recipient){.id = column(a, list, row, "id"),
				  .topic = column(a, list, row, "topic"),
				  .request = r};
}

struct target recipient_target(struct arena *a, const PGresult *row)
{
	return (struct target){.url = column(a, row, 0, "url"),
			       .headers = headers_of(a, column(a, row, 0, "sealed"))};
}
