#include "river/diag/diagnostics.h"

#include <algorithm>
#include <iterator>

namespace river::diag {

Diagnostic& Diagnostic::note(Span where, std::string text) {
  notes.push_back({where, std::move(text)});
  return *this;
}

Diagnostic& Diagnostic::with_help(std::string text) {
  help = std::move(text);
  return *this;
}

Diagnostic& Diagnostics::add(Severity severity, std::string_view code, Span span,
                             std::string message) {
  return items_.emplace_back(Diagnostic{severity, code, span, std::move(message), {}, {}});
}

bool Diagnostics::has_errors() const {
  return std::any_of(items_.begin(), items_.end(),
                     [](const Diagnostic& item) { return item.severity == Severity::error; });
}

void Diagnostics::sort() {
  std::stable_sort(items_.begin(), items_.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return a.span.begin < b.span.begin;
  });
}

void Diagnostics::append(Diagnostics other) {
  items_.insert(items_.end(), std::make_move_iterator(other.items_.begin()),
                std::make_move_iterator(other.items_.end()));
}

}  // namespace river::diag
