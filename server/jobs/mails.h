#ifndef JOBS_MAILS_H
#define JOBS_MAILS_H

#include <stdbool.h>

/*
 * The thread that sends alerts by e-mail (SQL: alert_take, alert_done), when a mail server is set.
 * A mail is taken for one attempt and tried again later unless it is known to be sent: who dies in
 * between may send it twice, with the same Message-ID.
 */
bool mails_start(void);

/* Waits for what is under way. */
void mails_stop(void);

#endif
