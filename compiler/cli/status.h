#pragma once

namespace CLI {
class App;
}

namespace compiler::cli {

/// Adds `cfgc status`. When it was asked for, parsing the command line runs it and leaves the exit
/// code: 0 every host runs what would be compiled now and is healthy; 1 one does not, is not, or
/// cannot be reached; 2 usage, or the inventory cannot be read.
void add_status(CLI::App& app, int& exit_code);

}  // namespace compiler::cli
