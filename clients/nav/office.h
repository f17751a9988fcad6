#ifndef NAV_OFFICE_H
#define NAV_OFFICE_H

#include "lib/adapter.h"

/*
 * Adds the duty that keeps the office's measures and NAV's activity plan in step, both ways: a
 * round takes in NAV's messages, gives each activity its measure and each new measure its activity,
 * and settles every pair that is open. When the service does not answer, it waits longer each time.
 * False and `*why` when a folder, the ledger or the credential cannot be had.
 */
bool office_add(struct adapter *adapter, const char **why);

#endif
