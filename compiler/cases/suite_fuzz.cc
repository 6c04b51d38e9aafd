#include <cstddef>
#include <cstdint>
#include <string>

#include "base/ensure.h"
#include "compiler/cases/suite.h"

/// Whatever a file of cases holds: what is wrong has a place in it, and a case without a finding
/// has something to compare.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  river::diag::SourceMap sources;
  river::diag::Diagnostics diagnostics;
  const auto& file =
      sources.add("fuzz.test.yml", std::string(reinterpret_cast<const char*>(data), size));
  const auto suite = compiler::cases::read_suite(file, diagnostics);
  for (const auto& one : diagnostics.items())
    ENSURE(one.span.begin >= file.base && one.span.end <= file.base + file.text.size() + 1);
  if (diagnostics.has_errors()) return 0;
  ENSURE(suite.hosts.empty() != suite.config.empty());
  for (const auto& one : suite.cases) {
    ENSURE(!one.input.lines.empty());
    ENSURE(one.dropped || !one.entries.empty());
  }
  return 0;
}
