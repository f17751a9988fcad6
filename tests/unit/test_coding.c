/* http/coding: who gets gzip, what it says, and entity tags with and without the suffix. */
#include "api_fixture.h"

#define ZLIB_CONST
#include <zlib.h>

#include "base/config.h"
#include "http/coding.h"

enum { LARGE = 20000 };

static struct request *answer(const char *method, size_t size)
{
	struct request *r = fixture_request(method, "/api/v1/things");
	char *body = arena_alloc(r->arena, size + 1);

	config.compress_from = 2048;
	for (size_t i = 0; i < size; i++)
		body[i] = (char)('a' + i % 7);
	r->reply.status = 200;
	r->reply.content_type = "application/json";
	r->reply.body = body;
	r->reply.body_size = size;
	reply_header(r, "ETag", "\"3-abc\"");
	fixture_header(r, "Accept-Encoding", "br, gzip;q=0.8");
	return r;
}

static const char *unpacked(const struct request *r)
{
	z_stream z = {.next_in = (const unsigned char *)r->reply.body,
		      .avail_in = (uInt)r->reply.body_size};
	char *out = arena_alloc(r->arena, LARGE + 1);

	assert_int_equal(inflateInit2(&z, 16 + 15), Z_OK);
	z.next_out = (unsigned char *)out;
	z.avail_out = LARGE;
	assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
	inflateEnd(&z);
	return out;
}

static void compresses_a_large_answer(void **state)
{
	struct request *r = answer("GET", LARGE);
	const char *plain = r->reply.body;

	(void)state;
	coding_apply(r);
	assert_true(r->reply.body_size < LARGE / 10);
	assert_string_equal(unpacked(r), plain);
	assert_string_equal(fixture_reply(r, "Content-Encoding"), "gzip");
	assert_string_equal(fixture_reply(r, "ETag"), "\"3-abc-gzip\"");
	assert_string_equal(fixture_reply(r, "Vary"), "Accept-Encoding");
	fixture_end(r);
}

/* noise of three bits in eight: smaller than half, and larger than what is taken at first */
static void compresses_what_hardly_gets_smaller(void **state)
{
	struct request *r = answer("GET", LARGE);
	char *plain = arena_copy(r->arena, r->reply.body, LARGE);

	(void)state;
	for (size_t i = 0; i < LARGE; i++)
		plain[i] = (char)('0' + rand() % 8);
	r->reply.body = plain;
	coding_apply(r);
	assert_in_range(r->reply.body_size, LARGE / 4, LARGE / 2);
	assert_string_equal(unpacked(r), plain);
	fixture_end(r);
}

/* the same body has another length from time to time */
static void blurs_the_length(void **state)
{
	size_t first = 0;
	bool differs = false;

	(void)state;
	for (int i = 0; i < 64 && !differs; i++) {
		struct request *r = answer("GET", LARGE);

		coding_apply(r);
		differs = i > 0 && r->reply.body_size != first;
		first = r->reply.body_size;
		fixture_end(r);
	}
	assert_true(differs);
}

static void leaves(const char *what, struct request *r, bool varies)
{
	size_t size = r->reply.body_size;

	coding_apply(r);
	if (r->reply.body_size != size || fixture_reply(r, "Content-Encoding") != NULL)
		fail_msg("%s was compressed", what);
	assert_string_equal(fixture_reply(r, "ETag"), "\"3-abc\"");
	assert_int_equal(fixture_reply(r, "Vary") != NULL, varies);
	fixture_end(r);
}

static void leaves_the_others_alone(void **state)
{
	struct request *r;

	(void)state;
	leaves("a small one", answer("GET", 2047), true);
	leaves("one to a change", answer("POST", LARGE), true);
	leaves("one that is too large", answer("GET", 4 * 1024 * 1024 + 1), true);
	r = answer("GET", LARGE);
	r->reply.content_type = "image/png";
	leaves("an image", r, false);
	r = answer("GET", LARGE);
	r->reply.content_type = "text/event-stream";
	leaves("a stream of events", r, false);
	r = answer("GET", LARGE);
	r->reply.status = 404;
	leaves("a refusal", r, true);
	r = answer("GET", LARGE);
	r->in.header_count = 0;
	leaves("one that nobody wants compressed", r, true);
	r = answer("GET", LARGE);
	config.compress_from = 0;
	leaves("one where it is switched off", r, false);
	r = answer("GET", LARGE);
	for (size_t i = 0; i < LARGE; i += sizeof(int)) {
		int n = rand();

		memcpy((char *)(uintptr_t)r->reply.body + i, &n, sizeof(n));
	}
	leaves("noise", r, true);
}

static const char *read_tag(const char *name, const char *value, bool *held)
{
	static char copy[200];
	struct request *r = fixture_request("GET", "/api/v1/things");

	fixture_header(r, name, value);
	coding_read(r);
	strcpy(copy, request_header(r, name));
	*held = r->in.holds_gzip;
	fixture_end(r);
	return copy;
}

static void hides_the_suffix_from_the_rooms_behind(void **state)
{
	bool held;

	(void)state;
	assert_string_equal(read_tag("If-Match", "\"3-abc-gzip\"", &held), "\"3-abc\"");
	assert_false(held);
	assert_string_equal(
		read_tag("if-none-match", "\"1-x\", W/\"3-abc-gzip\",\"4-z-gzip\"", &held),
		"\"1-x\", W/\"3-abc\",\"4-z\"");
	assert_true(held);
	assert_string_equal(read_tag("If-None-Match", "\"3-abc\"", &held), "\"3-abc\"");
	assert_false(held);
	assert_string_equal(read_tag("If-Match", "-gzip\"", &held), "-gzip\"");
	assert_string_equal(read_tag("If-Match", "*", &held), "*");
	assert_string_equal(read_tag("X-Other", "\"a-gzip\"", &held), "\"a-gzip\"");
}

static void not_modified_names_what_the_client_holds(void **state)
{
	struct request *r = answer("GET", LARGE);

	(void)state;
	fixture_header(r, "If-None-Match", "\"3-abc-gzip\"");
	coding_read(r);
	r->reply.status = 304;
	r->reply.content_type = r->reply.body = NULL;
	r->reply.body_size = 0;
	coding_apply(r);
	assert_string_equal(fixture_reply(r, "ETag"), "\"3-abc-gzip\"");
	assert_string_equal(fixture_reply(r, "Vary"), "Accept-Encoding");
	fixture_end(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compresses_a_large_answer),
		cmocka_unit_test(compresses_what_hardly_gets_smaller),
		cmocka_unit_test(blurs_the_length),
		cmocka_unit_test(leaves_the_others_alone),
		cmocka_unit_test(hides_the_suffix_from_the_rooms_behind),
		cmocka_unit_test(not_modified_names_what_the_client_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
