/* Looks up the files that the build put into the program. */
#include "base/embedded.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

const struct embedded *embedded_find(const char *name)
{
	for (const struct embedded *e = embedded_files; e->name != NULL; e++)
		if (strcmp(e->name, name) == 0)
			return e;
	return NULL;
}

void embedded_give_back(void)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

	for (const struct embedded *e = embedded_files; e->name != NULL; e++) {
		uintptr_t begin = ((uintptr_t)e->data + page - 1) / page * page;
		uintptr_t end = ((uintptr_t)e->data + e->size) / page * page;

		/* whole pages of read-only data: they are as in the program's file */
		if (end > begin)
			madvise((void *)begin, end - begin, MADV_DONTNEED);
	}
}
