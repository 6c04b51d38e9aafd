#include <algorithm>
#include <numeric>

#include "river/schema/decode.h"

namespace river::schema {

namespace {

/// Levenshtein's distance: the number of letters to insert, delete or replace.
size_t distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string_view did_you_mean(std::string_view wanted, std::span<const std::string_view> names) {
  constexpr size_t kSlipsMax = 2;
  std::string_view best;
  size_t best_distance = std::min(kSlipsMax + 1, wanted.size());  // "ab" is no slip of "xy"
  for (const std::string_view name : names) {
    const size_t longer = std::max(name.size(), wanted.size());
    if (longer - std::min(name.size(), wanted.size()) > kSlipsMax) continue;
    if (const size_t d = distance(wanted, name); d < best_distance) {
      best = name;
      best_distance = d;
    }
  }
  return best;
}

}  // namespace river::schema
