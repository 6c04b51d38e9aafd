#include <string>
#include <vector>

#include "compiler/host/host.h"
#include "compiler/host/host_schema.h"

/// What is written without a value. A null and an empty text of a stronger layer take back what a
/// weaker one sets; with nothing to take back they are a line somebody meant to fill in.
namespace compiler::host {

namespace {

bool is_empty(const yaml::Node& node) {
  return yaml::is_null(node) ||
         (node.kind == yaml::Kind::scalar && node.text.empty() && !yaml::is_encrypted(node));
}

using Path = std::vector<std::string_view>;

/// Where a map of variables says something at a path of keys; nullptr: it says nothing.
const yaml::Node* find(const yaml::Node& layer, const Path& path) {
  const yaml::Node* at = &layer;
  for (const std::string_view name : path) {
    const yaml::Pair* pair = at->kind == yaml::Kind::map ? at->find(name) : nullptr;
    if (pair == nullptr) return nullptr;
    at = pair->value;
  }
  return at;
}

class Finder {
 public:
  Finder(const Host& host, river::diag::Diagnostics& diagnostics)
      : host_(host), diagnostics_(diagnostics) {}

  void look() {
    const auto& layers = host_.entry->layers;
    for (size_t at = layers.size(); at-- > 0;)
      for (const Key& key : host_keys())
        if (const yaml::Pair* pair = layers[at]->find(key.name); pair && !is_known(key)) {
          layer_ = at;
          look_at(*pair, key);
        }
  }

 private:
  /// What telemetry says instead, and an environment, which has a finding of its own when it lacks.
  bool is_known(const Key& key) const {
    return key.name == "deployment_environment" ||
           (key.name == "services" && host_.services_span.known()) ||
           (key.name == "syslog_format" && host_.syslog_format.given());
  }

  void look_at(const yaml::Pair& pair, const Key& key) {
    path_.push_back(pair.key);
    if (is_empty(*pair.value)) {
      if (!is_said_elsewhere()) report(pair.key_span, pair.key);
    } else if (pair.value->kind == yaml::Kind::map) {
      look_into(*pair.value, key);
    } else {
      look_into_list(*pair.value, key);
    }
    path_.pop_back();
  }

  void look_into(const yaml::Node& map, const Key& key) {
    for (const yaml::Pair& pair : map.pairs) {
      // Of labels an empty one means that there is none.
      if (key.type == KeyType::text_map && (key.name == "dual_labels" || is_null(*pair.value)))
        look_at(pair, key);
      for (const Key& inner : key.keys)
        if (inner.name == pair.key) look_at(pair, inner);
    }
  }

  /// Lists replace: what is in one takes nothing back.
  void look_into_list(const yaml::Node& list, const Key& key) {
    for (const yaml::Node* item : list.items) {
      if (is_empty(*item) && !yaml::is_null(*item)) report(item->span, key.name);
      for (const yaml::Pair& pair : item->pairs)
        for (const Key& inner : key.keys)
          if (inner.name == pair.key) look_into_item(pair);
    }
  }

  void look_into_item(const yaml::Pair& pair) {
    if (is_empty(*pair.value)) return report(pair.key_span, pair.key);
    for (const yaml::Pair& label : pair.value->pairs)
      if (yaml::is_null(*label.value)) report(label.key_span, label.key);
  }

  /// A stronger layer gives it a value, or a weaker one has a value that this takes back.
  bool is_said_elsewhere() const {
    const auto& layers = host_.entry->layers;
    for (size_t i = 0; i < layers.size(); ++i)
      if (const yaml::Node* other = find(*layers[i], path_); i != layer_ && other != nullptr)
        if (i > layer_ || !is_empty(*other)) return true;
    return false;
  }

  void report(river::diag::Span place, std::string_view name) {
    diagnostics_.warning("F034", place, "{} has no value", name)
        .with_help("give it one, or remove it; a null takes back what a group sets");
  }

  const Host& host_;
  river::diag::Diagnostics& diagnostics_;
  size_t layer_ = 0;
  Path path_;
};

}  // namespace

void report_empty_values(const Host& host, river::diag::Diagnostics& diagnostics) {
  Finder(host, diagnostics).look();
}

}  // namespace compiler::host
