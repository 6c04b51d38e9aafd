#include "telemetry/labels.h"

#include <algorithm>
#include <functional>

#include "telemetry/text.h"

namespace telemetry {
namespace {

size_t mix(size_t seed, std::string_view text) {
  return seed ^
         (std::hash<std::string_view>{}(text) + 0x9e3779b97f4a7c15ULL + (seed << 6) + (seed >> 2));
}

/// The last of each name, sorted by name, without empty values.
void normalise(std::vector<Label>& labels) {
  std::stable_sort(labels.begin(), labels.end(),
                   [](const Label& a, const Label& b) { return a.first < b.first; });
  size_t kept = 0;
  for (size_t i = 0; i < labels.size(); ++i) {
    const bool is_last_of_name = i + 1 == labels.size() || labels[i + 1].first != labels[i].first;
    if (!is_last_of_name || labels[i].second.empty()) continue;
    if (kept != i) labels[kept] = std::move(labels[i]);
    ++kept;
  }
  labels.resize(kept);
}

}  // namespace

Labels::Labels(std::vector<Label> labels) {
  normalise(labels);
  if (labels.empty()) return;
  size_t hash = 0;
  for (const auto& [name, value] : labels) hash = mix(mix(hash, name), value);
  set_ = std::make_shared<const Set>(Set{std::move(labels), hash});
}

const std::vector<Label>& Labels::all() const {
  static const std::vector<Label> none;
  return set_ ? set_->labels : none;
}

std::string_view Labels::get(std::string_view name) const {
  if (!set_) return {};
  const auto found =
      std::lower_bound(set_->labels.begin(), set_->labels.end(), name,
                       [](const Label& label, std::string_view n) { return label.first < n; });
  if (found == set_->labels.end() || found->first != name) return {};
  return found->second;
}

bool Labels::operator==(const Labels& other) const {
  if (set_ == other.set_) return true;
  if (!set_ || !other.set_) return false;
  return set_->hash == other.set_->hash && set_->labels == other.set_->labels;
}

std::string_view LabelsBuilder::get(std::string_view name) const {
  for (const auto& [key, value] : labels_)
    if (key == name) return value;
  return {};
}

void LabelsBuilder::set(std::string_view name, std::string_view value) {
  if (value.empty()) return erase(name);
  for (auto& [key, old] : labels_)
    if (key == name) {
      old = value;
      return;
    }
  labels_.emplace_back(name, value);
}

void LabelsBuilder::erase(std::string_view name) {
  std::erase_if(labels_, [&](const Label& label) { return label.first == name; });
}

std::string to_stream_text(const Labels& labels) {
  std::string out = "{";
  for (const auto& [name, value] : labels.all()) {
    if (is_internal_label(name)) continue;
    if (out.size() > 1) out += ", ";
    out += name;
    out += '=';
    append_quoted(out, value);
  }
  out += '}';
  return out;
}

}  // namespace telemetry
