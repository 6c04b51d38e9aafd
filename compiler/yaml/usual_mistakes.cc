#include "compiler/yaml/usual_mistakes.h"

#include <algorithm>

namespace compiler::yaml {

namespace {

/// The line around an offset, without its LF.
std::string_view line_at(std::string_view text, size_t at) {
  at = std::min(at, text.size());
  const size_t before = at == 0 ? text.npos : text.rfind('\n', at - 1);
  const size_t begin = before == text.npos ? 0 : before + 1;
  return text.substr(begin, text.find('\n', begin) - begin);
}

/// A value up to a comment.
std::string_view without_comment(std::string_view value) {
  value = value.substr(0, value.find(" #"));
  const size_t last = value.find_last_not_of(" \t\r");
  return value.substr(0, last == value.npos ? 0 : last + 1);
}

/// Where the value of a line begins: behind its indentation, "- " and "key: ".
size_t value_of(std::string_view line) {
  size_t at = std::min(line.find_first_not_of(' '), line.size());
  while (line.substr(at).starts_with("- "))
    at = std::min(line.find_first_not_of(' ', at + 1), line.size());
  const size_t colon = line.find(": ", at);
  const size_t jinja = std::min(line.find("{{", at), line.find("{%", at));
  if (colon != line.npos && colon < jinja) at = line.find_first_not_of(' ', colon + 1);
  return std::min(at, line.size());
}

std::string quoted(std::string_view value) {
  const char quote = value.find('"') == value.npos ? '"' : '\'';
  return fmt::format("{0}{1}{0}", quote, value);
}

/// An expression that is an element of a list or a map on this line: [{{ a }}]; empty: none.
std::string_view in_brackets(std::string_view line) {
  for (size_t at = line.find("{{"); at != line.npos; at = line.find("{{", at + 2)) {
    const std::string_view before = line.substr(0, at);
    const size_t last = before.find_last_not_of(' ');
    const bool opens =
        last != before.npos && std::string_view("[,{").find(before[last]) != line.npos;
    const auto quotes = std::count(before.begin(), before.end(), '"') +
                        std::count(before.begin(), before.end(), '\'');
    const size_t end = line.find("}}", at);
    if (opens && quotes % 2 == 0 && end != line.npos) return line.substr(at, end + 2 - at);
  }
  return {};
}

class Mistakes {
 public:
  Mistakes(std::string_view text, uint32_t base, river::diag::Diagnostics& diagnostics)
      : text_(text), base_(base), diagnostics_(diagnostics) {}

  bool report_tab(std::string_view line) {
    const size_t tab = line.find_first_not_of(' ');
    if (tab == line.npos || line[tab] != '\t') return false;
    diagnostics_.error("F001", span(line.substr(tab, 1)), "a tab cannot indent YAML; use spaces");
    return true;
  }

  bool report_jinja(std::string_view line) {
    std::string_view value = without_comment(line.substr(value_of(line)));
    if (!value.starts_with("{{") && !value.starts_with("{%")) value = in_brackets(line);
    if (value.empty()) return false;
    diagnostics_.error("F001", span(value), "{} must be quoted", value.substr(0, 2))
        .with_help("write " + quoted(value));
    return true;
  }

  bool report_colon(std::string_view line) {
    const std::string_view value = without_comment(line.substr(value_of(line)));
    const bool is_plain =
        !value.empty() && std::string_view("\"'[{|>&*!").find(value[0]) == line.npos;
    if (!is_plain || value_of(line) == 0 || value.find(": ") == value.npos) return false;
    diagnostics_.error("F001", span(value), "a value that holds \": \" must be quoted")
        .with_help("write " + quoted(value));
    return true;
  }

 private:
  river::diag::Span span(std::string_view part) const {
    const auto begin = base_ + static_cast<uint32_t>(part.data() - text_.data());
    return {begin, begin + static_cast<uint32_t>(part.size())};
  }

  std::string_view text_;
  uint32_t base_;
  river::diag::Diagnostics& diagnostics_;
};

}  // namespace

bool report_bare_jinja(std::string_view text, size_t at, uint32_t base,
                       river::diag::Diagnostics& diagnostics) {
  return Mistakes(text, base, diagnostics).report_jinja(line_at(text, at));
}

bool report_usual_mistake(std::string_view text, size_t at, uint32_t base,
                          river::diag::Diagnostics& diagnostics) {
  Mistakes mistakes(text, base, diagnostics);
  const std::string_view line = line_at(text, at);
  const auto begin = static_cast<size_t>(line.data() - text.data());
  // A parser may notice a line too late.
  const std::string_view before = begin > 0 ? line_at(text, begin - 1) : std::string_view();
  for (const std::string_view one : {before, line})
    if (mistakes.report_tab(one) || mistakes.report_jinja(one)) return true;
  return mistakes.report_colon(line);
}

}  // namespace compiler::yaml
