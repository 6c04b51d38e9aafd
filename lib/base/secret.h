#pragma once
#include <string>
#include <utility>

namespace base {

/// Text that must never be printed, logged, formatted or compared into output. There is no
/// fmt::formatter and no stream operator for it on purpose; reveal() is for the wire alone.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}

  /// The clear text, for handing to a peer. Grep for this name to audit every use.
  const std::string& reveal() const { return text_; }
  bool empty() const { return text_.empty(); }
  bool operator==(const Secret&) const = default;

 private:
  std::string text_;
};

}  // namespace base
