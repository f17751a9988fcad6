/* `samhandling-municipality`: extracts of Profil, Gerica or CosDoc in, work lists out. */
#include "lib/adapter.h"
#include "municipality/extract.h"
#include "municipality/worklist.h"

static const struct setting_spec specs[] = {
	{.name = "extracts.encoding", .choices = "utf-8|windows-1252"},
	{.name = "extracts.delimiter", .choices = ";|,|tab"},
	{.name = "extracts.settle_ms", .number = &adapter_settle_ms},
	{.name = "extracts.reports", .is_path = true},
	{.name = "contacts.folder", .is_path = true},
	{.name = "contacts.columns.*"},
	{.name = "contacts.values.*"},
	{.name = "housing.folder", .is_path = true},
	{.name = "housing.columns.*"},
	{.name = "housing.values.*"},
	{.name = "worklist.folder", .is_path = true},
	{.name = "worklist.kinds",
	 .fallback = "CONCERN_REPORT HANDOVER_OFFERED FEEDBACK CONFIRMATION"},
	{.name = "worklist.interval_s", .number = &adapter_interval_s},
	{.name = NULL},
};

static bool open_duties(struct adapter *adapter, const char **why)
{
	if (!extract_add(adapter, "contacts", why) || !extract_add(adapter, "housing", why))
		return false;
	return settings_text(&adapter->settings, "worklist.folder") == NULL ||
	       worklist_add(adapter, why);
}

int main(int argc, char **argv)
{
	static const struct adapter_kind kind = {
		.name = "samhandling-municipality",
		.summary = "Sends extracts of the municipality's record system as contacts and "
			   "housing,\n"
			   "and keeps lists of what waits for the municipality as files.",
		.specs = specs,
		.open = open_duties,
	};

	return adapter_main(argc, argv, &kind);
}
