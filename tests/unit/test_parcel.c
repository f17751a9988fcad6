/* jobs/parcel: which are under way, and what an answer means. */
#include "cmocka_all.h"

#include <string.h>

#include "base/config.h"
#include "jobs/parcel.h"

static struct parcel *add(struct parcels *all, const char *subscription, const char *key)
{
	struct parcel *p = parcels_add(all);

	strcpy(p->subscription, subscription);
	strcpy(p->order_key, key);
	return p;
}

static void keeps_what_is_under_way(void **state)
{
	struct arena *a = arena_new(1 << 16);
	struct parcels all = {0};
	struct parcel *one = add(&all, "s1", "k1"), *two = add(&all, "s1", "k2");

	(void)state;
	add(&all, "s2", "k3");
	assert_int_equal(all.count, 3);
	assert_int_equal(parcels_of(&all, "s1"), 2);
	assert_string_equal(parcels_busy(&all, a, "s1"), "{k2,k1}");
	assert_string_equal(parcels_busy(&all, a, "s3"), "{}");
	parcels_remove(&all, one);
	assert_string_equal(parcels_busy(&all, a, "s1"), "{k2}");
	parcels_remove(&all, two);
	parcels_remove(&all, all.first);
	assert_null(all.first);
	assert_int_equal(all.count, 0);
	arena_free(a);
}

static void judges_answers(void **state)
{
	static const struct {
		long status;
		const char *outcome;
	} cases[] = {{200, "DELIVERED"}, {204, "DELIVERED"}, {299, "DELIVERED"}, {302, "REFUSED"},
		     {400, "REFUSED"},	 {401, "REFUSED"},   {410, "GONE"},	 {429, "AWAY"},
		     {500, "REFUSED"},	 {502, "AWAY"},	     {503, "AWAY"},	 {504, "AWAY"},
		     {0, "AWAY"}};
	struct parcel p = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		parcel_judge(&p, &(struct outbound_result){.status = cases[i].status});
		assert_string_equal(p.outcome, cases[i].outcome);
	}
}

static void tells_what_is_known(void **state)
{
	struct parcel p = {0};

	(void)state;
	config.webhook_retry_ms = 5000;
	config.webhook_give_up_s = 259200;
	parcel_judge(&p, &(struct outbound_result){.status = 200, .took_ms = 7});
	assert_string_equal(p.told, "{\"status\":200,\"took_ms\":7,\"retry_after_s\":0,"
				    "\"retry_ms\":5000,\"give_up_s\":259200}");
	parcel_judge(&p, &(struct outbound_result){.error = "dns", .retry_after_s = 3});
	assert_string_equal(p.told, "{\"error\":\"dns\",\"took_ms\":0,\"retry_after_s\":3,"
				    "\"retry_ms\":5000,\"give_up_s\":259200}");
	parcel_judge(&p, &(struct outbound_result){.status = 500});
	assert_non_null(strstr(p.told, "\"status\":500,\"error\":\"status\""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_what_is_under_way),
		cmocka_unit_test(judges_answers),
		cmocka_unit_test(tells_what_is_known),
	};

	return cmocka_run_group_tests_name("parcel", tests, NULL, NULL);
}
