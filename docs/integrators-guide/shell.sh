# shellcheck shell=bash
# For the pages of this guide, in bash, from the project's folder: `. docs/integrators-guide/shell.sh AGENCY ROLE`
# gives BASE and TOKEN of the sandbox that `make run` has left in var/sandbox.json, and a few words around curl.
FACTS=${FACTS:-var/sandbox.json}
BASE=$(jq -r .base_url "$FACTS")

token() { # AGENCY ROLE
	jq -r --arg a "$1" --arg r "$2" 'first(.tokens[] | select(.agency == $a and .role == $r)).token' "$FACTS"
}
TOKEN=$(token "$1" "$2")

# curl with the token; what it answers in an error is shown too
api() {
	curl -sS --fail-with-body -H "Authorization: Bearer $TOKEN" "$@"
}

# somebody else's, for one call: as AGENCY ROLE api …
as() {
	local agency=$1 role=$2

	shift 2
	TOKEN=$(token "$agency" "$role") "$@"
}

etag() { # PATH: the version that a change is based on
	api -o /dev/null -D - "$BASE$1" | tr -d '\r' | sed -n 's/^[Ee][Tt]ag: //p'
}

act() { # PATH BODY: an action of a state machine
	api -X POST "$BASE$1/transitions" -H "If-Match: $(etag "$1")" --json "$2"
}

change() { # PATH BODY: a merge patch
	api -X PATCH "$BASE$1" -H "If-Match: $(etag "$1")" -H 'Content-Type: application/merge-patch+json' -d "$2"
}

unit_of() { # AGENCY ROLE: the unit of that token's person
	as "$1" "$2" api "$BASE/me" | jq -r '.units[0].id'
}

# a synthetic national number (its month is 80 too high) that nobody has
synthetic_number() {
	local n d i k1 k2

	while :; do
		n=$(printf '%02d%02d%02d%03d' $((RANDOM % 28 + 1)) $((RANDOM % 12 + 81)) $((RANDOM % 49 + 50)) $((RANDOM % 390 + 100)))
		d=()
		for ((i = 0; i < 9; i++)); do d+=("${n:i:1}"); done
		k1=$(((11 - (3 * d[0] + 7 * d[1] + 6 * d[2] + d[3] + 8 * d[4] + 9 * d[5] + 4 * d[6] + 5 * d[7] + 2 * d[8]) % 11) % 11))
		k2=$(((11 - (5 * d[0] + 4 * d[1] + 3 * d[2] + 2 * d[3] + 7 * d[4] + 6 * d[5] + 5 * d[6] + 4 * d[7] + 3 * d[8] + 2 * k1) % 11) % 11))
		[ $k1 -lt 10 ] && [ $k2 -lt 10 ] && echo "$n$k1$k2" && return
	done
}
