#include "river/eval.h"
#include "river/parser.h"

/// Parses and evaluates any text as an expression: whatever it is, the answer is a value that
/// prints, or a message.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace river;
  diag::SourceMap sources;
  diag::Diagnostics diagnostics;
  ast::Tree tree;
  const auto& file = sources.add("fuzz", {reinterpret_cast<const char*>(data), size});
  const ast::Expr* expression = parse_expression(file, tree, diagnostics);

  // Names of each sort, so that operators and functions meet unknowns and secrets too.
  static const Value kNames[] = {
      Value::unknown(),
      Value::unknown(&kAnyType),
      Value::unknown(&kStringType),
      Value::secret({base::Secret("s")}),
      Value::secret({base::Secret("o"), true, true}),
      Value::capsule({"LogsReceiver", nullptr}),
  };
  const Scope scope = [](std::string_view name) -> const Value* {
    const size_t i = name.size() == 1 ? static_cast<size_t>(name.front() - 'a') : std::size(kNames);
    return i < std::size(kNames) ? &kNames[i] : nullptr;
  };
  const Value value = evaluate(*expression, scope, diagnostics);
  static_cast<void>(to_text(value));
  return 0;
}
