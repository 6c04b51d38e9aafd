#include "telemetry/wire/loki_push.h"

#include <algorithm>

#include "telemetry/wire/proto.h"
#include "telemetry/wire/snappy.h"

namespace telemetry::wire {
namespace {

constexpr char kStreamKey = field_key(kStream, WireType::bytes);
constexpr char kLabelsKey = field_key(kLabels, WireType::bytes);
constexpr char kEntryKey = field_key(kEntry, WireType::bytes);

/// Bytes of a length-delimited field with a one-byte key.
size_t field_size(size_t content) {
  return 1 + varint_size(content) + content;
}

size_t pair_size(const Metadata& pair) {
  return field_size(pair.name.size) + field_size(pair.value.size);
}

/// An encoded timestamp message with its key and length: at most 2 + 11 + 6 bytes.
struct EncodedTime {
  char bytes[19];
  size_t size;

  explicit EncodedTime(int64_t ns) {
    int64_t seconds = ns / kNanosPerSecond;
    int64_t nanos = ns % kNanosPerSecond;
    if (nanos < 0) {
      nanos += kNanosPerSecond;
      --seconds;
    }
    char* to = bytes + 2;
    if (seconds != 0) {
      *to++ = field_key(kSeconds, WireType::varint);
      to = put_varint(to, static_cast<uint64_t>(seconds));
    }
    if (nanos != 0) {
      *to++ = field_key(kNanos, WireType::varint);
      to = put_varint(to, static_cast<uint64_t>(nanos));
    }
    size = static_cast<size_t>(to - bytes);
    bytes[0] = field_key(kTimestamp, WireType::bytes);
    bytes[1] = static_cast<char>(size - 2);
  }
};

/// What precedes the entries of a stream: key, length, labels.
std::string stream_head(std::string_view labels, size_t entries_size) {
  char number[10];
  std::string head(1, kStreamKey);
  const size_t size = field_size(labels.size()) + entries_size;
  head.append(number, static_cast<size_t>(put_varint(number, size) - number));
  head += kLabelsKey;
  head.append(number, static_cast<size_t>(put_varint(number, labels.size()) - number));
  head += labels;
  return head;
}

/// Time and sizes of an encoded entry.
PushEncoder::Encoded read_entry(std::string_view content) {
  PushEncoder::Encoded entry;
  ProtoReader in(content);
  while (in.next()) {
    const uint32_t tag = in.tag();
    const std::string_view field = in.bytes();
    if (tag == kTimestamp) {
      entry.timestamp_ns = read_push_time(field);
      continue;
    }
    if (tag == kLine) entry.line_bytes = field.size();
    entry.bytes += field.size();
  }
  return entry;
}

}  // namespace

int64_t read_push_time(std::string_view message) {
  ProtoReader in(message);
  uint64_t ns = 0;  // Unsigned: the seconds of the least time alone do not fit.
  while (in.next()) {
    if (in.type() != WireType::varint) {
      in.skip();
      continue;
    }
    const uint64_t value = in.varint();
    if (in.tag() == kSeconds) ns += value * uint64_t{kNanosPerSecond};
    if (in.tag() == kNanos) ns += value;
  }
  return static_cast<int64_t>(ns);
}

uint32_t PushEncoder::stream(const Labels& labels) {
  const auto [known, is_new] = by_labels_.try_emplace(labels, 0);
  if (!is_new) return known->second;
  const auto index = static_cast<uint32_t>(streams_.size());
  const auto [same, is_new_text] = by_text_.try_emplace(to_stream_text(labels), index);
  if (is_new_text) streams_.push_back({.labels = same->first});
  return known->second = same->second;
}

bool PushEncoder::has_stream(const Labels& labels) const {
  return by_labels_.contains(labels) || by_text_.contains(to_stream_text(labels));
}

size_t PushEncoder::size_of(const LogBatch& batch, const Entry& entry) {
  size_t size = entry.line.size;
  for (const Metadata& pair : batch.metadata_of(entry)) size += pair_size(pair);
  return size;
}

void PushEncoder::add(uint32_t stream, const LogBatch& batch, const Entry& entry) {
  const EncodedTime time(entry.timestamp_ns);
  const auto metadata = batch.metadata_of(entry);
  size_t size = time.size + field_size(entry.line.size);
  for (const Metadata& pair : metadata) size += field_size(pair_size(pair));

  char head[48];
  char* to = head;
  *to++ = kEntryKey;
  to = put_varint(to, size);
  std::copy(time.bytes, time.bytes + time.size, to);
  to += time.size;
  *to++ = field_key(kLine, WireType::bytes);
  to = put_varint(to, entry.line.size);

  const size_t offset = encoded_.size();
  encoded_.append(head, static_cast<size_t>(to - head));
  encoded_.append(batch.line(entry));
  for (const Metadata& pair : metadata) {
    to = head;
    *to++ = field_key(kMetadata, WireType::bytes);
    encoded_.append(head, static_cast<size_t>(put_varint(to, pair_size(pair)) - head));
    append_bytes(encoded_, kName, batch.text(pair.name));
    append_bytes(encoded_, kValue, batch.text(pair.value));
  }
  extend(streams_[stream], offset, encoded_.size() - offset);
  ++entries_;
  bytes_ += size_of(batch, entry);
}

void PushEncoder::extend(Stream& stream, size_t offset, size_t size) {
  const bool has_runs = stream.size > 0;
  stream.size += size;
  if (has_runs && runs_[stream.last].offset + runs_[stream.last].size == offset) {
    runs_[stream.last].size += size;
    return;
  }
  const auto index = static_cast<uint32_t>(runs_.size());
  runs_.push_back({offset, size, index});
  if (has_runs)
    runs_[stream.last].next = index;
  else
    stream.first = index;
  stream.last = index;
}

template <class Visit>
void PushEncoder::for_each_run(const Stream& stream, Visit visit) const {
  if (stream.size == 0) return;
  for (uint32_t i = stream.first;; i = runs_[i].next) {
    visit(runs_[i]);
    if (i == stream.last) return;
  }
}

std::string PushEncoder::finish() const {
  std::vector<std::string> heads;
  heads.reserve(streams_.size());
  std::vector<std::string_view> pieces;
  pieces.reserve(streams_.size() + runs_.size());
  for (const Stream& stream : streams_) {
    if (stream.size == 0) continue;
    pieces.emplace_back(heads.emplace_back(stream_head(stream.labels, stream.size)));
    for_each_run(stream, [&](const Run& run) {
      pieces.push_back(std::string_view(encoded_).substr(run.offset, run.size));
    });
  }
  return compress_block(pieces);
}

std::vector<PushEncoder::Encoded> PushEncoder::encoded() const {
  std::vector<Encoded> all;
  all.reserve(entries_);
  for (uint32_t i = 0; i < streams_.size(); ++i)
    for_each_run(streams_[i], [&](const Run& run) {
      ProtoReader in(std::string_view(encoded_).substr(run.offset, run.size));
      while (in.next()) {
        const std::string_view content = in.bytes();
        Encoded entry = read_entry(content);
        entry.stream = i;
        entry.size = field_size(content.size());
        entry.offset =
            static_cast<size_t>(content.data() - encoded_.data()) + content.size() - entry.size;
        all.push_back(entry);
      }
    });
  return all;
}

std::string PushEncoder::finish(std::span<const Encoded> entries) const {
  std::vector<std::string> heads;
  heads.reserve(streams_.size());
  std::vector<std::string_view> pieces;
  while (!entries.empty()) {
    const uint32_t stream = entries.front().stream;
    const size_t head = pieces.size();
    pieces.emplace_back();
    size_t size = 0;
    for (; !entries.empty() && entries.front().stream == stream; entries = entries.subspan(1)) {
      const Encoded& entry = entries.front();
      pieces.push_back(std::string_view(encoded_).substr(entry.offset, entry.size));
      size += entry.size;
    }
    pieces[head] = heads.emplace_back(stream_head(streams_[stream].labels, size));
  }
  return compress_block(pieces);
}

void PushEncoder::reset() {
  encoded_.clear();
  runs_.clear();
  streams_.clear();
  by_labels_.clear();
  by_text_.clear();
  entries_ = 0;
  bytes_ = 0;
}

}  // namespace telemetry::wire
