#include <algorithm>
#include <array>

#include "base/text.h"
#include "compiler/inventory/render_request.h"

/// Expressions that are names of variables and nothing else, which most fleets have only:
/// "{{ inventory_hostname }}.lan". They need no Python, whose start takes longer than all the rest.
/// What Ansible could take for more than text (numbers, booleans, lists) is left to Jinja2.
namespace compiler::inventory {

namespace {

constexpr int kDepthMax = 8;

template <size_t N>
bool is_one_of(std::string_view text, const std::array<std::string_view, N>& list) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

/// A text that is nothing else when it is read as YAML or Python.
bool is_only_text(std::string_view text) {
  constexpr std::array<std::string_view, 9> kWords = {"true", "false", "none", "null", "yes",
                                                      "no",   "on",    "off",  "nan"};
  const bool has_letter = std::any_of(text.begin(), text.end(), base::is_letter);
  return has_letter && (base::is_letter(text[0]) || text[0] == '/') &&
         !is_one_of(base::to_lower(text), kWords);
}

/// The text of a name; nullopt: it is not known to be one.
std::optional<std::string> text_of_name(std::string_view name, const HostEntry& host, int depth) {
  constexpr std::array<std::string_view, 12> kKeywords = {
      "and", "or", "not", "in", "is", "if", "else", "true", "false", "none", "True", "False"};
  if (!base::is_label_name(name) || is_one_of(name, kKeywords)) return std::nullopt;
  const yaml::Pair* variable = host.find(name);
  if (name == "inventory_hostname" && variable == nullptr) return std::string(host.name);
  if (name == "inventory_hostname_short" && variable == nullptr)
    return std::string(host.name.substr(0, host.name.find('.')));
  if (variable == nullptr) return std::nullopt;
  const yaml::Node& value = *variable->value;
  const auto text = yaml::as_text(value);
  if (!text || value.from_vault || !value.tag.empty()) return std::nullopt;
  if (value.templated) return simple_text(*text, host, depth + 1);
  return value.plain && !is_only_text(*text) ? std::nullopt : std::optional(std::string(*text));
}

}  // namespace

std::optional<std::string> simple_text(std::string_view text, const HostEntry& host, int depth) {
  if (depth > kDepthMax || text.find_first_of("\\\n\r#%") != text.npos) return std::nullopt;
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const size_t open = std::min(text.find("{{", at), text.size());
    const std::string_view literal = text.substr(at, open - at);
    if (literal.find_first_of("{}") != literal.npos) return std::nullopt;
    out += literal;
    if (open == text.size()) break;
    const size_t close = text.find("}}", open);
    if (close == text.npos) return std::nullopt;
    const auto value =
        text_of_name(base::trimmed(text.substr(open + 2, close - open - 2)), host, depth);
    if (!value) return std::nullopt;
    out += *value;
    at = close + 2;
  }
  return is_only_text(out) ? std::optional(std::move(out)) : std::nullopt;
}

}  // namespace compiler::inventory
