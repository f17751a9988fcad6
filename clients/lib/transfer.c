/* One HTTP request and its answer by libcurl; called by the session alone. */
#include "lib/transfer.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/member.h"
#include "lib/text.h"

/* a file is sent for as long as it moves: seconds without a byte that are waited */
enum {
	PERSON_NUMBER_DIGITS = 11,
	DIGEST_LENGTH = 32, /* digest.h */
	UUID_LENGTH = 36,
	TRACE_MAX = 4000,
	STALL_S = 60
};

struct incoming {
	struct arena *arena;
	struct text body;
	json_t *headers;
};

static void mask_numbers(char *p, const char *end)
{
	while (p < end) {
		size_t digits = strspn(p, "0123456789");

		if (digits == PERSON_NUMBER_DIGITS)
			memset(p, '*', digits);
		p += digits > 0 ? digits : 1;
	}
}

char *transfer_mask(struct arena *a, const char *text)
{
	char *copy = arena_dup(a, text), *p = copy;

	while (*p != '\0') {
		size_t word = strspn(p, "0123456789abcdef-");

		if (word != DIGEST_LENGTH && word != UUID_LENGTH)
			mask_numbers(p, p + word);
		p += word > 0 ? word : 1;
	}
	return copy;
}

static void trace(const struct transfer *t, struct arena *a, const char *line)
{
	char *shown;

	if (t->setup->trace == NULL)
		return;
	shown = transfer_mask(a, line);
	if (strlen(shown) > TRACE_MAX)
		memcpy(shown + TRACE_MAX, "…", sizeof("…"));
	t->setup->trace(t->setup->context, shown);
}

static size_t take_body(char *bytes, size_t size, size_t count, void *context)
{
	struct incoming *in = context;

	if (in->body.length + size * count > REPLY_SIZE_MAX)
		return 0;
	text_add_bytes(&in->body, bytes, size * count);
	return size * count;
}

static size_t take_header(char *bytes, size_t size, size_t count, void *context)
{
	struct incoming *in = context;
	size_t length = size * count;
	const char *colon = memchr(bytes, ':', length);
	char *name;

	if (length > 5 && strncmp(bytes, "HTTP/", 5) == 0)
		json_object_clear(in->headers); /* an interim answer came before */
	if (colon == NULL)
		return length;
	name = arena_copy(in->arena, bytes, (size_t)(colon - bytes));
	for (char *p = name; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	do
		colon++;
	while (colon < bytes + length && (*colon == ' ' || *colon == '\t'));
	while (length > 0 && isspace((unsigned char)bytes[length - 1]))
		length--;
	if (colon <= bytes + length)
		json_object_set_new(in->headers, name,
				    json_stringn_nocheck(colon, (size_t)(bytes + length - colon)));
	return size * count;
}

static void release_list(void *list)
{
	curl_slist_free_all(list);
}

static struct curl_slist *header_lines(struct arena *a, const struct transfer *t)
{
	struct curl_slist *list = NULL;
	const char *name;
	json_t *value;

	if (t->token != NULL) {
		list = curl_slist_append(list,
					 arena_printf(a, "Authorization: Bearer %s", t->token));
		trace(t, a, "> Authorization: Bearer (hidden)");
	}
	json_object_foreach((json_t *)(uintptr_t)t->headers, name, value)
	{
		const char *line = arena_printf(a, "%s: %s", name, json_string_value(value));

		list = curl_slist_append(list, line);
		trace(t, a, arena_printf(a, "> %s", line));
	}
	/* no 100-continue round trip: bodies are small */
	list = curl_slist_append(list, "Expect:");
	arena_adopt(a, release_list, list);
	return list;
}

/* A file on its way out. */
struct outgoing {
	int fd; /* -1: none */
	off_t start, size;
};

static size_t give_bytes(char *bytes, size_t size, size_t count, void *context)
{
	const struct outgoing *out = context;
	ssize_t n;

	do
		n = read(out->fd, bytes, size * count);
	while (n < 0 && errno == EINTR);
	return n < 0 ? CURL_READFUNC_ABORT : (size_t)n;
}

/* libcurl begins anew when a kept connection turns out dead */
static int seek_bytes(void *context, curl_off_t offset, int origin)
{
	const struct outgoing *out = context;

	if (origin != SEEK_SET || lseek(out->fd, out->start + offset, SEEK_SET) < 0)
		return CURL_SEEKFUNC_CANTSEEK;
	return CURL_SEEKFUNC_OK;
}

/* Opens the file and has libcurl send it; false with errno when it cannot be read. */
static bool attach_file(CURL *easy, const struct transfer *t, struct outgoing *out)
{
	struct stat st;

	out->fd = open(t->file, O_RDONLY | O_CLOEXEC);
	out->start = t->file_offset;
	if (out->fd < 0 || fstat(out->fd, &st) != 0 || lseek(out->fd, out->start, SEEK_SET) < 0)
		return false;
	out->size = st.st_size > out->start ? st.st_size - out->start : 0;
	curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, t->method);
	curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)out->size);
	curl_easy_setopt(easy, CURLOPT_READFUNCTION, give_bytes);
	curl_easy_setopt(easy, CURLOPT_READDATA, out);
	curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, seek_bytes);
	curl_easy_setopt(easy, CURLOPT_SEEKDATA, out);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, 0L);
	curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
	curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long)STALL_S);
	return true;
}

static int look_at_stop(void *context, curl_off_t down_all, curl_off_t down, curl_off_t up_all,
			curl_off_t up)
{
	const struct session_setup *setup = context;

	(void)down_all;
	(void)down;
	(void)up_all;
	(void)up;
	return setup->stopped() ? 1 : 0;
}

static void watch_stop(CURL *easy, const struct session_setup *setup)
{
	if (setup->stopped == NULL)
		return;
	curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, look_at_stop);
	curl_easy_setopt(easy, CURLOPT_XFERINFODATA, setup);
}

static void prepare(CURL *easy, const struct transfer *t, struct incoming *in)
{
	const struct session_setup *setup = t->setup;

	curl_easy_reset(easy);
	curl_easy_setopt(easy, CURLOPT_URL, t->url);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, t->method);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, setup->connect_timeout_ms);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, setup->timeout_ms);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, setup->user_agent);
	curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, in);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, in);
	if (setup->ca_file != NULL)
		curl_easy_setopt(easy, CURLOPT_CAINFO, setup->ca_file);
	/* libcurl silently sends again when a kept connection turns out dead */
	if (strcmp(t->method, "GET") != 0 && json_object_get(t->headers, "Idempotency-Key") == NULL)
		curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
	if (strcmp(t->method, "HEAD") == 0)
		curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
	if (t->body != NULL) {
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(t->body));
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS, t->body);
	}
}

static bool never_sent(CURLcode code)
{
	return code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST ||
	       code == CURLE_COULDNT_RESOLVE_PROXY || code == CURLE_SSL_CONNECT_ERROR ||
	       code == CURLE_PEER_FAILED_VERIFICATION;
}

static void read_answer(struct arena *a, const struct transfer *t, struct incoming *in,
			struct reply *out)
{
	const char *name;
	json_t *value;

	out->headers = in->headers;
	out->etag = member_text(in->headers, "etag");
	out->text = in->body.bytes;
	out->size = in->body.length;
	if (out->size > 0)
		out->json =
			member_keep(a, json_loadb(out->text, out->size,
						  JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL));
	trace(t, a, arena_printf(a, "< %d", out->status));
	json_object_foreach(in->headers, name, value)
	{
		trace(t, a, arena_printf(a, "< %s: %s", name, json_string_value(value)));
	}
	if (out->size > 0)
		trace(t, a, arena_printf(a, "< %s", out->text));
}

void transfer_run(CURL *easy, struct arena *a, const struct transfer *t, struct reply *out,
		  bool *connected)
{
	struct incoming in = {.arena = a, .headers = member_keep(a, json_object())};
	struct outgoing file = {.fd = -1};
	char error[CURL_ERROR_SIZE] = "";
	CURLcode code;
	long status;

	text_init(&in.body, a);
	trace(t, a, arena_printf(a, "> %s %s", t->method, t->url));
	prepare(easy, t, &in);
	watch_stop(easy, t->setup);
	*out = (struct reply){.status = 0};
	*connected = false;
	if (t->file != NULL && !attach_file(easy, t, &file)) {
		out->failure = arena_printf(a, "cannot read what to send: %s", strerror(errno));
		if (file.fd >= 0)
			close(file.fd);
		return;
	}
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, header_lines(a, t));
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error);
	if (t->body != NULL)
		trace(t, a, arena_printf(a, "> %s", t->body));
	code = curl_easy_perform(easy);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, NULL);
	if (file.fd >= 0)
		close(file.fd);
	*connected = !never_sent(code);
	if (code != CURLE_OK) {
		out->failure = arena_dup(a, error[0] != '\0' ? error : curl_easy_strerror(code));
		trace(t, a, arena_printf(a, "< %s", out->failure));
		return;
	}
	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	out->status = (int)status;
	read_answer(a, t, &in, out);
}
