#include "compiler/promtail/river_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "river/value.h"

namespace compiler::promtail {

using river::quote;

namespace {

/// "${NAME}", or an expression of envsubst with it.
struct Variable {
  size_t begin = std::string_view::npos, end = 0;
  std::string_view name, fallback;
  std::string_view function;  ///< of River, that it goes through
  bool is_odd = false;        ///< River has nothing for what is done to it
};

bool is_name(std::string_view text) {
  return base::is_label_name(text);
}

constexpr size_t kDepthMax = 32;  // Of expressions in defaults of others, as reading recurses.

/// The brace that closes what is open at `at`; others may be inside.
size_t closing_brace(std::string_view text, size_t at) {
  for (size_t depth = 1; at < text.size(); ++at) {
    if (text.substr(at, 2) == "${" && ++depth > kDepthMax) break;
    if (text[at] == '}' && --depth == 0) return at;
  }
  return text.npos;
}

/// The name that a text begins with.
std::string_view name_at(std::string_view text) {
  const auto belongs = [](char c) {
    return (c >= '0' && c <= '9') || is_name(std::string_view(&c, 1));
  };
  const auto* end = std::find_if_not(text.begin(), text.end(), belongs);
  const auto name = text.substr(0, static_cast<size_t>(end - text.begin()));
  return is_name(name) ? name : std::string_view();
}

/// "0:3", " -2": a part of the value. A number alone is a default.
bool is_slice(std::string_view text) {
  return text.find_first_not_of("0123456789:- ") == text.npos &&
         text.find_first_of(": ") != text.npos;
}

/// What stands behind the name; false: this is no expression of envsubst.
bool read_operator(std::string_view rest, Variable& out) {
  constexpr std::string_view kOperators = ":-=?+^,/#%";
  if (rest.empty()) return true;
  if (kOperators.find(rest.front()) == kOperators.npos) return false;
  if (rest == "^^") out.function = "string.to_upper";
  if (rest == ",,") out.function = "string.to_lower";
  if (!out.function.empty()) return true;
  const bool has_colon = rest.front() == ':';
  if (has_colon) rest.remove_prefix(1);
  if (rest.starts_with('-') || rest.starts_with('='))
    out.fallback = rest.substr(1);
  else if (has_colon && !rest.starts_with('?') && !rest.starts_with('+') && !is_slice(rest))
    out.fallback = rest;
  else
    out.is_odd = true;
  return true;
}

/// The first one at `from` or after it.
Variable next_variable(std::string_view text, size_t from) {
  for (size_t at = text.find("${", from); at != text.npos; at = text.find("${", at + 2)) {
    const size_t close = closing_brace(text, at + 2);
    if (close == text.npos) continue;
    std::string_view inside = text.substr(at + 2, close - at - 2);
    Variable out{.begin = at, .end = close + 1, .name = {}, .fallback = {}, .function = {}};
    out.is_odd = inside.starts_with('#');  // Its length.
    if (out.is_odd) inside.remove_prefix(1);
    out.name = name_at(inside);
    if (!out.name.empty() && read_operator(inside.substr(out.name.size()), out)) return out;
  }
  return {};
}

enum class Defaults : uint8_t { all, variables };

std::string join_parts(std::string_view text, Defaults defaults);

std::string expression(const Variable& variable, Defaults defaults) {
  std::string value = fmt::format("sys.env({})", quote(variable.name));
  if (!variable.function.empty()) value = fmt::format("{}({})", variable.function, value);
  const bool is_kept = defaults == Defaults::all || has_variable(variable.fallback);
  if (variable.fallback.empty() || !is_kept) return value;
  return fmt::format("coalesce({}, {})", value, join_parts(variable.fallback, defaults));
}

std::string join_parts(std::string_view text, Defaults defaults) {
  if (!has_variable(text)) return quote(text);
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
    add(expression(variable, defaults));
    at = variable.end;
    if (at == text.size()) return out;
  }
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

river::diag::Span RiverText::place_of(uint32_t line) const {
  return line <= places_.size() ? places_[line - 1] : place_;
}

bool has_variable(std::string_view text) {
  return next_variable(text, 0).begin != text.npos;
}

std::string text_expression(std::string_view text, bool expands) {
  return expands ? join_parts(text, Defaults::all) : quote(text);
}

std::set<std::string> variables_in(std::string_view text) {
  std::set<std::string> out;
  for (size_t at = text.find("${"); at != text.npos; at = text.find("${", at + 2)) {
    const std::string_view name = name_at(text.substr(at + 2));
    if (!name.empty()) out.emplace(name);
  }
  return out;
}

std::string secret_expression(std::string_view text) {
  return join_parts(text, Defaults::variables);
}

bool has_default(std::string_view text) {
  return secret_expression(text) != text_expression(text, true);
}

std::vector<std::string> odd_variables(std::string_view text) {
  std::vector<std::string> out;
  for (Variable one = next_variable(text, 0); one.begin != text.npos;
       one = next_variable(text, one.end)) {
    if (one.is_odd) out.emplace_back(one.name);
    for (std::string& inner : odd_variables(one.fallback)) out.push_back(std::move(inner));
  }
  return out;
}

size_t find_outside_variables(std::string_view text, std::string_view any, size_t from) {
  while (true) {
    const size_t found = text.find_first_of(any, from);
    const Variable variable = next_variable(text, from);
    if (variable.begin == text.npos || found < variable.begin) return found;
    from = variable.end;
  }
}

std::string duration_expression(std::string_view text) {
  constexpr std::string_view kUnits = "ywd";
  constexpr uint64_t kHours[] = {365 * 24, 7 * 24, 24};
  uint64_t hours = 0;
  std::string_view rest = text;
  while (!rest.empty()) {
    uint32_t number = 0;
    const auto read = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    const size_t digits = static_cast<size_t>(read.ptr - rest.data());
    const size_t unit = digits < rest.size() ? kUnits.find(rest[digits]) : kUnits.npos;
    if (read.ec != std::errc() || unit == kUnits.npos) break;
    hours += number * kHours[unit];
    rest.remove_prefix(digits + 1);
  }
  if (hours == 0) return text_expression(text, true);
  return quote(fmt::format("{}h{}", hours, rest));
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
