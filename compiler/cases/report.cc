#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "compiler/cases/cases.h"

namespace compiler::cases {

using river::diag::SourceMap;

namespace {

std::string place_of(const Result& result, const SourceMap& sources) {
  const auto at = sources.position(result.one->span.begin);
  return fmt::format("{}:{}:{}", at.file, at.line, at.column);
}

std::string difference_of(const Result& result) {
  return fmt::format("{}", fmt::join(result.difference, "\n"));
}

size_t failures_of(const Report& report) {
  return static_cast<size_t>(
      std::count_if(report.results.begin(), report.results.end(),
                    [](const Result& result) { return !result.difference.empty(); }));
}

std::string as_text(const Report& report, const SourceMap& sources) {
  std::string out;
  for (const Result& result : report.results)
    if (!result.difference.empty())
      out += fmt::format("{}: FAIL {} ({})\n{}\n\n", place_of(result, sources), result.one->name,
                         result.on, difference_of(result));
  return river::diag::visible(out);
}

/// As `cfgc validate --format json` has them, one a line.
nlohmann::ordered_json findings_of(const emit::Run& run) {
  nlohmann::ordered_json out = nlohmann::ordered_json::array();
  const std::string lines =
      river::diag::render(run.diagnostics, run.sources, river::diag::OutputFormat::json);
  for (std::string_view rest = lines; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    auto finding = nlohmann::ordered_json::parse(line, nullptr, false);
    if (finding.is_object()) out.push_back(std::move(finding));
  }
  return out;
}

std::string as_json(const Report& report, const emit::Run& run) {
  const SourceMap& sources = run.sources;
  nlohmann::ordered_json cases = nlohmann::ordered_json::array();
  for (const Result& result : report.results) {
    const auto at = sources.position(result.one->span.begin);
    cases.push_back({{"file", at.file},
                     {"line", at.line},
                     {"name", result.one->name},
                     {"on", result.on},
                     {"passed", result.difference.empty()},
                     {"difference", result.difference}});
  }
  nlohmann::ordered_json errors = nlohmann::ordered_json::array();
  for (const base::Error& error : run.io_errors) errors.push_back(error.message);
  const auto sum = report.coverage.sum(sources);
  const nlohmann::ordered_json all = {
      {"cases", cases},
      {"failed", failures_of(report)},
      {"coverage", {{"steps", sum.steps}, {"covered", sum.covered}}},
      {"findings", findings_of(run)},
      {"errors", errors}};
  return base::json_text(all, 2) + "\n";
}

/// A suite of findings, and of files that could not be read; empty without any.
std::string findings_suite(const emit::Run& run, bool warnings_fail) {
  std::string cases;
  size_t failures = 0;
  for (const auto& one : run.diagnostics.items()) {
    const bool fails = warnings_fail || one.severity == river::diag::Severity::error;
    failures += fails ? 1 : 0;
    cases += emit::junit_test_case(one, run.sources, fails);
  }
  for (const base::Error& error : run.io_errors)
    cases += fmt::format(
        "    <testcase classname=\"cfgc test\" name=\"files\">\n"
        "      <error message=\"{}\"/>\n    </testcase>\n",
        emit::xml_text(error.message));
  if (cases.empty()) return "";
  return fmt::format(
      "  <testsuite name=\"findings\" tests=\"{}\" failures=\"{}\" errors=\"{}\">\n{}"
      "  </testsuite>\n",
      run.diagnostics.size() + run.io_errors.size(), failures, run.io_errors.size(), cases);
}

std::string as_junit(const Report& report, const emit::Run& run, bool warnings_fail) {
  const SourceMap& sources = run.sources;
  std::string cases;
  for (const Result& result : report.results) {
    cases += fmt::format("    <testcase classname=\"{}\" name=\"{}\"",
                         emit::xml_text(result.suite->file),
                         emit::xml_text(fmt::format("{} ({})", result.one->name, result.on)));
    if (result.difference.empty())
      cases += "/>\n";
    else
      cases += fmt::format(">\n      <failure message=\"{}\">{}</failure>\n    </testcase>\n",
                           emit::xml_text(place_of(result, sources)),
                           emit::xml_text(difference_of(result)));
  }
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
      "  <testsuite name=\"cfgc test\" tests=\"{}\" failures=\"{}\" time=\"{:.3f}\">\n{}"
      "  </testsuite>\n{}</testsuites>\n",
      report.results.size(), failures_of(report), report.seconds, cases,
      findings_suite(run, warnings_fail));
}

}  // namespace

std::string render(const Report& report, const emit::Run& run, const Options& options) {
  switch (options.format) {
    case Format::json:
      return as_json(report, run);
    case Format::junit:
      return as_junit(report, run, options.deny_warnings);
    case Format::text:
      break;
  }
  return as_text(report, run.sources);
}

}  // namespace compiler::cases
