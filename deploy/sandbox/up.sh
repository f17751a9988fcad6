#!/usr/bin/env bash
# Brings the sandbox up, from nothing or from whatever state it is in, and leaves it running detached.
# VAR is its directory (var), PORT the HTTP port (kept from run to run; at first 8080 or the next free).
set -euo pipefail
. "$(dirname "$0")/pg.sh"
. "$root_dir/deploy/sandbox/daemon.sh"

# The port is remembered; asked for explicitly it must be free, or ours.
choose_port() {
	local var=$1 had

	had=$(cat "$var/port" 2>/dev/null || true)
	if [ -n "${PORT:-}" ] && [ "$PORT" != "$had" ]; then
		daemon_stop "$var"
		! port_taken "$PORT" || die "port $PORT is taken by another program"
		echo "$PORT" >"$var/port"
	elif [ -z "$had" ]; then
		free_port 8080 >"$var/port"
	elif ! daemon_pid "$var" >/dev/null && port_taken "$had"; then
		die "port $had, which this sandbox had, is taken by another program; PORT=… chooses another"
	fi
}

prepare_database() {
	local var=$1 out

	pg_start "$var/postgres"
	pg_create "$var/postgres" samhandling
	out=$(pg_migrate "$var/postgres" samhandling 2>&1) || die "the migrations fail: $out"
	pg_psql "$var/postgres" samhandling -c 'analyze' >/dev/null
}

prepare_keys() {
	local var=$1 keys="$1/keys"

	runner_dir "$keys" 700
	node "$root_dir/deploy/sandbox/keys.mjs" "$keys"
	(umask 077 && pg_url "$var/postgres" service >"$keys/service.url")
	[ "$(id -u)" != 0 ] || chown "$runner:$runner" "$keys"/*
	PGOPTIONS='-c client_min_messages=warning' "$pg_bin/psql" -X -q -v ON_ERROR_STOP=1 \
		-v agencies="$(cat "$keys/agencies.json")" -v clock='-730 days' \
		-f "$root_dir/deploy/sandbox/bootstrap.sql" \
		"$(pg_url "$var/postgres" owner)" >/dev/null
}

# The same facts for programs as for people, put in place in one step.
write_facts() {
	local var=$1 port

	port=$(cat "$var/port")
	umask 077
	"$root_dir/build/samhandling" token --all --keys "$var/keys" --lifetime 43200 |
		jq --arg base_url "http://127.0.0.1:$port/api/v1" \
		--argjson pid "$(daemon_pid "$var")" \
		--argjson pg_pid "$(pg_pid "$var/postgres")" \
		--arg data "$var/postgres/data" \
		--argjson pg_port "$(cat "$var/postgres/port")" \
		--arg owner "$(pg_url "$var/postgres" owner)" \
		--arg service "$(pg_url "$var/postgres" service)" \
		'{$base_url, $pid, postgres: {pid: $pg_pid, $data, port: $pg_port},
			database_url: $owner, service_database_url: $service, tokens: .}' \
		>"$var/sandbox.json.new"
	mv "$var/sandbox.json.new" "$var/sandbox.json"
}

main() {
	local var

	runner_make
	var=$(var_make "${VAR:-$root_dir/var}")
	exec 9>"$var/lock"
	flock 9
	choose_port "$var"
	prepare_database "$var"
	prepare_keys "$var"
	daemon_start "$var"
	(write_facts "$var")
	node "$root_dir/deploy/sandbox/seed/load.mjs" "$var"
	# what is there now is everybody's: POST /sandbox/reset leaves it alone
	pg_psql "$var/postgres" samhandling -c 'select sandbox_keep()' >/dev/null
	node "$root_dir/deploy/sandbox/welcome.mjs" "$var"
}

main
