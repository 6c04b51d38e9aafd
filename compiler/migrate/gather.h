#pragma once
#include <string>

#include "compiler/migrate/command.h"

namespace compiler::migrate {

/// The exit code of a command that found errors and wrote nothing.
inline constexpr int kError = 1;

/// A report and what was found on the way to it.
struct Gathered {
  report::Report report;
  compiler::emit::Run run;

  bool has_errors() const { return !run.io_errors.empty() || run.diagnostics.has_errors(); }
};

/// Adds documents and findings to a report whose mapping is known.
void read_and_judge(const Input& input, Gathered& gathered);

/// Findings about the inventory, when there are errors; warnings are for `cfgc validate` to say.
std::string problems(Gathered& gathered, const compiler::emit::CheckOptions& check);

/// The report as a command's answer. Errors of the inventory become errors of the report.
CommandResult show(Gathered& gathered, const Input& input, report::ReportFormat format);

}  // namespace compiler::migrate
