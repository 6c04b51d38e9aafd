#include "compiler/migrate/streams/regex_sample.h"

#include <re2/re2.h>

namespace compiler::migrate::streams {

namespace {

constexpr std::string_view kSpecial = "\\.+*?()|[]{}^$";

bool is_special(char c) {
  return kSpecial.find(c) != std::string_view::npos;
}

/// The group that starts at `text[0] == '('` is without a prefix such as ?: and is not repeated.
size_t plain_group_open(std::string_view text) {
  return text.starts_with("(?:") ? 3 : text.size() > 1 && text[1] != '?' ? 1 : 0;
}

}  // namespace

std::vector<std::string_view> alternatives(std::string_view regex) {
  std::vector<std::string_view> out;
  int depth = 0;
  size_t begin = 0;
  for (size_t i = 0; i < regex.size(); ++i) {
    if (regex[i] == '\\')
      ++i;
    else if (regex[i] == '(' || regex[i] == '[')
      ++depth;
    else if (regex[i] == ')' || regex[i] == ']')
      --depth;
    else if (regex[i] == '|' && depth == 0) {
      out.push_back(regex.substr(begin, i - begin));
      begin = i + 1;
    }
  }
  out.push_back(regex.substr(begin));
  return out;
}

std::optional<VariantTexts> regex_sample(std::string_view regex, size_t first_marker) {
  VariantTexts out = known("");
  size_t markers = first_marker;
  std::string_view rest = alternatives(regex).front();
  const auto append = [&](const VariantTexts& text) {
    for (size_t i = 0; i < kVariants; ++i) out[i] += text[i];
  };
  while (!rest.empty()) {
    if (rest.starts_with(".*") || rest.starts_with(".+")) {
      append(marker(markers++));
      rest.remove_prefix(2);
    } else if (rest[0] == '\\' && rest.size() > 1 && is_special(rest[1])) {
      append(known(rest.substr(1, 1)));
      rest.remove_prefix(2);
    } else if (rest[0] == '(' && plain_group_open(rest) > 0) {
      rest.remove_prefix(plain_group_open(rest));
    } else if (rest[0] == ')') {
      rest.remove_prefix(1);
    } else if (!is_special(rest[0]) || rest[0] == '-') {
      append(known(rest.substr(0, 1)));
      rest.remove_prefix(1);
    } else {
      return std::nullopt;
    }
  }
  // What was read too simply (a repeated group, alternatives within one) does not match.
  const re2::RE2 whole("^(?s:" + std::string(regex) + ")$", re2::RE2::Quiet);
  for (const std::string& text : out)
    if (!whole.ok() || !re2::RE2::FullMatch(text, whole)) return std::nullopt;
  return out;
}

}  // namespace compiler::migrate::streams
