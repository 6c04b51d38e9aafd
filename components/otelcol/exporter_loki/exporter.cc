#include "components/otelcol/exporter_loki/exporter.h"

#include <optional>
#include <unordered_map>
#include <utility>

#include "components/otelcol/exporter_loki/record.h"

namespace components::otelcol::exporter_loki {
namespace {

namespace otlp = telemetry::otlp;
using telemetry::LogBatch;
using telemetry::Signal;

/// The label sets of a batch. Records of a service have few different ones, so each is made once.
class LabelSets {
 public:
  explicit LabelSets(LogBatch& batch) : batch_(batch) {}

  /// The index of the record's labels; nothing when one of them has no name in Loki.
  std::optional<uint32_t> of(const Record& record) {
    key_.clear();
    for (const auto& [name, value] : record.labels()) {
      key_.append(name).push_back('\0');
      key_.append(value).push_back('\0');
    }
    if (const auto known = indexes_.find(key_); known != indexes_.end()) return known->second;
    std::vector<telemetry::Label> labels;
    for (const auto& [attribute, value] : record.labels()) {
      auto name = label_name(attribute);
      if (!name) return std::nullopt;
      labels.emplace_back(std::move(*name), value);
    }
    const uint32_t index = batch_.intern(telemetry::Labels(std::move(labels)));
    indexes_.emplace(key_, index);
    return index;
  }

 private:
  LogBatch& batch_;
  std::string key_;
  std::unordered_map<std::string, uint32_t> indexes_;
};

}  // namespace

ToLines::ToLines(const base::metrics::Scope& metrics, base::Logger log)
    : Converter(metrics, std::move(log),
                {Signal::logs, telemetry::Flow::kLines,
                 "only logs can be sent to loki components: other data of OTLP is dropped; take "
                 "this component out of `metrics` and `traces` of the outputs that name it"}),
      no_label_name_(flow().dropped("label_name")),
      bad_format_(flow().dropped("format")),
      too_large_(flow().dropped("too_large")) {}

LogBatch ToLines::convert(const telemetry::OtlpBatch& batch) {
  LogBatch lines;
  LabelSets label_sets(lines);
  std::string line;
  for (const telemetry::OtlpSlice& slice : batch.slices) {
    otlp::Document document(Signal::logs, slice);
    document.each_item([&](otlp::Item& item) {
      const Record record(item);
      line.clear();
      if (!append_line(line, record)) return bad_format_->add(1);
      const auto labels = label_sets.of(record);
      if (!labels) return no_label_name_->add(1);
      if (!lines.has_room(line.size())) return too_large_->add(1);
      const int64_t time = record.timestamp_ns();
      lines.entries.push_back({time != 0 ? time : now_ns(), lines.append(line), *labels, 0, 0});
    });
  }
  return lines;
}

int64_t ToLines::now_ns() {
  base::Lock lock(mutex_);
  return timestamps_.take(1);
}

}  // namespace components::otelcol::exporter_loki
