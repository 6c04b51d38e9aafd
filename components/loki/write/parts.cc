#include "components/loki/write/parts.h"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <utility>

#include "components/loki/write/metrics.h"

namespace components::loki::write {
namespace {

using Entry = telemetry::wire::PushEncoder::Encoded;

/// Moves the entries of `part` that `condition` holds for out of it.
template <class Condition>
Parts::Entries taken_out(Parts::Entries& part, Condition condition) {
  const auto first = std::stable_partition(part.begin(), part.end(),
                                           [&](const Entry& entry) { return !condition(entry); });
  Parts::Entries taken(first, part.end());
  part.erase(first, part.end());
  return taken;
}

/// Where to cut a part of at least two entries in two of about the same size.
size_t middle(const Parts::Entries& part, bool by_bytes) {
  if (!by_bytes) return part.size() / 2;
  const size_t half = bytes_of(part) / 2;
  size_t at = 0;
  for (size_t bytes = 0; at < part.size() && bytes < half; ++at) bytes += part[at].bytes;
  return std::clamp<size_t>(at, 1, part.size() - 1);
}

}  // namespace

size_t bytes_of(const Parts::Entries& entries) {
  return std::accumulate(entries.begin(), entries.end(), size_t{0},
                         [](size_t sum, const Entry& entry) { return sum + entry.bytes; });
}

std::vector<Parts::Dropped> Parts::refuse(Entries part, std::string_view text, bool too_large) {
  const auto complaints = too_large ? std::vector<Complaint>() : read_complaints(text);
  std::vector<Dropped> dropped = take_named(part, complaints);
  if (!dropped.empty()) {
    if (!part.empty()) stack_.push_back(std::move(part));
    return dropped;
  }
  std::string_view reason = too_large ? drop_reason::kLineTooLong : drop_reason::kIngesterError;
  for (const Complaint& complaint : complaints) {
    if (separate(part, complaint.stream)) return dropped;
    reason = complaint.reason;
  }
  if (part.size() == 1 || splits_left_ == 0) {
    dropped.push_back({std::move(part), reason});
    return dropped;
  }
  --splits_left_;
  const auto at = part.begin() + static_cast<ptrdiff_t>(middle(part, too_large));
  stack_.emplace_back(at, part.end());
  stack_.emplace_back(part.begin(), at);
  return dropped;
}

std::vector<Parts::Dropped> Parts::take_named(Entries& part,
                                              const std::vector<Complaint>& complaints) const {
  std::vector<Dropped> dropped;
  for (const Complaint& complaint : complaints) {
    if (!complaint.names_entries()) continue;
    auto named = taken_out(part, [&](const Entry& entry) {
      return complaint.names(entry, encoder_.stream_text(entry.stream));
    });
    if (!named.empty()) dropped.push_back({std::move(named), complaint.reason});
  }
  return dropped;
}

/// Makes a part of its own of a stream in which something is wrong. False when it is alone already,
/// or not there.
bool Parts::separate(Entries& part, std::string_view stream) {
  auto bad = taken_out(
      part, [&](const Entry& entry) { return encoder_.stream_text(entry.stream) == stream; });
  if (bad.empty()) return false;
  if (part.empty()) {
    part = std::move(bad);
    return false;
  }
  stack_.push_back(std::move(bad));
  stack_.push_back(std::move(part));
  return true;
}

std::optional<Parts::Entries> Parts::next() {
  if (stack_.empty()) return std::nullopt;
  Entries part = std::move(stack_.back());
  stack_.pop_back();
  return part;
}

}  // namespace components::loki::write
