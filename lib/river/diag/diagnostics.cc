#include "river/diag/diagnostics.h"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <vector>

namespace river::diag {

Diagnostic& Diagnostic::note(Span where, std::string text) {
  notes.push_back({where, std::move(text)});
  return *this;
}

Diagnostic& Diagnostic::with_help(std::string text) {
  help = std::move(text);
  return *this;
}

Diagnostic& Diagnostic::without_source() {
  shows_source = false;
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

namespace {

/// The number of slips between two words: a letter too many, too few or wrong, or two neighbours
/// swapped ("optimal string alignment").
size_t distance(std::string_view a, std::string_view b) {
  std::vector<size_t> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    std::swap(before_last, last);
    std::swap(last, row);
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({replaced, last[j] + 1, row[j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
  }
  return row.back();
}

}  // namespace

std::string_view did_you_mean(std::string_view wanted, std::span<const std::string_view> names) {
  if (wanted.size() < 2) return {};
  const size_t slips_max = wanted.size() < 6 ? 1 : 2;  // Two slips in a short word: another word.
  std::string_view best;
  size_t best_distance = slips_max + 1;
  for (const std::string_view name : names) {
    const size_t longer = std::max(name.size(), wanted.size());
    if (longer - std::min(name.size(), wanted.size()) > slips_max) continue;
    if (const size_t d = distance(wanted, name); d < best_distance) {
      best = name;
      best_distance = d;
    }
  }
  return best;
}

}  // namespace river::diag
