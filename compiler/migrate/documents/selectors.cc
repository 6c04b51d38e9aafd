#include "compiler/migrate/documents/selectors.h"

namespace compiler::migrate::documents {

namespace {

bool is_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == ':';
}

size_t skip_space(std::string_view text, size_t at) {
  while (at < text.size() && (text[at] == ' ' || text[at] == '\t' || text[at] == '\n')) ++at;
  return at;
}

/// name op "value" at `at`; gives the end, 0 when there is none.
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

/// { matcher, matcher } at `at`; gives the end, 0 when it is none.
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
