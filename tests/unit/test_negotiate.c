/* api/negotiate: what Accept, Content-Type, Accept-Language, Prefer and If-None-Match ask for. */
#include "cmocka_all.h"

#include <string.h>

#include "api/negotiate.h"

static struct media json[] = {{"application/json", NULL}};
static struct media problem_json[] = {{"application/problem+json", NULL}};
static struct media bodies[] = {{"application/json", NULL}, {"application/merge-patch+json", NULL}};
static struct response responses[] = {{200, 1, json}, {404, 1, problem_json}, {0, 1, problem_json}};
static struct response only_204[] = {{204, 0, NULL}, {404, 1, problem_json}};
static const struct operation op = {
	.response_count = 3, .responses = responses, .body_count = 2, .bodies = bodies};

static const struct {
	const char *accept;
	bool fits;
} accepts[] = {
	{NULL, true},
	{"", true},
	{" , ", true},
	{"*/*", true},
	{"application/json", true},
	{"Application/JSON", true},
	{"application/*", true},
	{"APPLICATION/*", true},
	{"application/json; charset=utf-8", true},
	{"text/html, application/json", true},
	{"text/html,application/json;q=0.1", true},
	{"text/html;q=0.9 , */*;q=0.001", true},
	{"application/json;q=1.000", true},
	{"text/html", false},
	{"text/*", false},
	{"app/*", false},
	{"application", false},
	{"application/jsonx", false},
	{"application/jso", false},
	{"application/problem+json", false},
	{"/*", false},
	{"*", false},
	/* a weight of nought excludes */
	{"*/*;q=0", false},
	{"*/*; q=0.0", false},
	{"application/json;q=0.000", false},
	{"application/json;Q=0", false},
	{"application/json ; q = 0", false},
	/* and the most exact range decides */
	{"application/json;q=0, */*", false},
	{"*/*, application/json;q=0", false},
	{"application/*;q=0, */*;q=1", false},
	{"*/*;q=0, application/json", true},
	{"application/*;q=0, application/json;q=0.5", true},
	/* q within a quoted text or another name is none */
	{"application/json;profile=\";q=0\"", true},
	{"application/json;profile=\",\";q=0", false},
	{"application/json;xq=0", true},
	/* no weights */
	{"application/json;q=2", false},
	{"application/json;q=-1", false},
	{"application/json;q=0.0001", false},
	{"application/json;q=1.001", false},
	{"application/json;q=", false},
	{"application/json;q=x, */*", true},
};

static void reads_accept(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(accepts) / sizeof(accepts[0]); i++)
		if (negotiate_accepts(accepts[i].accept, &op) != accepts[i].fits)
			fail_msg("Accept: %s", accepts[i].accept);
}

static void an_answer_without_body_fits_all(void **state)
{
	const struct operation removal = {.response_count = 2, .responses = only_204};

	(void)state;
	assert_true(negotiate_accepts("application/json", &removal));
	assert_true(negotiate_accepts("text/html", &removal));
}

static void reads_content_type(void **state)
{
	static const struct {
		const char *type;
		const char *medium; /* NULL: 415 */
	} rows[] = {
		{"application/json", "application/json"},
		{"APPLICATION/json;charset=utf-8", "application/json"},
		{"application/json ;x", "application/json"},
		{"application/merge-patch+json", "application/merge-patch+json"},
		{"application/merge-patch+json; charset=utf-8", "application/merge-patch+json"},
		{NULL, NULL},
		{"", NULL},
		{";", NULL},
		{"application/jso", NULL},
		{"application/jsonx", NULL},
		{"application/json-patch+json", NULL},
		{"application/json, text/html", NULL},
		{"text/plain", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct media *m = negotiate_body(rows[i].type, &op);

		if (rows[i].medium == NULL)
			assert_null(m);
		else
			assert_string_equal(m->type, rows[i].medium);
	}
}

static void reads_accept_language(void **state)
{
	static const struct {
		const char *accept, *language;
	} rows[] = {
		{NULL, "en"},
		{"", "en"},
		{"*", "en"},
		{"de", "en"},
		{"en", "en"},
		{"en-GB", "en"},
		{"nb", "nb"},
		{"NB-no", "nb"},
		{"no", "nb"},
		{"nn", "nb"},
		{"nb, en", "nb"},
		{"en, nb", "en"},
		{"en;q=0.1, nb;q=0.9", "nb"},
		{"de, nb;q=0.5", "nb"},
		{"nb;q=0", "en"},
		{"nb;q=0, en;q=0", "en"},
		{"en;q=0, nb;q=0.001", "nb"},
		{"nonsense", "en"},
		{"norge, nbx", "en"},
		{"sv-nb", "en"},
		{"nb;q=x", "en"},
		{",,nb", "nb"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(negotiate_language(rows[i].accept), rows[i].language);
}

static void reads_prefer(void **state)
{
	static const struct {
		const char *prefer;
		bool minimal;
	} rows[] = {
		{NULL, false},
		{"", false},
		{"return=minimal", true},
		{"Return = Minimal", true},
		{"return=\"minimal\"", true},
		{"return=minimal; foo=\"some parameter\"", true},
		{"respond-async, return=minimal", true},
		{"return=minimal, return=representation", true},
		{"return=representation, return=minimal", false},
		{"return=representation", false},
		{"return", false},
		{"return=minimalist", false},
		{"return=minima", false},
		{"xreturn=minimal", false},
		{"foo; return=minimal", false},
		{"foo=\"return=minimal\"", false},
		{"foo=\", return=minimal\"", false},
		{";", false},
		{"=minimal", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (negotiate_return(rows[i].prefer, "minimal") != rows[i].minimal)
			fail_msg("Prefer: %s", rows[i].prefer);
}

static void reads_if_none_match(void **state)
{
	static const struct {
		const char *header;
		bool match;
	} rows[] = {
		{NULL, false},
		{"", false},
		{"*", true},
		{" * ", true},
		{"\"3-ab\"", true},
		{"W/\"3-ab\"", true},
		{"\"1-x\", \"3-ab\"", true},
		{"\"1-x\",W/\"3-ab\" ,\"4\"", true},
		{"\"a,b\", \"3-ab\"", true},
		{"3-ab", false},
		{"\"3-abc\"", false},
		{"\"3-a\"", false},
		{"w/\"3-ab\"", false},
		{"W/", false},
		{"\"*\"", false},
		{"\"x, \"3-ab\"", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (negotiate_none_match(rows[i].header, "\"3-ab\"") != rows[i].match)
			fail_msg("If-None-Match: %s", rows[i].header);
}

static void reads_accept_encoding(void **state)
{
	static const struct {
		const char *header;
		bool gzip;
	} rows[] = {
		{NULL, false},
		{"", false},
		{"gzip", true},
		{"GZIP", true},
		{"br, gzip;q=0.5", true},
		{"gzip;q=0", false},
		{"gzip;q=0, *", false},
		{"*", true},
		{"*;q=0", false},
		{"gzip, *;q=0", true},
		{"identity", false},
		{"xgzip", false},
		{"gzip;q=much", false},
		{"gzip;q=0.5, identity", false},
		{"gzip;q=0.5, identity;q=0.5", true},
		{"identity;q=0, gzip;q=0.001", true},
		{"br;q=1.0, deflate", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (negotiate_coding(rows[i].header, "gzip") != rows[i].gzip)
			fail_msg("Accept-Encoding: %s", rows[i].header);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_accept),
		cmocka_unit_test(an_answer_without_body_fits_all),
		cmocka_unit_test(reads_content_type),
		cmocka_unit_test(reads_accept_language),
		cmocka_unit_test(reads_prefer),
		cmocka_unit_test(reads_if_none_match),
		cmocka_unit_test(reads_accept_encoding),
	};

	return cmocka_run_group_tests_name("negotiate", tests, NULL, NULL);
}
