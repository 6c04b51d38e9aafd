#pragma once

namespace CLI {
class App;
}

namespace agent::doctor {

/// Adds `tributary doctor`. When it was asked for, parsing the command line runs it and leaves the
/// exit code: 0 nothing failed, 1 a check failed, 2 usage, or the configuration cannot be read.
void add_command(CLI::App& app, int& exit_code);

}  // namespace agent::doctor
