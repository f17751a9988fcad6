/* jobs/smtp: a message that mail programs read, and an error when there is no server. */
#include "arena_fixture.h"

#include <string.h>

#include "base/config.h"
#include "jobs/smtp.h"

static const struct smtp_mail mail = {"0b8f3c5e-7a10-4cc2-9d3e-5b8c1f2a4d60",
				      "kari@drammen-dps.example",
				      "Du har 1 ny oppgave i Samhandling.\r\n"};

static void writes_a_message(void **state)
{
	static const char *const parts[] = {
		"Date: ",
		"\r\nFrom: Samhandling <no-reply@samhandling.example>\r\n",
		"\r\nTo: <kari@drammen-dps.example>\r\n",
		"\r\nMessage-ID: <0b8f3c5e-7a10-4cc2-9d3e-5b8c1f2a4d60@samhandling>\r\n",
		"\r\nAuto-Submitted: auto-generated\r\n",
		"\r\n\r\nDu har 1 ny oppgave i Samhandling.\r\n"};
	const char *text;

	(void)state;
	config.smtp_from = "no-reply@samhandling.example";
	text = smtp_message(arena, &mail);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		assert_non_null(strstr(text, parts[i]));
	for (const char *s = strchr(text, '\n'); s != NULL; s = strchr(s + 1, '\n'))
		assert_int_equal(s[-1], '\r');
}

static void says_what_went_wrong(void **state)
{
	const char *why;

	(void)state;
	config.smtp_url = "smtp://127.0.0.1:1";
	config.smtp_tls = true;
	config.smtp_ca = config.smtp_user = config.smtp_password = "";
	why = smtp_send(arena, &mail);
	assert_non_null(why);
	assert_null(strstr(why, mail.address));
	/* only mail: no other protocol of the library's */
	config.smtp_url = "http://127.0.0.1:1";
	assert_non_null(smtp_send(arena, &mail));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_a_message),
		cmocka_unit_test(says_what_went_wrong),
	};

	return cmocka_run_group_tests(tests, arena_begin, arena_end);
}
