/* The spool: order, sameness, and what is left when the program is killed anywhere. */
#include "../../tests/unit/cmocka_all.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "lib/digest.h"
#include "lib/durable.h"
#include "lib/file.h"
#include "lib/lock.h"
#include "lib/member.h"
#include "lib/spool.h"
#include "workplace.h"

static struct spool opened(struct workplace *w, const char *name)
{
	struct spool s;
	const char *why;

	assert_true(spool_open(w->arena, workplace_path(w, name), &s, &why));
	return s;
}

static const char *put(struct spool *s, struct workplace *w, const char *text)
{
	const struct spool_content content = {.kind = "json", .bytes = text, .size = strlen(text)};
	const char *id, *why;

	assert_true(spool_put(s, w->arena, &content, &id, &why));
	return id;
}

static const char *content_of(struct workplace *w, const struct spool_item *item)
{
	const char *why;
	size_t size;

	return file_read(w->arena, item->path, &size, &why);
}

static void test_in_order_and_once(void **state)
{
	struct workplace *w = *state;
	struct spool s = opened(w, "order");
	json_t *receipt = member_keep(w->arena, json_pack("{s:s}", "report_id", "x"));
	struct spool_item item;
	const char *why, *first = put(&s, w, "one"), *second = put(&s, w, "two");

	assert_string_equal(put(&s, w, "one"), first);
	assert_int_equal(spool_count(&s, w->arena), 2);
	assert_true(spool_next(&s, w->arena, &item, &why));
	assert_string_equal(item.id, first);
	assert_string_equal(item.kind, "json");
	assert_string_equal(content_of(w, &item), "one");
	assert_int_equal(spool_look(&s, w->arena, first), SPOOL_WAITING);
	assert_true(spool_done(&s, w->arena, &item, receipt, &why));
	assert_int_equal(spool_look(&s, w->arena, first), SPOOL_DONE);
	assert_false(file_exists(item.path));
	put(&s, w, "one"); /* has been sent: nothing to do */
	assert_true(spool_next(&s, w->arena, &item, &why));
	assert_string_equal(item.id, second);
	assert_true(spool_refuse(&s, w->arena, &item, receipt, &why));
	assert_int_equal(spool_look(&s, w->arena, second), SPOOL_UNKNOWN);
	assert_int_equal(workplace_count(w, "order/refused"), 2);
	assert_false(spool_next(&s, w->arena, &item, &why));
	assert_null(why);
}

static void test_goes_on_where_it_died(void **state)
{
	struct workplace *w = *state;
	struct spool s = opened(w, "died");
	json_t *receipt = member_keep(w->arena, json_object());
	struct spool_item item, again;
	const char *why;

	put(&s, w, "one");
	put(&s, w, "two");
	assert_true(spool_next(&s, w->arena, &item, &why));
	s = opened(w, "died"); /* killed while sending: the same one comes first */
	put(&s, w, "three");
	assert_true(spool_next(&s, w->arena, &again, &why));
	assert_string_equal(again.id, item.id);
	/* killed between receipt and removal: it is not sent again */
	workplace_write(w, arena_printf(w->arena, "died/done/%s.json", item.id), "{}");
	s = opened(w, "died");
	assert_true(spool_next(&s, w->arena, &again, &why));
	assert_string_equal(content_of(w, &again), "two");
	assert_true(spool_done(&s, w->arena, &again, receipt, &why));
	assert_true(spool_next(&s, w->arena, &again, &why));
	assert_string_equal(content_of(w, &again), "three");
	/* killed while writing: what was half written was never accepted */
	workplace_write(w, "died/new/.00000000000000000001-x.json.part", "ha");
	s = opened(w, "died");
	assert_int_equal(workplace_count(w, "died/new"), 0);
}

static void test_takes_files(void **state)
{
	struct workplace *w = *state;
	struct spool s = opened(w, "take");
	const char *id, *same, *why;
	struct spool_item item;

	workplace_write(w, "a.CSV", "x;y\n");
	workplace_write(w, "b.csv", "x;y\n");
	workplace_write(w, "c.no-kind-like-this", "z");
	assert_true(spool_take(&s, w->arena, workplace_path(w, "a.CSV"), &id, &why));
	assert_string_equal(id, digest_bytes(w->arena, "x;y\n", 4));
	assert_true(spool_take(&s, w->arena, workplace_path(w, "b.csv"), &same, &why));
	assert_string_equal(id, same);
	assert_true(spool_take(&s, w->arena, workplace_path(w, "c.no-kind-like-this"), &id, &why));
	assert_int_equal(spool_count(&s, w->arena), 2);
	assert_false(file_exists(workplace_path(w, "b.csv")));
	assert_true(spool_next(&s, w->arena, &item, &why));
	assert_string_equal(item.kind, "csv");
	assert_false(spool_take(&s, w->arena, workplace_path(w, "absent"), &id, &why));
	assert_int_equal(symlink("/etc/hostname", workplace_path(w, "link")), 0);
	assert_false(spool_take(&s, w->arena, workplace_path(w, "link"), &id, &why));
}

static void test_withdraws_and_prunes(void **state)
{
	struct workplace *w = *state;
	struct spool s = opened(w, "prune");
	const char *why, *id = put(&s, w, "one");
	const struct timespec old[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};

	assert_true(spool_withdraw(&s, w->arena, id, &why));
	assert_int_equal(spool_look(&s, w->arena, id), SPOOL_UNKNOWN);
	workplace_write(w, "prune/done/a.json", "{}");
	workplace_write(w, "prune/done/b.json", "{}");
	assert_int_equal(utimensat(AT_FDCWD, workplace_path(w, "prune/done/a.json"), old, 0), 0);
	spool_prune(&s, w->arena, 60);
	assert_int_equal(workplace_count(w, "prune/done"), 1);
	assert_int_equal(utimensat(AT_FDCWD, workplace_path(w, "prune/done/b.json"), old, 0), 0);
	spool_prune(&s, w->arena, 60); /* within the hour: not looked at again */
	assert_int_equal(workplace_count(w, "prune/done"), 1);
}

static void test_private(void **state)
{
	struct workplace *w = *state;
	struct spool s = opened(w, "private");
	struct spool_item item;
	struct stat st;
	const char *why;

	put(&s, w, "secret");
	assert_true(spool_next(&s, w->arena, &item, &why));
	assert_int_equal(stat(item.path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(stat(workplace_path(w, "private/new"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
}

/* A child that accepts, sends and finishes as fast as it can, until it is killed. What it tells has
 * been accepted, or been sent, must be so. */
static void work_until_killed(struct workplace *w, int tell)
{
	struct spool s;
	const char *id, *why;

	if (!spool_open(w->arena, workplace_path(w, "kill"), &s, &why))
		_exit(1);
	for (unsigned n = 0;; n++) {
		const char *text = arena_printf(w->arena, "%d-%u", (int)getpid(), n);
		const struct spool_content content = {
			.kind = "txt", .bytes = text, .size = strlen(text)};
		struct spool_item item;

		if (!spool_put(&s, w->arena, &content, &id, &why) || write(tell, id, 32) != 32)
			_exit(2);
		if (n % 3 != 0 && spool_next(&s, w->arena, &item, &why) &&
		    !spool_done(&s, w->arena, &item, json_object(), &why))
			_exit(3);
	}
}

static void test_killed_at_any_point(void **state)
{
	struct workplace *w = *state;
	char id[33] = "";

	for (unsigned round = 0; round < 20; round++) {
		int pipes[2], status;
		struct spool s;
		pid_t child;

		assert_int_equal(pipe(pipes), 0);
		child = fork();
		if (child == 0) {
			close(pipes[0]);
			work_until_killed(w, pipes[1]);
		}
		close(pipes[1]);
		nanosleep(&(struct timespec){.tv_nsec = 5000000 + (long)round * 1700000}, NULL);
		kill(child, SIGKILL);
		waitpid(child, &status, 0);
		assert_true(WIFSIGNALED(status));
		s = opened(w, "kill");
		while (read(pipes[0], id, 32) == 32)
			assert_int_not_equal(spool_look(&s, w->arena, id), SPOOL_UNKNOWN);
		close(pipes[0]);
		arena_clear(w->arena);
	}
}

static void test_one_instance(void **state)
{
	struct workplace *w = *state;
	const char *why;
	int status;

	assert_true(lock_take(w->arena, w->directory, &why));
	if (fork() == 0)
		_exit(lock_take(w->arena, w->directory, &why) ? 1 : 0);
	wait(&status);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_in_order_and_once),
		cmocka_unit_test(test_goes_on_where_it_died),
		cmocka_unit_test(test_takes_files),
		cmocka_unit_test(test_withdraws_and_prunes),
		cmocka_unit_test(test_private),
		cmocka_unit_test(test_killed_at_any_point),
		cmocka_unit_test(test_one_instance),
	};

	return cmocka_run_group_tests(tests, workplace_setup, workplace_teardown);
}
