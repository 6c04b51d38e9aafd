#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "telemetry/sample_batch.h"

/// Prometheus' remote write, version 1: WriteRequest { 1: repeated TimeSeries { 1: repeated Label
/// { 1: name, 2: value }, 2: repeated Sample { 1: value, 2: milliseconds }, 3: repeated Exemplar,
/// 4: repeated Histogram } }, the whole body in one snappy block.
namespace telemetry::wire {

/// Collects samples and makes requests of them: each sample is a TimeSeries of its own, in order of
/// arrival, one after the other in one buffer. Not thread safe.
class WriteEncoder {
 public:
  /// `labels`: as SeriesTable::wire() gives them.
  void add(std::string_view labels, int64_t time_ms, double value);
  /// The message of a histogram or an exemplar.
  void add_histogram(std::string_view labels, std::string_view message);
  void add_exemplar(std::string_view labels, std::string_view message);

  /// One TimeSeries in the buffer.
  struct Encoded {
    size_t offset = 0;
    size_t size = 0;
  };
  const std::vector<Encoded>& encoded() const { return entries_; }
  size_t entries() const { return entries_.size(); }
  size_t bytes() const { return used_; }
  /// What add() would add to bytes(), at most.
  static size_t size_of(std::string_view labels) { return labels.size() + kSampleBytesMax; }

  /// The body of a request with these entries, compressed.
  std::string finish(std::span<const Encoded> entries) const;
  /// Empties the encoder; keeps its buffer.
  void reset();

 private:
  /// Keys, lengths, number and time.
  static constexpr size_t kSampleBytesMax = 48;

  void add_message(std::string_view labels, uint32_t tag, std::string_view message);
  /// A place for so many bytes behind those that are used.
  char* room(size_t bytes);
  /// Ends an entry, which goes up to `end`.
  void end_entry(const char* end);

  std::string bytes_;  ///< of which only the first used_ mean something: it is not shrunk
  size_t used_ = 0;
  std::vector<Encoded> entries_;
};

/// Largest body after decompression that is accepted.
inline constexpr size_t kWriteBytesMax = size_t{64} << 20;

/// Reads a request. Its series are in the table in order of arrival, their labels sorted. Fails on
/// anything that is not a whole valid request; labels are not checked beyond that.
base::Result<SampleBatch> decode_write(std::string_view body);

/// A request of somebody else.
struct ReceivedWrite {
  SampleBatch batch;
  /// Samples, histograms and exemplars that are left out, as no server takes their labels: without
  /// `__name__`, with one name twice or none, or with a text that is not UTF-8.
  size_t invalid = 0;
};

/// Reads a WriteRequest that is out of its compression. Fails on one that is not valid, and on one
/// of more than `samples_max` samples, which may take next to no bytes. Labels with an empty value
/// are no labels.
base::Result<ReceivedWrite> read_write(std::string_view message, size_t samples_max);

}  // namespace telemetry::wire
