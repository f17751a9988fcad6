#ifndef LIB_STOP_H
#define LIB_STOP_H

#include <stdbool.h>

/*
 * The process's wish to end, seen by all its threads. After stop_on_signals(), which comes before
 * any other thread is started, SIGTERM and SIGINT ask to stop; a second one ends the process at
 * once.
 */
void stop_on_signals(void);

/* Asks all to stop. */
void stop_ask(void);

bool stop_asked(void);

/* Sleeps until `ms` are over (negative: for ever), the descriptor (-1: none) can be read, or
 * stopping is asked for. True when the descriptor can be read. */
bool stop_wait(int fd, long ms);

/* Readable from when stopping is asked for; -1 before stop_on_signals(). */
int stop_descriptor(void);

#endif
