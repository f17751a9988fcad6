#!/usr/bin/env bash
# Proves the two commands on a bare Debian 12: debootstrap makes one below VAR/fresh, a clone of this
# repository's HEAD goes in, and `make run`, `make test` and `make stop` run there, in name spaces of
# their own, so that nothing is left when it ends. FRESH_USER=dev: as an ordinary user with sudo.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

[ "$(id -u)" = 0 ] || exec sudo --preserve-env=VAR,FRESH_USER "$0" "$@"
"$root_dir/deploy/sandbox/deps.sh" fresh
user=${FRESH_USER:-root}
base=$(var_make "${VAR:-$root_dir/var}")/fresh
bare=$base/debian
src=/srv/samhandling

make_bare() {
	say "making a bare Debian 12 in $bare"
	# make, and sudo for the ordinary user, are all that a person has beside the clone
	bare_debian "$bare" make,sudo
	git clone -q --no-hardlinks "$root_dir" "$bare$src"
	if [ "$user" != root ]; then
		chroot "$bare" useradd --create-home --shell /bin/bash "$user"
		echo "$user ALL=(ALL) NOPASSWD: ALL" >"$bare/etc/sudoers.d/$user"
		chroot "$bare" chown -R "$user:" "$src"
	fi
}

# In the name spaces: what the kernel gives every machine, then the command as the user.
inside() {
	mount -t proc proc "$1/proc"
	mount --rbind /dev "$1/dev"
	mount -t tmpfs tmpfs "$1/dev/shm"
	mount -t tmpfs -o mode=1777 tmpfs "$1/tmp"
	# shellcheck disable=SC2016 # the inner shell expands these
	exec chroot --userspec="$2" "$1" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
		HOME="$3" LANG=C.UTF-8 npm_config_cafile=/etc/machine-certificates.pem \
		NODE_EXTRA_CA_CERTS=/etc/machine-certificates.pem \
		bash -ec 'cd "$0"; time make run; make status; time make test; make status; make stop' "$4"
}

make_bare
trap 'rm -rf "$base"' EXIT
home=/root
[ "$user" = root ] || home=/home/$user
export -f inside
unshare --mount --pid --fork --kill-child bash -ec 'inside "$@"' bash "$bare" "$user:$user" "$home" "$src"
say "fresh: make run and make test pass on a bare Debian 12 (as $user)"
