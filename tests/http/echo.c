/*
 * The http room on its own: a stand-in for the rooms behind it answers each request with what it
 * was handed, as JSON. For tests/protocol, and to measure what http itself costs. Paths of its own:
 * /sleep/MS, /bytes/N, /status/N, /plain, /pieces/N (of N bytes, N times), /cut/N (after N pieces);
 * /stream/N reads the body itself, up to N bytes of it.
 */
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "api/request.h"
#include "api/stream.h"
#include "base/config.h"
#include "http/server.h"

extern char **environ;

static void adopt_json(void *json)
{
	json_decref(json);
}

static void reply_json(struct request *r, int status, const char *type, json_t *json)
{
	char *text = json_dumps(json, JSON_COMPACT);

	arena_adopt(r->arena, adopt_json, json);
	arena_adopt(r->arena, free, text);
	r->reply.status = status;
	r->reply.content_type = type;
	r->reply.body = text;
	r->reply.body_size = strlen(text);
}

static json_t *described(const struct message *m)
{
	json_t *segments = json_array(), *headers = json_array();

	for (size_t i = 0; i < m->segment_count; i++)
		json_array_append_new(segments, json_string(m->segments[i]));
	for (size_t i = 0; i < m->header_count; i++)
		json_array_append_new(headers,
				      json_pack("[ss]", m->headers[i].name, m->headers[i].value));
	return json_pack("{ss ss ss? so so ss? si sb}", "method", m->method, "path", m->raw_path,
			 "query", m->raw_query, "segments", segments, "headers", headers, "body",
			 m->body, "size", (int)m->body_size, "loopback", m->loopback);
}

static void reply_bytes(struct request *r, size_t size)
{
	char *text = arena_alloc(r->arena, size + 1);

	memset(text, 'x', size);
	r->reply.status = 200;
	r->reply.content_type = "text/plain";
	r->reply.body = text;
	r->reply.body_size = size;
}

/* Pieces as they are counted out; an empty one between any two, which must not end the answer. */
struct pieces {
	size_t size, left;
	bool pause, cut;
};

static enum stream_step next_piece(struct request *r, struct arena *a, struct stream_piece *piece)
{
	struct pieces *p = r->reply.stream->state;
	char *bytes;

	p->pause = !p->pause;
	if (p->pause)
		return STREAM_PIECE;
	if (p->left == 0)
		return p->cut ? STREAM_BROKEN : STREAM_END;
	p->left--;
	bytes = arena_alloc(a, p->size);
	memset(bytes, 'a' + (int)(p->left % 26), p->size);
	*piece = (struct stream_piece){bytes, p->size};
	return STREAM_PIECE;
}

static void reply_pieces(struct request *r, size_t count, bool cut)
{
	struct pieces *p = arena_alloc(r->arena, sizeof(*p));

	*p = (struct pieces){.size = cut ? 10 : count, .left = count, .cut = cut};
	stream_answer(r, "text/plain", &(const struct stream){.next = next_piece, .state = p});
}

static bool is_command(const struct message *m, const char *name)
{
	return m->segment_count == 2 && strcmp(m->segments[0], name) == 0;
}

bool request_is_streamed(const struct request *r)
{
	return is_command(&r->in, "stream") && strcmp(r->in.method, "POST") == 0;
}

/* Answers how many bytes there were in how many pieces, and a sum that tells their order. */
static void reply_stream(struct request *r, long most)
{
	struct body_source *s = r->in.source;
	long n = 0, size = 0, pieces = 0;
	unsigned sum = 0;
	const char *data;

	while (size < most && (n = s->next(s, &data)) > 0) {
		for (long i = 0; i < n; i++)
			sum = sum * 31 + (unsigned char)data[i];
		size += n;
		pieces++;
	}
	if (n < 0)
		dispatch_refuse(r, s->status, s->code, s->detail);
	else
		reply_json(r, 200, "application/json",
			   json_pack("{si si sI sb}", "size", (int)size, "pieces", (int)pieces,
				     "sum", (json_int_t)sum, "ended", s->ended));
}

void dispatch(struct request *r)
{
	const struct message *m = &r->in;

	if (m->source != NULL) {
		reply_stream(r, atol(m->segments[1]));
	} else if (m->segment_count == 1 && strcmp(m->segments[0], "plain") == 0) {
		reply_bytes(r, 100);
	} else if (is_command(m, "bytes")) {
		reply_bytes(r, strtoul(m->segments[1], NULL, 10));
	} else if (is_command(m, "pieces") || is_command(m, "cut")) {
		reply_pieces(r, strtoul(m->segments[1], NULL, 10), is_command(m, "cut"));
	} else if (is_command(m, "status")) {
		r->reply.status = atoi(m->segments[1]);
		r->reply.headers[r->reply.header_count++] = (struct header){"X-Bad", "a\r\nb"};
	} else {
		if (is_command(m, "sleep")) {
			int ms = atoi(m->segments[1]);

			nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000L}, NULL);
		}
		reply_json(r, 200, "application/json", described(m));
	}
}

void dispatch_refuse(struct request *r, int status, const char *code, const char *detail)
{
	reply_json(r, status, "application/problem+json",
		   json_pack("{si ss ss ss}", "status", status, "type", code, "title", code,
			     "detail", detail));
}

void dispatch_finished(struct request *r, int64_t total_us)
{
	(void)r;
	(void)total_us;
}

int main(void)
{
	char why[256] = "";
	sigset_t set;
	int signal;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	if (!config_read(&config, environ, why)) {
		fprintf(stderr, "%s\n", why);
		return 2;
	}

	struct http_server *s = http_start(why);

	if (s == NULL) {
		fprintf(stderr, "%s\n", why);
		return 1;
	}
	puts("ready");
	fflush(stdout);
	sigwait(&set, &signal);
	if (!http_stop(s))
		_Exit(3);
	return 0;
}
