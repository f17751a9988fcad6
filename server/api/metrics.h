#ifndef API_METRICS_H
#define API_METRICS_H

#include "api/request.h"
#include "contract/contract.h"

/* Counters by operation and status, sized from the contract. */
bool metrics_start(struct arena *a, const struct contract *c);

/* Counts an answered request and writes its log line; `total_us` from first byte to last. */
void metrics_request(const struct request *r, int64_t total_us);

/* The counters as Prometheus text (exposition format 0.0.4). */
const char *metrics_text(struct arena *a);

#endif
