/* `samhandling-dps`: DIPS extracts and ADT messages in, changes out. */
#include "dps/changes.h"
#include "dps/extracts.h"
#include "dps/listener.h"
#include "lib/adapter.h"

static const struct setting_spec specs[] = {
	{.name = "extracts.folder", .is_path = true},
	{.name = "extracts.legal_periods", .is_path = true},
	{.name = "extracts.reports", .is_path = true},
	{.name = "extracts.delimiter", .choices = ";|,|tab"},
	{.name = "extracts.settle_ms", .number = &adapter_settle_ms},
	{.name = "mllp.listen"},
	{.name = "mllp.allow", .fallback = "127.0.0.1 ::1"},
	{.name = "changes.folder", .is_path = true},
	{.name = "changes.entities"},
	{.name = "changes.begin", .choices = "oldest|now"},
	{.name = "changes.wait_s", .number = &(const struct setting_number){"25", 0, 60}},
	{.name = NULL},
};

/* What is not configured is not done. */
static bool open_duties(struct adapter *adapter, const char **why)
{
	const struct listener_setup listener = {
		.adapter = adapter,
		.address = settings_text(&adapter->settings, "mllp.listen"),
		.allowed = settings_text(&adapter->settings, "mllp.allow"),
	};

	if (settings_text(&adapter->settings, "extracts.folder") != NULL &&
	    !extracts_add(adapter, why))
		return false;
	if (listener.address != NULL && !listener_add(&listener, why))
		return false;
	return settings_text(&adapter->settings, "changes.folder") == NULL ||
	       changes_add(adapter, why);
}

int main(int argc, char **argv)
{
	static const struct adapter_kind kind = {
		.name = "samhandling-dps",
		.summary = "Sends DIPS extracts and ADT messages as admissions, and lays what has\n"
			   "changed into a folder.",
		.specs = specs,
		.open = open_duties,
	};

	return adapter_main(argc, argv, &kind);
}
