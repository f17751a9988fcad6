#ifndef LIB_NOTE_H
#define LIB_NOTE_H

/*
 * What an adapter tells its operator: one JSON object a line on standard error, which systemd
 * keeps. Never about persons: callers give counts, codes, statuses and ids of the spool, neither
 * contents nor names of files; as a second fence every text has its runs of eleven digits masked.
 */
enum note_level { NOTE_INFO, NOTE_WARNING, NOTE_ERROR };

/* The program's name in every line; once, at the start. */
void note_open(const char *program);

/* Writes {"time","level","program","event", …}; `format` and what follows as for json_pack: an
 * object, e.g. "{s:s,s:i}". */
void note(enum note_level level, const char *event, const char *format, ...);

#endif
