#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "telemetry/log_batch.h"

/// The ways to push lines to Loki, as a server sees them. No I/O.
namespace components::loki::source_api {

/// How the body of a push is written.
enum class Encoding { proto, json };
/// Of a Content-Type; nothing for one that cannot be read. As in Loki, all that is not JSON is
/// protobuf.
std::optional<Encoding> encoding_of(std::string_view content_type);

/// What a request holds: entries with the labels and the time that the sender says.
struct Pushed {
  telemetry::LogBatch batch;
  size_t refused = 0;   ///< entries of streams whose labels cannot be read: not in the batch
  std::string problem;  ///< with the first of those
};

/// Of one request: what takes few bytes on the wire takes many in memory.
inline constexpr size_t kEntriesMax = 500'000;
inline constexpr size_t kMetadataMax = 2'000'000;

/// Of a PushRequest: protobuf out of its snappy block, or JSON as Loki's API has it:
/// {"streams": [{"stream": {"a": "b"}, "values": [["<ns>", "line", {"name": "metadata"}]]}]}.
/// A stream is refused, with all of its entries, when its labels cannot be read or when a name of
/// one of them is none that a backend takes; the other streams of the request are not.
/// Fails, with what is wrong, for a body that is neither. Text that is not UTF-8 gets U+FFFD.
base::Result<Pushed> read_push(Encoding encoding, std::string_view body);

/// An entry for each line that is not empty, without labels and time.
base::Result<telemetry::LogBatch> read_lines(std::string_view body);

}  // namespace components::loki::source_api
