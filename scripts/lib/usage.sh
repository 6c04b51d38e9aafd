# The command lines of the scripts: what their first comment says is their help.
help_text() { sed -n '2,/^[^#]/{s/^# \{0,1\}//p}' "scripts/$(basename "$0")"; }

# wants_help ARGUMENT: prints the help and ends the script when it is -h or --help.
wants_help() {
  case "${1:-}" in -h | --help) help_text; exit 0 ;; esac
}

# bad_usage WHAT: says what is wrong and prints the help; exit code 2.
bad_usage() { { echo "scripts/$(basename "$0"): $1"; help_text; } >&2; exit 2; }
