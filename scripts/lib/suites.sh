# The suites of scripts/test. Each adds to $passed and $failed and prints one line a part.
all_suites=(style unit golden integration migrate fleet fuzz)
passed=0
failed=0
jobs=$(nproc)

section() { printf '\n== %s (%s)\n' "$1" "$(date +%H:%M:%S)"; }

# build PRESET TARGET...: configures and builds; ends the run when it fails, for nothing can follow.
build() {
  local preset=$1 log="build/logs/build-$1.log"
  shift
  cmake --preset "$preset" > "$log" 2>&1 &&
    cmake --build --preset "$preset" -j "$jobs" --target "$@" >> "$log" 2>&1 || {
    grep -E 'error|FAILED|undefined' "$log" | head -n 40 >&2 || tail -n 40 "$log" >&2
    echo "build of preset $preset failed, see $log" >&2
    echo "$passed passed, $((failed + 1)) failed"
    exit 1
  }
}

# check NAME COMMAND...: one pass or fail; the end of the log is shown when it fails.
check() {
  local name=$1 log="build/logs/${1//[ \/]/-}.log"
  shift
  if "$@" > "$log" 2>&1; then
    passed=$((passed + 1)); echo "ok   $name"
  else
    failed=$((failed + 1)); echo "FAIL $name"; tail -n 40 "$log"
  fi
}

# doctests FILTER: runs every *_test program of the sanitized build and counts its test cases.
doctests() {
  local program name log counts
  for program in build/fuzz/bin/*_test; do
    name=$(basename "$program")
    log="build/logs/$name.log"
    "$program" "$1" > "$log" 2>&1 && code=0 || code=$?
    counts=$(sed -nE 's/^\[doctest\] test cases: +[0-9]+ \| +([0-9]+) passed \| +([0-9]+) failed.*/\1 \2/p' \
      <(sed -E 's/\x1b\[[0-9;]*m//g' "$log") | tail -n 1)
    read -r ok bad <<< "${counts:-0 0}"
    # A program that died says so by its exit code alone.
    if [ "$code" -ne 0 ] && [ "$bad" -eq 0 ]; then bad=1; fi
    passed=$((passed + ok)); failed=$((failed + bad))
    if [ "$bad" -gt 0 ]; then echo "FAIL $name: $bad of $((ok + bad))"; tail -n 60 "$log"
    elif [ "$ok" -gt 0 ]; then echo "ok   $name: $ok"; fi
  done
}

suite_style() {
  build release tributary cfgc
  check "house rules" python3 scripts/tidy.py
  check "picture of the rooms" scripts/rooms.py --check
  check "format" bash -c "git ls-files '*.cc' '*.h' | xargs clang-format-14 --dry-run -Werror"
  check "clang-tidy" scripts/clang-tidy
  check "shell syntax" bash -c 'for f in scripts/setup scripts/test scripts/demo .ci/run tests/fleet/preflight tests/fleet/leftovers; do bash -n $f || exit 1; done'
}

suite_unit() {
  build fuzz all
  doctests '--test-case-exclude=golden*'
}

suite_golden() {
  build fuzz all
  doctests '--test-case=golden*'
}

# pytests NAME PYTEST-ARGUMENT...: runs pytest, shows it and counts its tests by its own report. A test that
# was skipped is a failure in CI, where every part must be there.
pytests() {
  local name=$1 report="build/logs/$1.xml" wrap=() counts ok bad skipped
  shift
  [ "$name" = fleet ] && wrap=(tests/fleet/enclosed)
  rm -f "$report"
  ${wrap[@]+"${wrap[@]}"} /usr/bin/python3 -m pytest -q -p no:cacheprovider -rs --junitxml="$report" "$@" 2>&1 |
    tee "build/logs/$name.log" || true
  counts=$(/usr/bin/python3 - "$report" <<'PYTHON'
import sys, xml.etree.ElementTree as tree
try:
    suite = tree.parse(sys.argv[1]).find("testsuite").attrib
    bad, skipped = int(suite["failures"]) + int(suite["errors"]), int(suite["skipped"])
    print(int(suite["tests"]) - bad - skipped, bad, skipped)
except (OSError, tree.ParseError):
    print("0 1 0")
PYTHON
  )
  read -r ok bad skipped <<< "$counts"
  [ "$((ok + bad))" -gt 0 ] || bad=1
  passed=$((passed + ok)); failed=$((failed + bad))
  if [ "${CI:-}" = true ] && [ "$skipped" -gt 0 ]; then
    echo "FAIL $skipped skipped; here every part must be there"
    failed=$((failed + skipped))
  fi
}

suite_integration() {
  build release tributary cfgc receiver deb
  pytests integration tests/integration
}

suite_migrate() {
  scripts/setup migrate
  build release cfgc receiver
  pytests migrate tests/migrate
  # What the seeded renames measured; the test above has held it against its bounds.
  grep '^seeded renames:' build/logs/migrate.log || echo "seeded renames: not measured"
}

# On its own the whole, as part of a full run what is marked essential.
suite_fleet() {
  local selection=(-m essential) before=$failed
  [ "${#suites[@]}" -lt "${#all_suites[@]}" ] && selection=()
  scripts/setup fleet
  check "fleet can be booted here" tests/fleet/preflight
  [ "$failed" -eq "$before" ] || return 0
  check "ansible-lint" ansible-lint
  check "yamllint" yamllint --strict .
  build release tributary cfgc receiver deb portable
  check "base image" tests/fleet/base_image.py
  pytests fleet ${selection[@]+"${selection[@]}"} tests/fleet
  check "fleet left nothing behind" tests/fleet/leftovers
}

suite_fuzz() {
  build fuzz all
  local program name
  # Side by side; an input that fails is left in build/logs.
  printf '%s\n' build/fuzz/bin/*_fuzz | xargs -P "$jobs" -I{} bash -c '
    name=$(basename {})
    mkdir -p build/corpus/$name
    {} -max_total_time=${FUZZ_SECONDS:-60} -timeout=10 -rss_limit_mb=2048 \
      -artifact_prefix=build/logs/ build/corpus/$name > build/logs/$name.log 2>&1
    echo $? > build/logs/$name.code'
  for program in build/fuzz/bin/*_fuzz; do
    name=$(basename "$program")
    check "$name ${FUZZ_SECONDS:-60} s" bash -c \
      "tail -n 30 build/logs/$name.log; exit \$(cat build/logs/$name.code)"
  done
}
