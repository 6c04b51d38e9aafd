#include "compiler/migrate/documents/query_text.h"

#include <algorithm>
#include <string>

#include "base/text.h"

namespace compiler::migrate::documents {

namespace {

constexpr std::string_view kWords[] = {
    "and",         "or",     "unless", "by",  "without", "on",   "ignoring", "group_left",
    "group_right", "offset", "bool",   "inf", "nan",     "true", "false",    "atan2"};

bool is_name(char c) {
  return base::is_letter(c) || base::is_digit(c) || c == '_' || c == ':';
}

/// Walks over the tokens outside of strings, comments and brackets.
class ShapeReader {
 public:
  explicit ShapeReader(std::string_view text) : text_(text) {}

  QueryShape read() {
    while (at_ < text_.size() && shape_ == QueryShape::unclear) step();
    return shape_ == QueryShape::unclear && has_series_ ? QueryShape::promql : shape_;
  }

 private:
  void step();
  void name();
  void brace();
  void skip_to(std::string_view end) {
    const size_t found = text_.find(end, at_ + 1);
    at_ = found == std::string_view::npos ? text_.size() : found + end.size();
  }
  void skip_string() {
    const char quote = text_[at_++];
    while (at_ < text_.size() && text_[at_] != quote)
      at_ += quote != '`' && text_[at_] == '\\' ? 2 : 1;
    ++at_;
  }
  char next() const {
    const size_t found = text_.find_first_not_of(" \t\r\n", at_);
    return found < text_.size() ? text_[found] : '\0';
  }

  std::string_view text_;
  size_t at_ = 0;
  bool after_grouping_ = false;  // `by`, `on`, ...: the parenthesis that follows holds labels.
  bool after_name_ = false;
  bool has_series_ = false;
  QueryShape shape_ = QueryShape::unclear;
};

void ShapeReader::brace() {
  if (text_.substr(at_).starts_with("{{")) return skip_to("}}");
  const size_t end = std::min(text_.find('}', at_), text_.size());
  const std::string_view inside = text_.substr(at_, end - at_);
  // {"my.metric", a="b"}: names in quotes are PromQL's.
  const size_t first = inside.find_first_not_of(" \t\n", 1);
  const bool is_quoted = first != inside.npos && (inside[first] == '"' || inside[first] == '\'');
  if (after_name_ || is_quoted || inside.find("__name__") != std::string_view::npos)
    shape_ = QueryShape::promql;
  else
    shape_ = QueryShape::logql;
}

void ShapeReader::name() {
  const size_t begin = at_;
  while (at_ < text_.size() && is_name(text_[at_])) ++at_;
  std::string word(text_.substr(begin, at_ - begin));
  std::transform(word.begin(), word.end(), word.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
  const bool is_word = std::find(std::begin(kWords), std::end(kWords), word) != std::end(kWords);
  const bool is_number = word[0] >= '0' && word[0] <= '9';
  after_grouping_ = word == "by" || word == "without" || word == "on" || word == "ignoring" ||
                    word.starts_with("group_");
  after_name_ = !is_word && !is_number && next() != '(';
  has_series_ |= after_name_;
}

void ShapeReader::step() {
  const char c = text_[at_];
  if (c == '"' || c == '\'' || c == '`') return skip_string();
  if (c == '#' || text_.substr(at_, 2) == "//") return skip_to("\n");
  if (text_.substr(at_, 2) == "/*") {
    ++at_;
    return skip_to("*/");
  }
  if (c == '$') {
    ++at_;
    if (at_ < text_.size() && text_[at_] == '{') return skip_to("}");
    while (at_ < text_.size() && is_name(text_[at_])) ++at_;
    return;
  }
  if (c == '[') return skip_to(text_.substr(at_).starts_with("[[") ? "]]" : "]");
  if (c == '{') {
    brace();
    return skip_to("}");
  }
  if (is_name(c)) return name();
  if (c == '(' && after_grouping_)
    skip_to(")");
  else
    ++at_;
  if (c != ' ' && c != '\t' && c != '\n' && c != '\r') after_name_ = after_grouping_ = false;
}

size_t skip_space(std::string_view text, size_t at) {
  while (at < text.size() && (text[at] == ' ' || text[at] == '\t' || text[at] == '\n')) ++at;
  return at;
}

/// name op "value" at `at`; returns the end, 0 when the text is not one.
size_t matcher_end(std::string_view text, size_t at) {
  const size_t name = at;
  while (at < text.size() && is_name(text[at])) ++at;
  if (at == name) return 0;
  at = skip_space(text, at);
  const std::string_view op = text.substr(at, 2);
  if (op == "=~" || op == "!~" || op == "!=")
    at += 2;
  else if (op.starts_with('='))
    at += 1;
  else
    return 0;
  at = skip_space(text, at);
  if (at >= text.size() || (text[at] != '"' && text[at] != '`')) return 0;
  const char quote = text[at++];
  while (at < text.size() && text[at] != quote && text[at] != '\n')
    at += quote == '"' && text[at] == '\\' ? 2 : 1;
  return at < text.size() && text[at] == quote ? at + 1 : 0;
}

/// { matcher, matcher } at `at`; returns the end, 0 when the text is not one.
size_t selector_end(std::string_view text, size_t at) {
  for (at = skip_space(text, at + 1); at < text.size();) {
    const size_t end = matcher_end(text, at);
    if (end == 0) return 0;
    at = skip_space(text, end);
    if (at < text.size() && text[at] == ',') at = skip_space(text, at + 1);
    if (at < text.size() && text[at] == '}') return at + 1;
  }
  return 0;
}

/// name { attribute = "value" }: a block of River or Terraform.
bool is_block(std::string_view text, size_t brace) {
  const bool is_wide =
      brace + 1 < text.size() && (text[brace + 1] == ' ' || text[brace + 1] == '\n');
  const size_t before = brace > 0 && text[brace - 1] == ' ' ? brace - 2 : std::string_view::npos;
  return is_wide && before < text.size() && (is_name(text[before]) || text[before] == '"');
}

}  // namespace

QueryShape shape_of(std::string_view query) {
  return ShapeReader(query).read();
}

bool has_matcher(std::string_view text) {
  for (size_t at = 0; at < text.size(); ++at) {
    const bool begins = is_name(text[at]) && (at == 0 || !is_name(text[at - 1]));
    if (begins && matcher_end(text, at) != 0) return true;
  }
  return false;
}

std::vector<FoundSelector> find_selectors(std::string_view text) {
  std::vector<FoundSelector> out;
  for (size_t brace = text.find('{'); brace != std::string_view::npos;) {
    const size_t end = selector_end(text, brace);
    if (end != 0 && !is_block(text, brace)) {
      size_t begin = brace;
      while (begin > 0 && is_name(text[begin - 1])) --begin;
      out.push_back({static_cast<uint32_t>(begin), static_cast<uint32_t>(end), begin != brace});
    }
    brace = text.find('{', end != 0 ? end : brace + 1);
  }
  return out;
}

}  // namespace compiler::migrate::documents
