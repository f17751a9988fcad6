#!/bin/sh
# Downloads Debian's source package of CivetWeb into the directory $1, checked twice: by apt's
# signature chain and by the sums below. The machine's own apt files are read and never changed.
set -eu
package=civetweb version=1.15+dfsg-4
sums='141ee6bf528e8f33e8a32b5607917609774e80cf842240cffd50e0399755baaf  civetweb_1.15+dfsg-4.dsc
2fe67d05a15be93764398275372f41f6228b17497b23d04f149482ffde7b3fb8  civetweb_1.15+dfsg-4.debian.tar.xz
ec372e9737bc820118bbb735f46a07d41f795814ca0f38bc6e67048e7a460f33  civetweb_1.15+dfsg.orig.tar.xz'

is_complete() {
	[ -d "$1" ] && (cd "$1" && printf '%s\n' "$sums" | sha256sum --check --status 2>/dev/null)
}

# deb-src lines for each archive of Debian 12 that the machine takes its packages from
source_lines() {
	for f in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
		[ -f "$f" ] && sed -nE \
			's/^deb +((\[[^]]*\] +)?[^ ]+ +(bookworm|stable|oldstable) +main\b.*)$/deb-src \1/p' "$f"
	done
	for f in /etc/apt/sources.list.d/*.sources; do
		[ -f "$f" ] && awk -v RS= -F '\n' '{
			uris = suites = components = key = ""
			for (i = 1; i <= NF; i++) {
				value = $i
				sub(/^[^:]*: */, "", value)
				if ($i ~ /^URIs:/) uris = value
				if ($i ~ /^Suites:/) suites = " " value " "
				if ($i ~ /^Components:/) components = " " value " "
				if ($i ~ /^Signed-By: *\//) key = "[signed-by=" value "] "
			}
			if (components !~ / main /) next
			if (!match(suites, / (bookworm|stable|oldstable) /)) next
			suite = substr(suites, RSTART + 1, RLENGTH - 2)
			n = split(uris, uri, " ")
			for (i = 1; i <= n; i++) print "deb-src " key uri[i] " " suite " main"
		}' "$f"
	done
}

fetch() {
	apt=$1/apt
	mkdir -p "$apt/lists/partial" "$apt/archives/partial" "$apt/parts"
	source_lines | sort -u > "$apt/sources.list"
	[ -s "$apt/sources.list" ] || {
		echo "apt has no sources for bookworm to take CivetWeb's from" >&2
		exit 1
	}
	cat > "$apt/apt.conf" <<-END
	Dir::Etc::SourceList "$apt/sources.list";
	Dir::Etc::SourceParts "$apt/parts";
	Dir::State::Lists "$apt/lists";
	Dir::Cache "$apt";
	APT::Sandbox::User "$(id -un)";
	Acquire::Languages "none";
	Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled "false";
	Acquire::Retries "3";
	END
	APT_CONFIG=$apt/apt.conf apt-get update -qq
	(cd "$1" && APT_CONFIG=$apt/apt.conf \
		apt-get source -qq --download-only --only-source "$package=$version")
}

into=$1
is_complete "$into" && exit 0
mkdir -p "$into"
work=$(mktemp -d "$into/fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT
work=$(cd "$work" && pwd)
fetch "$work" >&2
is_complete "$work" || {
	echo "the source of $package $version is not the one that was reviewed" >&2
	exit 1
}
mv "$work"/civetweb_* "$into"/
