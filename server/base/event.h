#ifndef BASE_EVENT_H
#define BASE_EVENT_H

#include <stdint.h>

/*
 * Every log line and event counter of the daemon. event.def is the table; no other file formats a
 * log line. Lines are JSON on stderr, one write each. Never pass identifiers of persons, queries,
 * bodies, tokens or secrets: they may be personal.
 */
enum event {
#define EVENT(name, level, help) E_##name,
#include "base/event.def"
#undef EVENT
	EVENT_COUNT
};

/*
 * Writes one line and counts it. `format` makes the rest of the JSON object's members, e.g.
 * event(E_READY, "\"port\":%d", port); pass strings through event_text() so that they are escaped.
 */
void event(enum event e, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* `s` escaped as the inside of a JSON string, cut at 255 bytes, in a per-call buffer `out`. */
const char *event_text(const char *s, char out[256]);

/* How often the event has happened since start, and its name in lower case. */
uint64_t event_count(enum event e);
const char *event_name(enum event e);

#endif
