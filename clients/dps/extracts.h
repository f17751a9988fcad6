#ifndef DPS_EXTRACTS_H
#define DPS_EXTRACTS_H

#include "lib/adapter.h"

/* The duty that sends the extracts of a folder as they are: *.csv and *.ndjson with the columns of
 * POST /imports/admissions. False and `*why`. */
bool extracts_add(struct adapter *adapter, const char **why);

#endif
