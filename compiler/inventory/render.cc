#include "compiler/inventory/render.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "compiler/inventory/render_request.h"

namespace compiler::inventory {

namespace {

using Json = nlohmann::json;

/// A rendered value as a node that stands where its expression stands.
const yaml::Node* to_node(const Json& value, river::diag::Span span, base::Arena& arena) {
  yaml::Node node{.kind = yaml::Kind::scalar, .span = span};
  if (value.is_array()) {
    std::vector<const yaml::Node*> items;
    for (const Json& item : value) items.push_back(to_node(item, span, arena));
    return yaml::make_list(arena, span, items);
  }
  if (value.is_object()) {
    if (value.contains(kEncryptedKey)) return yaml::make_encrypted(arena, span);
    std::vector<yaml::Pair> pairs;
    for (const auto& [key, item] : value.items())
      pairs.push_back({arena.text(key), span, to_node(item, span, arena)});
    return yaml::make_map(arena, span, pairs);
  }
  node.plain = !value.is_string();
  node.text = arena.text(value.is_string() ? value.get<std::string>() : base::json_text(value));
  return arena.make(node);
}

}  // namespace

void collect_templated(const yaml::Node& node, RenderJob& job) {
  if (!node.templated) return;
  if (node.kind == yaml::Kind::scalar) {
    const bool known = std::any_of(job.values.begin(), job.values.end(),
                                   [&](const yaml::Node* v) { return v->text == node.text; });
    if (!known) job.values.push_back(&node);
  }
  for (const yaml::Node* item : node.items) collect_templated(*item, job);
  for (const yaml::Pair& pair : node.pairs) collect_templated(*pair.value, job);
}

namespace {

/// Renders what needs no Jinja2. The jobs that are left, and whose they are in `numbers`.
std::vector<RenderJob> render_simple(const std::vector<RenderJob>& jobs, base::Arena& arena,
                                     std::vector<RenderedTexts>& rendered,
                                     std::vector<size_t>& numbers) {
  std::vector<RenderJob> left;
  for (size_t i = 0; i < jobs.size(); ++i) {
    RenderJob rest{jobs[i].host, {}};
    for (const yaml::Node* value : jobs[i].values) {
      const auto text = simple_text(value->text, *jobs[i].host);
      if (text)
        rendered[i][value->text] = arena.make(
            yaml::Node{.kind = yaml::Kind::scalar, .text = arena.text(*text), .span = value->span});
      else
        rest.values.push_back(value);
    }
    if (rest.values.empty()) continue;
    left.push_back(std::move(rest));
    numbers.push_back(i);
  }
  return left;
}

}  // namespace

std::vector<RenderedTexts> render(const std::vector<RenderJob>& all, Inventory& inventory,
                                  river::diag::Diagnostics& diagnostics) {
  std::vector<RenderedTexts> rendered(all.size());
  std::vector<size_t> numbers;
  const std::vector<RenderJob> jobs = render_simple(all, *inventory.arena, rendered, numbers);
  const auto first = std::find_if(jobs.begin(), jobs.end(),
                                  [](const RenderJob& job) { return !job.values.empty(); });
  if (first == jobs.end()) return rendered;
  RenderRequest request(inventory);
  for (const RenderJob& job : jobs) {
    request.add_host(*job.host);
    for (const yaml::Node* value : job.values) request.add_text(value->text);
  }
  const auto rows = request.run();
  if (!rows)
    diagnostics.error("F014", first->values[0]->span, "cannot render the Jinja expressions: {}",
                      rows.error().message);
  RenderFailures failures;
  for (size_t i = 0; i < jobs.size(); ++i)
    for (size_t j = 0; j < jobs[i].values.size(); ++j) {
      const yaml::Node& value = *jobs[i].values[j];
      const yaml::Node*& slot = rendered[numbers[i]][value.text];
      if (!rows) continue;
      const Json& cell = (*rows)[i][j];
      if (cell.contains("value"))
        slot = to_node(cell["value"], value.span, *inventory.arena);
      else
        failures.add(cell, *jobs[i].host, value.span);
    }
  failures.report(diagnostics);
  return rendered;
}

const yaml::Node* with_rendered(const yaml::Node& node, const RenderedTexts& rendered,
                                base::Arena& arena) {
  static constexpr yaml::Node kNothing;
  if (!node.templated) return &node;
  if (node.kind == yaml::Kind::scalar) {
    const auto at = rendered.find(node.text);
    if (at == rendered.end() || at->second == nullptr) return &kNothing;
    return at->second->span == node.span ? at->second
                                         : yaml::placed_at(node.span, *at->second, arena);
  }
  if (node.kind == yaml::Kind::list) {
    std::vector<const yaml::Node*> items;
    for (const yaml::Node* item : node.items)
      if (const yaml::Node* value = with_rendered(*item, rendered, arena); value != &kNothing)
        items.push_back(value);
    return yaml::make_list(arena, node.span, items);
  }
  std::vector<yaml::Pair> pairs;
  for (const yaml::Pair& pair : node.pairs)
    pairs.push_back({pair.key, pair.key_span, with_rendered(*pair.value, rendered, arena)});
  return yaml::make_map(arena, node.span, pairs);
}

}  // namespace compiler::inventory
