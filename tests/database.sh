#!/usr/bin/env bash
# The tests' own PostgreSQL and what every suite finds in its environment:
#   TEST_BUILD        the build directory: samhandlingd and samhandling lie there
#   TEST_PG_DIR       the private server, for deploy/sandbox/pg.sh (start, stop, kill, create, drop, psql)
#   TEST_PG_PORT, TEST_OWNER_URL, TEST_SERVICE_URL   of the migrated database samhandling_template
#   TEST_KEYS         key directory of the demo agencies, which the template trusts
# Sourced by run.sh; `database.sh BUILD_DIR` starts it for a single test file and prints the variables.
. "$(dirname "${BASH_SOURCE[0]}")/../deploy/sandbox/pg.sh"

# What the template is made of; the same sum twice means that it need not be made again.
template_sum() {
	cat "$root_dir"/sql/migrations/*.sql "$root_dir"/deploy/sandbox/bootstrap.sql \
		"$root_dir"/deploy/sandbox/agencies.json "$1"/test-keys/agencies.json | sha256sum
}

template_make() {
	local build=$1 dir=$1/test-pg

	pg_drop "$dir" samhandling_template
	pg_create "$dir" samhandling_template
	pg_migrate "$dir" samhandling_template 2>"$build/migrate.log" || {
		cat "$build/migrate.log" >&2
		die "the migrations fail"
	}
	PGOPTIONS='-c client_min_messages=warning' "$pg_bin/psql" -X -q -v ON_ERROR_STOP=1 \
		-v agencies="$(cat "$build/test-keys/agencies.json")" \
		-f "$root_dir/deploy/sandbox/bootstrap.sql" "$(pg_url "$dir" owner samhandling_template)" \
		>/dev/null || die "the bootstrap fails"
	template_sum "$build" >"$dir/template.sum"
}

# BUILD_DIR: starts the server, makes the template when it is missing or old, exports the variables.
start_database() {
	local build=$1 dir=$1/test-pg

	mkdir -p "$build/test-keys"
	exec 7>"$build/test-pg.lock"
	flock 7
	pg_start "$dir"
	# every test file copies the template, and drops its copy although a daemon may still be leaving
	pg_psql "$dir" postgres -c 'alter role samhandling_owner createdb' \
		-c 'grant pg_signal_backend to samhandling_owner'
	node "$root_dir/deploy/sandbox/keys.mjs" "$build/test-keys"
	[ "$(cat "$dir/template.sum" 2>/dev/null)" = "$(template_sum "$build")" ] || template_make "$build"
	exec 7>&-
	TEST_PG_PORT=$(cat "$dir/port")
	TEST_OWNER_URL=$(pg_url "$dir" owner samhandling_template)
	TEST_SERVICE_URL=$(pg_url "$dir" service samhandling_template)
	export TEST_PG_PORT TEST_OWNER_URL TEST_SERVICE_URL TEST_PG_DIR=$dir
	export TEST_BUILD=$build TEST_KEYS=$build/test-keys
}

[ "${BASH_SOURCE[0]}" = "$0" ] || return 0
set -euo pipefail
mkdir -p "$1"
start_database "$(cd "$1" && pwd -P)" >&2
env -0 | tr '\0' '\n' | grep '^TEST_'
