#include "compiler/promtail/river_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "river/value.h"

namespace compiler::promtail {

using river::quote;

namespace {

/// "${NAME}", "${NAME:default}" or "${NAME:-default}".
struct Variable {
  size_t begin = std::string_view::npos, end = 0;
  std::string_view name, fallback;
};

bool is_name(std::string_view text) {
  return base::is_label_name(text);
}

/// The first one at `from` or after it.
Variable next_variable(std::string_view text, size_t from) {
  for (size_t at = text.find("${", from); at != text.npos; at = text.find("${", at + 2)) {
    const size_t close = text.find('}', at);
    if (close == text.npos) break;
    const std::string_view inside = text.substr(at + 2, close - at - 2);
    const size_t colon = inside.find(':');
    const std::string_view name = inside.substr(0, colon);
    if (!is_name(name)) continue;
    std::string_view fallback = colon == inside.npos ? "" : inside.substr(colon + 1);
    if (fallback.starts_with('-') || fallback.starts_with('=')) fallback.remove_prefix(1);
    return {at, close + 1, name, fallback};
  }
  return {};
}

std::string expression(const Variable& variable) {
  const std::string value = fmt::format("sys.env({})", quote(variable.name));
  if (variable.fallback.empty()) return value;
  return fmt::format("coalesce({}, {})", value, quote(variable.fallback));
}

}  // namespace

void RiverText::open(std::string_view name, std::string_view label) {
  add(label.empty() ? fmt::format("{} {{\n", name) : fmt::format("{} {} {{\n", name, quote(label)));
}

void RiverText::set(std::string_view name, std::string_view expression) {
  add(fmt::format("{} = {}\n", name, expression));
}

void RiverText::comment(std::string_view text) {
  std::string line(text);
  for (char& c : line)
    if (c == '\n' || c == '\r') c = ' ';
  add(fmt::format("\n// {}\n", line));
}

void RiverText::add(std::string_view text) {
  places_.insert(places_.end(), static_cast<size_t>(std::count(text.begin(), text.end(), '\n')),
                 place_);
  text_ += text;
}

std::vector<uint32_t> RiverText::written_at() const {
  std::vector<uint32_t> all = places_;
  all.push_back(place_);  // What is behind the last line feed.
  return all;
}

bool has_variable(std::string_view text) {
  return next_variable(text, 0).begin != text.npos;
}

std::string text_expression(std::string_view text, bool expands) {
  if (!expands || !has_variable(text)) return quote(text);
  std::string out;
  const auto add = [&](std::string_view part) {
    if (!out.empty()) out += " + ";
    out += part;
  };
  size_t at = 0;
  while (true) {
    const Variable variable = next_variable(text, at);
    const std::string_view before = text.substr(at, variable.begin - at);
    if (!before.empty()) add(quote(before));
    if (variable.begin == text.npos) return out;
    add(expression(variable));
    at = variable.end;
    if (at == text.size()) return out;
  }
}

std::string object_expression(const std::vector<std::pair<std::string, std::string>>& fields) {
  std::string out = "{";
  for (const auto& [name, value] : fields)
    out += fmt::format("\n{} = {},", is_name(name) ? name : quote(name), value);
  return out + (fields.empty() ? "}" : "\n}");
}

std::string size_expression(std::string_view text) {
  uint64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  std::string unit(read.ptr, text.data() + text.size());
  std::erase_if(unit, [](char c) { return c == ' ' || c == 'i' || c == 'b' || c == 'B'; });
  constexpr std::string_view kUnits = "kmgt";
  const size_t power = unit.size() == 1 ? kUnits.find(base::to_lower(unit.front())) : kUnits.npos;
  const bool is_size = read.ec == std::errc() && (unit.empty() || power != kUnits.npos);
  if (!is_size) return text_expression(text, true);
  return quote(number == 0 || unit.empty() ? fmt::format("{}B", number)
                                           : fmt::format("{}{}iB", number, "KMGT"[power]));
}

std::string list_expression(const std::vector<std::string>& items) {
  return fmt::format("[{}]", fmt::join(items, ", "));
}

std::string identifier(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool is_legal =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    out += is_legal ? c : '_';
  }
  if (out.empty()) return "job";
  return out.front() >= '0' && out.front() <= '9' ? "_" + out : out;
}

}  // namespace compiler::promtail
