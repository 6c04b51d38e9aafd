#include <cstddef>
#include <cstdint>
#include <string>

#include "base/ensure.h"
#include "compiler/promtail/importer.h"
#include "components/catalog.h"

/// Whatever a file of Promtail holds: what comes out is River, or there is an error; with and
/// without variables of the environment.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  for (const bool expands : {false, true}) {
    river::diag::SourceMap sources;
    river::diag::Diagnostics diagnostics;
    const auto& file =
        sources.add("fuzz.yml", std::string(reinterpret_cast<const char*>(data), size));
    compiler::promtail::Options options;
    options.expand_env = expands;
    options.check.catalog = components::catalog();
    const std::string text = import_text(file, options, sources, diagnostics);
    ENSURE(text.empty() || !diagnostics.has_errors());
    for (const auto& one : diagnostics.items()) ENSURE(one.span.begin != 0 || one.span.end == 0);
  }
  return 0;
}
