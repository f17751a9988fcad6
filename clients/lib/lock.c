/* One instance at a time; the kernel lets go of the lock when a process dies. */
#include "lib/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

bool lock_take(struct arena *a, const char *directory, const char **why)
{
	int fd = open(arena_printf(a, "%s/lock", directory), O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
		return true; /* stays open on purpose */
	*why = fd >= 0 && errno == EWOULDBLOCK
		       ? "another instance works with this spool"
		       : arena_printf(a, "cannot lock the spool: %s", strerror(errno));
	if (fd >= 0)
		close(fd);
	return false;
}
