#pragma once
#include <fmt/format.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "river/diag/source_map.h"

namespace river::diag {

enum class Severity { error, warning };

struct Note {
  Span span;
  std::string message;
};

/// One finding. `code` is stable: R0xx language, C0xx component, F0xx fleet; all are listed with a
/// sentence in docs/diagnostics.md.
struct Diagnostic {
  Severity severity = Severity::error;
  std::string_view code;  ///< a string literal
  Span span;
  std::string message;
  std::vector<Note> notes;
  std::string help;  ///< what to do; may be empty
  /// false: what is at the place is a secret, so that text never shows the lines there.
  bool shows_source = true;

  /// Adds a secondary place. Chain in the expression that made the diagnostic only.
  Diagnostic& note(Span where, std::string text);
  Diagnostic& with_help(std::string text);
  Diagnostic& without_source();
};

/// The list that parsing, evaluating and checking report into; they go on after an error.
/// A Diagnostic& is valid until the next report.
class Diagnostics {
 public:
  template <class... Args>
  Diagnostic& error(std::string_view code, Span span, fmt::format_string<Args...> format,
                    Args&&... args) {
    return add(Severity::error, code, span, fmt::format(format, std::forward<Args>(args)...));
  }
  template <class... Args>
  Diagnostic& warning(std::string_view code, Span span, fmt::format_string<Args...> format,
                      Args&&... args) {
    return add(Severity::warning, code, span, fmt::format(format, std::forward<Args>(args)...));
  }

  Diagnostic& add(Severity severity, std::string_view code, Span span, std::string message);
  Diagnostic& add(Diagnostic finding) { return items_.emplace_back(std::move(finding)); }

  bool has_errors() const;
  bool empty() const { return items_.empty(); }
  size_t size() const { return items_.size(); }
  const std::vector<Diagnostic>& items() const { return items_; }
  /// Orders by place (files in the order they were read), keeping report order at one place.
  void sort();
  void append(Diagnostics other);

 private:
  std::vector<Diagnostic> items_;
};

/// The name closest to `wanted` among `names`, when it is close enough to be a slip; else "".
std::string_view did_you_mean(std::string_view wanted, std::span<const std::string_view> names);

}  // namespace river::diag
