#include "components/loki/source_journal/labeller.h"

#include <algorithm>

#include "base/text.h"
#include "telemetry/text.h"

namespace components::loki::source_journal {
namespace {

using telemetry::relabel::Action;

constexpr std::string_view kPrefix = "__journal_";
constexpr std::string_view kPriorityKeyword = "__journal_priority_keyword";
constexpr size_t kMadeMax = 4096;      // Combinations that are remembered.
constexpr size_t kKeyBytesMax = 4096;  // Longer values hardly repeat.

char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

/// The journal field behind a label name, or "".
std::string field_of(std::string_view label) {
  if (label == kPriorityKeyword) return "PRIORITY";
  if (!label.starts_with(kPrefix)) return {};
  std::string field(label.substr(kPrefix.size()));
  std::transform(field.begin(), field.end(), field.begin(), upper);
  return field;
}

std::string label_of(std::string_view field) {
  std::string label(kPrefix);
  std::transform(field.begin(), field.end(), std::back_inserter(label),
                 [](char c) { return base::to_lower(c); });
  return label;
}

std::string_view priority_keyword(std::string_view priority) {
  if (priority.size() != 1 || priority[0] < '0' || priority[0] > '7') return priority;
  return kPriorityKeywords[static_cast<size_t>(priority[0] - '0')];
}

/// Labels whose values a rule reads by name. Rules that only remove labels by pattern need none:
/// what starts with "__" never leaves the source anyway.
void collect_reads(const telemetry::relabel::Rule& rule, std::vector<std::string>& fields) {
  const auto add = [&](const std::string& label) {
    if (std::string field = field_of(label); !field.empty()) fields.push_back(std::move(field));
  };
  for (const std::string& label : rule.source_labels) add(label);
  if (rule.action == Action::keepequal || rule.action == Action::dropequal) add(rule.target_label);
}

}  // namespace

void EntryFields::set(std::string_view name, std::string_view value) {
  for (size_t i = 0; i < size_; ++i)
    if (fields_[i].first == name) {
      fields_[i].second.assign(value);
      return;
    }
  if (size_ == fields_.size()) fields_.emplace_back();
  fields_[size_].first.assign(name);
  fields_[size_].second.assign(value);
  ++size_;
}

std::string_view EntryFields::get(std::string_view name) const {
  for (size_t i = 0; i < size_; ++i)
    if (fields_[i].first == name) return fields_[i].second;
  return {};
}

void append_json_line(std::string& out, const EntryFields& fields) {
  std::vector<const telemetry::Label*> sorted;
  sorted.reserve(fields.size());
  for (size_t i = 0; i < fields.size(); ++i) sorted.push_back(&fields.at(i));
  std::sort(sorted.begin(), sorted.end(),
            [](const auto* a, const auto* b) { return a->first < b->first; });
  out += '{';
  for (const telemetry::Label* field : sorted) {
    if (out.back() != '{') out += ',';
    base::append_json_string(out, field->first);
    out += ':';
    base::append_json_string(out, field->second);
  }
  out += '}';
}

std::string_view line_of(const EntryFields& fields, bool as_json, std::string& json) {
  if (!as_json) return fields.get("MESSAGE");
  json.clear();
  append_json_line(json, fields);
  return json;
}

telemetry::Labels base_labels(const Arguments& arguments, const std::string& component_id) {
  std::vector<telemetry::Label> labels(arguments.labels.entries.begin(),
                                       arguments.labels.entries.end());
  labels.emplace_back("job", component_id);  // The last one wins.
  return telemetry::Labels(std::move(labels));
}

Receive receive(const Arguments& arguments, const std::string& component_id) {
  const auto labeller = std::make_shared<Labeller>(
      base_labels(arguments, component_id),
      arguments.relabel_rules.pointer ? *arguments.relabel_rules.pointer : RelabelRules());
  return [labeller, as_json = arguments.format_as_json](const Arrival& arrival,
                                                        telemetry::LogBatch& batch) {
    EntryFields fields;
    for (const auto& [name, value] : arrival.fields) fields.set(name, value);
    std::string json;
    const std::string_view line = line_of(fields, as_json, json);
    const telemetry::Labels* labels = line.empty() ? nullptr : labeller->labels(fields);
    if (labels != nullptr) batch.add(arrival.time_ns, line, *labels);
  };
}

Labeller::Labeller(telemetry::Labels base, RelabelRules rules)
    : base_(std::move(base)), rules_(std::move(rules)), made_(kMadeMax) {
  for (const auto& rule : rules_) {
    collect_reads(rule, wanted_);
    wants_all_ = wants_all_ || rule.action == Action::labelmap;
  }
  std::sort(wanted_.begin(), wanted_.end());
  wanted_.erase(std::unique(wanted_.begin(), wanted_.end()), wanted_.end());
}

bool Labeller::wants(std::string_view field) const {
  return wants_all_ || std::binary_search(wanted_.begin(), wanted_.end(), field, std::less<>());
}

const telemetry::Labels* Labeller::labels(const EntryFields& fields) {
  const auto keep = [](const telemetry::Labels& made) { return made.empty() ? nullptr : &made; };
  key_.clear();
  if (!wants_all_)
    for (const std::string& name : wanted_) {
      // The length in front keeps ("ab","c") apart from ("a","bc").
      const std::string_view value = fields.get(name);
      const auto size = static_cast<uint32_t>(value.size());
      key_.append(reinterpret_cast<const char*>(&size), sizeof(size)).append(value);
    }
  if (wants_all_ || key_.size() > kKeyBytesMax) {
    uncached_ = make(fields);
    return keep(uncached_);
  }
  const telemetry::Labels* known = made_.get(key_);
  return keep(known ? *known : made_.put(key_, make(fields)));
}

telemetry::Labels Labeller::make(const EntryFields& fields) const {
  telemetry::LabelsBuilder labels(base_);
  for (size_t i = 0; i < fields.size(); ++i) {
    const auto& [name, value] = fields.at(i);
    if (wants(name)) labels.set(label_of(name), value);
  }
  if (wants("PRIORITY")) labels.set(kPriorityKeyword, priority_keyword(fields.get("PRIORITY")));
  if (!telemetry::relabel::apply(rules_, labels)) return {};
  std::vector<telemetry::Label> visible;
  for (const auto& [name, value] : labels.all())
    if (!telemetry::is_internal_label(name))
      visible.emplace_back(name, telemetry::valid_utf8(value));
  return telemetry::Labels(std::move(visible));
}

}  // namespace components::loki::source_journal
