// Any bytes: the parser never crashes and always gives a tree; what it accepts prints to a text
// that it accepts, that means the same and that prints to itself.
#include "base/ensure.h"
#include "river/ast.h"
#include "river/parser.h"
#include "river/printer.h"

namespace {

struct Parsed {
  river::diag::SourceMap sources;
  river::diag::Diagnostics diagnostics;
  std::unique_ptr<river::ast::Tree> tree;

  explicit Parsed(std::string text)
      : tree(river::parse(sources.add("fuzz", std::move(text)), diagnostics)) {}
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const Parsed first(std::string(reinterpret_cast<const char*>(data), size));
  if (!first.diagnostics.empty()) return 0;
  const Parsed second(river::print(*first.tree));
  ENSURE(second.diagnostics.empty());
  ENSURE(river::dump(first.tree->body) == river::dump(second.tree->body));
  ENSURE(river::print(*second.tree) == second.sources.file(1)->text);
  return 0;
}
