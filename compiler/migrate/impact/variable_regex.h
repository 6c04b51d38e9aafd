#pragma once
#include <re2/re2.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace compiler::migrate::impact {

/// The `regex` of a Grafana variable: which of the values that its query gives are offered, and
/// what is shown of each. JavaScript's language, as far as RE2 reads it in the same way.
class VariableRegex {
 public:
  /// With slashes around it and flags behind, or as it is: then a value must match whole.
  explicit VariableRegex(std::string_view text);

  /// Why it cannot be read; empty: it can.
  const std::string& error() const { return error_; }
  /// Whether a part of a value is offered in place of the value.
  bool renames() const { return regex_->NumberOfCapturingGroups() > 0; }
  /// What is offered for a value, which may be empty; nullopt: nothing. Not to be asked of what
  /// cannot be read.
  std::optional<std::string> offered(const std::string& value) const;

 private:
  std::unique_ptr<re2::RE2> regex_;
  std::string error_;
};

}  // namespace compiler::migrate::impact
