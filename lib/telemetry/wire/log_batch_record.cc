#include "telemetry/wire/log_batch_record.h"

#include <cstring>
#include <limits>
#include <utility>

#include "telemetry/wire/proto.h"

namespace telemetry::wire {
namespace {

constexpr uint32_t kRecordVersion = 1;
constexpr size_t kTrailerBytes = 8;
constexpr size_t kVarintBytesMax = 10;
constexpr size_t kEntryBytesLeast = 5;  ///< timestamp, offset, size, set, metadata: a byte each

constexpr uint64_t to_zigzag(int64_t value) {
  return static_cast<uint64_t>(value) << 1 ^ static_cast<uint64_t>(value >> 63);
}
constexpr uint64_t from_zigzag(uint64_t value) {
  return value >> 1 ^ (~(value & 1) + 1);
}

/// As differences wrap around, they are computed without sign.
uint64_t difference(int64_t value, int64_t before) {
  return to_zigzag(
      static_cast<int64_t>(static_cast<uint64_t>(value) - static_cast<uint64_t>(before)));
}

void append_text(std::string& out, std::string_view text) {
  append_number(out, text.size());
  out += text;
}

/// Reads the tables. Errors are sticky: reads after a failure give zero or nothing.
class RecordTables {
 public:
  RecordTables(std::string_view tables, uint64_t text_bytes)
      : rest_(tables), text_bytes_(text_bytes) {}

  uint64_t number() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      value |= uint64_t{byte & 0x7fU} << shift;
      if (byte < 0x80) return value;
    }
    ok_ = false;
    return 0;
  }

  /// A number of things of which each takes at least so many bytes of what is left.
  size_t count(size_t bytes_each) {
    const uint64_t value = number();
    if (value > rest_.size() / bytes_each) ok_ = false;
    return ok_ ? static_cast<size_t>(value) : 0;
  }

  std::string_view text() {
    const size_t size = count(1);
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  Slice slice() {
    const uint64_t offset = slice_end_ + from_zigzag(number()), size = number();
    if (offset > text_bytes_ || size > text_bytes_ - offset) ok_ = false;
    if (!ok_) return {};
    slice_end_ = offset + size;
    return {static_cast<uint32_t>(offset), static_cast<uint32_t>(size)};
  }

  bool ok() const { return ok_; }
  bool is_whole() const { return ok_ && rest_.empty(); }

 private:
  std::string_view rest_;
  uint64_t text_bytes_;
  uint64_t slice_end_ = 0;
  bool ok_ = true;
};

void read_sets(RecordTables& in, LogBatch& batch) {
  const size_t sets = in.count(1);
  batch.label_sets.reserve(sets);
  for (size_t i = 0; i < sets && in.ok(); ++i) {
    std::vector<Label> labels(in.count(2));
    for (Label& label : labels) {
      label.first = in.text();
      label.second = in.text();
    }
    batch.label_sets.emplace_back(std::move(labels));
  }
}

/// False when an index is out of bounds.
bool read_entries(RecordTables& in, LogBatch& batch) {
  const size_t entries = in.count(kEntryBytesLeast);
  batch.entries.reserve(entries);
  uint64_t timestamp_ns = 0;
  for (size_t i = 0; i < entries && in.ok(); ++i) {
    timestamp_ns += from_zigzag(in.number());
    const Slice line = in.slice();
    const uint64_t labels = in.number();
    const size_t pairs = in.count(4);
    const auto first = static_cast<uint32_t>(batch.metadata.size());
    for (size_t pair = 0; pair < pairs; ++pair) {
      const Slice name = in.slice();
      batch.metadata.push_back({name, in.slice()});
    }
    if (labels >= batch.label_sets.size()) return false;
    batch.entries.push_back({static_cast<int64_t>(timestamp_ns), line,
                             static_cast<uint32_t>(labels), first, static_cast<uint32_t>(pairs)});
  }
  return true;
}

}  // namespace

LogBatchRecord::LogBatchRecord(const LogBatch& batch) : batch_(batch) {
  size_t used = 0;
  for (const Entry& entry : batch.entries) {
    used += entry.line.size;
    for (const Metadata& pair : batch.metadata_of(entry)) used += pair.name.size + pair.value.size;
  }
  is_compact_ = used < batch.buffer.size() / 2;
  if (is_compact_) compact_.reserve(used);
  constexpr size_t kEntryBytes = 10;
  tables_.reserve(batch.entries.size() * kEntryBytes + kTrailerBytes);
  add_sets();
  append_number(tables_, batch.entries.size());
  int64_t timestamp_ns = 0;
  for (const Entry& entry : batch.entries) add_entry(entry, timestamp_ns);
  const uint32_t trailer[] = {static_cast<uint32_t>(pieces()[0].size()), kRecordVersion};
  static_assert(sizeof trailer == kTrailerBytes);
  tables_.append(reinterpret_cast<const char*>(trailer), sizeof trailer);
}

void LogBatchRecord::add_sets() {
  constexpr auto kUnused = std::numeric_limits<uint32_t>::max();
  new_index_.assign(batch_.label_sets.size(), kUnused);
  std::vector<const Labels*> sets;
  for (const Entry& entry : batch_.entries) {
    uint32_t& index = new_index_[entry.labels];
    if (index != kUnused) continue;
    index = static_cast<uint32_t>(sets.size());
    sets.push_back(&batch_.labels(entry));
  }
  append_number(tables_, sets.size());
  for (const Labels* set : sets) {
    append_number(tables_, set->all().size());
    for (const auto& [name, value] : set->all()) {
      append_text(tables_, name);
      append_text(tables_, value);
    }
  }
}

void LogBatchRecord::add_entry(const Entry& entry, int64_t& timestamp_ns) {
  // Written in place first: five calls of append() an entry cost more than all the rest.
  char bytes[5 * kVarintBytesMax];
  char* end = put_varint(bytes, difference(entry.timestamp_ns, timestamp_ns));
  end = put_slice(end, entry.line);
  end = put_varint(end, new_index_[entry.labels]);
  end = put_varint(end, entry.metadata_count);
  tables_.append(bytes, static_cast<size_t>(end - bytes));
  timestamp_ns = entry.timestamp_ns;
  for (const Metadata& pair : batch_.metadata_of(entry)) {
    end = put_slice(put_slice(bytes, pair.name), pair.value);
    tables_.append(bytes, static_cast<size_t>(end - bytes));
  }
}

char* LogBatchRecord::put_slice(char* to, Slice slice) {
  if (is_compact_) {
    const auto offset = static_cast<uint32_t>(compact_.size());
    compact_ += batch_.text(slice);
    slice.offset = offset;
  }
  to = put_varint(to, difference(slice.offset, static_cast<int64_t>(slice_end_)));
  slice_end_ = uint64_t{slice.offset} + slice.size;
  return put_varint(to, slice.size);
}

base::Result<LogBatch> decode_log_batch_record(std::string record) {
  if (record.size() < kTrailerBytes) return base::fail("a batch of {} bytes", record.size());
  uint32_t text_bytes = 0, version = 0;
  const char* const trailer = record.data() + record.size() - kTrailerBytes;
  std::memcpy(&text_bytes, trailer, sizeof text_bytes);
  std::memcpy(&version, trailer + sizeof text_bytes, sizeof version);
  if (version != kRecordVersion)
    return base::fail("a batch of version {}; only {} is known", version, kRecordVersion);
  if (text_bytes > record.size() - kTrailerBytes || text_bytes > LogBatch::kBufferBytesMax)
    return base::fail("a batch of {} bytes with {} of text", record.size(), text_bytes);
  LogBatch batch;
  RecordTables in(
      std::string_view(record).substr(text_bytes, record.size() - kTrailerBytes - text_bytes),
      text_bytes);
  read_sets(in, batch);
  if (!read_entries(in, batch) || !in.is_whole())
    return base::fail("a batch of {} bytes with damaged tables", record.size());
  record.resize(text_bytes);
  batch.buffer = std::move(record);
  return batch;
}

}  // namespace telemetry::wire
