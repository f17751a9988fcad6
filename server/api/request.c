/* Small look-ups in a request, and headers of its reply. */
#include "api/request.h"

#include <string.h>
#include <strings.h>

const char *request_header(const struct request *r, const char *name)
{
	for (size_t i = 0; i < r->in.header_count; i++)
		if (strcasecmp(r->in.headers[i].name, name) == 0)
			return r->in.headers[i].value;
	return NULL;
}

const char *request_header_list(const struct request *r, const char *name)
{
	const char *all = NULL;

	for (size_t i = 0; i < r->in.header_count; i++) {
		const struct header *h = &r->in.headers[i];

		if (strcasecmp(h->name, name) == 0)
			all = all == NULL ? h->value
					  : arena_printf(r->arena, "%s, %s", all, h->value);
	}
	return all;
}

size_t request_header_count(const struct request *r, const char *name)
{
	size_t n = 0;

	for (size_t i = 0; i < r->in.header_count; i++)
		n += strcasecmp(r->in.headers[i].name, name) == 0;
	return n;
}

const char *request_parameter(const struct request *r, enum place place, const char *name)
{
	for (size_t i = 0; i < r->parameter_count; i++)
		if (r->parameters[i].place == place && strcasecmp(r->parameters[i].name, name) == 0)
			return r->parameters[i].value;
	return NULL;
}

void reply_header(struct request *r, const char *name, const char *value)
{
	for (size_t i = 0; i < r->reply.header_count; i++) {
		if (strcasecmp(r->reply.headers[i].name, name) != 0)
			continue;
		r->reply.headers[i].value = value;
		return;
	}
	if (r->reply.header_count < REPLY_HEADERS_MAX)
		r->reply.headers[r->reply.header_count++] = (struct header){name, value};
}

void reply_vary(struct request *r, const char *name)
{
	for (size_t i = 0; i < r->reply.header_count; i++) {
		struct header *h = &r->reply.headers[i];

		if (strcasecmp(h->name, "Vary") != 0)
			continue;
		if (strcasestr(h->value, name) == NULL)
			h->value = arena_printf(r->arena, "%s, %s", h->value, name);
		return;
	}
	reply_header(r, "Vary", name);
}
