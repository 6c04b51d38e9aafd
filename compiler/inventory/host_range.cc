#include "compiler/inventory/host_range.h"

#include <charconv>
#include <optional>

namespace compiler::inventory {

namespace {

constexpr size_t kNamesMax = 100'000;

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

bool is_letter(std::string_view text) {
  return text.size() == 1 &&
         ((text[0] >= 'a' && text[0] <= 'z') || (text[0] >= 'A' && text[0] <= 'Z'));
}

/// BEGIN ':' END [':' STEP], both ends included.
base::Result<std::vector<std::string>> expand_bounds(std::string_view bounds) {
  const size_t colon = bounds.find(':');
  const std::string_view first = bounds.substr(0, colon);
  std::string_view last = colon == bounds.npos ? "" : bounds.substr(colon + 1);
  int step = 1;
  if (const size_t second = last.find(':'); second != last.npos) {
    step = number(last.substr(second + 1)).value_or(0);
    last = last.substr(0, second);
  }
  const bool letters = is_letter(first) && is_letter(last);
  const auto begin = letters ? std::optional<int>(first[0]) : number(first.empty() ? "0" : first);
  const auto end = letters ? std::optional<int>(last[0]) : number(last);
  if (!begin || !end || step < 1) return base::fail("[{}] is not [FIRST:LAST]", bounds);
  if (*begin > *end) return base::fail("[{}] runs backwards", bounds);
  if (static_cast<size_t>(*end - *begin) / static_cast<size_t>(step) >= kNamesMax)
    return base::fail("[{}] names more than {} hosts", bounds, kNamesMax);
  const size_t width = first.size() > 1 && first[0] == '0' ? first.size() : 0;
  std::vector<std::string> names;
  for (int64_t value = *begin; value <= *end; value += step)
    names.push_back(letters ? std::string(1, static_cast<char>(value))
                            : fmt::format("{:0{}}", value, width));
  return names;
}

}  // namespace

base::Result<std::vector<std::string>> expand_host_range(std::string_view pattern) {
  const size_t open = pattern.find('[');
  if (open == pattern.npos) return std::vector{std::string(pattern)};
  const size_t close = pattern.find(']', open);
  if (close == pattern.npos) return base::fail("the [ has no ]");
  const auto middles = expand_bounds(pattern.substr(open + 1, close - open - 1));
  if (!middles) return tl::unexpected(middles.error());
  auto tails = expand_host_range(pattern.substr(close + 1));
  if (!tails) return tails;
  if (middles->size() * tails->size() > kNamesMax)
    return base::fail("it names more than {} hosts", kNamesMax);
  std::vector<std::string> names;
  for (const std::string& middle : *middles)
    for (const std::string& tail : *tails)
      names.push_back(fmt::format("{}{}{}", pattern.substr(0, open), middle, tail));
  return names;
}

}  // namespace compiler::inventory
