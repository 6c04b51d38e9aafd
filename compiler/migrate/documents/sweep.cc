#include <fmt/format.h>
#include <re2/re2.h>

#include "compiler/migrate/documents/kinds.h"
#include "compiler/migrate/documents/query_text.h"

namespace compiler::migrate::documents {

namespace {

/// What in the text depends on labels; nullptr: nothing that is known.
const char* dependence_of(std::string_view text) {
  static const re2::RE2 function(R"(\blabel_values\s*\()");
  static const re2::RE2 go(R"((?:\$labels|\.(?:Common|Group)?Labels)\.[A-Za-z_])");
  static const re2::RE2 field(R"(__field\.labels[.\[])");
  static const re2::RE2 link(R"([?&]var-[\w-]+=[^&$\s])");
  if (text.find_first_of("{($.&?") == std::string_view::npos) return nullptr;
  const re2::StringPiece piece(text.data(), text.size());
  if (!find_selectors(text).empty()) return "a selector";
  if (re2::RE2::PartialMatch(piece, function)) return "a query for values of a label";
  if (re2::RE2::PartialMatch(piece, go)) return "a label of an alert";
  if (re2::RE2::PartialMatch(piece, field)) return "a label of a field";
  if (re2::RE2::PartialMatch(piece, link)) return "a variable's value in a link";
  return nullptr;
}

}  // namespace

void sweep(const Value& root, Gatherer& out) {
  if (const char* what = dependence_of(root.key());
      what != nullptr && !out.is_taken(root, root.key_excerpt()))
    out.unrecognised(root, fmt::format("{} in a key that is not read", what));
  if (root.is_string()) {
    if (const char* what = dependence_of(root.text());
        what != nullptr && !out.is_taken(root, root.excerpt()))
      out.unrecognised(root, fmt::format("{} in a text that is not read", what));
    return;
  }
  for (const Value child : root) sweep(child, out);
}

}  // namespace compiler::migrate::documents
