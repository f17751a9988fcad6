/*
 * Linked into every program of a build with SANITIZE: what a sanitizer finds goes to a file of
 * REPORTS, where tests/run.sh counts it, whoever started the program and however it ended.
 * Undefined behaviour, which beside the address sanitizer is told on stderr alone, ends the
 * program.
 */

/* The names are the sanitizers' own. */
const char *__asan_default_options(void);
const char *__lsan_default_options(void);
const char *__tsan_default_options(void);
const char *__ubsan_default_options(void);

const char *__asan_default_options(void)
{
	return "log_path=" REPORTS "/address:detect_stack_use_after_return=1";
}

const char *__lsan_default_options(void)
{
	return "log_path=" REPORTS "/leak";
}

const char *__tsan_default_options(void)
{
	return "log_path=" REPORTS "/thread:second_deadlock_stack=1:history_size=4";
}

const char *__ubsan_default_options(void)
{
	return "print_stacktrace=1";
}
