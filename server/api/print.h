#ifndef API_PRINT_H
#define API_PRINT_H

#include <stdbool.h>

/*
 * Prints the statements that run for an operation, in order, as JSON lines
 * {"name","sql","parameters"}: what a benchmark must send to do the same work. False when there is
 * no such operation.
 */
bool print_statements(const char *operation_id);

/*
 * Reads a national number from standard input and prints its look-up hash, as issuer_subjects wants
 * it: an operator registers who a number belongs to without storing the number. False when it is
 * none.
 */
bool print_number_hash(void);

#endif
