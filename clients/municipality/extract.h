#ifndef MUNICIPALITY_EXTRACT_H
#define MUNICIPALITY_EXTRACT_H

#include "lib/adapter.h"

/* The duty that turns the extracts of one folder into an import: "contacts" or "housing", which is
 * also the section of the configuration. Without a folder there, nothing is added. False and
 * `*why`. */
bool extract_add(struct adapter *adapter, const char *import, const char **why);

#endif
