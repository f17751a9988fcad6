#ifndef DPS_CHANGES_H
#define DPS_CHANGES_H

#include "lib/adapter.h"

/*
 * The duty that lays what has changed (GET /changes) into an inbox folder: one JSON file an event,
 * <place in the order, 18 digits>.json, a thin CloudEvent without content. Each event comes once,
 * whatever fails: the place reached is on the disk before a file is shown (lib/drop.h).
 */

/* Adds the duty. False and `*why`. */
bool changes_add(struct adapter *adapter, const char **why);

#endif
