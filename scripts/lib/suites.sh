# The suites of scripts/test. Each adds to $passed and $failed and prints one line a part.
all_suites=(style unit golden integration kubernetes migrate fleet fuzz)
# Only when they are named, because they take long.
more_suites=(tsan)
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

# count NAME: adds up the JUnit report build/logs/NAME.xml; one that is missing or holds no test is a failure. A
# test that was skipped is one in CI, where every part must be there.
count() {
  local ok bad skipped
  read -r ok bad skipped < <(/usr/bin/python3 scripts/lib/junit.py "build/logs/$1.xml")
  [ "$((ok + bad))" -gt 0 ] || bad=1
  if [ "${CI:-}" = true ] && [ "$skipped" -gt 0 ]; then
    echo "FAIL $skipped skipped; here every part must be there"
    bad=$((bad + skipped))
  fi
  passed=$((passed + ok)); failed=$((failed + bad))
}

# ctests PRESET NAME CTEST-ARGUMENT...: runs test cases of the build, each by itself.
ctests() {
  local preset=$1 name=$2
  shift 2
  rm -f "build/logs/$name.xml"
  ctest --test-dir "build/$preset" -j "$jobs" --output-on-failure --output-junit "$PWD/build/logs/$name.xml" "$@" \
    > "build/logs/$name.log" 2>&1 || true
  sed -n '/% tests passed/,$p' "build/logs/$name.log"
  count "$name"
}

suite_style() {
  build release tributary cfgc
  check "house rules" python3 scripts/tidy.py
  check "picture of the rooms" scripts/rooms.py --check
  check "format" bash -c "git ls-files '*.cc' '*.h' | xargs clang-format-14 --dry-run -Werror"
  check "clang-tidy" scripts/clang-tidy
  check "shell syntax" bash -c 'for f in scripts/{setup,test,demo,bench,clang-tidy,fuzz-campaign,soak,lib/*.sh} .ci/run tests/fleet/preflight tests/fleet/leftovers; do bash -n $f || exit 1; done'
}

suite_unit() {
  build fuzz all_tests
  ctests fuzz unit --exclude-regex '/golden'
}

suite_golden() {
  build fuzz all_tests
  ctests fuzz golden --tests-regex '/golden'
  build release cfgc
  check "cases of the sample fleet" build/release/bin/cfgc test templates/ --deny warnings
}

# pytests NAME PYTEST-ARGUMENT...: runs pytest and shows it.
pytests() {
  local name=$1 wrap=()
  shift
  [ "$name" = fleet ] && wrap=(tests/fleet/enclosed)
  rm -f "build/logs/$name.xml"
  ${wrap[@]+"${wrap[@]}"} /usr/bin/python3 -m pytest -q -p no:cacheprovider -rs \
    --junitxml="build/logs/$name.xml" "$@" 2>&1 | tee "build/logs/$name.log" || true
  count "$name"
}

suite_integration() {
  build release tributary cfgc receiver deb
  pytests integration tests/integration
}

# What Helm renders is tried with HELM, or helm on the path, what a cluster says with one that KUBECONFIG names. Where
# they are not, these tests are left out, which is said and is no failure: not every machine has them.
suite_kubernetes() {
  local selection=""
  build release tributary cfgc receiver
  [ -n "${HELM:-$(command -v helm)}" ] ||
    { echo "NOT RUN: what Helm makes of the chart: there is no helm (HELM, PATH)"; selection="not helm"; }
  [ -n "${KUBECONFIG:-}" ] ||
    { echo "NOT RUN: what needs a cluster: KUBECONFIG names none"; selection+="${selection:+ and }not cluster"; }
  pytests kubernetes -m "$selection" tests/kubernetes
}

# Data races: the tests of what has threads, and the agent in whole runs. A report of the sanitizer ends the
# program, so the test fails; reports of programs that a test killed afterwards are found in their files.
suite_tsan() {
  local reports=build/logs/tsan-report
  build tsan tributary receiver base_test io_test telemetry_test components_tests agent_test
  rm -f "$reports".*
  export TSAN_OPTIONS="halt_on_error=1 exitcode=66 second_deadlock_stack=1 log_path=$PWD/$reports"
  # The same work takes five to ten times as long.
  export TRIBUTARY_BIN=$PWD/build/tsan/bin TRIBUTARY_TIME_FACTOR=5
  ctests tsan tsan-unit --tests-regex '^(base|io|telemetry|components_[a-z_]*|agent)/'
  # All but those that want cfgc or the package.
  pytests tsan-integration tests/integration --ignore-glob='*/test_ansible.py' --ignore-glob='*/test_binaries.py' \
    --ignore-glob='*/test_status.py'
  check "no data races" bash -c "! cat $reports.* 2> /dev/null"
  unset TSAN_OPTIONS TRIBUTARY_BIN TRIBUTARY_TIME_FACTOR
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
  build fuzz all_tests
  local program name
  # Side by side; an input that fails is left in build/logs.
  printf '%s\n' build/fuzz/bin/*_fuzz | xargs -P "$jobs" -I{} bash -c '
    source scripts/lib/fuzz.sh
    fuzz_target {} "${FUZZ_SECONDS:-60}"
    echo $? > build/logs/$(basename {}).code'
  for program in build/fuzz/bin/*_fuzz; do
    name=$(basename "$program")
    check "$name ${FUZZ_SECONDS:-60} s" bash -c \
      "tail -n 30 build/logs/$name.log; exit \$(cat build/logs/$name.code)"
  done
}
