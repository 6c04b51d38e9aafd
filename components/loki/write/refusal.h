#pragma once
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

}  // namespace components::loki::write
