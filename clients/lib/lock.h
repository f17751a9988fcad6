#ifndef LIB_LOCK_H
#define LIB_LOCK_H

#include <stdbool.h>

#include "base/arena.h"

/*
 * Makes sure that one process alone works in the directory: takes the lock of the file "lock" there
 * and holds it until the process ends, however it ends. False and `*why` when another holds it.
 */
bool lock_take(struct arena *a, const char *directory, const char **why);

#endif
