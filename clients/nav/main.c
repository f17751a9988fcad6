/* `samhandling-nav`: measures of the NAV office and NAV's activity plan, kept in step both ways. */
#include "lib/adapter.h"
#include "nav/office.h"

static const struct setting_spec specs[] = {
	{.name = "nav.from_folder", .is_path = true, .required = true},
	{.name = "nav.to_folder", .is_path = true, .required = true},
	{.name = "nav.conflict_folder", .is_path = true, .required = true},
	{.name = "nav.settle_ms", .number = &adapter_settle_ms},
	{.name = "nav.source", .fallback = "SAMHANDLING"},
	{.name = "nav.ident", .fallback = "samhandling"},
	{.name = "nav.card_type", .fallback = "ARENA_TILTAK"},
	{.name = "office.unit_id", .required = true},
	{.name = "office.staff_id", .required = true},
	{.name = "office.interval_s", .number = &adapter_interval_s},
	{.name = NULL},
};

int main(int argc, char **argv)
{
	static const struct adapter_kind kind = {
		.name = "samhandling-nav",
		.summary = "Keeps the NAV office's measures and NAV's activity plan in step, both "
			   "ways.",
		.specs = specs,
		.open = office_add,
	};

	return adapter_main(argc, argv, &kind);
}
