#include "compiler/migrate/impact/matchers.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <string>

#include "base/ensure.h"
#include "base/text.h"
#include "river/value.h"

namespace compiler::migrate::impact {

namespace {

std::string_view symbol(logql::MatchOp op) {
  switch (op) {
    case logql::MatchOp::equal:
      return "=";
    case logql::MatchOp::not_equal:
      return "!=";
    case logql::MatchOp::regex:
      return "=~";
    case logql::MatchOp::not_regex:
      return "!~";
  }
  ENSURE(false);
  return {};
}

bool is_regex(logql::MatchOp op) {
  return op == logql::MatchOp::regex || op == logql::MatchOp::not_regex;
}

bool is_negative(logql::MatchOp op) {
  return op == logql::MatchOp::not_equal || op == logql::MatchOp::not_regex;
}

Fit opposite(Fit fit) {
  if (fit == Fit::never) return Fit::always;
  return fit == Fit::always ? Fit::never : fit;
}

/// All tests against one text of which parts are open. Two tests that each pass sometimes may or
/// may not pass together.
Fit fit_all(std::span<const ValueTest> tests, const streams::OpenValue& value) {
  Fit all = Fit::always;
  size_t uncertain = 0;
  for (const ValueTest& test : tests) {
    const Fit one = test.fit(value);
    if (one == Fit::never) return Fit::never;
    if (one == Fit::always) continue;
    ++uncertain;
    all = uncertain > 1 ? Fit::undecided : one;
  }
  return all;
}

}  // namespace

std::string Condition::text() const {
  return fmt::format("{}{}{}", name, symbol(op), river::quote(value));
}

std::optional<ValueTest> ValueTest::of(logql::MatchOp op, std::string value, std::string* error) {
  ValueTest test;
  test.op_ = op;
  if (is_regex(op)) {
    re2::RE2::Options options(re2::RE2::Quiet);
    options.set_dot_nl(true);
    auto regex = std::make_shared<const re2::RE2>(value, options);
    if (!regex->ok()) {
      *error = regex->error();
      return std::nullopt;
    }
    test.regex_ = std::move(regex);
  }
  test.value_ = std::move(value);
  return test;
}

bool ValueTest::accepts(std::string_view value) const {
  const bool meets =
      regex_ != nullptr ? re2::RE2::FullMatch(re2::StringPiece(value.data(), value.size()), *regex_)
                        : value == value_;
  return meets != is_negative(op_);
}

Fit ValueTest::fit(const streams::OpenValue& value) const {
  Fit meets = Fit::never;
  if (regex_ != nullptr) {
    meets = impact::fit(value, value_);
  } else if (can_be(value, value_)) {
    meets = value.literals.size() == 1 ? Fit::always : Fit::sometimes;
  }
  return is_negative(op_) ? opposite(meets) : meets;
}

Extent decide(std::span<const ValueTest> tests, const streams::Values& values) {
  const auto passes = [&](const std::string& value) {
    return std::all_of(tests.begin(), tests.end(),
                       [&](const ValueTest& test) { return test.accepts(value); });
  };
  Extent extent{.all = true};
  for (const auto& value : values.exact) {
    const bool passed = passes(value);
    extent.all = extent.all && passed;
    extent.some = extent.some || passed;
  }
  for (const auto& value : values.open) {
    const Fit fit = fit_all(tests, value);
    extent.all = extent.all && fit == Fit::always;
    extent.some = extent.some || fit == Fit::always;
    extent.may = extent.may || fit != Fit::never;
  }
  extent.may = extent.may || extent.some;
  extent.all = extent.all && extent.some;
  return extent;
}

namespace {

bool is_name_character(char c) {
  return c == '_' || c == ':' || base::is_letter(c) || base::is_digit(c);
}

/// The parts between commas that are in no quotes.
std::vector<std::string_view> parts_of_list(std::string_view list) {
  std::vector<std::string_view> parts;
  bool is_quoted = false, is_escaped = false;
  size_t begin = 0;
  for (size_t at = 0; at < list.size(); ++at) {
    if (list[at] == ',' && !is_quoted) {
      parts.push_back(list.substr(begin, at - begin));
      begin = at + 1;
    }
    if (list[at] == '"' && !is_escaped) is_quoted = !is_quoted;
    is_escaped = !is_escaped && list[at] == '\\';
  }
  parts.push_back(list.substr(begin));
  return parts;
}

/// The value without its quotes and escapes. nullopt: a quote is missing, or one too many.
std::optional<std::string> unquoted(std::string_view raw) {
  bool has_quote = raw.starts_with('"');
  if (has_quote) raw.remove_prefix(1);
  std::string value;
  for (size_t at = 0; at < raw.size(); ++at) {
    const char c = raw[at];
    if (c == '\\' && at + 1 < raw.size()) {
      const char escaped = raw[++at];
      if (escaped != 'n' && escaped != '"' && escaped != '\\') value += '\\';
      value += escaped == 'n' ? '\n' : escaped;
    } else if (c == '"') {
      if (!has_quote || at + 1 < raw.size()) return std::nullopt;
      has_quote = false;
    } else {
      value += c;
    }
  }
  if (has_quote) return std::nullopt;
  return value;
}

struct Operator {
  std::string_view text;
  logql::MatchOp op;
};
constexpr Operator kOperators[] = {{"=~", logql::MatchOp::regex},
                                   {"!~", logql::MatchOp::not_regex},
                                   {"!=", logql::MatchOp::not_equal},
                                   {"=", logql::MatchOp::equal}};

/// The end of a name at the beginning of `part`: a plain one, one with dots, or one in quotes.
size_t name_end(std::string_view part) {
  if (part.starts_with('"')) {
    const auto end = part.find('"', 1);
    return end == std::string_view::npos ? 0 : end + 1;
  }
  size_t end = 0;
  while (end < part.size() && (is_name_character(part[end]) || part[end] == '.')) ++end;
  return end;
}

std::optional<PlacedCondition> read_matcher(std::string_view part, std::string_view whole) {
  const size_t end = name_end(part);
  std::string_view name = part.substr(0, end);
  std::string_view rest = base::trimmed(part.substr(end));
  if (name.size() > 2 && name.starts_with('"')) name = name.substr(1, name.size() - 2);
  if (name.empty() || name == "\"\"") return std::nullopt;
  for (const Operator& known : kOperators) {
    if (!rest.starts_with(known.text)) continue;
    auto value = unquoted(base::trimmed(rest.substr(known.text.size())));
    if (!value) return std::nullopt;
    const auto begin = static_cast<uint32_t>(name.data() - whole.data());
    return PlacedCondition{{std::string(name), known.op, std::move(*value)},
                           {begin, begin + static_cast<uint32_t>(name.size())}};
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::vector<PlacedCondition>> read_matchers(std::string_view text) {
  std::string_view list = base::trimmed(text);
  if (list.starts_with('{') != list.ends_with('}')) return std::nullopt;
  if (list.starts_with('{')) list = list.substr(1, list.size() - 2);
  std::vector<PlacedCondition> conditions;
  auto parts = parts_of_list(list);
  if (base::trimmed(parts.back()).empty())
    parts.pop_back();  // After a comma at the end, or of an empty list.
  for (const std::string_view part : parts) {
    auto one = read_matcher(base::trimmed(part), text);
    if (!one) return std::nullopt;
    conditions.push_back(std::move(*one));
  }
  return conditions;
}

}  // namespace compiler::migrate::impact
