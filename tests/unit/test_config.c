/* base/config: defaults, good values, and a sentence for every bad one. */
#include "cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/config.h"

/* settings live as long as the process, so they are not leaks */
static struct config read_in[64];
static size_t reads;

static bool read_settings(const char *one, const char *two, char why[256])
{
	static char texts[2][512];
	char *environment[3] = {NULL};

	snprintf(texts[0], sizeof(texts[0]), "%s", one);
	snprintf(texts[1], sizeof(texts[1]), "%s", two == NULL ? "" : two);
	environment[0] = texts[0];
	environment[1] = two == NULL ? NULL : texts[1];
	why[0] = '\0';
	assert_true(++reads < sizeof(read_in) / sizeof(read_in[0]));
	return config_read(&read_in[reads], environment, why);
}

static void begins_with_the_defaults(void **state)
{
	char why[256];

	(void)state;
	assert_true(read_settings("PATH=/bin", "SAMHANDLINGX=1", why));
	assert_string_equal(read_in[reads].address, "127.0.0.1");
	assert_string_equal(read_in[reads].database_url, "");
	assert_int_equal(read_in[reads].port, 8080);
	assert_int_equal(read_in[reads].json_depth, 32);
	assert_false(read_in[reads].sandbox);
}

static void takes_what_is_good(void **state)
{
	char why[256];

	(void)state;
	assert_true(read_settings("SAMHANDLING_PORT=0", "SAMHANDLING_SANDBOX=1", why));
	assert_int_equal(read_in[reads].port, 0);
	assert_true(read_in[reads].sandbox);
	assert_true(read_settings("SAMHANDLING_BODY_MAX=1000000000", "SAMHANDLING_SANDBOX=0", why));
	assert_int_equal(read_in[reads].body_max, 1000000000);
	assert_false(read_in[reads].sandbox);
	assert_true(read_settings("SAMHANDLING_ADDRESS=a=b", "SAMHANDLING_BASE_URL=", why));
	assert_string_equal(read_in[reads].address, "a=b");
	assert_string_equal(read_in[reads].base_url, "");
	assert_true(read_settings("SAMHANDLING_PORT", NULL, why));
}

static void refuses_what_is_bad(void **state)
{
	static const struct {
		const char *variable, *why;
	} rows[] = {
		{"SAMHANDLING_PROT=1", "SAMHANDLING_PROT is not a setting"},
		{"SAMHANDLING_=1", "SAMHANDLING_ is not a setting"},
		{"SAMHANDLING_POR=1", "SAMHANDLING_POR is not a setting"},
		{"SAMHANDLING_PORTS=1", "SAMHANDLING_PORTS is not a setting"},
		{"SAMHANDLING_port=1", "SAMHANDLING_port is not a setting"},
		{"SAMHANDLING__FILE=1", "SAMHANDLING__FILE is not a setting"},
		{"SAMHANDLING_PORT_FILE_FILE=1", "SAMHANDLING_PORT_FILE_FILE is not a setting"},
		{"SAMHANDLING_PORT=", "SAMHANDLING_PORT is not a whole number from 0"},
		{"SAMHANDLING_PORT=x", "SAMHANDLING_PORT is not a whole number from 0"},
		{"SAMHANDLING_PORT=1x", "SAMHANDLING_PORT is not a whole number from 0"},
		{"SAMHANDLING_PORT= 1", "SAMHANDLING_PORT is not a whole number from 0"},
		{"SAMHANDLING_PORT=+1", "SAMHANDLING_PORT is not a whole number from 0"},
		{"SAMHANDLING_PORT=-1", "SAMHANDLING_PORT is not a whole number from 0"},
		{"SAMHANDLING_PORT=0x10", "SAMHANDLING_PORT is not a whole number from 0"},
		{"SAMHANDLING_PORT=1.5", "SAMHANDLING_PORT is not a whole number from 0"},
		{"SAMHANDLING_PORT=1000000001", "SAMHANDLING_PORT is not a whole number from 0"},
		{"SAMHANDLING_PORT=99999999999999999999",
		 "SAMHANDLING_PORT is not a whole number from 0"},
		{"SAMHANDLING_SANDBOX=2", "SAMHANDLING_SANDBOX is neither 0 nor 1"},
		{"SAMHANDLING_SANDBOX=yes", "SAMHANDLING_SANDBOX is not a whole number from 0"},
		{"SAMHANDLING_SEAL_KEYS_FILE=/nowhere/at/all",
		 "SAMHANDLING_SEAL_KEYS names a file that cannot be read"},
		{"SAMHANDLING_SEAL_KEYS_FILE=/",
		 "SAMHANDLING_SEAL_KEYS names a file that cannot be read"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char why[256];

		assert_false(read_settings(rows[i].variable, NULL, why));
		assert_string_equal(why, rows[i].why);
	}
}

static void a_long_name_fits_the_sentence(void **state)
{
	char why[256], variable[500] = "SAMHANDLING_";

	(void)state;
	memset(variable + 12, 'X', 400);
	memcpy(variable + 412, "=1", 2);
	assert_false(read_settings(variable, NULL, why));
	assert_true(strlen(why) < 130);
}

/* Whether a file of these bytes is taken as the seal keys. */
static bool file_is_taken(const char *bytes, size_t size, char why[256])
{
	char path[] = "/tmp/samhandling-config-XXXXXX", variable[128];
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, size), size);
	close(fd);
	snprintf(variable, sizeof(variable), "SAMHANDLING_SEAL_KEYS_FILE=%s", path);

	bool taken = read_settings(variable, NULL, why);

	unlink(path);
	return taken;
}

static void reads_a_value_from_a_file(void **state)
{
	static char large[70000];
	char why[256];

	(void)state;
	memset(large, 'k', sizeof(large));
	assert_true(file_is_taken("secret\r\n\n", 9, why));
	assert_string_equal(read_in[reads].seal_keys, "secret");
	assert_true(file_is_taken("two\nlines", 9, why));
	assert_string_equal(read_in[reads].seal_keys, "two\nlines");
	assert_true(file_is_taken("", 0, why));
	assert_string_equal(read_in[reads].seal_keys, "");
	/* cut in silence a secret would be another secret */
	assert_false(file_is_taken("a\0b", 3, why));
	assert_false(file_is_taken(large, sizeof(large), why));
	assert_string_equal(why, "SAMHANDLING_SEAL_KEYS names a file that cannot be read");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(begins_with_the_defaults),
		cmocka_unit_test(takes_what_is_good),
		cmocka_unit_test(refuses_what_is_bad),
		cmocka_unit_test(a_long_name_fits_the_sentence),
		cmocka_unit_test(reads_a_value_from_a_file),
	};

	return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
