#include "compiler/yaml/fields.h"

#include <fmt/format.h>

namespace compiler::yaml {

Fields::Fields(const Node& map, std::string_view what, Wording wording,
               river::diag::Diagnostics& diagnostics)
    : map_(map), wording_(wording), diagnostics_(diagnostics) {
  if (map.kind != Kind::map)
    error(map, fmt::format("{} must be a map, but is {}", what, describe(map)));
}

Fields::~Fields() {
  const std::vector<std::string_view> known(asked_.begin(), asked_.end());
  for (const Pair& pair : map_.pairs) {
    if (asked_.contains(pair.key)) continue;
    auto& found = diagnostics_.add(wording_.unknown_severity, wording_.unknown_code, pair.key_span,
                                   fmt::format(fmt::runtime(wording_.unknown), pair.key));
    if (const auto near = river::diag::did_you_mean(pair.key, known); !near.empty())
      found.with_help(fmt::format("did you mean {}?", near));
  }
}

const Pair* Fields::find(std::string_view key) {
  asked_.insert(key);
  return map_.kind == Kind::map ? map_.find(key) : nullptr;
}

const Node* Fields::value(std::string_view key) {
  const Pair* pair = find(key);
  return pair == nullptr || is_null(*pair->value) ? nullptr : pair->value;
}

std::optional<std::string> Fields::text(std::string_view key) {
  const Node* node = value(key);
  return node == nullptr ? std::nullopt : text_of(*node, key);
}

std::vector<std::string> Fields::texts(std::string_view key) {
  const Node* node = value(key);
  return node == nullptr ? std::vector<std::string>() : texts_of(*node, key);
}

std::optional<std::string> Fields::text_of(const Node& node, std::string_view key) {
  if (node.kind == Kind::scalar && node.tag.empty()) return std::string(node.text);
  error(node, fmt::format("{} must be text, but is {}", key, describe(node)));
  return std::nullopt;
}

std::vector<std::string> Fields::texts_of(const Node& node, std::string_view key) {
  std::vector<std::string> out;
  const auto add = [&](const Node& one) {
    if (auto text = text_of(one, key)) out.push_back(std::move(*text));
  };
  if (node.kind != Kind::list) add(node);
  for (const Node* item : node.items) add(*item);
  return out;
}

void Fields::error(const Node& node, std::string message) {
  diagnostics_.add(river::diag::Severity::error, wording_.code, node.span, std::move(message));
}

}  // namespace compiler::yaml
