#ifndef DPS_EXTRACTS_H
#define DPS_EXTRACTS_H

#include "lib/adapter.h"

/* The duties that send the extracts of a folder as they are: *.csv and *.ndjson with the columns of
 * POST /imports/admissions, and in a folder of their own of /imports/legal-periods. False and
 * `*why`. */
bool extracts_add(struct adapter *adapter, const char **why);

#endif
