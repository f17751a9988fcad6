/* The contract as a page for people: Swagger UI out of the program itself, without any other host.
 */
#include <string.h>

#include "api/negotiate.h"
#include "api/ops.h"
#include "api/problem.h"
#include "base/embedded.h"

/* Only what this daemon serves: Swagger UI draws its icons from data: addresses in its style sheet.
 */
static const char policy[] =
	"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
	"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

static const struct {
	const char *ending, *type;
} types[] = {
	{".css", "text/css; charset=utf-8"},
	{".js", "text/javascript; charset=utf-8"},
	{".svg", "image/svg+xml"},
	{".txt", "text/plain; charset=utf-8"},
};

static const char *type_of(const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		size_t tail = strlen(types[i].ending);

		if (len > tail && strcmp(name + len - tail, types[i].ending) == 0)
			return types[i].type;
	}
	return NULL;
}

/* The file compressed for whoever takes it so, else as it is; NULL when there is none. */
static const struct embedded *choose(struct request *r, const char *name)
{
	const char *path = arena_printf(r->arena, "docs/%s", name);

	if (!negotiate_coding(request_header_list(r, "Accept-Encoding"), "gzip"))
		return embedded_find(path);
	return embedded_find(arena_printf(r->arena, "%s.gz", path));
}

/* Changes only with the program: kept by whoever has read it, asked for again by its ETag. */
static enum outcome serve(struct request *r, const char *name, const char *type)
{
	const struct embedded *file = type == NULL ? NULL : choose(r, name);
	const char *etag;

	if (file == NULL) {
		problem(r, "not_found", NULL);
		return ANSWERED;
	}
	etag = arena_printf(r->arena, "\"0-%s\"", file->hash);
	reply_header(r, "ETag", etag);
	reply_header(r, "Cache-Control", "public, no-cache");
	reply_vary(r, "Accept-Encoding");
	reply_header(r, "Content-Security-Policy", policy);
	reply_header(r, "Referrer-Policy", "no-referrer");
	if (negotiate_none_match(request_header_list(r, "If-None-Match"), etag)) {
		r->reply.status = 304;
		return ANSWERED;
	}
	if (strcmp(file->name + strlen(file->name) - 3, ".gz") == 0)
		reply_header(r, "Content-Encoding", "gzip");
	r->reply.status = 200;
	r->reply.content_type = type;
	r->reply.body = file->data;
	r->reply.body_size = file->size;
	return ANSWERED;
}

enum outcome ops_docs(struct request *r)
{
	return serve(r, "index.html", "text/html; charset=utf-8");
}

enum outcome ops_docs_file(struct request *r)
{
	const char *name = request_parameter(r, IN_PATH, "file");

	return serve(r, name, type_of(name));
}
