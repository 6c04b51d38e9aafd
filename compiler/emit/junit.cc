#include "compiler/emit/run.h"

/// Findings as JUnit reads them: a failed test for each error, in a suite for each file. Warnings
/// are failures where they count.
namespace compiler::emit {

using river::diag::Diagnostic;
using river::diag::Severity;
using river::diag::SourceMap;

std::string junit_test_case(const Diagnostic& one, const SourceMap& sources, bool fails) {
  const auto at = sources.position(sources.written(one.span).begin);
  const std::string file = one.span.known() ? std::string(at.file) : "inventory";
  river::diag::Diagnostics alone;
  alone.add(one);
  const std::string text = render(alone, sources, river::diag::OutputFormat::text);
  const std::string first = text.substr(0, text.find('\n'));
  std::string out = fmt::format("    <testcase classname=\"{}\" name=\"{} line {}\"",
                                xml_text(file), one.code, at.line);
  if (!fails)
    return out +
           fmt::format(">\n      <system-out>{}</system-out>\n    </testcase>\n", xml_text(text));
  return out + fmt::format(
                   ">\n      <failure type=\"{}\" message=\"{}\">{}</failure>\n"
                   "    </testcase>\n",
                   one.code, xml_text(first), xml_text(text));
}

std::string xml_text(std::string_view text) {
  std::string out;
  for (const char c : river::diag::visible(text)) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else
      out += c;
  }
  return out;
}

std::string render_junit(const river::diag::Diagnostics& diagnostics, const SourceMap& sources,
                         bool warnings_fail) {
  size_t failures = 0;
  std::string cases;
  for (const Diagnostic& one : diagnostics.items()) {
    const bool fails = warnings_fail || one.severity == Severity::error;
    failures += fails ? 1 : 0;
    cases += junit_test_case(one, sources, fails);
  }
  if (cases.empty()) cases = "    <testcase classname=\"cfgc\" name=\"no findings\"/>\n";
  const size_t tests = std::max<size_t>(diagnostics.size(), 1);
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
      "  <testsuite name=\"cfgc\" tests=\"{}\" failures=\"{}\">\n{}  </testsuite>\n</testsuites>\n",
      tests, failures, cases);
}

}  // namespace compiler::emit
