#include "telemetry/wire/loki_push.h"

#include <algorithm>

#include "telemetry/wire/loki_push_tags.h"
#include "telemetry/wire/proto.h"
#include "telemetry/wire/snappy_block.h"

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

}  // namespace

uint32_t PushEncoder::stream(const Labels& labels) {
  const auto [known, is_new] = by_labels_.try_emplace(labels, 0);
  if (!is_new) return known->second;
  const auto index = static_cast<uint32_t>(streams_.size());
  const auto [same, is_new_text] = by_text_.try_emplace(to_stream_text(labels), index);
  if (is_new_text) streams_.push_back({.labels = same->first});
  return known->second = same->second;
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

std::string PushEncoder::finish() const {
  std::vector<std::string> heads;  // Of streams: key, length, labels.
  heads.reserve(streams_.size());
  std::vector<std::string_view> pieces;
  pieces.reserve(streams_.size() + runs_.size());
  for (const Stream& stream : streams_) {
    if (stream.size == 0) continue;
    char number[10];
    const size_t size = field_size(stream.labels.size()) + stream.size;
    std::string& head = heads.emplace_back(1, kStreamKey);
    head.append(number, static_cast<size_t>(put_varint(number, size) - number));
    head += kLabelsKey;
    head.append(number, static_cast<size_t>(put_varint(number, stream.labels.size()) - number));
    head += stream.labels;
    pieces.emplace_back(head);
    for (uint32_t i = stream.first;; i = runs_[i].next) {
      pieces.push_back(std::string_view(encoded_).substr(runs_[i].offset, runs_[i].size));
      if (i == stream.last) break;
    }
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
