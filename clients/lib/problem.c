/* Problem details out of a reply, and their text for people. */
#include "lib/problem.h"

#include <string.h>

#include "lib/member.h"
#include "lib/text.h"

static const char *text_or_empty(const json_t *json, const char *name)
{
	const char *text = member_text(json, name);

	return text != NULL ? text : "";
}

bool problem_read(const struct reply *reply, struct problem *out)
{
	const char *type = member_text(reply->headers, "content-type");

	if (reply->status < 400 || !json_is_object(reply->json) || type == NULL ||
	    strncmp(type, "application/problem+json", 24) != 0)
		return false;
	*out = (struct problem){
		.status = reply->status,
		.code = text_or_empty(reply->json, "code"),
		.title = text_or_empty(reply->json, "title"),
		.detail = text_or_empty(reply->json, "detail"),
		.request_id = text_or_empty(reply->json, "request_id"),
		.json = reply->json,
		.faults = json_object_get(reply->json, "errors"),
	};
	return true;
}

static void add_faults(struct text *t, const json_t *faults)
{
	const json_t *fault;
	size_t i;

	json_array_foreach(faults, i, fault)
	{
		text_printf(t, "\n  %s: %s", text_or_empty(fault, "pointer"),
			    text_or_empty(fault, "detail"));
	}
}

/* "allowed: a, b" for the members that say what would have been right or what has changed */
static void add_list(struct text *t, const struct problem *problem, const char *name)
{
	const json_t *list = json_object_get(problem->json, name), *one;
	size_t i;

	if (!json_is_array(list))
		return;
	text_printf(t, "\n  %s:", name);
	json_array_foreach(list, i, one)
	{
		text_printf(t, "%s %s", i > 0 ? "," : "", member_readable(t->arena, one));
	}
	if (json_array_size(list) == 0)
		text_add(t, " nothing");
}

const char *problem_text(struct arena *a, const struct reply *reply)
{
	struct problem problem;
	struct text t;

	if (reply->status == 0)
		return reply->failure != NULL ? reply->failure : "no answer";
	if (!problem_read(reply, &problem))
		return arena_printf(a, "the service answered %d, not as the contract says",
				    reply->status);
	text_init(&t, a);
	text_add(&t, problem.title[0] != '\0' ? problem.title : problem.code);
	if (problem.detail[0] != '\0')
		text_printf(&t, ": %s", problem.detail);
	text_printf(&t, " (%d %s)", problem.status, problem.code);
	add_faults(&t, problem.faults);
	add_list(&t, &problem, "allowed");
	add_list(&t, &problem, "changed");
	if (problem.status >= 500 && problem.request_id[0] != '\0')
		text_printf(&t, "\n  request: %s", problem.request_id);
	return t.bytes;
}
