#!/usr/bin/env bash
# Runs every suite against an own database and ends with the line "N passed, N failed":
#   tests/run.sh BUILD_DIR [SUITE]...      suites: unit protocol client api cli adapters sdk postman browser fault
# (default: all)
# What a suite finds in its environment: database.sh.
set -uo pipefail
. "$(dirname "$0")/database.sh"
set +e # a failing test is counted, not the end

build=$(cd "$1" && pwd -P)
shift
passed=0
failed=0

# Adds up what the runner's closing lines in LOG say; a runner that died without them is one failure.
count() {
	local log=$1 status=$2 ok bad

	ok=$(sed -nE 's/^\[  PASSED  \] ([0-9]+) test.*/\1/p; s/^(#|ℹ) pass ([0-9]+)$/\2/p' "$log" | paste -sd+)
	bad=$(sed -nE 's/^\[  FAILED  \] ([0-9]+) test.*/\1/p; s/^(#|ℹ) fail ([0-9]+)$/\2/p' "$log" | paste -sd+)
	ok=$((${ok:-0}))
	bad=$((${bad:-0}))
	[ "$status" = 0 ] || [ "$bad" -gt 0 ] || bad=1
	[ "$status" != 0 ] || [ $((ok + bad)) -gt 0 ] || bad=1
	passed=$((passed + ok))
	failed=$((failed + bad))
	[ "$bad" -gt 0 ] || return 0
	cat "$log"
	say "FAILED ($bad): $3"
}

# The cmocka programs made of tests/unit/test_*.c and its like: SOURCE_DIR PROGRAM_DIR
run_programs() {
	local source program

	for source in "$root_dir/$1"/test_*.c; do
		[ -e "$source" ] || continue
		program=$build/$2/$(basename "$source" .c)
		# shellcheck disable=SC2086 # the wrapper is several words
		${TEST_WRAPPER:-} "$program" >"$program.log" 2>&1
		count "$program.log" $? "$program"
	done
}

run_node() {
	local name=$1 log=$build/test-$1.log at_once=2 files

	[ -d "$root_dir/tests/$name" ] || return 0
	# the fault tests kill the server that all share
	[ "$name" != fault ] || at_once=1
	mapfile -t files < <(find "$root_dir/tests/$name" -name '*.test.mjs' | sort)
	[ ${#files[@]} -gt 0 ] || return 0
	(cd "$root_dir" && node --test --test-reporter=spec --test-concurrency="$at_once" "${files[@]}") >"$log" 2>&1
	count "$log" $? "tests/$name"
}

run_suite() {
	local start=$SECONDS before=$((passed + failed))

	case $1 in
	unit) run_programs tests/unit unit ;;
	client) run_programs clients/tests clients/tests ;;
	*) run_node "$1" ;;
	esac
	printf '%-8s %5d tests  %4d s\n' "$1" $((passed + failed - before)) $((SECONDS - start))
}

# One more test: has every documented answer of the contract been seen?
judge_coverage() {
	if node "$root_dir/tests/lint/contract-coverage.mjs" "$build"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
	fi
}

# One more test of an instrumented run: no program, of whatever suite, has left a report.
judge_reports() {
	local reports

	[ -d "$build/reports" ] || return 0
	mapfile -t reports < <(find "$build/reports" -type f -size +0 | sort)
	if [ ${#reports[@]} = 0 ]; then
		passed=$((passed + 1))
		return 0
	fi
	failed=$((failed + 1))
	head -n 60 "${reports[@]}"
	say "FAILED: ${#reports[@]} reports of the instruments in $build/reports"
}

finish() {
	pg_stop "$build/test-pg"
}

trap finish EXIT
rm -rf "$build/coverage" "$build/reports"
[[ $build != *build-* && -z ${TEST_WRAPPER:-} ]] || mkdir -p "$build/reports"
start_database "$build"
whole=
[ $# -gt 0 ] || whole=yes
[ $# -gt 0 ] || set -- unit protocol client api cli adapters sdk postman browser fault
for suite; do
	run_suite "$suite"
done
[ -z "$whole" ] || judge_coverage
judge_reports
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
