/*
 * Writes a stream's pieces.
 * Tested through tests/protocol/answers.test.mjs: what it writes is what counts.
 */
#include "http/pieces.h"

#include <stdio.h>
#include <string.h>

#include <civetweb.h>

#include "api/stream.h"

enum {
	PIECE_MEMORY = 16 * 1024 * 1024, /* as stream.h promises */
	COPIED_MAX = 64 * 1024, /* one write for the frame too, unless copying costs more */
	SIZE_LINE = 20
};

static bool write_all(struct mg_connection *conn, const char *bytes, size_t size)
{
	return mg_write(conn, bytes, size) == (int)size;
}

static bool send_large(struct mg_connection *conn, const struct stream_piece *piece)
{
	char line[SIZE_LINE];
	int len = snprintf(line, sizeof(line), "%zx\r\n", piece->size);

	return write_all(conn, line, (size_t)len) && write_all(conn, piece->bytes, piece->size) &&
	       write_all(conn, "\r\n", 2);
}

static bool send_chunk(struct mg_connection *conn, struct arena *a,
		       const struct stream_piece *piece)
{
	if (piece->size > COPIED_MAX)
		return send_large(conn, piece);

	char *start = arena_alloc(a, SIZE_LINE + piece->size + 2);
	char *end = start + sprintf(start, "%zx\r\n", piece->size);

	end = mempcpy(mempcpy(end, piece->bytes, piece->size), "\r\n", 2);
	return write_all(conn, start, (size_t)(end - start));
}

bool pieces_send(struct worker *w, struct mg_connection *conn, struct request *r)
{
	struct arena *a = arena_new(PIECE_MEMORY);
	enum stream_step step = STREAM_PIECE;
	bool sent = true;

	while (sent && step == STREAM_PIECE) {
		struct stream_piece piece = {NULL, 0};

		step = r->reply.stream->next(r, a, &piece);
		/* an empty chunk would be the last one */
		if (step == STREAM_PIECE && piece.size > 0)
			sent = w->head.http10 ? write_all(conn, piece.bytes, piece.size)
					      : send_chunk(conn, a, &piece);
		arena_clear(a);
	}
	arena_free(a);
	return sent && step == STREAM_END && !w->head.http10 && write_all(conn, "0\r\n\r\n", 5);
}
