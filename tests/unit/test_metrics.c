/* api/metrics: what is counted comes out, in the form that Prometheus reads. */
#include "api_fixture.h"

#include <fcntl.h>
#include <unistd.h>

#include "api/metrics.h"
#include "api/room.h"

static int start(void **state)
{
	fixture_start(state);
	assert_true(metrics_start(service.arena, service.contract));
	return 0;
}

static void count(const char *target, int status, int64_t us)
{
	struct request *r = fixture_request("GET", target);
	int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC), old = dup(STDERR_FILENO);

	route(r);
	r->reply.status = status;
	/* the log line is not what is looked at here */
	dup2(nowhere, STDERR_FILENO);
	metrics_request(r, us);
	dup2(old, STDERR_FILENO);
	close(nowhere);
	close(old);
	fixture_end(r);
}

static void expect(const char *text, const char *line)
{
	const char *at = strstr(text, line);

	if (at == NULL || (at != text && at[-1] != '\n') || at[strlen(line)] != '\n')
		fail_msg("no line: %s", line);
}

static void counts_requests(void **state)
{
	struct arena *a = arena_new(1 << 20);

	(void)state;
	count("/api/v1/things", 200, 400);
	count("/api/v1/things", 200, 500);
	count("/api/v1/things", 200, 501);
	count("/api/v1/things", 404, 2500001);
	count("/api/v1/things", 299, 0);
	count("/nowhere", 404, 10);

	const char *text = metrics_text(a);

	expect(text, "samhandling_requests_total{operation=\"listThings\",status=\"200\"} 3");
	expect(text, "samhandling_requests_total{operation=\"listThings\",status=\"404\"} 1");
	expect(text, "samhandling_requests_total{operation=\"listThings\",status=\"other\"} 1");
	expect(text, "samhandling_requests_total{operation=\"none\",status=\"404\"} 1");
	expect(text,
	       "samhandling_request_seconds_bucket{operation=\"listThings\",le=\"0.0005\"} 3");
	expect(text, "samhandling_request_seconds_bucket{operation=\"listThings\",le=\"0.001\"} 4");
	expect(text, "samhandling_request_seconds_bucket{operation=\"listThings\",le=\"2.5\"} 4");
	expect(text, "samhandling_request_seconds_bucket{operation=\"listThings\",le=\"+Inf\"} 5");
	expect(text, "samhandling_request_seconds_count{operation=\"listThings\"} 5");
	expect(text, "samhandling_request_seconds_sum{operation=\"listThings\"} 2.501402");
	expect(text, "samhandling_events_total{event=\"REQUEST\"} 6");
	expect(text, "samhandling_pool_idle 0");
	assert_null(strstr(text, "getThing"));
	arena_free(a);
}

static void each_metric_stands_together(void **state)
{
	struct arena *a = arena_new(1 << 20);
	char seen[64][64];
	size_t metrics = 0;

	(void)state;
	for (const char *line = metrics_text(a); *line != '\0'; line = strchr(line, '\n') + 1) {
		char name[64];
		size_t len = strncmp(line, "samhandling_request_seconds", 27) == 0
				     ? 27
				     : strcspn(line, "{ ");

		if (*line == '#')
			continue;
		snprintf(name, sizeof(name), "%.*s", (int)len, line);
		if (metrics > 0 && strcmp(seen[metrics - 1], name) == 0)
			continue;
		for (size_t i = 0; i < metrics; i++)
			assert_string_not_equal(seen[i], name);
		strcpy(seen[metrics++], name);
	}
	assert_true(metrics > 5);
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_requests),
		cmocka_unit_test(each_metric_stands_together),
	};

	return cmocka_run_group_tests_name("metrics", tests, start, fixture_stop);
}
