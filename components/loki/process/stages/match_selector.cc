#include "components/loki/process/stages/match_selector.h"

#include <re2/re2.h>

#include <optional>

namespace components::loki::process::stages {
namespace {

/// Reads from the front of the text; the first mistake sticks.
class Parser {
 public:
  explicit Parser(std::string_view text) : whole_(text), rest_(text) {}

  base::Result<Selector> selector();

 private:
  void skip_space();
  bool take(std::string_view token);
  std::string_view take_name();
  std::optional<std::string> take_string();
  std::optional<Condition> condition(bool negated, bool is_regex, bool anchored);
  bool matcher(Selector& out);
  bool line_filter(Selector& out);
  void fail(std::string_view what) {
    if (error_.empty())
      error_ = fmt::format("{} at character {}", what, whole_.size() - rest_.size() + 1);
  }

  std::string_view whole_;
  std::string_view rest_;
  std::string error_;
};

void Parser::skip_space() {
  const size_t at = rest_.find_first_not_of(" \t\r\n");
  rest_.remove_prefix(at == std::string_view::npos ? rest_.size() : at);
}

bool Parser::take(std::string_view token) {
  skip_space();
  if (!rest_.starts_with(token)) return false;
  rest_.remove_prefix(token.size());
  return true;
}

std::string_view Parser::take_name() {
  skip_space();
  size_t size = 0;
  while (size < rest_.size()) {
    const char c = rest_[size];
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    if (!letter && (size == 0 || c < '0' || c > '9')) break;
    ++size;
  }
  const std::string_view name = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return name;
}

// string = `"` { char | `\` escape } `"` | "`" { char } "`" .
std::optional<std::string> Parser::take_string() {
  skip_space();
  const char quote = rest_.empty() ? '\0' : rest_.front();
  if (quote != '"' && quote != '`') {
    fail("expected a quoted text");
    return std::nullopt;
  }
  constexpr std::string_view kLetters = "abfnrtv\\\"'";
  constexpr std::string_view kMeanings = "\a\b\f\n\r\t\v\\\"'";
  std::string out;
  for (size_t i = 1; i < rest_.size(); ++i) {
    const char c = rest_[i];
    if (c == quote) {
      rest_.remove_prefix(i + 1);
      return out;
    }
    if (c != '\\' || quote == '`') {
      out += c;
      continue;
    }
    const size_t escape = ++i < rest_.size() ? kLetters.find(rest_[i]) : std::string_view::npos;
    if (escape == std::string_view::npos) {
      fail("unknown escape in a text");
      return std::nullopt;
    }
    out += kMeanings[escape];
  }
  fail("text without an end");
  return std::nullopt;
}

std::optional<Condition> Parser::condition(bool negated, bool is_regex, bool anchored) {
  Condition out{.negated = negated};
  auto text = take_string();
  if (!text) return std::nullopt;
  out.text = std::move(*text);
  if (!is_regex) return out;
  re2::RE2::Options options;
  options.set_log_errors(false);
  out.regex =
      std::make_shared<const re2::RE2>(anchored ? "^(?s:" + out.text + ")$" : out.text, options);
  if (out.regex->ok()) return out;
  fail(fmt::format("bad regex ({}) before the end", out.regex->error()));
  return std::nullopt;
}

// matcher = name ( "=" | "!=" | "=~" | "!~" ) string .
bool Parser::matcher(Selector& out) {
  const std::string_view name = take_name();
  if (name.empty()) return fail("expected a label name"), false;
  const bool not_regex = take("!~");
  const bool is_regex = not_regex || take("=~");
  const bool not_equal = !is_regex && take("!=");
  if (!is_regex && !not_equal && !take("=")) return fail("expected =, !=, =~ or !~"), false;
  auto found = condition(not_regex || not_equal, is_regex, true);
  if (!found) return false;
  out.matchers.push_back({std::string(name), std::move(*found)});
  return true;
}

// line filter = ( "|=" | "!=" | "|~" | "!~" ) string .
bool Parser::line_filter(Selector& out) {
  const bool not_regex = take("!~");
  const bool is_regex = not_regex || take("|~");
  const bool not_contains = !is_regex && take("!=");
  if (!is_regex && !not_contains && !take("|="))
    return fail("expected a line filter: |=, !=, |~ or !~"), false;
  auto found = condition(not_regex || not_contains, is_regex, false);
  if (!found) return false;
  out.line_filters.push_back(std::move(*found));
  return true;
}

// selector = "{" matcher { "," matcher } [ "," ] "}" { line filter } .
base::Result<Selector> Parser::selector() {
  Selector out;
  if (!take("{")) fail("expected {");
  while (error_.empty() && !take("}")) {
    if (!matcher(out)) break;
    const bool comma = take(",");
    if (!comma && !rest_.starts_with('}')) fail("expected , or }");
  }
  if (error_.empty() && out.matchers.empty()) fail("a selector needs at least one label");
  for (skip_space(); error_.empty() && !rest_.empty(); skip_space())
    if (!line_filter(out)) break;
  if (!error_.empty()) return base::fail("{}", error_);
  return out;
}

}  // namespace

base::Result<Selector> parse_selector(std::string_view text) {
  return Parser(text).selector();
}

}  // namespace components::loki::process::stages
