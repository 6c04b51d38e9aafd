#pragma once
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/yaml/yaml.h"

namespace compiler::yaml {

/// The keys of one map of a file that is not an inventory: who reads them asks for each by its
/// name, and those that nobody asked for are reported when this ends. A map that is none has no
/// keys, which is reported, too.
class Fields {
 public:
  struct Wording {
    std::string_view code;  ///< of all findings here
    /// What to say of keys that nobody asked for; {} is the key.
    std::string_view unknown = "there is no key {} here";
    std::string_view unknown_code = code;
    river::diag::Severity unknown_severity = river::diag::Severity::error;
  };

  /// `what`: "a case", for messages.
  Fields(const Node& map, std::string_view what, Wording wording,
         river::diag::Diagnostics& diagnostics);
  ~Fields();
  Fields(const Fields&) = delete;
  Fields& operator=(const Fields&) = delete;

  /// nullptr: it is not given. `key` must outlive this.
  const Pair* find(std::string_view key);
  /// nullptr: it is not given, or null.
  const Node* value(std::string_view key);
  std::optional<std::string> text(std::string_view key);
  /// One text or a list of them.
  std::vector<std::string> texts(std::string_view key);

  // Of a value that was found; what is something else is reported.

  /// A number or a boolean is the text that is written.
  std::optional<std::string> text_of(const Node& node, std::string_view key);
  std::vector<std::string> texts_of(const Node& node, std::string_view key);
  void error(const Node& node, std::string message);

  const Node& map() const { return map_; }

 private:
  const Node& map_;
  const Wording wording_;
  river::diag::Diagnostics& diagnostics_;
  std::set<std::string_view> asked_;
};

}  // namespace compiler::yaml
