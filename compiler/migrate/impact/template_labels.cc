#include "compiler/migrate/impact/template_labels.h"

#include <re2/re2.h>

#include <algorithm>
#include <functional>

#include "base/text.h"

namespace compiler::migrate::impact {

namespace {

/// Calls `visit` for each action of a template: with the labels that `index` reads in it, and with
/// its text without these and without what is quoted.
void each_action(
    std::string_view pattern,
    const std::function<void(const std::vector<std::string>&, const std::string&)>& visit) {
  static const re2::RE2 block(R"(\{\{-?((?:[^}]|\}[^}])*)\}\})");
  static const re2::RE2 index(R"RE(index\s+\.\s+"([^"]+)")RE");
  static const re2::RE2 quoted(R"RE("(?:[^"\\]|\\.)*"|`[^`]*`)RE");
  re2::StringPiece rest(pattern.data(), pattern.size());
  std::string action, name;
  while (re2::RE2::FindAndConsume(&rest, block, &action)) {
    std::vector<std::string> indexed;
    re2::StringPiece in(action);
    while (re2::RE2::FindAndConsume(&in, index, &name)) indexed.push_back(name);
    re2::RE2::GlobalReplace(&action, index, "\"\"");
    re2::RE2::GlobalReplace(&action, quoted, "\"\"");
    visit(indexed, action);
  }
}

}  // namespace

std::vector<std::string> labels_in_template(std::string_view pattern) {
  static const re2::RE2 field(R"((?:^|[\s(|,])\.([A-Za-z_][A-Za-z0-9_]*))");
  std::vector<std::string> labels;
  each_action(pattern, [&](const std::vector<std::string>& indexed, const std::string& action) {
    labels.insert(labels.end(), indexed.begin(), indexed.end());
    re2::StringPiece in(action);
    for (std::string name; re2::RE2::FindAndConsume(&in, field, &name);) labels.push_back(name);
  });
  return labels;
}

bool names_label_by_variable(std::string_view pattern) {
  static const re2::RE2 field(R"((?:^|[\s(|,])\.(?:\$[A-Za-z_{]|\[\[))");
  bool names_one = false;
  each_action(pattern, [&](const std::vector<std::string>& indexed, const std::string& action) {
    names_one = names_one || re2::RE2::PartialMatch(action, field) ||
                std::any_of(indexed.begin(), indexed.end(), [](const std::string& name) {
                  return name.starts_with('$') || name.starts_with("[[");
                });
  });
  return names_one;
}

bool reads_all_labels(std::string_view pattern) {
  static const re2::RE2 whole(R"((?:^|[\s(|,=])(?:\.|\$)(?:$|[\s)|.]))");
  bool reads_all = false;
  each_action(pattern, [&](const std::vector<std::string>&, const std::string& action) {
    reads_all = reads_all || re2::RE2::PartialMatch(action, whole);
  });
  return reads_all;
}

namespace {

/// The end of a quoted text that begins at `at` of an action; `at` when none does. Within a pattern
/// between double quotes, the quotes of an action are escaped.
size_t end_of_quoted(std::string_view text, size_t at, bool is_escaped) {
  const std::string_view quote = is_escaped ? "\\\"" : "\"";
  if (text[at] == '`') return text.find('`', at + 1);
  if (text.substr(at, quote.size()) != quote) return at;
  for (size_t end = at + quote.size(); end < text.size(); ++end) {
    if (text.substr(end, quote.size()) == quote) return end + quote.size() - 1;
    if (is_escaped && text.substr(end, 2) == R"(\\)")
      end += text.substr(end + 2, 2) == quote ? 3 : 2;
    else if (text[end] == '\\')
      ++end;
  }
  return std::string_view::npos;
}

bool is_part_of_name(char c) {
  return c == '_' || base::is_letter(c) || base::is_digit(c);
}

}  // namespace

std::vector<logql::Span> label_places(std::string_view query, logql::Span pattern,
                                      std::string_view name) {
  std::vector<logql::Span> places;
  const std::string_view text = query.substr(0, pattern.end);
  const bool is_escaped = pattern.begin < text.size() && text[pattern.begin] == '"';
  for (size_t at = text.find("{{", pattern.begin); at < text.size(); at = text.find("{{", at)) {
    for (at += 2; at < text.size() && text.substr(at, 2) != "}}"; ++at) {
      at = end_of_quoted(text, at, is_escaped);
      if (at >= text.size()) return places;
      const auto end = at + 1 + name.size();
      if (text[at] != '.' || text.substr(at + 1, name.size()) != name) continue;
      const bool begins =
          std::string_view(" \t\n(|,{-").find(text[at - 1]) != std::string_view::npos;
      if (!begins || (end < text.size() && is_part_of_name(text[end]))) continue;
      places.push_back({static_cast<uint32_t>(at + 1), static_cast<uint32_t>(end)});
    }
  }
  return places;
}

}  // namespace compiler::migrate::impact
