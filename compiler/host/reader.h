#pragma once
#include <span>

#include "compiler/host/host.h"

/// Values of a host's variables, read into the model.
namespace compiler::host {

/// Reads checked maps; what is missing or of a wrong type (reported already) stays a default.
class Reader {
 public:
  explicit Reader(const yaml::Node* map) : map_(map) {}

  const yaml::Node* value(std::string_view key) const {
    const yaml::Pair* pair = map_ != nullptr ? map_->find(key) : nullptr;
    return pair != nullptr && !yaml::is_null(*pair->value) ? pair->value : nullptr;
  }
  const yaml::Pair* pair(std::string_view key) const {
    return value(key) != nullptr ? map_->find(key) : nullptr;
  }
  Reader child(std::string_view key) const { return Reader(value(key)); }
  void read(std::string_view key, Text& out) const {
    const yaml::Node* node = value(key);
    if (node == nullptr) return;
    // An empty text takes back what a group sets, as Jinja's default('') means it.
    if (const auto text = yaml::as_text(*node); text && !text->empty()) out = {*text, node->span};
  }
  void read(std::string_view key, TextList& out) const {
    const yaml::Node* node = value(key);
    if (node == nullptr) return;
    for (const yaml::Node* item : node->items)
      if (const auto text = yaml::as_text(*item)) out.push_back({*text, item->span});
  }
  void read(std::string_view key, Switch& out) const {
    const yaml::Pair* found = pair(key);
    if (found == nullptr) return;
    if (const auto is_on = yaml::as_bool(*found->value)) out = {*is_on, found->value->span};
  }
  void read(std::string_view key, LabelList& out) const {
    const yaml::Node* node = value(key);
    if (node == nullptr) return;
    for (const yaml::Pair& pair : node->pairs)
      if (const auto text = yaml::as_text(*pair.value))
        out.push_back({pair.key, {*text, pair.value->span}, pair.key_span});
  }
  river::diag::Span span() const { return map_ != nullptr ? map_->span : river::diag::Span{}; }
  std::span<const yaml::Node* const> items() const {
    return map_ != nullptr ? map_->items : std::span<const yaml::Node* const>{};
  }

 private:
  const yaml::Node* map_;
};

/// Where a signal goes: `telemetry.backends.loki`, `telemetry.metrics.remote_write`.
void read_backend(const Reader& backend, Backend& model, river::diag::Diagnostics& diagnostics);

/// `telemetry.metrics`.
void read_metrics(const Reader& metrics, MetricsModel& model,
                  river::diag::Diagnostics& diagnostics);

}  // namespace compiler::host
