/* `samhandling-police`: forms in a folder become concern reports, each with its receipt. */
#include "lib/adapter.h"
#include "police/forms.h"

static const struct setting_spec specs[] = {
	{.name = "forms.folder", .is_path = true, .required = true},
	{.name = "forms.settle_ms", .number = &adapter_settle_ms},
	{.name = "forms.receipts", .is_path = true, .required = true},
	{.name = NULL},
};

int main(int argc, char **argv)
{
	static const struct adapter_kind kind = {
		.name = "samhandling-police",
		.summary = "Sends the forms in a folder as concern reports and keeps the receipts.",
		.specs = specs,
		.open = forms_add,
		.option = "report",
		.option_help = "FORM  send this one form now and print its receipt",
		.run_option = forms_report,
	};

	return adapter_main(argc, argv, &kind);
}
