
#include <algorithm>
#include <array>

#include "base/text.h"
#include "compiler/templates/template.h"

namespace compiler::templates {

namespace {

/// Attributes whose value is a template of Go's.
constexpr std::array<std::string_view, 3> kGoAttributes = {"template", "replace", "replacement"};
/// Words that begin an action of Go's templates.
constexpr std::array<std::string_view, 10> kGoWords = {
    "if", "else", "end", "range", "with", "block", "define", "template", "not", "and"};

bool is_word(char c) {
  return base::is_letter(c) || base::is_digit(c) || c == '_';
}

template <size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// What is between {{ and }}.
std::string_view inside(std::string_view action) {
  std::string_view body = action.substr(2, action.find("}}") - 2);
  while (!body.empty() && (body.front() == ' ' || body.front() == '-')) body.remove_prefix(1);
  while (!body.empty() && (body.back() == ' ' || body.back() == '-')) body.remove_suffix(1);
  return body;
}

std::string_view first_word(std::string_view text) {
  size_t size = 0;
  while (size < text.size() && is_word(text[size])) ++size;
  return text.substr(0, size);
}

/// A field or a variable of Go's templates: ".Value", "$x".
bool uses_go(std::string_view body) {
  for (size_t i = 0; i < body.size(); ++i) {
    if (body[i] == '$') return true;
    const bool begins = i == 0 || body[i - 1] == ' ' || body[i - 1] == '(';
    if (body[i] == '.' && begins) return true;
  }
  return false;
}

/// The action that begins at `text` is one of Jinja's.
bool is_jinja(std::string_view text) {
  if (text.starts_with("{%") || text.starts_with("{#")) return true;
  const std::string_view body = inside(text);
  const std::string_view word = first_word(body);
  return !word.empty() && !base::is_digit(word[0]) && !is_one_of(word, kGoWords) && !uses_go(body);
}

class Scan {
 public:
  Scan(const river::diag::SourceFile& file, river::diag::Diagnostics& diagnostics)
      : file_(file), text_(file.text), diagnostics_(diagnostics) {}

  bool run() {
    while (at_ < text_.size()) step();
    return found_;
  }

 private:
  void step() {
    const std::string_view rest = text_.substr(at_);
    if (rest.starts_with("//")) return skip_to(rest.find('\n'));
    if (rest.starts_with("/*")) return skip_to(rest.find("*/", 2));
    if (rest[0] == '"' || rest[0] == '`') return string(rest[0]);
    if (rest.starts_with("{{") || rest.starts_with("{%") || rest.starts_with("{#")) {
      report(rest);
      return skip_to(rest.find('\n'));
    }
    if (is_word(rest[0])) {
      const std::string_view word = first_word(rest);
      const size_t next = text_.find_first_not_of(" \t", at_ + word.size());
      if (next != text_.npos && text_[next] == '=') attribute_ = word;
      return skip_to(word.size());
    }
    ++at_;
  }

  void skip_to(size_t size) { at_ = size == text_.npos ? text_.size() : at_ + size; }

  void string(char quote) {
    for (++at_; at_ < text_.size() && text_[at_] != quote; ++at_) {
      if (quote == '"' && text_[at_] == '\n') return;
      if (quote == '"' && text_[at_] == '\\') {
        ++at_;
        continue;
      }
      const std::string_view rest = text_.substr(at_);
      const bool opens = rest.starts_with("{{") || rest.starts_with("{%") || rest.starts_with("{#");
      if (opens && !is_one_of(attribute_, kGoAttributes) && is_jinja(rest)) report(rest);
    }
    ++at_;
  }

  void report(std::string_view action) {
    const auto begin = static_cast<uint32_t>(at_);
    const uint32_t line = file_.line_of(begin);
    if (line == last_line_) return;
    last_line_ = line;
    found_ = true;
    const std::string_view on_line = action.substr(0, action.find('\n'));
    size_t end = on_line.find(action[1] == '{' ? "}}" : action[1] == '%' ? "%}" : "#}");
    end = end == on_line.npos ? 2 : end + 2;
    const river::diag::Span place{file_.base + begin,
                                  file_.base + begin + static_cast<uint32_t>(end)};
    auto& problem =
        diagnostics_.error("F071", place, "this file is River, where Jinja is not rendered");
    const std::string rename = "give it the suffix .j2";
    problem.with_help(action.starts_with("{{") ? fmt::format("{}, or write {}", rename,
                                                             in_river(first_word(inside(action))))
                                               : rename);
  }

  /// What a variable of Ansible's is in River.
  static std::string in_river(std::string_view name) {
    if (name == "inventory_hostname") return "host.name";
    if (name == "deployment_environment") return "host.environment";
    return fmt::format("host.vars.{}", name.empty() ? "NAME" : name);
  }

  const river::diag::SourceFile& file_;
  std::string_view text_;
  river::diag::Diagnostics& diagnostics_;
  size_t at_ = 0;
  uint32_t last_line_ = 0;
  std::string_view attribute_;
  bool found_ = false;
};

}  // namespace

bool report_jinja(const river::diag::SourceFile& file, river::diag::Diagnostics& diagnostics) {
  return Scan(file, diagnostics).run();
}

}  // namespace compiler::templates
