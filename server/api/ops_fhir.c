/*
 * What SQL cannot do of the FHIR face.
 * Tested through tests/api/fhir-rest.test.mjs: the statement itself is fhir_capability.c.
 */

#include "api/fhir.h"
#include "api/fhir_capability.h"
#include "api/ops.h"
#include "api/service.h"
#include "auth/random.h"

enum outcome ops_fhir_metadata(struct request *r)
{
	char hash[RANDOM_SHA256_HEX_SIZE];
	const char *etag;

	ops_object(r, fhir_capability(r->arena, service.contract));
	random_sha256_hex(r->reply.body, hash);
	etag = arena_printf(r->arena, "\"%.16s\"", hash);
	reply_header(r, "ETag", arena_printf(r->arena, "W/%s", etag));
	r->reply.content_type = fhir_media(r);
	return ANSWERED;
}
