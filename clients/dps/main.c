/* `samhandling-dps`: DIPS extracts and ADT messages in, changes out. */
#include "dps/changes.h"
#include "dps/extracts.h"
#include "dps/listener.h"
#include "lib/adapter.h"

static const struct setting_spec specs[] = {
	{.name = "extracts.folder", .kind = SETTING_PATH},
	{.name = "extracts.reports", .kind = SETTING_PATH},
	{.name = "extracts.delimiter",
	 .kind = SETTING_CHOICE,
	 .fallback = ";",
	 .choices = ";|,|tab"},
	{.name = "extracts.settle_ms",
	 .kind = SETTING_NUMBER,
	 .fallback = "2000",
	 .least = 0,
	 .most = 600000},
	{.name = "mllp.listen"},
	{.name = "mllp.allow", .fallback = "127.0.0.1 ::1"},
	{.name = "changes.folder", .kind = SETTING_PATH},
	{.name = "changes.entities"},
	{.name = "changes.begin",
	 .kind = SETTING_CHOICE,
	 .fallback = "oldest",
	 .choices = "oldest|now"},
	{.name = "changes.wait_s",
	 .kind = SETTING_NUMBER,
	 .fallback = "25",
	 .least = 0,
	 .most = 60},
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
