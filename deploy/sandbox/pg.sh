#!/usr/bin/env bash
# A private PostgreSQL 15 in a directory of its own, for the sandbox and for the tests.
#   pg.sh start DIR | stop DIR | kill DIR | pid DIR | url DIR ROLE [DATABASE] | migrate DIR DATABASE
#   pg.sh create DIR DATABASE [TEMPLATE] | drop DIR DATABASE | psql DIR DATABASE [psql's arguments]
# DIR holds: data/ log port, and the roles' passwords, all made at the first start. `psql` is the
# superuser, by the unix socket; ROLE is owner, service or maintenance, by TCP and password.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

pg_bin=/usr/lib/postgresql/15/bin
pg_first_port=${PG_PORT:-15432}

# Where the socket lies; a unix socket's path holds 107 bytes.
pg_socket() {
	local path="$1/socket"

	[ ${#path} -le 88 ] || path=/tmp/samhandling-$(printf '%s' "$1" | sha256sum | head -c 12)
	echo "$path"
}

pg_pid() {
	local pid

	pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null) || return 1
	runs "$pid" "$pg_bin/postgres" && echo "$pid"
}

pg_configure() {
	cat >>"$1/postgresql.conf" <<-'END'
		listen_addresses = '127.0.0.1'
		password_encryption = 'scram-sha-256'
		max_connections = 120
		shared_buffers = '128MB'
		fsync = on
		synchronous_commit = on
		full_page_writes = on
		max_wal_size = '1GB'
		random_page_cost = 1.1
		jit = off
		timezone = 'UTC'
		log_timezone = 'UTC'
		log_line_prefix = '%m [%p] %q%u@%d '
		# personal data must not reach the log through a failing statement or its parameters
		log_error_verbosity = 'terse'
		log_min_error_statement = 'panic'
		log_parameter_max_length = 0
		log_parameter_max_length_on_error = 0
	END
	cat >"$1/pg_hba.conf" <<-END
		local all $runner peer
		local all all scram-sha-256
		host all $runner 127.0.0.1/32 reject
		host all all 127.0.0.1/32 scram-sha-256
	END
}

# Made beside its place and moved there, so that an interrupted first run leaves no half cluster.
pg_init() {
	local dir=$1 new="$1/data.new"

	rm -rf "$new"
	runner_dir "$new" 700
	as_runner "$pg_bin/initdb" -D "$new" -U "$runner" -A peer -E UTF8 --locale=C.UTF-8 >/dev/null
	pg_configure "$new"
	mv "$new" "$dir/data"
}

pg_secrets() {
	local role

	for role in owner service maintenance; do
		[ -s "$1/$role.password" ] || (umask 077 && secret >"$1/$role.password")
	done
}

pg_psql() {
	local dir=$1 database=$2

	shift 2
	PGOPTIONS="-c client_min_messages=warning" as_runner "$pg_bin/psql" -X -q -v ON_ERROR_STOP=1 -h "$(pg_socket "$dir")" -p "$(cat "$dir/port")" \
		-U "$runner" -d "$database" "$@"
}

pg_roles() {
	local role

	for role in owner service maintenance; do
		cat <<-END
			select 'create role samhandling_$role' where not exists
				(select from pg_roles where rolname = 'samhandling_$role') \\gexec
			alter role samhandling_$role login nosuperuser nocreaterole noreplication nobypassrls
				password '$(cat "$1/$role.password")';
		END
	done | pg_psql "$1" postgres
}

pg_launch() {
	local dir=$1 socket

	socket=$(pg_socket "$dir")
	runner_dir "$socket" 755
	(
		close_inherited
		as_runner "$pg_bin/pg_ctl" -s -w -t 60 -D "$dir/data" -l "$dir/log" \
			-o "-p $(cat "$dir/port") -k '$socket'" start </dev/null >/dev/null 2>&1
	)
}

# After a kill -9 the file's number may by now be another program's.
pg_forget_stale() {
	local pid

	pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null) || return 0
	[ -e "/proc/$pid" ] && ! runs "$pid" "$pg_bin/postgres" && rm -f "$1/data/postmaster.pid"
	return 0
}

# Starts it when it does not run; keeps its port unless another program took it meanwhile.
pg_start() {
	local dir=$1 try

	runner_make
	mkdir -p "$dir"
	runner_dir "$dir" 700
	pg_pid "$dir" >/dev/null && pg_psql "$dir" postgres -c '' 2>/dev/null && return 0
	pg_secrets "$dir"
	[ -d "$dir/data" ] || pg_init "$dir"
	for try in 1 2 3 4 5 6 7 8 9 10 11 12; do
		[ -s "$dir/port" ] || free_port "$pg_first_port" >"$dir/port"
		if [ "$try" -gt 6 ] && port_taken "$(cat "$dir/port")"; then
			free_port $((pg_first_port + try)) >"$dir/port"
		fi
		pg_forget_stale "$dir"
		pg_launch "$dir" && pg_roles "$dir" && return 0
		sleep 0.5 # the children of a killed server need a moment to notice
	done
	tail -n 20 "$dir/log" >&2
	die "PostgreSQL does not start in $dir"
}

pg_stop() {
	[ -d "$1/data" ] && pg_pid "$1" >/dev/null || return 0
	as_runner "$pg_bin/pg_ctl" -s -w -m fast -D "$1/data" stop
}

# As a power cut would: no shutdown, no checkpoint.
pg_kill() {
	local pid

	pid=$(pg_pid "$1") || return 0
	kill -9 "$pid"
}

pg_url() {
	local database=${3:-samhandling}

	echo "postgresql://samhandling_$2:$(cat "$1/$2.password")@127.0.0.1:$(cat "$1/port")/$database?sslmode=disable"
}

# DATABASE, owned by the owner's role; made only when it is not there.
pg_create() {
	local there

	there=$(pg_psql "$1" postgres -At -c "select 1 from pg_database where datname = '$2'")
	[ -z "$there" ] || return 0
	pg_psql "$1" postgres -c "create database $2 owner samhandling_owner template ${3:-template0}" \
		-c "revoke all on database $2 from public" \
		-c "grant connect on database $2 to samhandling_service, samhandling_maintenance"
}

pg_drop() {
	pg_psql "$1" postgres -c "drop database if exists $2 with (force)"
}

pg_migrate() {
	DATABASE_URL=$(pg_url "$1" owner "$2") dbmate --no-dump-schema \
		--migrations-dir "$root_dir/sql/migrations" migrate >&2
}

[ "${BASH_SOURCE[0]}" = "$0" ] || return 0
case "${1:-}" in
start | stop | kill | pid | url | create | drop | migrate | psql)
	mkdir -p "$2"
	command=pg_$1 dir=$(cd "$2" && pwd -P)
	shift 2
	"$command" "$dir" "$@"
	;;
*) die "usage: pg.sh start|stop|kill|pid|url|create|drop|migrate|psql DIR …" ;;
esac
