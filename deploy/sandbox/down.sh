#!/usr/bin/env bash
# Stops the sandbox in VAR: down.sh [reset]; `reset` also removes its data, its keys and its logs.
set -euo pipefail
. "$(dirname "$0")/pg.sh"
. "$root_dir/deploy/sandbox/daemon.sh"

# By name, so that a VAR that was meant for something else is never emptied.
remove() {
	local var=$1

	rm -rf "$var/postgres" "$var/keys" "$var/log" "${var:?}/bin" "$var/port" "$var/lock" "$var/loaded" \
		"$var/samhandlingd.pid" "$var/sandbox.json" "$var/sandbox.json.new"
	rmdir "$var" 2>/dev/null || say "left in $var: what this sandbox did not make"
	[ ! -L "$2" ] || rm -f "$2"
}

given=${VAR:-$root_dir/var}
if [ ! -d "$given" ]; then
	say "no sandbox in $given"
	exit 0
fi
var=$(cd "$given" && pwd -P)
exec 9>"$var/lock"
flock 9
daemon_stop "$var"
pg_stop "$var/postgres"
[ "${1:-}" != reset ] || remove "$var" "$given"
