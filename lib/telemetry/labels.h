#pragma once
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace telemetry {

using Label = std::pair<std::string, std::string>;

/// An immutable set of labels, sorted by name, without empty values. Copying is one reference
/// count; the hash is computed once. Empty by default.
class Labels {
 public:
  Labels() = default;
  /// Sorts; of a repeated name the last value wins; empty values are left out.
  explicit Labels(std::vector<Label> labels);
  Labels(std::initializer_list<Label> labels) : Labels(std::vector<Label>(labels)) {}

  const std::vector<Label>& all() const;
  bool empty() const { return !set_; }
  /// The value, or "" when there is no such label.
  std::string_view get(std::string_view name) const;
  size_t hash() const { return set_ ? set_->hash : 0; }
  bool operator==(const Labels& other) const;

 private:
  struct Set {
    std::vector<Label> labels;
    size_t hash = 0;
  };
  std::shared_ptr<const Set> set_;
};

struct LabelsHash {
  size_t operator()(const Labels& labels) const { return labels.hash(); }
};

/// Collects labels that a relabel rule or a stage may set and delete by name, then freezes them.
class LabelsBuilder {
 public:
  LabelsBuilder() = default;
  explicit LabelsBuilder(const Labels& base) : labels_(base.all()) {}

  std::string_view get(std::string_view name) const;
  /// An empty value deletes.
  void set(std::string_view name, std::string_view value);
  void erase(std::string_view name);
  const std::vector<Label>& all() const { return labels_; }
  Labels build() const { return Labels(labels_); }

 private:
  std::vector<Label> labels_;  // Few: linear search beats a map.
};

/// Prints `{a="x", b="y"}` with Go-quoted values, the text form that Loki's push protocol carries.
/// Names that start with __ are left out.
std::string to_stream_text(const Labels& labels);

}  // namespace telemetry
