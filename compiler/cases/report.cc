#include <fmt/format.h>

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

std::string as_json(const Report& report, const SourceMap& sources) {
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
  const auto sum = report.coverage.sum(sources);
  const nlohmann::ordered_json all = {
      {"cases", cases},
      {"failed", failures_of(report)},
      {"coverage", {{"steps", sum.steps}, {"covered", sum.covered}}}};
  return base::json_text(all, 2) + "\n";
}

std::string as_junit(const Report& report, const SourceMap& sources) {
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
      "  </testsuite>\n</testsuites>\n",
      report.results.size(), failures_of(report), report.seconds, cases);
}

}  // namespace

std::string render(const Report& report, const SourceMap& sources, Format format) {
  switch (format) {
    case Format::json:
      return as_json(report, sources);
    case Format::junit:
      return as_junit(report, sources);
    case Format::text:
      break;
  }
  return as_text(report, sources);
}

}  // namespace compiler::cases
