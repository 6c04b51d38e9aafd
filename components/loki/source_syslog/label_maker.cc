#include "components/loki/source_syslog/label_maker.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <utility>

#include "components/loki/source_syslog/parse.h"
#include "telemetry/text.h"

namespace components::loki::source_syslog {
namespace {

using telemetry::relabel::Action;

constexpr std::string_view kStructuredData = "__syslog_message_sd_";

/// Whether the rule reads the label's value: by its name, or as one that labelmap copies.
bool rule_reads(const telemetry::relabel::Rule& rule, std::string_view label) {
  if (rule.action == Action::labelmap)
    return RE2::FullMatch(re2::StringPiece(label.data(), label.size()), *rule.regex);
  const bool compares = rule.action == Action::keepequal || rule.action == Action::dropequal;
  if (compares && rule.target_label == label) return true;
  return std::find(rule.source_labels.begin(), rule.source_labels.end(), label) !=
         rule.source_labels.end();
}

/// Appends a field so that no two lists of fields give the same text: its size, then its bytes.
void append_key(std::string& key, std::string_view field) {
  const auto size = static_cast<uint32_t>(field.size());
  key.append(reinterpret_cast<const char*>(&size), sizeof size).append(field);
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
  uses_host_name_ = reads("__syslog_connection_hostname");
  uses_address_ = uses_host_name_ || reads("__syslog_connection_ip_address");
  used_ = {.severity = reads("__syslog_message_severity"),
           .facility = reads("__syslog_message_facility"),
           .hostname = reads("__syslog_message_hostname"),
           .app_name = reads("__syslog_message_app_name"),
           .proc_id = reads("__syslog_message_proc_id"),
           .msg_id = reads("__syslog_message_msg_id"),
           .counter = reads("__syslog_message_msg_counter"),
           .sequence = reads("__syslog_message_sequence"),
           .structured_data = reads_structured_data()};
}

bool LabelMaker::reads(std::string_view label) const {
  return std::any_of(rules_->begin(), rules_->end(),
                     [&](const auto& rule) { return rule_reads(rule, label); });
}

/// Its labels have names that only messages know, so any labelmap may copy them.
bool LabelMaker::reads_structured_data() const {
  const auto is_one = [](const std::string& label) { return label.starts_with(kStructuredData); };
  return std::any_of(rules_->begin(), rules_->end(), [&](const telemetry::relabel::Rule& rule) {
    return rule.action == Action::labelmap || is_one(rule.target_label) ||
           std::any_of(rule.source_labels.begin(), rule.source_labels.end(), is_one);
  });
}

Origin LabelMaker::origin(const river::schema::LabelMap& labels, std::string_view ip,
                          std::string_view host_name) const {
  Origin origin;
  for (const auto& [name, value] : labels.entries) origin.base.set(name, value);
  origin.base.set("__syslog_connection_ip_address", uses_address() ? ip : "");
  origin.base.set("__syslog_connection_hostname", uses_host_name() ? host_name : "");
  for (const auto& [name, value] : origin.base.all()) {
    append_key(origin.key, name);
    append_key(origin.key, value);
  }
  return origin;
}

uint32_t LabelMaker::index(telemetry::LogBatch& batch, const Origin& origin, const Message& message,
                           bool structured_data) {
  make_key(origin, message, structured_data);
  Combination* combination = combinations_.get(key_);
  if (!combination)
    combination = &combinations_.put(key_, {make(origin, message, structured_data), 0, 0});
  if (combination->batch != batch_) {
    combination->batch = batch_;
    combination->index = static_cast<uint32_t>(batch.label_sets.size());
    batch.label_sets.push_back(combination->labels);
  }
  return combination->index;
}

void LabelMaker::make_key(const Origin& origin, const Message& message, bool structured_data) {
  key_ = origin.key;
  const auto add = [this](bool is_used, std::string_view field) {
    if (is_used) append_key(key_, field);
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
  for (const auto& [name, value] : labels.all())
    if (!telemetry::is_internal_label(name)) shown.emplace_back(name, telemetry::valid_utf8(value));
  return telemetry::Labels(std::move(shown));
}

}  // namespace components::loki::source_syslog
