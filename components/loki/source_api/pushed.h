#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "components/loki/source_api/requests.h"
#include "telemetry/labels.h"
#include "telemetry/text.h"

/// What both forms of a push have in common.
namespace components::loki::source_api {

/// Whether a request may hold one more entry, and one more pair of metadata.
inline bool has_room(const telemetry::LogBatch& batch) {
  return batch.entries.size() < kEntriesMax && batch.metadata.size() < kMetadataMax;
}

/// Fails for what is no name of a label.
inline base::Result<void> add_label(std::vector<telemetry::Label>& labels, std::string_view name,
                                    std::string_view value) {
  if (name.empty() || telemetry::valid_label_name(name) != name)
    return base::fail("\"{}\" is not the name of a label", telemetry::valid_utf8(name));
  labels.emplace_back(name, telemetry::valid_utf8(value));
  return {};
}

/// To the entry that is read now.
inline void add_metadata(telemetry::LogBatch& batch, std::string_view name,
                         std::string_view value) {
  const auto put = [&](std::string_view text) {
    return telemetry::is_utf8(text) ? batch.append(text)
                                    : batch.append(telemetry::valid_utf8(text));
  };
  const telemetry::Slice where = put(name);
  batch.metadata.push_back({where, put(value)});
}

/// Counts a stream's entries as refused.
inline void refuse(Pushed& pushed, size_t entries, std::string problem) {
  if (pushed.problem.empty()) pushed.problem = std::move(problem);
  pushed.refused += entries;
}

/// read_push() of JSON.
base::Result<Pushed> read_json(std::string_view body);

}  // namespace components::loki::source_api
