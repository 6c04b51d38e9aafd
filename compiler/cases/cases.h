#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "compiler/cases/coverage.h"
#include "compiler/cases/network.h"
#include "compiler/cases/suite.h"
#include "compiler/emit/run.h"

/// `cfgc test`: cases of what arrives and what should leave, on compiled configurations.
namespace compiler::cases {

enum class Format { text, json, junit };

struct Options {
  /// Files of cases, or folders that are searched for NAME.test.yml and NAME.test.yaml.
  std::vector<std::filesystem::path> paths;
  inventory::InventoryOptions load;
  emit::CheckOptions check;
  Format format = Format::text;
  bool deny_warnings = false;  ///< steps without a case are as failures
};

/// A case on one configuration.
struct Result {
  const Case* one = nullptr;
  const Suite* suite = nullptr;
  std::string on;                       ///< the host, or the River file
  std::vector<std::string> difference;  ///< lines; empty: it passed
};

/// What differs between what a case expects and what came out; pure. compare.cc.
std::vector<std::string> compare(const Case& one, const Outcome& outcome,
                                 const river::diag::SourceMap& sources);

/// Runs the cases of suites on one configuration: those that name `host`, or `config`. run_cases.cc
std::vector<Result> run_cases(const std::vector<Suite>& suites, std::string_view on, bool is_host,
                              const river::config::Program& program,
                              const river::diag::SourceMap& sources, Coverage& coverage);

/// All that a run has found, for the reports.
struct Report {
  std::vector<Result> results;
  TotalCoverage coverage;
  double seconds = 0;
};
/// The report in the format of the options. With json and junit it has the findings of the run,
/// too: whatever makes the command fail is in what a machine reads. report.cc
std::string render(const Report& report, const emit::Run& run, const Options& options);

/// Exit code: 0 all cases pass, 1 one fails or a configuration has errors, 2 usage, or a file that
/// cannot be read or is no file of cases. command.cc
emit::CommandResult run_test(const Options& options);

}  // namespace compiler::cases
