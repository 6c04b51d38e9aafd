#pragma once
#include <algorithm>
#include <string>

#include "base/ensure.h"
#include "compiler/migrate/documents/reader.h"

/// For tests and fuzz targets of this room.
namespace compiler::migrate::documents {

/// Reads a text as a file and ENSUREs what is true of any: places lie in it, and an edit of the
/// whole of a use, when it is possible, lies in it, too.
inline void check_reading(const std::string& text, FileType type) {
  const Catalog catalog;
  Document document{.path = "fuzz", .text = text};
  read_document(document, type, catalog);
  ENSURE(type == FileType::markdown || !document.kind.empty());
  const auto lines = 1 + static_cast<uint32_t>(std::count(text.begin(), text.end(), '\n'));
  for (const Use& use : document.uses) {
    const auto size = static_cast<uint32_t>(use.text.text().size());
    ENSURE(use.line >= 1 && use.line <= lines);
    ENSURE(use.text.in_file(0) <= text.size() && use.text.in_file(size) <= text.size());
    ENSURE(use.belongs_to < static_cast<int32_t>(document.uses.size()));
    ENSURE(use.scope < static_cast<int32_t>(document.scopes.size()));
    if (const auto edit = use.text.replace(0, size, use.text.text()))
      ENSURE(apply(text, {*edit}).has_value());
  }
  for (const RuleDef& rule : document.rules) ENSURE(rule.expression < document.uses.size());
  for (const Unrecognised& one : document.unrecognised) ENSURE(one.line >= 1 && one.line <= lines);
}

}  // namespace compiler::migrate::documents
