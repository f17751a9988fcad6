/* If-Match in all its forms against the version that there is. */
#include "api/precondition.h"

#include <string.h>

#include "api/reads.h"

/* The length of the tag at `s`, up to a comma outside its quotes. */
static size_t tag_length(const char *s)
{
	const char *end = s;

	if (*end == '"') {
		end = strchr(end + 1, '"');
		if (end == NULL)
			return strlen(s);
	}
	return (size_t)(end - s) + strcspn(end, ",");
}

/* `"3-hash"`, `"3"` or, as some clients do, without the quotes. */
static bool tag_names(const char *tag, const char *version)
{
	size_t len = strlen(version);

	tag += *tag == '"';
	return strncmp(tag, version, len) == 0 && strchr("-\", ", tag[len]) != NULL;
}

bool precondition_names(const char *if_match, const char *version)
{
	const char *s = if_match + strspn(if_match, " \t,");

	if (strcmp(s, "*") == 0)
		return true;
	while (*s != '\0') {
		if (tag_names(s, version))
			return true;
		s += tag_length(s);
		s += strspn(s, " \t,");
	}
	return false;
}

static bool is_plain(const char *if_match)
{
	return strchr(if_match, ',') == NULL && strcmp(if_match, "*") != 0;
}

bool precondition_settle(struct work *w)
{
	struct request *r = w->request;
	const char *if_match = request_header_list(r, "If-Match");
	bool guarded = r->op->method == METHOD_PATCH || r->op->method == METHOD_PUT;

	if (!guarded || if_match == NULL || is_plain(if_match) || w->answer_op == NULL)
		return true;
	work_open(w);
	w->answer = work_add_statement(w, reads_statement(r, w->answer_op));
	if (!round_run(&w->round))
		return false;

	const char *version = round_text(&w->round, w->answer, "etag");

	if (version != NULL && precondition_names(if_match, version))
		r->if_match = arena_dup(r->arena, version);
	work_round(w);
	return true;
}
