# shellcheck shell=bash
# What the sandbox's scripts share: messages, the ordinary user, ports and processes.

root_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
runner=$(id -un)
[ "$(id -u)" != 0 ] || runner=samhandling
[ ! -d "$root_dir/.tools/node" ] || PATH="$root_dir/.tools/node/bin:$PATH"
PATH="$root_dir/node_modules/.bin:$PATH"

say() {
	printf '%s\n' "$*" >&2
}

die() {
	say "error: $*"
	exit 1
}

# The command as the ordinary user: PostgreSQL refuses root, and the daemon needs nothing of it.
as_runner() {
	if [ "$(id -u)" != 0 ]; then
		(cd / && exec "$@")
	else
		(cd / && exec setpriv --reuid="$runner" --regid="$runner" --clear-groups -- "$@")
	fi
}

# Makes that user on the first call as root.
runner_make() {
	[ "$(id -u)" = 0 ] || return 0
	id "$runner" >/dev/null 2>&1 ||
		useradd --system --user-group --no-create-home --home-dir / --shell /usr/sbin/nologin "$runner"
}

# DIR, made, absolute and reachable for the ordinary user. A tree that only root can enter (a clone
# in root's home) keeps its data below /var/lib instead, behind a symbolic link.
var_make() {
	local var=$1 away

	mkdir -p "$(dirname "$var")"
	var=$(cd "$(dirname "$var")" && pwd -P)/$(basename "$var")
	if [ ! -e "$var" ] && ! as_runner test -x "$(dirname "$var")"; then
		away=/var/lib/samhandling-$(printf '%s' "$var" | sha256sum | head -c 12)
		mkdir -p "$away"
		chmod 755 "$away"
		ln -sfn "$away" "$var"
	fi
	mkdir -p "$var"
	cd "$var" && pwd -P
}

# A directory of the ordinary user's own: DIR MODE
runner_dir() {
	mkdir -p "$1"
	chmod "$2" "$1"
	[ "$(id -u)" != 0 ] || chown "$runner:$runner" "$1"
}

port_taken() {
	(exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# The first port from FIRST on that nobody listens on.
free_port() {
	local port=$1

	while port_taken "$port"; do
		port=$((port + 1))
		[ "$port" -lt 65536 ] || die "no free port from $1 on"
	done
	echo "$port"
}

# Is PID alive and running the program at PATH (also when that file was replaced since)?
runs() {
	local exe

	[ -n "$1" ] && exe=$(readlink "/proc/$1/exe" 2>/dev/null) && [ "${exe% (deleted)}" = "$2" ]
}

# Closes what was inherited beyond stdin, stdout and stderr, so that nothing that stays holds a
# lock or a caller's pipe.
close_inherited() {
	local fd

	for fd in /proc/self/fd/*; do
		fd=${fd##*/}
		[ "$fd" -le 2 ] || eval "exec $fd>&-"
	done
}

secret() {
	head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n'
}

# Where this machine takes Debian's packages from.
debian_mirror() {
	# shellcheck disable=SC2016 # apt's own variables
	apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
		awk '$2 == "bookworm" && $3 == "main" { print $1; exit }'
}

# A bare Debian 12 in DIR, with the packages named, that reaches packages as this machine does: sources,
# apt's and npm's settings, certificates. No secrets are copied.
bare_debian() {
	local bare=$1 file

	shift
	rm -rf "$bare"
	mkdir -p "$bare"
	debootstrap --variant=minbase --include="$1" bookworm "$bare" "$(debian_mirror)" >"$bare.log" ||
		die "debootstrap failed; its log is $bare.log"
	for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.sources /etc/apt/sources.list.d/*.list; do
		[ ! -f "$file" ] || ! grep -q debian-archive-keyring "$file" || cp "$file" "$bare/$file"
	done
	[ -z "$(ls "$bare/etc/apt/sources.list.d")" ] || rm -f "$bare/etc/apt/sources.list"
	grep -lrs '^Acquire' /etc/apt/apt.conf.d | while read -r file; do cp "$file" "$bare/$file"; done || true
	cp /etc/resolv.conf "$bare/etc/resolv.conf"
	for file in /etc/npmrc ~/.npmrc; do
		[ ! -f "$file" ] || grep -Ev '_auth|_password|nodedir|cafile' "$file" >>"$bare/etc/npmrc" || true
	done
	[ ! -f /etc/ssl/certs/ca-certificates.crt ] ||
		cp /etc/ssl/certs/ca-certificates.crt "$bare/etc/machine-certificates.pem"
	printf '#!/bin/sh\nexit 101\n' >"$bare/usr/sbin/policy-rc.d" # no services in a chroot
	chmod 755 "$bare/usr/sbin/policy-rc.d"
}
