/* api/stream: an answer in pieces keeps its maker and state, and gives way to a problem. */
#include "api_fixture.h"

#include "api/stream.h"

static enum stream_step count_down(struct request *r, struct arena *a, struct stream_piece *piece)
{
	int *left = r->reply.stream->state;

	piece->bytes = arena_printf(a, "%d", *left);
	piece->size = strlen(piece->bytes);
	return (*left)-- > 0 ? STREAM_PIECE : STREAM_END;
}

static void gives_pieces(void **state)
{
	struct request *r = fixture_request("GET", "/");
	int left = 2;
	struct stream_piece piece;

	(void)state;
	r->reply.body = "old";
	r->reply.body_size = 3;
	stream_answer(r, "text/plain", &(struct stream){.next = count_down, .state = &left});
	assert_int_equal(r->reply.status, 200);
	assert_string_equal(r->reply.content_type, "text/plain");
	assert_null(r->reply.body);
	assert_int_equal(r->reply.body_size, 0);
	assert_int_equal(r->reply.stream->next(r, r->arena, &piece), STREAM_PIECE);
	assert_string_equal(piece.bytes, "2");
	assert_int_equal(r->reply.stream->next(r, r->arena, &piece), STREAM_PIECE);
	assert_int_equal(r->reply.stream->next(r, r->arena, &piece), STREAM_END);
	fixture_end(r);
}

static void gives_way_to_a_problem(void **state)
{
	struct request *r = fixture_request("GET", "/");

	(void)state;
	stream_answer(r, "text/plain", &(struct stream){.next = count_down});
	assert_false(problem(r, "unavailable", NULL));
	assert_null(r->reply.stream);
	assert_int_equal(r->reply.status, 503);
	fixture_end(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_pieces),
		cmocka_unit_test(gives_way_to_a_problem),
	};

	return cmocka_run_group_tests_name("stream", tests, fixture_start, fixture_stop);
}
