#ifndef API_PRINT_H
#define API_PRINT_H

#include <stdbool.h>

/*
 * Prints the statements that run for an operation, in order, as JSON lines
 * {"name","sql","parameters"}: what a benchmark must send to do the same work. False when there is
 * no such operation.
 */
bool print_statements(const char *operation_id);

#endif
