/* What all of the FHIR face shares: which requests are its own, addresses, media types. */
#include "api/fhir.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "api/negotiate.h"
#include "base/config.h"
#include "base/text.h"

static const char root[] = "/fhir/r4";

/* Ours, the best first. */
static const char *const media[] = {"application/fhir+json", "application/json", "text/json"};

bool fhir_asked(const struct request *r)
{
	const char *path = r->in.raw_path;
	size_t len = sizeof(root) - 1;

	return path != NULL && strncmp(path, root, len) == 0 &&
	       (path[len] == '/' || path[len] == '\0');
}

const char *fhir_path(const struct request *r)
{
	const char *path = "";

	/* of what was routed: a request within another one has no path as it was sent */
	for (size_t i = 2; i < r->in.segment_count; i++)
		path = arena_printf(r->arena, "%s%s%s", path, i > 2 ? "/" : "", r->in.segments[i]);
	return path;
}

const char *fhir_base(struct arena *a)
{
	size_t len = strlen(config.base_url);

	if (len == 0)
		return arena_printf(a, "http://127.0.0.1:%ld%s", config.port, root);
	len -= config.base_url[len - 1] == '/';
	return arena_printf(a, "%.*s%s", (int)len, config.base_url, root);
}

/* The value of `_format` in the query, decoded; NULL when it is not there. */
static const char *asked_format(struct request *r)
{
	static const char name[] = "_format=";
	const char *s = r->in.raw_query;

	while (s != NULL && *s != '\0') {
		size_t len = strcspn(s, "&");

		if (strncmp(s, name, sizeof(name) - 1) == 0)
			return text_percent_decode(r->arena, s + sizeof(name) - 1,
						   len - (sizeof(name) - 1), true);
		s += len + (s[len] == '&');
	}
	return NULL;
}

const char *fhir_accept(struct request *r)
{
	const char *format = asked_format(r);

	if (format == NULL || *format == '\0')
		return request_header_list(r, "Accept");
	/* a `+` that was not encoded has become a space */
	if (strcasecmp(format, "json") == 0 || strcasecmp(format, "application/fhir json") == 0)
		return media[0];
	return format;
}

const char *fhir_media(struct request *r)
{
	const char *accept = fhir_accept(r);

	for (size_t i = 0; i < sizeof(media) / sizeof(media[0]); i++)
		if (negotiate_is_accepted(accept, media[i]))
			return arena_printf(r->arena, "%s; charset=utf-8", media[i]);
	return "application/fhir+json; charset=utf-8";
}

static const char *said(const struct operation *op, const char *name)
{
	return op == NULL ? NULL
			  : json_string_value(json_object_get(
				    json_object_get(op->extensions, "x-fhir"), name));
}

const char *fhir_type(const struct operation *op)
{
	return said(op, "type");
}

const char *fhir_parameter_name(struct arena *a, const char *name)
{
	char *out = arena_dup(a, name);

	for (char *c = out; *c != '\0'; c++)
		if (*c == '-' || *c == '.')
			*c = '_';
	return out;
}

bool fhir_does(const struct operation *op, const char *interaction)
{
	return op != NULL && op->fhir != NULL && strcmp(op->fhir, interaction) == 0;
}

bool fhir_lists(const struct operation *op)
{
	return fhir_does(op, "search") || fhir_does(op, "compartment") ||
	       fhir_does(op, "everything") || fhir_does(op, "history") || fhir_does(op, "export");
}
