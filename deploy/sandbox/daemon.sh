# shellcheck shell=bash
# Starting, finding and stopping the sandbox's samhandlingd.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

daemon_pid() {
	local pid

	pid=$(cat "$1/samhandlingd.pid" 2>/dev/null) && runs "$pid" "$1/bin/samhandlingd" && echo "$pid"
}

# The settings, by environment; secrets as files; the caller's own SAMHANDLING_ variables win.
daemon_environment() {
	local var=$1

	cat <<-END
		PATH=/usr/bin:/bin
		SAMHANDLING_PORT=$(cat "$var/port")
		SAMHANDLING_BASE_URL=http://127.0.0.1:$(cat "$var/port")
		SAMHANDLING_SANDBOX=1
		SAMHANDLING_DATABASE_URL_FILE=$var/keys/service.url
		SAMHANDLING_SEAL_KEYS_FILE=$var/keys/seal.json
		SAMHANDLING_LOG_SEAL_KEY_FILE=$var/keys/log-seal.pem
		SAMHANDLING_RATE_AGENCY=60000000
		SAMHANDLING_RATE_CLIENT=6000000
		SAMHANDLING_OUTBOUND_ALLOW=127.0.0.0/8,::1/128
	END
	env | grep '^SAMHANDLING_' || true
}

# Detached: own session, no terminal, nothing of the caller's open.
daemon_launch() {
	local var=$1 settings

	mapfile -t settings < <(daemon_environment "$var")
	runner_dir "$var/log" 755
	runner_dir "$var/bin" 755
	cp "$root_dir/build/samhandlingd" "$var/bin/samhandlingd.new"
	mv "$var/bin/samhandlingd.new" "$var/bin/samhandlingd"
	: >"$var/samhandlingd.pid"
	[ "$(id -u)" != 0 ] || chown "$runner:$runner" "$var/samhandlingd.pid"
	(
		close_inherited
		# shellcheck disable=SC2016 # the inner shell expands these
		as_runner setsid sh -c 'echo $$ >"$1"; log=$2; shift 2; exec env -i "$@" >>"$log" 2>&1' sh \
			"$var/samhandlingd.pid" "$var/log/samhandlingd.log" "${settings[@]}" "$var/bin/samhandlingd" &
	) </dev/null >/dev/null 2>&1
}

daemon_ready() {
	curl -fsS --max-time 2 "http://127.0.0.1:$(cat "$1/port")/health/ready" >/dev/null 2>&1
}

# A running daemon of the same build is left alone; an older one is replaced.
daemon_start() {
	local var=$1 try

	if daemon_pid "$var" >/dev/null; then
		cmp -s "$root_dir/build/samhandlingd" "$var/bin/samhandlingd" && daemon_ready "$var" && return 0
		daemon_stop "$var"
	fi
	daemon_launch "$var"
	for ((try = 0; try < 300; try++)); do
		daemon_ready "$var" && return 0
		[ "$try" -lt 10 ] || daemon_pid "$var" >/dev/null || break
		sleep 0.1
	done
	tail -n 20 "$var/log/samhandlingd.log" >&2
	die "samhandlingd is not ready; its log is $var/log/samhandlingd.log"
}

# It finishes what is under way, at most 10 s.
daemon_stop() {
	local pid try

	pid=$(daemon_pid "$1") || return 0
	kill -TERM "$pid"
	for ((try = 0; try < 120; try++)); do
		runs "$pid" "$1/bin/samhandlingd" || return 0
		sleep 0.1
	done
	kill -KILL "$pid"
}
