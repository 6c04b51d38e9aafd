#include "components/loki/source_syslog/label_maker.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "components/loki/source_syslog/parse_rfc5424.h"

namespace components::loki::source_syslog {
namespace {

using telemetry::relabel::Action;

constexpr std::string_view kStructuredData = "__syslog_message_sd_";

bool goes_by_names(const telemetry::relabel::Rule& rule) {
  return rule.action == Action::labelmap || rule.action == Action::labeldrop ||
         rule.action == Action::labelkeep;
}

void add_structured_data(telemetry::LabelsBuilder& labels, std::string_view data) {
  each_parameter(data, [&](std::string_view id, std::string_view name, std::string_view value) {
    std::string label = fmt::format("{}{}_{}", kStructuredData, id, name);
    for (char& c : label) {
      const bool legal =
          (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
      if (!legal) c = '_';
    }
    labels.set(label, unescaped_parameter(value));
  });
}

}  // namespace

LabelMaker::LabelMaker(std::shared_ptr<const RelabelRules> rules) : rules_(std::move(rules)) {
  if (!rules_) rules_ = std::make_shared<const RelabelRules>();
  uses_all_ = std::any_of(rules_->begin(), rules_->end(), goes_by_names);
  used_ = {.severity = uses("__syslog_message_severity"),
           .facility = uses("__syslog_message_facility"),
           .hostname = uses("__syslog_message_hostname"),
           .app_name = uses("__syslog_message_app_name"),
           .proc_id = uses("__syslog_message_proc_id"),
           .msg_id = uses("__syslog_message_msg_id"),
           .counter = uses("__syslog_message_msg_counter"),
           .sequence = uses("__syslog_message_sequence"),
           .structured_data = uses(kStructuredData)};
}

/// `label` may be the beginning of names.
bool LabelMaker::uses(std::string_view label) const {
  if (uses_all_) return true;
  return std::any_of(rules_->begin(), rules_->end(), [&](const telemetry::relabel::Rule& rule) {
    const auto& sources = rule.source_labels;
    return rule.target_label.starts_with(label) ||
           std::any_of(sources.begin(), sources.end(),
                       [&](const std::string& source) { return source.starts_with(label); });
  });
}

Origin LabelMaker::origin(const river::schema::LabelMap& labels, std::string_view ip,
                          std::string_view host_name) const {
  Origin origin;
  for (const auto& [name, value] : labels.entries) origin.base.set(name, value);
  origin.base.set("__syslog_connection_ip_address", uses_address() ? ip : "");
  origin.base.set("__syslog_connection_hostname", uses_host_name() ? host_name : "");
  for (const auto& [name, value] : origin.base.all()) {
    origin.key += name;
    origin.key += '\0';
    origin.key += value;
    origin.key += '\0';
  }
  return origin;
}

uint32_t LabelMaker::index(telemetry::LogBatch& batch, const Origin& origin, const Message& message,
                           bool structured_data) {
  make_key(origin, message, structured_data);
  Combination& combination = find();
  if (combination.batch == 0) combination.labels = make(origin, message, structured_data);
  if (combination.batch != batch_) {
    combination.batch = batch_;
    combination.index = static_cast<uint32_t>(batch.label_sets.size());
    batch.label_sets.push_back(combination.labels);
  }
  return combination.index;
}

void LabelMaker::make_key(const Origin& origin, const Message& message, bool structured_data) {
  key_ = origin.key;
  const auto add = [this](bool is_used, std::string_view field) {
    if (!is_used) return;
    key_ += field;
    key_ += '\0';
  };
  if (used_.severity || used_.facility) {
    const int shown = message.priority < 0 ? -1
                      : used_.facility     ? message.priority
                                           : message.priority % 8;
    key_ += static_cast<char>(shown);
    key_ += shown < 0 ? '-' : '+';
  }
  add(used_.hostname, message.hostname);
  add(used_.app_name, message.app_name);
  add(used_.proc_id, message.proc_id);
  add(used_.msg_id, message.msg_id);
  add(used_.counter, message.counter);
  add(used_.sequence, message.sequence);
  add(used_.structured_data && structured_data, message.structured_data);
}

/// The combination of key_, new or known; moves it to the recent ones.
LabelMaker::Combination& LabelMaker::find() {
  if (const auto known = recent_.find(key_); known != recent_.end()) return known->second;
  if (recent_.size() >= kCombinationsMax) {
    earlier_ = std::move(recent_);
    recent_.clear();
  }
  if (auto known = earlier_.extract(key_)) return recent_.insert(std::move(known)).position->second;
  return recent_.try_emplace(key_).first->second;
}

telemetry::Labels LabelMaker::make(const Origin& origin, const Message& message,
                                   bool structured_data) const {
  telemetry::LabelsBuilder labels = origin.base;
  if (message.priority >= 0) {
    labels.set("__syslog_message_severity", severity_word(message.priority));
    labels.set("__syslog_message_facility", facility_word(message.priority));
  }
  labels.set("__syslog_message_hostname", message.hostname);
  labels.set("__syslog_message_app_name", message.app_name);
  labels.set("__syslog_message_proc_id", message.proc_id);
  labels.set("__syslog_message_msg_id", message.msg_id);
  labels.set("__syslog_message_msg_counter", message.counter);
  labels.set("__syslog_message_sequence", message.sequence);
  if (structured_data) add_structured_data(labels, message.structured_data);
  // A rule that drops does not drop here: the labels count as they are at that moment.
  telemetry::relabel::apply(*rules_, labels);
  std::vector<telemetry::Label> shown;
  for (const auto& label : labels.all())
    if (!label.first.starts_with("__")) shown.push_back(label);
  return telemetry::Labels(std::move(shown));
}

}  // namespace components::loki::source_syslog
