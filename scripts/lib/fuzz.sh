# Runs fuzz targets; corpora and counts stay in build/corpus.

# fuzz_target PROGRAM SECONDS: its exit code. The log is build/logs/NAME.log, an input that fails is left beside it;
# the inputs that it executed are added to build/corpus/NAME.executions.
fuzz_target() {
  local name code=0
  name=$(basename "$1")
  mkdir -p "build/corpus/$name" build/logs
  # Longer inputs take more time than they show.
  "$1" -max_total_time="$2" -max_len=4096 -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 -artifact_prefix=build/logs/ \
    "build/corpus/$name" > "build/logs/$name.log" 2>&1 || code=$?
  sed -n 's/^stat::number_of_executed_units: *//p' "build/logs/$name.log" >> "build/corpus/$name.executions"
  return "$code"
}

# executions [NAME]: of one target, or of all.
executions() {
  cat build/corpus/${1:-*}.executions 2> /dev/null | awk '{ sum += $1 } END { printf "%d\n", sum }'
}
