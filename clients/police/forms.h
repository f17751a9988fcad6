#ifndef POLICE_FORMS_H
#define POLICE_FORMS_H

#include "lib/adapter.h"

/*
 * Adds the duty that sends each form of the configured folder as a concern report and lays its
 * receipt beside. A form that does not fit the contract is refused and not sent. False and `*why`
 * when a folder or the credential cannot be had.
 */
bool forms_add(struct adapter *adapter, const char **why);

/*
 * --report: sends the form in the file `path` now, after forms_add(), and writes its receipt to
 * standard output. The exit code: ADAPTER_DONE; ADAPTER_WAITS when the service could not be
 * reached, and the form goes later; ADAPTER_DATA when it cannot be read or is refused.
 */
int forms_report(struct adapter *adapter, const char *path);

#endif
