#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "telemetry/otlp/model.h"

namespace components::otelcol::exporter_loki {

/// A log record on its way to be a line: its labels, and what is left for the line.
///
/// Attributes become labels when a hint names them: `loki.resource.labels` those of the resource,
/// `loki.attribute.labels` those of the record (a list, or a text with commas; `a.b` also finds the
/// member b of a map a). The severity becomes the label `level`, which an attribute of this name
/// overrides.
class Record {
 public:
  explicit Record(telemetry::otlp::Item& item);

  /// Labels by the names of the attributes that they come from, which the line leaves out.
  const std::map<std::string, std::string>& labels() const { return labels_; }
  /// What `loki.format` says, on the resource or else on the record; empty: nothing.
  std::string_view format() const { return format_; }
  /// The record's time, or when it was observed; 0: neither is known.
  int64_t timestamp_ns() const;

  telemetry::otlp::Node& node() const { return node_; }
  telemetry::otlp::Node* scope() const { return scope_; }
  /// Calls `visit(key, Value)` for the attributes that are neither labels nor hints.
  template <class Visit>
  void each_attribute(Visit visit) const {
    each_of(&node_, visit);
  }
  template <class Visit>
  void each_resource_attribute(Visit visit) const {
    each_of(resource_, visit);
  }

 private:
  using Attributes = telemetry::otlp::Attributes;

  template <class Visit>
  void each_of(telemetry::otlp::Node* owner, Visit visit) const {
    if (owner == nullptr) return;
    Attributes(*owner).each([&](const telemetry::otlp::KeyValue& attribute) {
      if (!is_left_out(attribute.key))
        visit(attribute.key, telemetry::otlp::value_of(attribute.any_value));
    });
  }
  bool is_left_out(std::string_view key) const;
  void add_defaults(const Attributes& resource);
  void add_named(const Attributes& from, const std::optional<telemetry::otlp::Value>& hint);
  void add_level(const Attributes& record);

  telemetry::otlp::Node& node_;
  telemetry::otlp::Node* resource_;
  telemetry::otlp::Node* scope_;
  std::map<std::string, std::string> labels_;
  std::string format_;
};

/// Appends the line of a record in its format: `json` (also when it has none), `logfmt` or `raw`.
/// False: there is no such format, and nothing is appended.
///
/// JSON has body, traceid, spanid, severity, flags, attributes, resources, instrumentation_scope,
/// in this order, without those that are empty. logfmt has the body (taken apart when it is logfmt
/// of one line, else as msg), then the same as traceID, spanID, severity, flags, attribute_NAME,
/// resource_NAME and instrumentation_scope_…. raw is the body alone.
bool append_line(std::string& out, const Record& record);

/// An attribute's name as the name of a label: each run of other characters than letters and digits
/// becomes one `_`, and `key_` goes before a digit. Nothing when nothing is left of it.
std::optional<std::string> label_name(std::string_view attribute);

using LogfmtPairs = std::vector<std::pair<std::string, std::string>>;

/// The pairs of one line of logfmt; a word alone has an empty value. Nothing when it is not logfmt,
/// or more than one line.
std::optional<LogfmtPairs> parse_logfmt(std::string_view text);

/// Appends the pairs. What a key cannot contain is left out of it, and so is a pair without a key;
/// values are quoted when they must be.
void append_logfmt(std::string& out, const LogfmtPairs& pairs);

}  // namespace components::otelcol::exporter_loki
