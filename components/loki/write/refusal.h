#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "telemetry/wire/loki_push.h"

namespace components::loki::write {

/// One thing that Loki did not take, read from the text of its answer 400.
struct Complaint {
  std::string_view reason;             ///< as in loki_discarded_samples_total{reason="..."}
  std::string stream;                  ///< {a="x"}: where it was seen; empty: not said
  std::optional<size_t> line_above;    ///< lines longer than this
  std::optional<int64_t> time_before;  ///< entries older than this, ns
  std::optional<int64_t> time_from;    ///< entries this old or younger, ns
  bool whole_stream = false;           ///< its labels are wrong: all of its entries
  bool every_stream = false;           ///< the limit holds for all streams of the tenant

  /// Whether it names entries; otherwise it says at most in which stream they are.
  bool names_entries() const;
  bool names(const telemetry::wire::PushEncoder::Encoded& entry, std::string_view stream) const;
};

/// Reads what Loki says, as the first of some examples ("3 errors like: ...; 1 errors like: ...")
/// or alone. What it does not know, such as the answer of a proxy, gives nothing. Text that came
/// from the lines themselves (label values) is never read as Loki's own.
std::vector<Complaint> read_complaints(std::string_view text);

/// A request that the server refused, as the parts that are still to be sent. Entries that the
/// answer names are dropped at once; a stream that it names is separated from the others; where it
/// names nothing, the part is halved until the entry is found. The order within a stream is kept.
///
/// A server that refuses everything costs a bounded number of requests: when the tries are used up,
/// what is refused is dropped whole.
class Parts {
 public:
  using Entries = std::vector<telemetry::wire::PushEncoder::Encoded>;
  struct Dropped {
    Entries entries;
    std::string_view reason;
  };

  /// `encoder` must stay as it is. `splits_max` bounds the halving.
  Parts(const telemetry::wire::PushEncoder& encoder, size_t splits_max)
      : encoder_(encoder), splits_left_(splits_max) {}

  /// Takes a part that was refused, or at first encoder.encoded(); gives back what is to be dropped
  /// of it. The rest is what next() gives next. `text` is the body of the answer; too_large says
  /// that only the size was wrong.
  std::vector<Dropped> refuse(Entries part, std::string_view text, bool too_large);

  /// The part to send now; nothing: all are dealt with.
  std::optional<Entries> next();
  /// All that was not given out yet.
  const std::vector<Entries>& rest() const { return stack_; }

 private:
  std::vector<Dropped> take_named(Entries& part, const std::vector<Complaint>& complaints) const;
  bool separate(Entries& part, std::string_view stream);

  const telemetry::wire::PushEncoder& encoder_;
  size_t splits_left_;
  std::vector<Entries> stack_;  ///< the next one last
};

size_t bytes_of(const Parts::Entries& entries);

}  // namespace components::loki::write
