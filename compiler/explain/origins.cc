#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "compiler/explain/explain.h"
#include "river/diag/render.h"

namespace compiler::explain {

using river::diag::Span;

namespace {

constexpr int kVariablesDeepMax = 8;
constexpr size_t kShownMax = 60;

bool contains(Span outer, Span inner) {
  return outer.known() && outer.begin <= inner.begin && inner.begin < outer.end;
}

using Path = std::vector<std::string_view>;

/// The keys that lead to a place below a map, down to the first list: lists are not merged. False:
/// it is not there.
bool find_path(const yaml::Node& node, Span place, Path& path) {
  for (const yaml::Pair& pair : node.pairs) {
    path.push_back(pair.key);
    if (contains(pair.key_span, place)) return true;
    if (pair.value->kind == yaml::Kind::map) {
      if (find_path(*pair.value, place, path)) return true;
    } else if (contains(pair.value->span, place)) {
      return true;
    }
    path.pop_back();
  }
  return false;
}

const yaml::Pair* pair_at(const yaml::Node& layer, const Path& path) {
  const yaml::Node* at = &layer;
  const yaml::Pair* pair = nullptr;
  for (const std::string_view key : path) {
    pair = at->kind == yaml::Kind::map ? at->find(key) : nullptr;
    if (pair == nullptr) return nullptr;
    at = pair->value;
  }
  return pair;
}

/// A value as people may see it.
std::string shown_value(std::string_view name, const yaml::Node& node) {
  if (yaml::find_encrypted(node) != nullptr || river::diag::names_secret(name))
    return std::string(river::diag::kRedacted);
  if (node.kind != yaml::Kind::scalar) return std::string(yaml::describe(node));
  std::string text = river::diag::without_passwords(node.text.substr(0, node.text.find('\n')));
  if (text.size() > kShownMax) text = text.substr(0, kShownMax) + "…";
  return text;
}

bool is_name_start(char c) {
  return base::is_letter(c) || c == '_';
}

/// The words of a text that could be names of variables; quoted texts are no names.
std::vector<std::string_view> names_in(std::string_view text) {
  std::vector<std::string_view> names;
  for (size_t i = 0; i < text.size();) {
    if (text[i] == '\'' || text[i] == '"') {
      i = std::min(text.find(text[i], i + 1), text.size() - 1) + 1;
    } else if (is_name_start(text[i])) {
      const size_t begin = i;
      while (i < text.size() && base::is_word(text[i])) ++i;
      names.push_back(text.substr(begin, i - begin));
    } else {
      ++i;
    }
  }
  return names;
}

/// The parts of a text that Jinja or River evaluate: {{ … }}, host.vars.NAME.
std::vector<std::string_view> variables_in(std::string_view text) {
  std::vector<std::string_view> names;
  for (size_t at = 0; (at = text.find("{{", at)) != text.npos;) {
    const size_t end = std::min(text.find("}}", at), text.size());
    const auto inside = names_in(text.substr(at + 2, end - at - 2));
    names.insert(names.end(), inside.begin(), inside.end());
    at = end;
  }
  constexpr std::string_view kVars = "host.vars.";
  for (size_t at = 0; (at = text.find(kVars, at)) != text.npos; ++at) {
    const auto inside = names_in(text.substr(at + kVars.size()));
    if (!inside.empty()) names.push_back(inside[0]);
  }
  return names;
}

}  // namespace

struct Origins::Found {
  size_t layer = 0;
  Path path;  ///< empty: it is in no variables of the host
};

Origins::Found Origins::find(Span place) const {
  for (size_t layer = host_.layers.size(); layer-- > 0;) {
    Path path;
    if (find_path(*host_.layers[layer], place, path)) return {layer, std::move(path)};
  }
  return {};
}

std::string Origins::shown(Span place) const {
  const auto at = sources_.position(sources_.written(place).begin);
  if (!place.known() || at.line == 0) return {};
  std::string_view file = at.file;
  if (!playbook_dir_.empty() && file.starts_with(playbook_dir_ + "/"))
    file.remove_prefix(playbook_dir_.size() + 1);
  return fmt::format("{}:{}:{}", file, at.line, at.column);
}

void Origins::add_overridden(const Found& found, std::vector<Step>& steps) const {
  for (size_t layer = found.layer; layer-- > 0;)
    if (const yaml::Pair* pair = pair_at(*host_.layers[layer], found.path);
        pair != nullptr && !yaml::is_null(*pair->value))
      steps.push_back(
          {Step::Kind::overrides, shown(pair->value->span), shown_value(pair->key, *pair->value)});
}

void Origins::add_used(std::string_view text, int depth, std::vector<Step>& steps) const {
  if (depth >= kVariablesDeepMax) return;
  for (const std::string_view name : variables_in(text)) {
    const yaml::Pair* pair = host_.find(name);
    if (pair == nullptr) continue;
    Step step{Step::Kind::used, shown(pair->value->span),
              fmt::format("{} = {}", name, shown_value(name, *pair->value))};
    const bool is_known = std::any_of(steps.begin(), steps.end(), [&](const Step& other) {
      return other.place == step.place && other.text == step.text;
    });
    if (is_known) continue;
    steps.push_back(std::move(step));
    if (pair->value->templated && pair->value->kind == yaml::Kind::scalar)
      add_used(pair->value->text, depth + 1, steps);
  }
}

std::vector<Step> Origins::of(Span place) const {
  std::vector<Step> steps;
  if (!place.known()) return steps;
  const Found found = find(place);
  const std::string_view written = sources_.text(sources_.written(place));
  std::string text;
  for (const std::string_view key : found.path)
    text += (text.empty() ? "" : ".") + std::string(key);
  if (text.empty()) text = written.substr(0, std::min(written.find('\n'), kShownMax));
  steps.push_back({Step::Kind::made, shown(place), std::string(base::trimmed(text))});
  add_used(written, 0, steps);
  if (!found.path.empty()) add_overridden(found, steps);
  return steps;
}

}  // namespace compiler::explain
