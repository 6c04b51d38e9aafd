#include <cstddef>
#include <cstdint>
#include <string>

#include "base/ensure.h"
#include "compiler/yaml/yaml.h"

namespace {

/// Every place lies in the file, whatever the file holds. Aliases share nodes: depth is capped.
void walk(const compiler::yaml::Node& node, const river::diag::SourceFile& file, int depth) {
  ENSURE(node.span.begin >= file.base && node.span.end <= file.base + file.text.size() + 1);
  if (depth == 0) return;
  for (const auto* item : node.items) walk(*item, file, depth - 1);
  for (const auto& pair : node.pairs) {
    ENSURE(node.find(pair.key) == &pair);
    walk(*pair.value, file, depth - 1);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  river::diag::SourceMap sources;
  river::diag::Diagnostics diagnostics;
  const auto& file =
      sources.add("fuzz.yml", std::string(reinterpret_cast<const char*>(data), size));
  const auto document = compiler::yaml::parse(file, diagnostics);
  if (document->root != nullptr) walk(*document->root, file, 6);
  return 0;
}
