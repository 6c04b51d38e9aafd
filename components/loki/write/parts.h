#pragma once
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "components/loki/write/refusal.h"
#include "telemetry/wire/loki_push.h"

namespace components::loki::write {

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
