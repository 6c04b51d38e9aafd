#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "telemetry/log_batch.h"

/// Loki's push API: PushRequest { 1: repeated stream { 1: labels text, 2: repeated entry {
/// 1: timestamp { 1: seconds, 2: nanos }, 2: line, 3: repeated pair { 1: name, 2: value } } } },
/// the whole body in one snappy block; or JSON.
namespace telemetry::wire {

/// Collects entries and makes one push request of them. Each entry is encoded when it is added,
/// into one buffer in order of arrival; a stream is a chain of runs in that buffer. finish() feeds
/// the runs of each stream to the compressor without putting the request together first. (One
/// buffer per stream was rejected: it grows and is freed per stream and request.) Not thread safe.
class PushEncoder {
 public:
  /// The stream of these labels, made when new; for add(), until reset(). Labels that start with
  /// __ do not count. A caller asks once per label set of a batch, not once per line.
  uint32_t stream(const Labels& labels);
  /// Adds one entry of the batch to the end of a stream.
  void add(uint32_t stream, const LogBatch& batch, const Entry& entry);

  bool empty() const { return entries_ == 0; }
  size_t entries() const { return entries_; }
  size_t streams() const { return streams_.size(); }
  /// Whether stream() would give one that is there.
  bool has_stream(const Labels& labels) const;
  /// Lines and structured metadata added so far; what batch_size limits.
  size_t bytes() const { return bytes_; }
  /// What add() would add to bytes().
  static size_t size_of(const LogBatch& batch, const Entry& entry);

  /// The request's body, compressed. The encoder stays as it is.
  std::string finish() const;

  /// One entry as add() encoded it. Valid until reset().
  struct Encoded {
    uint32_t stream = 0;
    size_t offset = 0;  ///< in the encoder's buffer, with key and length
    size_t size = 0;
    size_t bytes = 0;  ///< its part of bytes()
    size_t line_bytes = 0;
    int64_t timestamp_ns = 0;
  };
  /// All entries, stream by stream, in the order of add(). Reads the buffer again, so that add()
  /// need not remember: only a request that must be sent in parts asks.
  std::vector<Encoded> encoded() const;
  /// The body of a request with these entries only; entries of one stream follow each other.
  std::string finish(std::span<const Encoded> entries) const;
  const std::string& stream_text(uint32_t stream) const { return streams_[stream].labels; }
  /// Empties the encoder; keeps its buffer.
  void reset();

 private:
  struct Run {
    size_t offset;
    size_t size;
    uint32_t next;
  };
  struct Stream {
    std::string labels;
    size_t size = 0;
    uint32_t first = 0;
    uint32_t last = 0;
  };
  void extend(Stream& stream, size_t offset, size_t size);
  /// Calls `visit(bytes of the buffer)` for each run of a stream, in order.
  template <class Visit>
  void for_each_run(const Stream& stream, Visit visit) const;

  std::string encoded_;
  std::vector<Run> runs_;
  std::vector<Stream> streams_;
  std::unordered_map<Labels, uint32_t, LabelsHash> by_labels_;
  std::unordered_map<std::string, uint32_t> by_text_;
  size_t entries_ = 0;
  size_t bytes_ = 0;
};

/// The content of an entry's timestamp, in ns since the epoch; what does not fit wraps.
int64_t read_push_time(std::string_view message);

// Field numbers of Loki's push messages.

enum RequestTag : uint32_t { kStream = 1 };
enum StreamTag : uint32_t { kLabels = 1, kEntry = 2 };
enum EntryTag : uint32_t { kTimestamp = 1, kLine = 2, kMetadata = 3 };
enum TimestampTag : uint32_t { kSeconds = 1, kNanos = 2 };
enum PairTag : uint32_t { kName = 1, kValue = 2 };

inline constexpr int64_t kNanosPerSecond = 1'000'000'000;

}  // namespace telemetry::wire
