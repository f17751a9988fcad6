/* Writes the daemon's log lines and counts them. */
#include "base/event.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"

static const struct {
	const char *name, *level;
} events[EVENT_COUNT] = {
#define EVENT(name, level, help) [E_##name] = {#name, #level},
#include "base/event.def"
#undef EVENT
};

static atomic_uint_fast64_t counts[EVENT_COUNT];

void event(enum event e, const char *format, ...)
{
	char line[2048], time[25];
	va_list args;

	atomic_fetch_add_explicit(&counts[e], 1, memory_order_relaxed);
	clock_format(clock_real_ms(), time);

	int len =
		snprintf(line, sizeof(line), "{\"time\":\"%s\",\"level\":\"%s\",\"event\":\"%s\",",
			 time, events[e].level, events[e].name);

	va_start(args, format);

	int more = vsnprintf(line + len, sizeof(line) - (size_t)len - 3, format, args);

	va_end(args);
	len += more < (int)sizeof(line) - len - 3 ? more : (int)sizeof(line) - len - 4;
	line[len++] = '}';
	line[len++] = '\n';
	/* a log that cannot be written must not stop the service */
	(void)!write(STDERR_FILENO, line, (size_t)len);
}

const char *event_text(const char *s, char out[256])
{
	size_t n = 0;

	for (; s != NULL && *s != '\0' && n < 249; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '"' || c == '\\') {
			out[n++] = '\\';
			out[n++] = *s;
		} else if (c < 0x20 || c >= 0x7f) {
			n += (size_t)snprintf(out + n, 7, "\\u%04x", c);
		} else {
			out[n++] = *s;
		}
	}
	out[n] = '\0';
	return out;
}

uint64_t event_count(enum event e)
{
	return atomic_load_explicit(&counts[e], memory_order_relaxed);
}

const char *event_name(enum event e)
{
	return events[e].name;
}
