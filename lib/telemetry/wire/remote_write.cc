#include "telemetry/wire/remote_write.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "telemetry/wire/proto.h"
#include "telemetry/wire/snappy.h"

namespace telemetry::wire {
namespace {

enum RequestTag : uint32_t { kTimeSeries = 1 };
enum TimeSeriesTag : uint32_t { kLabel = 1, kSample = 2, kExemplar = 3, kHistogram = 4 };
enum LabelTag : uint32_t { kName = 1, kValue = 2 };
enum SampleTag : uint32_t { kNumber = 1, kTime = 2 };
enum ExemplarTag : uint32_t { kExemplarTime = 3 };
enum HistogramTag : uint32_t { kHistogramTime = 15 };

constexpr size_t kFixed64Bytes = 1 + sizeof(uint64_t);

/// The times of histograms and exemplars stand in fields of the same type.
int64_t time_of(std::string_view message, uint32_t tag) {
  ProtoReader in(message);
  int64_t time = 0;
  while (in.next())
    if (in.tag() == tag && in.type() == WireType::varint) {
      time = static_cast<int64_t>(in.varint());
    } else {
      in.skip();
    }
  return time;
}

/// Reads requests into a batch.
class Decoder {
 public:
  bool read(std::string_view message) {
    ProtoReader in(message);
    while (in.next())
      if (in.tag() == kTimeSeries) {
        if (!read_series(in.bytes())) return false;
      } else {
        in.skip();
      }
    return in.ok();
  }
  SampleBatch finish() {
    batch_.series = builder_.build();
    return std::move(batch_);
  }

 private:
  bool read_series(std::string_view message) {
    labels_.clear();
    const auto series = static_cast<uint32_t>(builder_.size());
    ProtoReader in(message);
    while (in.next()) {
      const uint32_t tag = in.tag();
      if (tag < kLabel || tag > kHistogram) {
        in.skip();
        continue;
      }
      const std::string_view part = in.bytes();
      if (!in.ok()) return false;
      if (tag == kLabel && !read_label(part)) return false;
      if (tag == kSample && !read_sample(series, part)) return false;
      if (tag == kExemplar) keep(batch_.exemplars, series, part, kExemplarTime);
      if (tag == kHistogram) keep(batch_.histograms, series, part, kHistogramTime);
    }
    std::stable_sort(labels_.begin(), labels_.end(),
                     [](const LabelView& a, const LabelView& b) { return a.name < b.name; });
    for (const LabelView& label : labels_) builder_.add(label.name, label.value);
    return in.ok() && builder_.end_series();
  }

  bool read_label(std::string_view message) {
    LabelView label;
    ProtoReader in(message);
    while (in.next()) {
      if (in.tag() == kName) {
        label.name = in.bytes();
      } else if (in.tag() == kValue) {
        label.value = in.bytes();
      } else {
        in.skip();
      }
    }
    labels_.push_back(label);
    return in.ok();
  }

  bool read_sample(uint32_t series, std::string_view message) {
    Sample sample{series, 0, 0};
    ProtoReader in(message);
    while (in.next()) {
      if (in.tag() == kNumber) {
        sample.value = std::bit_cast<double>(in.fixed64());
      } else if (in.tag() == kTime) {
        sample.time_ms = static_cast<int64_t>(in.varint());
      } else {
        in.skip();
      }
    }
    batch_.samples.push_back(sample);
    return in.ok();
  }

  void keep(std::vector<EncodedSample>& list, uint32_t series, std::string_view message,
            uint32_t time_tag) {
    const Slice slice{static_cast<uint32_t>(batch_.buffer.size()),
                      static_cast<uint32_t>(message.size())};
    batch_.buffer += message;
    list.push_back({series, time_of(message, time_tag), slice});
  }

  SampleBatch batch_;
  SeriesTable::Builder builder_;
  std::vector<LabelView> labels_;
};

}  // namespace

char* WriteEncoder::room(size_t bytes) {
  if (bytes_.size() < used_ + bytes) bytes_.resize(std::max(used_ + bytes, 2 * bytes_.size()));
  return bytes_.data() + used_;
}

void WriteEncoder::end_entry(const char* end) {
  const auto size = static_cast<size_t>(end - (bytes_.data() + used_));
  entries_.push_back({used_, size});
  used_ += size;
}

void WriteEncoder::add(std::string_view labels, int64_t time_ms, double value) {
  const auto time = static_cast<uint64_t>(time_ms);
  const size_t sample = kFixed64Bytes + 1 + varint_size(time);
  char* to = room(labels.size() + kSampleBytesMax);
  *to++ = field_key(kTimeSeries, WireType::bytes);
  to = put_varint(to, labels.size() + 2 + sample);
  to = std::copy(labels.begin(), labels.end(), to);
  *to++ = field_key(kSample, WireType::bytes);
  *to++ = static_cast<char>(sample);  // At most 20: one byte.
  *to++ = field_key(kNumber, WireType::fixed64);
  const auto number = std::bit_cast<std::array<char, sizeof(double)>>(value);
  to = std::copy(number.begin(), number.end(), to);
  *to++ = field_key(kTime, WireType::varint);
  end_entry(put_varint(to, time));
}

void WriteEncoder::add_histogram(std::string_view labels, std::string_view message) {
  add_message(labels, kHistogram, message);
}

void WriteEncoder::add_exemplar(std::string_view labels, std::string_view message) {
  add_message(labels, kExemplar, message);
}

void WriteEncoder::add_message(std::string_view labels, uint32_t tag, std::string_view message) {
  char* to = room(labels.size() + message.size() + kSampleBytesMax);
  *to++ = field_key(kTimeSeries, WireType::bytes);
  to = put_varint(to, labels.size() + 1 + varint_size(message.size()) + message.size());
  to = std::copy(labels.begin(), labels.end(), to);
  *to++ = field_key(tag, WireType::bytes);
  to = put_varint(to, message.size());
  end_entry(std::copy(message.begin(), message.end(), to));
}

std::string WriteEncoder::finish(std::span<const Encoded> entries) const {
  // Entries that follow each other are one piece.
  std::vector<std::string_view> pieces;
  size_t end = SIZE_MAX;
  for (const Encoded& entry : entries) {
    const std::string_view bytes = std::string_view(bytes_).substr(entry.offset, entry.size);
    if (entry.offset == end) {
      pieces.back() = {pieces.back().data(), pieces.back().size() + entry.size};
    } else {
      pieces.push_back(bytes);
    }
    end = entry.offset + entry.size;
  }
  return compress_block(pieces);
}

void WriteEncoder::reset() {
  used_ = 0;
  entries_.clear();
}

base::Result<SampleBatch> decode_write(std::string_view body) {
  auto message = uncompress_block(body, kWriteBytesMax);
  if (!message) return tl::unexpected(message.error());
  Decoder decoder;
  if (!decoder.read(*message))
    return base::fail("not a WriteRequest of Prometheus' remote write, or one that is too large");
  return decoder.finish();
}

}  // namespace telemetry::wire
