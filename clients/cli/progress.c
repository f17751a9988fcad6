/* The progress bar: drawn when a thing has taken a while, at most ten times a second. */
#include "cli/progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { FIRST_MS = 300, EVERY_MS = 100, BAR_CELLS = 30 };

static long long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

void progress_init(struct progress *p, const struct cli *cli, const char *what, size_t total)
{
	*p = (struct progress){.what = what, .total = total, .started_ms = now_ms()};
	p->wanted = isatty(STDERR_FILENO) && cli_option(cli, "quiet") == NULL;
}

static void draw(const struct progress *p, long long now)
{
	size_t full = p->total > 0 ? p->done * BAR_CELLS / p->total
				   : (size_t)((now - p->started_ms) / EVERY_MS) % BAR_CELLS;

	fputs("\r[", stderr);
	for (size_t i = 0; i < BAR_CELLS; i++)
		fputc((p->total > 0 ? i < full : i == full) ? '#' : '.', stderr);
	if (p->total > 0)
		fprintf(stderr, "] %3zu %%  %zu of %zu %s", p->done * 100 / p->total, p->done,
			p->total, p->what);
	else
		fprintf(stderr, "] %zu %s", p->done, p->what);
	fputs("\033[K", stderr);
}

void progress_step(struct progress *p, size_t more)
{
	long long now;

	p->done += more;
	if (!p->wanted)
		return;
	now = now_ms();
	if (now - p->started_ms < FIRST_MS || now - p->drawn_ms < EVERY_MS)
		return;
	draw(p, now);
	p->shown = true;
	p->drawn_ms = now;
}

void progress_end(struct progress *p)
{
	if (p->shown)
		fputs("\r\033[K", stderr);
	p->shown = p->wanted = false;
}
