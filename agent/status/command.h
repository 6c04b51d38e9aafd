#pragma once

namespace CLI {
class App;
}

namespace agent::status {

/// Adds `tributary status`. When it was asked for, parsing the command line runs it and leaves the
/// exit code: 0 healthy, 1 something is unhealthy, 2 usage, or nobody answers.
void add_command(CLI::App& app, int& exit_code);

}  // namespace agent::status
