#ifndef API_FORMATS_H
#define API_FORMATS_H

#include "contract/schema.h"

/* The contract's own formats, checked by the domain room; NULL-named end. */
extern const struct schema_format formats[];

#endif
