#pragma once
#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ensure.h"
#include "telemetry/batch.h"
#include "telemetry/labels.h"

namespace telemetry {

/// The label that says which tenant of its backend a line is for; it is not sent as a label.
inline constexpr std::string_view kTenantLabel = "__tenant_id__";

/// One name/value pair of structured metadata, both in the batch's buffer.
struct Metadata {
  Slice name;
  Slice value;
};

/// One log line. 32 bytes, trivially copyable.
struct Entry {
  int64_t timestamp_ns = 0;  ///< since the Unix epoch
  Slice line;
  uint32_t labels = 0;          ///< index into LogBatch::label_sets
  uint32_t metadata_first = 0;  ///< index into LogBatch::metadata
  uint32_t metadata_count = 0;
};

/// Many log lines on their way from a source to a sink. Whoever holds a batch owns it. Lines are
/// slices of one buffer; labels are indexes into a small table, so relabelling touches each
/// distinct set once and no line at all.
struct LogBatch : BatchHead {
  std::string buffer;
  std::vector<Entry> entries;
  std::vector<Labels> label_sets;
  std::vector<Metadata> metadata;
  /// intern()'s own, once there are many label sets: a hash table of indexes + 1.
  std::vector<uint32_t> index_of_sets;
  size_t indexed_sets = 0;

  std::string_view text(Slice slice) const {
    return std::string_view(buffer).substr(slice.offset, slice.size);
  }
  std::string_view line(const Entry& entry) const { return text(entry.line); }
  const Labels& labels(const Entry& entry) const { return label_sets[entry.labels]; }
  std::span<const Metadata> metadata_of(const Entry& entry) const {
    return std::span(metadata).subspan(entry.metadata_first, entry.metadata_count);
  }

  size_t count() const { return entries.size(); }
  /// Memory of the lines: their text and their entries.
  size_t bytes() const { return buffer.size() + entries.size() * sizeof(Entry); }

  /// What the buffer may hold: a Slice reaches 4 GiB.
  static constexpr size_t kBufferBytesMax = size_t{1} << 30;

  bool has_room(size_t bytes) const {
    return bytes <= kBufferBytesMax - std::min(buffer.size(), kBufferBytesMax);
  }
  /// Puts bytes at the end of the buffer. They must fit: sources bound their lines and send a batch
  /// after some 256 KiB; who makes text of other text asks has_room() first.
  Slice append(std::string_view bytes) {
    ENSURE(has_room(bytes.size()));
    const auto offset = static_cast<uint32_t>(buffer.size());
    buffer.append(bytes);
    return {offset, static_cast<uint32_t>(bytes.size())};
  }
  /// Index of the label set, added when new. A set that was changed in place since it was interned
  /// may get a second index.
  uint32_t intern(const Labels& labels);
  void add(int64_t timestamp_ns, std::string_view line, const Labels& labels) {
    entries.push_back({timestamp_ns, append(line), intern(labels), 0, 0});
  }
};

using LogReceiver = Receiver<LogBatch>;

}  // namespace telemetry
