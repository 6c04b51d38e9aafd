#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace compiler::migrate::change {

/// The keys from the root of a document to a value.
using KeyPath = std::vector<std::string_view>;

/// Changes single values of a YAML file while every other byte stays: comments, order, indentation,
/// line ends. Each change is read back; when the file would not say just what was asked (an alias,
/// a `<<`, an anchor that others use), it is refused and the text stays as it was.
class YamlEditor {
 public:
  /// `name` is the name of the file in errors. An empty text is an empty document.
  YamlEditor(std::string name, std::string text) : name_(std::move(name)), text_(std::move(text)) {}

  /// Appends to a list of texts, which is made (with the maps around it) when there is none.
  base::Result<void> add_to_list(const KeyPath& path, std::string_view item);
  /// Sets a text, made with the maps around it when there is none.
  base::Result<void> set(const KeyPath& path, std::string_view value);
  /// Takes a key out, with its value and its lines, and maps that this would leave empty. A key
  /// that is not there is no error.
  base::Result<void> remove(const KeyPath& path);

  const std::string& text() const { return text_; }

 private:
  base::Result<void> take(std::string next, std::vector<std::string> gone,
                          std::vector<std::string> come);

  std::string name_;
  std::string text_;
};

}  // namespace compiler::migrate::change
