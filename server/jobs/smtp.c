/* One e-mail, by libcurl. */
#include "jobs/smtp.h"

#include <curl/curl.h>
#include <string.h>
#include <time.h>

#include "base/config.h"

enum { TIMEOUT_S = 30 };

const char *smtp_message(struct arena *a, const struct smtp_mail *mail)
{
	time_t now = time(NULL);
	struct tm utc;
	char date[64];

	gmtime_r(&now, &utc);
	strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S +0000", &utc);
	return arena_printf(a,
			    "Date: %s\r\nFrom: Samhandling <%s>\r\nTo: <%s>\r\n"
			    "Subject: Nytt i Samhandling\r\nMessage-ID: <%s@samhandling>\r\n"
			    "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
			    "Content-Type: text/plain; charset=utf-8\r\n"
			    "Content-Transfer-Encoding: 8bit\r\n\r\n%s",
			    date, config.smtp_from, mail->address, mail->id, mail->body);
}

struct upload {
	const char *left;
};

static size_t give(char *out, size_t size, size_t count, void *state)
{
	struct upload *u = state;
	size_t len = strlen(u->left), most = size * count;

	if (len > most)
		len = most;
	memcpy(out, u->left, len);
	u->left += len;
	return len;
}

static void set_server(CURL *curl)
{
	curl_easy_setopt(curl, CURLOPT_URL, config.smtp_url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)TIMEOUT_S);
	curl_easy_setopt(curl, CURLOPT_USE_SSL,
			 (long)(config.smtp_tls ? CURLUSESSL_ALL : CURLUSESSL_TRY));
	if (config.smtp_ca[0] != '\0')
		curl_easy_setopt(curl, CURLOPT_CAINFO, config.smtp_ca);
	if (config.smtp_user[0] != '\0') {
		curl_easy_setopt(curl, CURLOPT_USERNAME, config.smtp_user);
		curl_easy_setopt(curl, CURLOPT_PASSWORD, config.smtp_password);
	}
}

const char *smtp_send(struct arena *a, const struct smtp_mail *mail)
{
	struct upload upload = {.left = smtp_message(a, mail)};
	struct curl_slist *to = curl_slist_append(NULL, mail->address);
	CURL *curl = curl_easy_init();
	CURLcode code = CURLE_OUT_OF_MEMORY;

	if (curl != NULL && to != NULL) {
		set_server(curl);
		curl_easy_setopt(curl, CURLOPT_MAIL_FROM, config.smtp_from);
		curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, to);
		curl_easy_setopt(curl, CURLOPT_READFUNCTION, give);
		curl_easy_setopt(curl, CURLOPT_READDATA, &upload);
		curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
		code = curl_easy_perform(curl);
	}
	curl_slist_free_all(to);
	curl_easy_cleanup(curl);
	return code == CURLE_OK ? NULL : curl_easy_strerror(code);
}
