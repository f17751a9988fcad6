/* Read, then write what was read and nothing newer: ETag and If-Match. */
#include "lib/change.h"

#include "lib/member.h"

struct call change_with_etag(struct arena *a, const struct call *call, const char *etag)
{
	struct call copy = *call;
	json_t *headers = member_keep(a, json_object());

	if (call->headers != NULL)
		json_object_update(headers, (json_t *)(uintptr_t)call->headers);
	json_object_set_new(headers, "If-Match", json_string(etag));
	copy.headers = headers;
	return copy;
}

bool change_send(struct session *s, struct arena *a, const char *read_path,
		 const struct call *write, struct reply *after)
{
	const struct call read = {.method = "GET", .path = read_path};
	struct call guarded;

	if (!session_call(s, a, &read, after))
		return false;
	if (after->etag == NULL) {
		after->status = 0;
		after->failure = "the service gave no ETag for what shall be changed";
		return false;
	}
	guarded = change_with_etag(a, write, after->etag);
	return session_call(s, a, &guarded, after);
}
