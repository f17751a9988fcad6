#ifndef MUNICIPALITY_WORKLIST_H
#define MUNICIPALITY_WORKLIST_H

#include "lib/adapter.h"

/*
 * The duty that keeps work lists as files: what waits for the municipality, one CSV file a kind of
 * the service's inbox (concern_report.csv, handover_offered.csv …), replaced whole when it has
 * changed. A list tells what waits, how urgent it is and until when, and nothing of the person:
 * that is read in the service, where the reading is logged.
 */

/* Adds the duty. False and `*why`. */
bool worklist_add(struct adapter *adapter, const char **why);

#endif
