#include "telemetry/wire/remote_write.h"

#include <algorithm>
#include <bit>
#include <optional>
#include <utility>

#include "base/text.h"
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

/// The times of histograms and exemplars stand in fields of the same type. False for a message that
/// is cut off.
bool read_time(std::string_view message, uint32_t tag, int64_t& time_ms) {
  ProtoReader in(message);
  while (in.next())
    if (in.tag() == tag && in.type() == WireType::varint) {
      time_ms = static_cast<int64_t>(in.varint());
    } else {
      in.skip();
    }
  return in.ok();
}

/// Whether a server takes a series with these labels, which are sorted.
bool is_series(const std::vector<LabelView>& labels) {
  bool is_named = false;
  std::string_view before;
  for (const auto& [name, value] : labels) {
    if (name.empty() || name == before) return false;
    if (!base::is_utf8(name) || !base::is_utf8(value)) return false;
    is_named |= name == "__name__";
    before = name;
  }
  return is_named;
}

/// Reads requests into a batch.
class Decoder {
 public:
  /// `samples_max`: of somebody else, whose labels are checked; nothing: of our own.
  explicit Decoder(std::optional<size_t> samples_max) : samples_max_(samples_max) {}

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
  size_t invalid() const { return invalid_; }

 private:
  bool read_series(std::string_view message) {
    labels_.clear();
    const Counts before{batch_.samples.size(), batch_.histograms.size(), batch_.exemplars.size()};
    ProtoReader in(message);
    while (in.next()) {
      const uint32_t tag = in.tag();
      if (tag < kLabel || tag > kHistogram) {
        in.skip();
        continue;
      }
      const std::string_view part = in.bytes();
      if (!in.ok() || !read_part(tag, part)) return false;
    }
    if (!in.ok()) return false;
    std::stable_sort(labels_.begin(), labels_.end(),
                     [](const LabelView& a, const LabelView& b) { return a.name < b.name; });
    if (samples_max_ && !is_series(labels_)) {
      leave_out(before);
      return true;
    }
    for (const LabelView& label : labels_) builder_.add(label.name, label.value);
    return builder_.end_series();
  }

  bool read_part(uint32_t tag, std::string_view part) {
    if (tag == kLabel) return read_label(part);
    if (samples_max_ && batch_.count() + invalid_ >= *samples_max_) return false;
    const auto series = static_cast<uint32_t>(builder_.size());
    if (tag == kSample) return read_sample(series, part);
    return tag == kExemplar ? keep(batch_.exemplars, series, part, kExemplarTime)
                            : keep(batch_.histograms, series, part, kHistogramTime);
  }

  /// How many there were before a series.
  struct Counts {
    size_t samples, histograms, exemplars;
  };
  void leave_out(const Counts& before) {
    invalid_ += batch_.count() - before.samples - before.histograms - before.exemplars;
    batch_.samples.resize(before.samples);
    batch_.histograms.resize(before.histograms);
    batch_.exemplars.resize(before.exemplars);
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
    if (!label.value.empty()) labels_.push_back(label);
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

  bool keep(std::vector<EncodedSample>& list, uint32_t series, std::string_view message,
            uint32_t time_tag) {
    const Slice slice{static_cast<uint32_t>(batch_.buffer.size()),
                      static_cast<uint32_t>(message.size())};
    int64_t time_ms = 0;
    if (!read_time(message, time_tag, time_ms)) return false;
    batch_.buffer += message;
    list.push_back({series, time_ms, slice});
    return true;
  }

  const std::optional<size_t> samples_max_;
  size_t invalid_ = 0;
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
  Decoder decoder(std::nullopt);
  if (!decoder.read(*message))
    return base::fail("not a WriteRequest of Prometheus' remote write, or one that is too large");
  return decoder.finish();
}

base::Result<ReceivedWrite> read_write(std::string_view message, size_t samples_max) {
  Decoder decoder(samples_max);
  if (!decoder.read(message))
    return base::fail(
        "not a WriteRequest of Prometheus' remote write, or one of more than {} samples",
        samples_max);
  const size_t invalid = decoder.invalid();
  return ReceivedWrite{decoder.finish(), invalid};
}

}  // namespace telemetry::wire
