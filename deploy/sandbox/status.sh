#!/usr/bin/env bash
# Says what runs of the sandbox in VAR; exit code 0 when all of it does.
set -euo pipefail
. "$(dirname "$0")/pg.sh"
. "$root_dir/deploy/sandbox/daemon.sh"

var=${VAR:-$root_dir/var}
[ -d "$var" ] || die "no sandbox in $var"
var=$(cd "$var" && pwd -P)
all=0
if pid=$(pg_pid "$var/postgres"); then
	echo "postgresql    running, process $pid, port $(cat "$var/postgres/port")"
else
	echo "postgresql    stopped"
	all=1
fi
if pid=$(daemon_pid "$var"); then
	daemon_ready "$var" && ready=ready || ready="not ready" all=1
	echo "samhandlingd  $ready, process $pid, http://127.0.0.1:$(cat "$var/port")/api/v1"
else
	echo "samhandlingd  stopped"
	all=1
fi
exit $all
